"""Every open deal has somebody who owes an action, or a timer; this file names them, in both languages (T1)."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from domain.approval.clock import blockers as approval_blockers
from domain.approval.clock import when_stuck
from domain.approval.seats import Approval
from domain.business_calendar import CalendarEnded
from domain.deal.agenda import Item, agenda
from domain.deal.amending import deciding
from domain.deal.lanes import DealPending, holds
from domain.deal.moves import moves
from domain.deal.reading import fulfilled, kept_back
from domain.deal.recurring import MOST_UNSETTLED, unsettled
from domain.deal.state import BillingItem, Deal, Stage
from domain.local_time import at_local, local_day
from domain.machine import Blocker, Explanation, holder_of
from domain.money import Money
from domain.quotes import Quote
from domain.staff_notices import OUTCOMES
from domain.terms import DealTerms
from domain.value import Text
from domain.working_hours import DAY_MINUTES

_MANAGER = "role:sales_manager"


def explain(deal: Deal, now: datetime) -> Explanation:
    """Say who blocks the deal, what time alone will do, and what can be done now."""
    due = agenda(deal)
    return Explanation(
        stage=deal.stage,
        waiting=blockers(deal, due),
        timers=tuple((item.at, _why(deal, item)) for item in due),
        moves=moves(deal),
        clause=_clause(deal),
    )


def blockers(deal: Deal, due: tuple[Item, ...]) -> tuple[Blocker, ...]:
    """Return who owes what, the most urgent first: what failed, then people, then LTC itself."""
    failed = tuple(
        Blocker(
            who="role:ops",
            what=Text(
                en=f"retry, skip or abort {pending.effect.kind} ({pending.id}): {pending.parked}",
                zh=f"重试、跳过或放弃 {pending.effect.kind}（{pending.id}）：{pending.parked}",
            ),
            command="retry_effect",
        )
        for pending in deal.pending
        if pending.parked is not None
    )
    running = tuple(_under_way(deal, pending) for pending in deal.pending if pending.parked is None)
    return (*failed, *_people(deal, due), *running)


def _under_way(deal: Deal, pending: DealPending) -> Blocker:
    kind, holder = pending.effect.kind, holder_of(pending, deal.pending, holds)
    if holder is None:
        return Blocker(who="ltc", what=Text(en=f"{kind} is under way", zh=f"正在执行 {kind}"))
    return Blocker(who="ltc", what=Text(en=f"{kind} waits behind {holder.id}", zh=f"{kind} 排在 {holder.id} 之后等待"))


def _people(deal: Deal, due: tuple[Item, ...]) -> tuple[Blocker, ...]:
    if deal.hold is not None:
        what = Text(en=f"release the hold ({deal.hold.reason})", zh=f"解除冻结（{deal.hold.reason}）")
        return (Blocker(who=deal.hold.by or _MANAGER, what=what, by=deal.hold.until, command="release"),)
    found = _BY_STAGE.get(deal.stage)
    return () if found is None or not deal.opened else tuple(found(deal, due))


def _why(deal: Deal, item: Item) -> Text:
    """Return what an item will do; that its day may still change is said, where official days are not published."""
    calendar, why = deal.terms.calendar if deal.terms else None, item.why
    if calendar is None or not calendar.is_provisional(day := local_day(calendar.zone, item.at)):
        return why
    return Text(
        en=f"{why.en} (provisional: the working days of {day.year} were not published when this was reckoned)",
        zh=f"{why.zh}（暂定：计算时 {day.year} 年的工作日安排尚未公布）",
    )


def _by(due: tuple[Item, ...], *kinds: str) -> datetime | None:
    return next((item.at for item in due if item.command.what in kinds), None)


def _owner(deal: Deal) -> str:
    return deal.owner or _MANAGER


def _unassigned(deal: Deal, due: tuple[Item, ...]) -> Iterator[Blocker]:
    yield Blocker(who=_MANAGER, what=Text(en="assign the lead", zh="分配线索"), command="assign")


def _assigned(deal: Deal, due: tuple[Item, ...]) -> Iterator[Blocker]:
    what = Text(en="respond to the lead for the first time", zh="首次响应线索")
    yield Blocker(who=_owner(deal), what=what, by=_by(due, "response_breach"), command="respond")
    if deal.lead.breached:
        late = Text(en=f"{deal.owner} is late to respond: assign the lead", zh=f"{deal.owner} 响应超时：请重新分配")
        yield Blocker(who=_MANAGER, what=late, command="assign")


def _working(deal: Deal, due: tuple[Item, ...]) -> Iterator[Blocker]:
    what = Text(en="qualify, nurture or disqualify the lead", zh="确认、培育或关闭线索")
    yield Blocker(who=_owner(deal), what=what, command="qualify")


def _opportunity(deal: Deal, due: tuple[Item, ...]) -> Iterator[Blocker]:
    what = Text(en="advance the opportunity, or create a quote", zh="推进商机，或创建报价单")
    yield Blocker(who=_owner(deal), what=what, by=_by(due, "stalled", "auto_lose"), command="create_quote")


def _draft(deal: Deal, due: tuple[Item, ...]) -> Iterator[Blocker]:
    quote = deal.quotes[-1]
    by = _by(due, "stalled", "auto_lose")
    if quote.status == "draft":
        what = Text(en=f"submit quote {quote.version}", zh=f"提交第 {quote.version} 版报价")
        yield Blocker(who=_owner(deal), what=what, by=by, command="submit_quote")
    else:
        why = _turned_down(quote)
        what = Text(en=f"rework quote {quote.version}: {why.en}", zh=f"修改第 {quote.version} 版报价：{why.zh}")
        yield Blocker(who=_owner(deal), what=what, by=by, command="edit_quote")


def _turned_down(quote: Quote) -> Text:
    """Say how the approval of a version ended, by whom and why."""
    ended = OUTCOMES.get(quote.status, Text(en=quote.status, zh=quote.status))
    by, reason = quote.turned_down_by, quote.turned_down_for
    return Text(
        en=f"{ended.en}{f' by {by}' if by else ''}{f': {reason}' if reason else ''}",
        zh=f"{f'{by} ' if by else ''}{ended.zh}{f'：{reason}' if reason else ''}",
    )


def _pending(deal: Deal, due: tuple[Item, ...]) -> Iterator[Blocker]:
    if deal.approval is None or deal.terms is None:
        return
    version = deal.quotes[-1].version
    what = Text(en=f"decide on quote {version}", zh=f"审批第 {version} 版报价")
    yield from _seats(deal.approval, deal.terms, what)


def _amending(deal: Deal) -> Iterator[Blocker]:
    if deal.approval is None or deal.terms is None or deciding(deal) is None:
        return
    if deal.cancellation is not None:
        amount = deal.approval.subject.amount
        what = Text(en=f"decide on the cancellation, which credits {amount}", zh=f"审批取消申请（红冲 {amount}）")
        yield from _seats(deal.approval, deal.terms, what)
    if deal.reduction is not None:
        amount = deal.approval.subject.amount
        what = Text(en=f"decide on a credit of {amount}", zh=f"审批红冲 {amount}")
        yield from _seats(deal.approval, deal.terms, what)
    if deal.amendment is None:
        return
    nth = deal.amendment.nth
    yield from _seats(deal.approval, deal.terms, Text(en=f"decide on amendment {nth}", zh=f"审批第 {nth} 次变更"))


def _seats(approval: Approval, terms: DealTerms, what: Text) -> Iterator[Blocker]:
    try:
        yield from approval_blockers(approval, terms.calendar, what)
    except CalendarEnded:
        return
    yield from when_stuck(approval, what)


def _approved(deal: Deal, due: tuple[Item, ...]) -> Iterator[Blocker]:
    what = Text(en=f"send quote {deal.quotes[-1].version}", zh=f"发送第 {deal.quotes[-1].version} 版报价")
    yield Blocker(who=_owner(deal), what=what, by=_by(due, "quote_expiry"), command="send_quote")


def _sent(deal: Deal, due: tuple[Item, ...]) -> Iterator[Blocker]:
    what = Text(en=f"accept quote {deal.quotes[-1].version}", zh=f"接受第 {deal.quotes[-1].version} 版报价")
    yield Blocker(who="customer", what=what, by=_by(due, "quote_expiry"), command="accept_quote")


def _expired(deal: Deal, due: tuple[Item, ...]) -> Iterator[Blocker]:
    what = Text(en="renew the expired quote, or lose the deal", zh="更新过期报价，或标记丢单")
    yield Blocker(who=_owner(deal), what=what, by=_by(due, "stalled", "auto_lose"), command="create_quote")


def _contract(deal: Deal, due: tuple[Item, ...]) -> Iterator[Blocker]:
    contract, terms = deal.contract, deal.terms
    if contract is None or terms is None:
        return
    by, what = _by(due, "sign_due"), Text(en="sign the contract", zh="签署合同")
    if not contract.theirs:
        yield Blocker(who="customer", what=what, by=by, command="sign_contract")
    if not contract.ours and terms.contract.two_sided:
        yield Blocker(who=_owner(deal), what=what, by=by, command="sign_contract")


def _credit(deal: Deal, due: tuple[Item, ...]) -> Iterator[Blocker]:
    what = Text(en=f"release the credit hold: {deal.credit_blocked}", zh=f"解除信用冻结：{deal.credit_blocked}")
    yield Blocker(who="role:credit", what=what, command="release_credit")
    names = ", ".join(hold.account for hold in deal.account_holds if hold.orders)
    if names:
        paying = Text(
            en=f"pay what is overdue on {names}: the order goes on then", zh=f"付清 {names} 的逾期款：订单随即继续"
        )
        yield Blocker(who="customer", what=paying)


def _active(deal: Deal, due: tuple[Item, ...]) -> Iterator[Blocker]:
    yield from _amending(deal)
    yield from _delivering(deal, due)
    if unsettled(deal) >= MOST_UNSETTLED:
        what = Text(
            en=f"{MOST_UNSETTLED} invoices of recurring items are unpaid, no more is billed: collect them, or end it",
            zh=f"周期性项目已有 {MOST_UNSETTLED} 张发票未付，暂停开票：请催收或结束该项目",
        )
        yield Blocker(who="role:finance", what=what, command="end_recurring")
    for item in deal.billing:
        yield from _dispute(deal, item)
        if item.open_minor > item.disputed_minor:
            left = Money(minor=item.open_minor - item.disputed_minor, currency=deal.currency)
            what = Text(en=f"pay {left} of {item.number}", zh=f"支付 {item.number} 的 {left}")
            yield Blocker(who="customer", what=what, by=_end_of(deal, item.due_on))


def disputes(deal: Deal) -> Iterator[Blocker]:
    """Yield who ends the disputes of the deal's invoices: it shows them, and the customer's account has the task."""
    for item in deal.billing:
        yield from _dispute(deal, item)


def _dispute(deal: Deal, item: BillingItem) -> Iterator[Blocker]:
    if item.disputed_minor:
        disputed = Money(minor=item.disputed_minor, currency=deal.currency)
        what = Text(
            en=f"resolve the dispute over {disputed} of {item.number}", zh=f"处理 {item.number} 的争议 {disputed}"
        )
        yield Blocker(who="role:finance", what=what)


def _delivering(deal: Deal, due: tuple[Item, ...]) -> Iterator[Blocker]:
    fulfilment = deal.fulfilment
    if kept_back(deal):
        yield from _kept_back(deal)
    elif not fulfilment.complete:
        what = Text(en="deliver the order", zh="交付订单")
        yield Blocker(who=_owner(deal), what=what, command="record_delivery")
    elif fulfilment.rework:
        what = Text(en=f"rework the delivery: {fulfilment.rework}", zh=f"返工：{fulfilment.rework}")
        yield Blocker(who=_owner(deal), what=what, command="record_delivery")
    elif not fulfilled(deal):
        what = Text(en="accept the delivery", zh="验收")
        yield Blocker(who="customer", what=what, by=_by(due, "deemed_acceptance"), command="accept_delivery")


def _kept_back(deal: Deal) -> Iterator[Blocker]:
    names = ", ".join(hold.account for hold in deal.account_holds)
    what = Text(
        en=f"deliveries are kept back until {names} is paid: release them, or wait",
        zh=f"{names} 逾期未付，交付已冻结：可提前放行，付清后自动恢复",
    )
    yield Blocker(who="role:credit", what=what, command="release_credit")
    paying = Text(
        en=f"pay what is overdue on {names}: deliveries go on then", zh=f"付清 {names} 的逾期款：交付随即恢复"
    )
    yield Blocker(who="customer", what=paying)


def _end_of(deal: Deal, due_on: str) -> datetime | None:
    if not due_on or deal.terms is None:
        return None
    return at_local(deal.terms.zone, date.fromisoformat(due_on), DAY_MINUTES) - timedelta(microseconds=1)


_BY_STAGE: dict[Stage, Callable[[Deal, tuple[Item, ...]], Iterator[Blocker]]] = {
    Stage.LEAD_NEW: _unassigned,
    Stage.LEAD_ASSIGNED: _assigned,
    Stage.LEAD_WORKING: _working,
    Stage.OPPORTUNITY: _opportunity,
    Stage.QUOTE_DRAFT: _draft,
    Stage.QUOTE_PENDING: _pending,
    Stage.QUOTE_APPROVED: _approved,
    Stage.QUOTE_SENT: _sent,
    Stage.QUOTE_EXPIRED: _expired,
    Stage.CONTRACT: _contract,
    Stage.CREDIT_HOLD: _credit,
    Stage.ACTIVE: _active,
}
CLAUSES: dict[Stage, str] = {
    Stage.LEAD_NEW: "lead.assign",
    Stage.LEAD_ASSIGNED: "lead.slas",
    Stage.LEAD_WORKING: "lead.qualify_at",
    Stage.OPPORTUNITY: "opportunity.stages",
    Stage.QUOTE_DRAFT: "opportunity.stalled_after",
    Stage.QUOTE_PENDING: "approvals.matrix",
    Stage.QUOTE_APPROVED: "quote.validity",
    Stage.QUOTE_SENT: "quote.validity",
    Stage.QUOTE_EXPIRED: "opportunity.stalled_after",
    Stage.CONTRACT: "contract",
    Stage.CREDIT_HOLD: "order.credit_check",
    Stage.ACTIVE: "fulfilment",
}
"""The key of the policy that rules in a stage; where a person's own date or word rules, there is none."""


def _clause(deal: Deal) -> str:
    """Return the policy's content hash and the clause that rules here; of an approval, the rule that fired."""
    if deal.terms is None:
        return ""
    clause = CLAUSES.get(deal.stage, "")
    if deal.stage is Stage.QUOTE_PENDING and deal.approval is not None:
        fired = "; ".join(
            f"{step.id}: {step.clause}"
            for step in deal.approval.steps
            if step.rank == deal.approval.at_rank and not step.passed
        )
        clause = f"{clause} {fired}".rstrip()
    if deal.stage is Stage.ACTIVE and fulfilled(deal):
        clause = "terms"
    return f"{deal.terms.policy} {clause}".rstrip()
