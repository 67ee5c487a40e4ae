"""Everything that time alone will do to an account, as data: the next step of its case and the end of a pause.

One notice is under way at a time. While the ladder is held, promises are still judged.
"""

from collections.abc import Iterator

from domain.account.commands import CalendarDue, PauseEnded, PeopleDue, RequestAlarm, StepDue
from domain.account.reading import first_ending, is_judging, is_loading, is_parked, is_proposing
from domain.account.refunds import PollDue
from domain.account.requests import open_requests
from domain.account.state import Account
from domain.approval.clock import Alarm, alarms
from domain.approval.seats import Approval
from domain.business_calendar import CalendarEnded, CompiledCalendar, runs_out_at
from domain.machine import Due
from domain.receivables.entries import NextStep
from domain.value import Text

Item = Due[StepDue] | Due[PauseEnded] | Due[CalendarDue] | Due[RequestAlarm] | Due[PeopleDue] | Due[PollDue]


def ladder_held(account: Account) -> bool:
    """Tell whether no notice may start: paused, handed over, one under way, one undeliverable, or an effect parked."""
    held = account.pause is not None or account.handed_over or bool(account.notice or account.undeliverable)
    return held or is_parked(account)


def agenda(account: Account) -> tuple[Item, ...]:
    """Return what falls due, soonest first; nothing before the case is loaded."""
    if not account.loaded:
        return ()
    items: list[Item] = []
    step, judge = account.case.next, account.case.judge
    if judge is not None and not is_judging(account):
        items.append(_due(judge))
    if step is not None and step.action != "promise" and not ladder_held(account):
        items.append(_due(step))
    if account.case.propose is not None and not is_proposing(account):
        items.append(_due(account.case.propose))
    if account.case.blocked and account.terms is not None and not is_loading(account):
        at = runs_out_at(first_ending(account.terms))
        # What had run out before was asked for at once; where that was in vain, `explain` names who must act.
        if at > account.timeline[-1].at:
            why = Text(en="the calendar ends: compile the terms again", zh="日历将到期：重新生成条款")
            items.append(Due[CalendarDue](at=at, command=CalendarDue(), why=why))
    items += _requests(account)
    items += _refunds(account)
    pause = account.pause
    if pause is not None and pause.until is not None:
        why = Text(en="the pause of dunning ends", zh="催收暂停到期")
        items.append(Due[PauseEnded](at=pause.until, command=PauseEnded(), why=why))
    return tuple(sorted(items, key=lambda due: due.at))


def _requests(account: Account) -> Iterator[Item]:
    """Yield what the clocks of open requests will do, and when their people come or go."""
    if account.terms is None:
        return
    for request in open_requests(account.requests):
        current = request.approval
        if current is None:
            continue
        for alarm in _alarms(current, account.terms.calendar):
            ring = RequestAlarm(approval_id=current.id, what=alarm.what, reference=alarm.reference)
            yield Due[RequestAlarm](at=alarm.at, command=ring, why=alarm.why)
        if current.seats_until is not None:
            why = Text(
                en="an absence or delegation begins or ends: fill the seats again", zh="缺勤或委托起止：重新确定席位"
            )
            yield Due[PeopleDue](at=current.seats_until, command=PeopleDue(approval_id=current.id), why=why)


def _refunds(account: Account) -> Iterator[Item]:
    """Yield when the provider is asked again what became of a refund."""
    for refund in account.refunds:
        if refund.next_at is not None:
            name = refund.refund_id
            why = Text(en=f"ask what became of refund {name}", zh=f"查询退款 {name} 的结果")
            yield Due[PollDue](at=refund.next_at, command=PollDue(refund_id=name), why=why)


def _alarms(current: Approval, calendar: CompiledCalendar) -> tuple[Alarm, ...]:
    """Return an approval's alarms; one beyond the calendar rings when the terms are compiled again."""
    try:
        return alarms(current, calendar)
    except CalendarEnded:
        return ()


def _due(step: NextStep) -> Due[StepDue]:
    return Due[StepDue](at=step.at, command=StepDue(step=step), why=why(step))


def why(step: NextStep) -> Text:
    """Say what a step will do, to whom it may concern."""
    names = ", ".join(step.invoices[:3]) + (" …" if step.items > len(step.invoices[:3]) else "")
    match step.action:
        case "promise":
            return Text(en=f"the promise for {names} is judged", zh=f"核对 {names} 的付款承诺")
        case "write_off":
            return Text(en=f"propose {names} for write-off", zh=f"建议核销 {names}")
        case "skip":
            return Text(
                en=f"{step.stage} for {names} falls into a dispute and is left out",
                zh=f"{names} 的 {step.stage} 因争议跳过",
            )
        case "pre_due":
            return Text(en=f"reminder before {names} falls due", zh=f"{names} 到期前提醒")
        case "notice":
            late, out = step.days_late, step.skips
            left_out = (f", {out} levels before it left out", f"，跳过此前 {out} 级") if out else ("", "")
            return Text(
                en=f"{step.stage} for {names}, {late} days late{left_out[0]}",
                zh=f"{names} 逾期 {late} 天，发送 {step.stage}{left_out[1]}",
            )
