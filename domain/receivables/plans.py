"""A payment plan covers all that is undisputed of an invoice, and lives as long as every instalment of it is paid.

Its instalments are promises that follow one another: what is not paid yet of them is not claimed, and the first that
is missed makes the whole plan void, so that the invoice is due again as it always was.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate, pairwise

from domain.money import LARGEST_MINOR
from domain.receivables.allocating import said
from domain.receivables.claims import NO_RELIEF, OpenPromise, Relief, promise_deadline
from domain.receivables.entries import OpenItem
from domain.receivables.second_person import Second, Weighed, check_asking
from domain.refusal import Code, refuse
from domain.terms import AccountTerms, PlanTerms
from domain.value import Text, Value

Schedule = Sequence[tuple[date, int]]
"""(due on, minor) of each instalment, in order."""


class Planned(Value):
    """A plan as it was asked for.

    Attributes:
        plan_id: names its instalments: ``{plan_id}/01`` and on.
        schedule: what the customer will pay, and when.
        second: who asks, where a second person may allow more than the bounds of the policy.
        agreed: by which approval it was allowed, empty where nobody was asked.
        reason: what the second person judges by.
        before: what nobody will pay of the invoice already.
    """

    plan_id: str
    schedule: tuple[tuple[date, int], ...]
    second: Second | None = None
    agreed: str = ""
    reason: str = ""
    before: Relief = NO_RELIEF


def plan_of(
    items: Sequence[OpenItem],
    open_promises: Sequence[OpenPromise],
    asked: Planned,
    terms: AccountTerms,
    today: date,
) -> tuple[OpenPromise, ...] | Weighed:
    """Accept a plan, have a second person asked about one beyond the bounds of the policy, or refuse it.

    Args:
        items: the instalments of the invoice.
        open_promises: of the whole account.
        asked: the plan.
        terms: of the account.
        today: in the legal entity's zone.

    Raises:
        Refused: the policy has no plans (E_GATE); a plan of the invoice is open, or the schedule goes
            back in time (E_STATE); it does not add up to what is open and undisputed (E_AMOUNT); too many, too late
            or too much, and nobody may allow it (E_LIMIT); nothing that a second person could judge by (E_GATE).
        CalendarEnded: the grace counts business days that the calendar does not know.
    """
    rules, number, schedule = terms.plan, items[0].number, asked.schedule
    if rules is None:
        raise refuse(
            Code.GATE, "the policy has no payment plans (dunning.plan)", "流程策略未设分期还款计划（dunning.plan）"
        )
    _check_order(number, open_promises, schedule, today)
    _check_sum(items, schedule)
    beyond = None if asked.agreed else _beyond(items, schedule, rules, today)
    if beyond is not None:
        return _weighed(asked, beyond)
    left = sum(item.open_minor for item in items)
    return tuple(_instalments(number, asked, left, terms, rules))


def _instalments(
    number: str, asked: Planned, left: int, terms: AccountTerms, rules: PlanTerms
) -> Iterator[OpenPromise]:
    grace = terms.promise.model_copy(update={"grace": rules.grace})
    paid = accumulate(minor for _, minor in asked.schedule)
    for place, ((due_on, minor), upto) in enumerate(zip(asked.schedule, paid, strict=True), 1):
        yield OpenPromise(
            promise_id=f"{asked.plan_id}/{place:02d}",
            number=number,
            minor=minor,
            on=due_on,
            until=promise_deadline(due_on, grace, terms.calendar, terms.dunning.zone),
            open_at_most=left - upto,
            plan=asked.plan_id,
            before=asked.before,
        )


def replaced(number: str, open_promises: Sequence[OpenPromise]) -> tuple[str, ...]:
    """Return the promises about an invoice that a plan for it takes the place of."""
    return tuple(one.promise_id for one in open_promises if one.number == number and not one.plan)


def to_end(number: str, open_promises: Sequence[OpenPromise]) -> tuple[OpenPromise, ...]:
    """Return the instalments still to come of the plan of an invoice, which a person ends.

    Args:
        number: of the invoice.
        open_promises: of the whole account.

    Raises:
        Refused: no plan of the invoice is open (E_NOTFOUND).
    """
    found = tuple(one for one in open_promises if one.number == number and one.plan)
    if not found:
        raise refuse(
            Code.NOTFOUND,
            f"no payment plan of {number} is open: look what was agreed on (GET /api/invoices/{number})",
            f"{number} 没有未结的分期还款计划：请查看已有约定（GET /api/invoices/{number}）",
            number=number,
        )
    return found


def _check_order(number: str, open_promises: Sequence[OpenPromise], schedule: Schedule, today: date) -> None:
    others = ", ".join(dict.fromkeys(one.plan for one in open_promises if one.number == number and one.plan))
    if others:
        raise refuse(
            Code.STATE,
            f"{others} of {number} is open: end it first (withdraw_plan), or wait until it is kept or broken",
            f"{number} 已有未结的 {others}：请先撤销（withdraw_plan），或待其履行或违约后再定计划",
        )
    days = [due_on for due_on, _ in schedule]
    if days[0] < today or any(later <= earlier for earlier, later in pairwise(days)):
        raise refuse(
            Code.STATE,
            f"the instalments of a plan follow one another from {today} on",
            f"分期计划的各期日期须自 {today} 起依次递增",
        )


def _check_sum(items: Sequence[OpenItem], schedule: Schedule) -> None:
    number, free = items[0].number, sum(item.open_minor - item.disputed_minor for item in items)
    planned = sum(minor for _, minor in schedule)
    if planned != free or not all(0 < minor <= LARGEST_MINOR for _, minor in schedule):
        raise refuse(
            Code.AMOUNT,
            f"the plan adds up to {said(items, planned)}; open and undisputed of {number} is {said(items, free)}",
            f"计划合计 {said(items, planned)}，而 {number} 未清且无争议的金额为 {said(items, free)}",
            open=free,
        )


def _beyond(items: Sequence[OpenItem], schedule: Schedule, rules: PlanTerms, today: date) -> Text | None:
    """Return which bound of the policy a plan goes beyond, none where it keeps within them."""
    first, last = today + timedelta(days=rules.first_within), today + timedelta(days=rules.max_days)
    minor = sum(part for _, part in schedule)
    if len(schedule) > rules.max_instalments or schedule[0][0] > first or schedule[-1][0] > last:
        return Text(
            en=f"beyond {rules.max_instalments} instalments, the first by {first}, the last by {last},",
            zh=f"超过 {rules.max_instalments} 期、首期不晚于 {first}、末期不晚于 {last} 的分期计划，",
        )
    if rules.max_minor is not None and minor > rules.max_minor:
        limit = said(items, rules.max_minor)
        return Text(en=f"for a plan over more than {limit}", zh=f"总额超过 {limit} 的分期计划，")
    return None


def _weighed(asked: Planned, beyond: Text) -> Weighed:
    if asked.second is None:
        raise refuse(
            Code.LIMIT,
            f"{beyond.en} the policy has no payment plan (dunning.plan), and nobody who could allow it "
            "(account_approvals.plan)",
            f"{beyond.zh} 流程策略不予接受（dunning.plan），且未设可批准的人（account_approvals.plan）",
        )
    check_asking(asked.second, beyond, asked.reason, "reason")
    minor = sum(part for _, part in asked.schedule)
    return Weighed(minor=minor, in_all_minor=minor)
