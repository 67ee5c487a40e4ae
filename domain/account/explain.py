"""Why an account is where it is: who owes what, what time will do, what would move it, in 中文 and English.

An account that owes anything always names a person who must act, the customer who must pay, or a timer (T1).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.account.agenda import agenda
from domain.account.effects import AskPayout, GivenAway
from domain.account.lanes import holds
from domain.account.moves import moves
from domain.account.reading import LEDGER, is_parked
from domain.account.requests import described, open_requests
from domain.account.state import Account, InHand
from domain.approval.clock import blockers, when_stuck
from domain.local_time import at_local
from domain.machine import Blocker, Explanation, holder_of
from domain.money import Money
from domain.nobody import UNIDENTIFIED
from domain.value import Text
from domain.working_hours import DAY_MINUTES


def explain(account: Account, now: datetime) -> Explanation:
    """Explain an account: the most urgent blocker first, timers soonest first."""
    return Explanation(
        stage=stage_of(account),
        waiting=tuple(dict.fromkeys(_blockers(account, now))),
        timers=tuple((due.at, due.why) for due in agenda(account)),
        moves=moves(account),
        clause=_clause(account),
    )


def stage_of(account: Account) -> str:
    """Return where the account is: the ladder's level once one was sent, else how it stands."""
    case = account.case
    if not account.loaded:
        return "loading"
    if not case.open_minor:
        return "unapplied" if case.unapplied_minor else "settled"
    if account.handed_over:
        return "handed_over"
    if account.pause is not None:
        return "paused"
    if case.overdue_minor:
        return case.stage or "overdue"
    return "current"


def _clause(account: Account) -> str:
    if account.terms is None:
        return ""
    ladder = account.terms.dunning
    levels = ", ".join(f"{level.id} +{level.day}d" for level in ladder.levels)
    return f"{account.terms.policy[:12]} dunning {account.terms.customer_class} per {ladder.unit}: {levels}"


def _blockers(account: Account, now: datetime) -> Iterator[Blocker]:
    yield from _stuck(account)
    yield from _asked(account)
    yield from _refunds(account)
    yield from _owed_by_us(account, now)
    yield from _owed_by_customer(account)


def _stuck(account: Account) -> Iterator[Blocker]:
    for pending in account.pending:
        if pending.parked is not None:
            what = Text(
                en=f"{pending.effect.kind} failed ({pending.parked[:200]}): mend the cause, then retry {pending.id}",
                zh=f"{pending.effect.kind} 失败（{pending.parked[:200]}）：排除原因后重试 {pending.id}",
            )
            yield Blocker(who="role:ops", what=what, command="retry_effect")
    if account.case.blocked:
        what = Text(
            en=f"no next step can be found: {account.case.blocked}",
            zh=f"无法确定下一步催收：{account.case.blocked}",
        )
        yield Blocker(who="role:ops", what=what)
    if not account.loaded and not is_parked(account):
        yield Blocker(who="ltc", what=Text(en="the case is being loaded", zh="正在加载账户"))


def _asked(account: Account) -> Iterator[Blocker]:
    """Yield who owes a decision on what waits for a second person."""
    for request in open_requests(account.requests):
        current, terms = request.approval, account.terms
        if current is None or terms is None or not isinstance(request.effect, GivenAway):
            continue
        said, amount = described(request.effect), current.subject.amount
        if current.status == "resolving":
            yield Blocker(who="ltc", what=Text(en=f"find who may {said.en}", zh=f"确定审批人：{said.zh}"))
        what = Text(en=f"decide: {said.en}, {amount} ({current.id})", zh=f"审批：{said.zh}，{amount}（{current.id}）")
        yield from blockers(current, terms.calendar, what)
        asked = Text(en=f"{said.en}, {amount}", zh=f"{said.zh}，{amount}")
        yield from when_stuck(current, asked)


def _refunds(account: Account) -> Iterator[Blocker]:
    """Yield who must find out what became of a refund: the provider as long as it is asked, then finance."""
    for one in account.refunds:
        name = f"{one.refund_id}, {one.amount}"
        if one.unknown and one.next_at is None and not one.settling and not _asking(account, one.refund_id):
            what = Text(
                en=f"find out what became of refund {name}, and say it: the provider does not know",
                zh=f"支付渠道无法确认退款 {name}：请查明结果并登记",
            )
            yield Blocker(who="role:finance", what=what, command="say_refund")
        else:
            yield Blocker(who="ltc", what=Text(en=f"refund {name} is under way", zh=f"退款 {name} 正在进行"))


def _asking(account: Account, refund_id: str) -> bool:
    asked = (one.effect for one in account.pending if one.parked is None)
    return any(isinstance(effect, AskPayout) and effect.refund_id == refund_id for effect in asked)


def _owed_by_us(account: Account, now: datetime) -> Iterator[Blocker]:
    case = account.case
    if account.undeliverable:
        what = Text(
            en=f"the notice {account.undeliverable} reached nobody: mend the customer's contact, then resume dunning",
            zh=f"催收通知 {account.undeliverable} 未能送达：请更正客户联系方式后恢复催收",
        )
        yield Blocker(who="role:finance", what=what, command="resume_dunning")
    if account.in_hand is not None and not account.in_hand.said:
        yield _carried(account.in_hand)
    if case.unapplied_minor:
        yield _unapplied(account)
    if case.disputed_minor:
        money = Money(minor=case.disputed_minor, currency=account.currency)
        what = Text(en=f"resolve the dispute over {money}", zh=f"处理争议金额 {money}")
        yield Blocker(who="role:finance", what=what, command="resolve")
    if case.proposed_minor:
        money = Money(minor=case.proposed_minor, currency=account.currency)
        what = Text(
            en=f"decide whether {money} that nobody could collect is written off, or go on",
            zh=f"决定是否核销多次催收未果的 {money}，或继续追收",
        )
        yield Blocker(who="role:finance", what=what, command="write_off")
    yield from _kept_back(account)
    if account.handed_over and case.open_minor:
        what = Text(en="collect outside: no letters are sent any more", zh="已移交外部催收，不再发送催款函")
        yield Blocker(who="role:finance", what=what)
    pause = account.pause
    if pause is not None:
        what = Text(en=f"dunning is paused: {pause.reason}", zh=f"催收已暂停：{pause.reason}")
        yield Blocker(who=pause.by, what=what, by=pause.until, command="resume_dunning")
    yield from _under_way(account, now)


def _kept_back(account: Account) -> Iterator[Blocker]:
    """Yield who keeps orders or deliveries back, and why: a person, the ladder, or both."""
    if account.hold is not None:
        what = Text(
            en=f"{account.hold.by} keeps orders and deliveries of the customer back: {account.hold.reason}",
            zh=f"{account.hold.by} 已冻结该客户的订单与交付：{account.hold.reason}",
        )
        yield Blocker(who=account.hold.by, what=what, command="lift_hold")
    if account.credit_hold or account.delivery_stop:
        kept = ("orders and deliveries", "订单与交付") if account.credit_hold else ("deliveries", "交付")
        what = Text(
            en=f"{kept[0]} of the customer are kept back until the overdue amount is paid: release them, or wait",
            zh=f"该客户的{kept[1]}已冻结，付清逾期款后自动恢复：可提前解除",
        )
        yield Blocker(who="role:credit", what=what, command="release_hold")


def _carried(held: InHand) -> Blocker:
    stage, names = held.step.stage, ", ".join(held.step.invoices[:3])
    what = Text(
        en=f"call the customer about {names} ({stage}), and say what came of it",
        zh=f"就 {names}（{stage}）致电客户，并登记结果",
    )
    if held.channel == "letter":
        what = Text(
            en=f"post the letter {stage} about {names} that was mailed to you, and say that it is gone",
            zh=f"邮寄已发给您的 {names} 催款函（{stage}），并登记结果",
        )
    return Blocker(who="role:finance", what=what, command="say_notice")


def _under_way(account: Account, now: datetime) -> Iterator[Blocker]:
    for pending in account.pending:
        kind, holder = pending.effect.kind, holder_of(pending, account.pending, holds)
        if pending.parked is not None:
            continue
        if holder is not None:
            what = Text(en=f"{kind} waits behind {holder.id}", zh=f"{kind} 排在 {holder.id} 之后等待")
            yield Blocker(who="ltc", what=what)
        elif pending.at <= now and pending.lane == LEDGER:
            yield Blocker(who="ltc", what=Text(en=f"{kind} is under way", zh=f"{kind} 正在执行"))


def _unapplied(account: Account) -> Blocker:
    money = Money(minor=account.case.unapplied_minor, currency=account.currency)
    if account.customer_id == UNIDENTIFIED:
        what = Text(
            en=f"find out whose {money} this is and claim it for them (POST /api/receipts/{{id}}/claim)",
            zh=f"查明待认领款 {money} 的付款客户并认领（POST /api/receipts/{{id}}/claim）",
        )
        return Blocker(who="role:finance", what=what, command="claim_receipt")
    if account.case.open_minor:
        what = Text(en=f"allocate {money} of unapplied cash", zh=f"分配未核销款 {money}")
        return Blocker(who="role:finance", what=what, command="allocate")
    what = Text(
        en=f"{money} is unapplied and nothing is open: keep it for the next invoice, or claim it for whose it is",
        zh=f"未核销款 {money} 暂无未清发票：留待下一张发票，或为实际付款客户认领",
    )
    return Blocker(who="role:finance", what=what, command="claim_receipt")


def _owed_by_customer(account: Account) -> Iterator[Blocker]:
    case, terms = account.case, account.terms
    if case.judge is not None:
        pledged = Money(minor=case.promised_minor, currency=account.currency)
        what = Text(en=f"pay {pledged} as promised", zh=f"按承诺付款 {pledged}")
        yield Blocker(who="customer", what=what, by=case.judge.at, command="record_receipt")
    # What is promised as a whole is told once, with the day of the promise.
    if not case.open_minor or terms is None or (case.judge is not None and case.promised_minor >= case.open_minor):
        return
    money = Money(minor=case.open_minor, currency=account.currency)
    late = Money(minor=case.overdue_minor, currency=account.currency)
    due, overdue = case.oldest_due_on, Text(en=f", {late} of it overdue", zh=f"，其中已逾期 {late}")
    if not case.overdue_minor:
        overdue = Text(en="", zh="")
    elif case.overdue_minor >= case.open_minor:
        overdue = Text(en=", all of it overdue", zh="，已全部逾期")
    yield Blocker(
        who="customer",
        what=Text(en=f"pay {money}{overdue.en}", zh=f"付款 {money}{overdue.zh}"),
        by=None if due is None else at_local(terms.dunning.zone, due, DAY_MINUTES) - timedelta(seconds=1),
        command="record_receipt",
    )
