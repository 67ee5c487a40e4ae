"""Everything that time alone will do to a deal, as data; while it is held, only the hold's own end.

A clock that would ring beyond the end of the calendar is not armed: the calendar is extended first, in time.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from operator import attrgetter

from domain.approval.clock import alarms
from domain.approval.machine import OPEN
from domain.business_calendar import CalendarEnded, runs_out_at
from domain.deal.clocks import before, deadline, in_contact, share_of
from domain.deal.commands import Elapsed
from domain.deal.recurring import MOST_UNSETTLED, due_at, next_days, unsettled
from domain.deal.state import Deal, Stage
from domain.machine import Due
from domain.terms import DealTerms
from domain.value import Text

Item = Due[Elapsed]
_Source = Callable[[Deal, DealTerms], Iterator[Item]]


def agenda(deal: Deal) -> tuple[Item, ...]:
    """Return what falls due, soonest first."""
    if deal.hold is not None:
        until = deal.hold.until
        return () if until is None else (_item(until, Elapsed(what="hold_end"), _HOLD_END),)
    if deal.terms is None:
        return ()
    found: list[Item] = []
    wanted = False
    for source in _BY_STAGE.get(deal.stage, ()):
        try:
            found.extend(source(deal, deal.terms))
        except CalendarEnded:
            wanted = True
    if wanted:
        found.extend(_calendar_end(deal, deal.terms))
    if len(found) > 1:
        found.sort(key=_AT)
    return tuple(found)


def deemed_at(deal: Deal, terms: DealTerms, noticed_at: datetime) -> datetime:
    """Return when silence counts as acceptance if the customer is told at an instant."""
    delivered_at, silence, notice = (
        deal.fulfilment.delivered_at,
        terms.fulfilment.deemed_after,
        terms.fulfilment.notice_before,
    )
    if delivered_at is None or silence is None:
        raise AssertionError("only a complete delivery is deemed to be accepted, and only where the policy says so")
    at = deadline(deal, terms, delivered_at, silence)
    return at if notice is None else max(at, deadline(deal, terms, noticed_at, notice))


_AT = attrgetter("at")
_HOLD_END = Text(en="the hold ends", zh="冻结到期")


def _item(at: datetime, command: Elapsed, why: Text) -> Item:
    return Item(at=at, command=command, why=why)


def _calendar_end(deal: Deal, terms: DealTerms) -> Iterator[Item]:
    """Yield when the calendar is to be extended, unless that is under way."""
    if not any(pending.effect.kind == "extend_calendar" for pending in deal.pending):
        why = Text(en="the calendar ends: extend it", zh="日历将到期：延长日历")
        yield _item(runs_out_at(terms.calendar), Elapsed(what="calendar_end", reference=terms.calendar.version), why)


def _response(deal: Deal, terms: DealTerms) -> Iterator[Item]:
    lead, span = deal.lead, terms.lead.first_response
    if span is None or lead.assigned_at is None or lead.breached:
        return
    if not lead.warned:
        at = deadline(deal, terms, lead.assigned_at, share_of(span, terms.lead.warn_at_bp))
        why = Text(en=f"remind {deal.owner} to respond to the lead", zh=f"提醒 {deal.owner} 首次响应")
        yield _item(at, Elapsed(what="response_warn", reference=deal.owner), why)
    why = Text(en=f"{deal.owner} has not responded in time", zh=f"{deal.owner} 首次响应超时")
    yield _item(
        deadline(deal, terms, lead.assigned_at, span), Elapsed(what="response_breach", reference=deal.owner), why
    )


def _nurture(deal: Deal, terms: DealTerms) -> Iterator[Item]:
    if deal.lead.recycle_on is not None:
        yield _item(
            deal.lead.recycle_on, Elapsed(what="nurture_end"), Text(en="take the lead up again", zh="重新跟进线索")
        )


def _stall(deal: Deal, terms: DealTerms) -> Iterator[Item]:
    opportunity, rules = deal.opportunity, terms.opportunity
    if opportunity.moved_at is None:
        return
    if not opportunity.stalled:
        times = (
            [] if rules.stalled_after is None else [deadline(deal, terms, opportunity.moved_at, rules.stalled_after)]
        )
        # A stage whose time was over when the deal last moved does not stall it again: its owner was told, or has just
        # moved it.
        times += [at for at in _overstays(deal, terms) if at > opportunity.moved_at]
        if times:
            why = Text(en="the opportunity has stalled: tell its owner", zh="商机停滞：提醒负责人")
            yield _item(min(times), Elapsed(what="stalled", reference=opportunity.stage), why)
    if rules.lost_after is not None:
        at = deadline(deal, terms, opportunity.moved_at, rules.lost_after)
        yield _item(
            at, Elapsed(what="auto_lose"), Text(en="nothing has moved for too long: lost", zh="长期无进展：自动丢单")
        )


def _overstays(deal: Deal, terms: DealTerms) -> Iterator[datetime]:
    """Yield when the opportunity has been in its stage for too long, if there is such a time."""
    entered_at = deal.opportunity.entered_at or deal.opportunity.moved_at
    for stage in terms.opportunity.stages:
        if entered_at is not None and stage.id == deal.opportunity.stage and stage.max_age is not None:
            yield deadline(deal, terms, entered_at, stage.max_age)


def _approval(deal: Deal, terms: DealTerms) -> Iterator[Item]:
    if deal.approval is not None:
        for alarm in alarms(deal.approval, terms.calendar):
            yield _item(alarm.at, Elapsed(what=alarm.what, reference=alarm.reference), alarm.why)


def _people(deal: Deal, terms: DealTerms) -> Iterator[Item]:
    approval = deal.approval
    if approval is not None and approval.seats_until is not None and approval.status in OPEN:
        why = Text(
            en="an absence or delegation begins or ends: fill the seats again", zh="缺勤或委托起止：重新确定席位"
        )
        yield _item(approval.seats_until, Elapsed(what="people_change", reference=approval.id), why)


def _expiry(deal: Deal, terms: DealTerms) -> Iterator[Item]:
    quote = deal.quotes[-1]
    if quote.valid_until is not None:
        why = Text(en=f"quote {quote.version} expires", zh=f"第 {quote.version} 版报价到期")
        yield _item(quote.valid_until, Elapsed(what="quote_expiry", reference=str(quote.version)), why)


def _reminders(deal: Deal, terms: DealTerms) -> Iterator[Item]:
    quote = deal.quotes[-1]
    if quote.valid_until is None or quote.sent_at is None:
        return
    until = quote.valid_until
    planned = sorted(before(terms, until, span) for span in terms.quote.remind_before)
    times = [in_contact(terms, _after_holds(deal, at), until) for at in planned]
    for nth, at in enumerate(times, start=1):
        # A reminder that was due before the quote was sent would only repeat what the customer has just read, and
        # after a hold the last of those that fell into it is enough, if the quote is still valid then.
        if nth > quote.reminded and at > quote.sent_at and at < until and at not in times[nth:]:
            why = Text(
                en=f"remind the customer of quote {quote.version}", zh=f"提醒客户第 {quote.version} 版报价即将到期"
            )
            yield _item(at, Elapsed(what="quote_reminder", reference=f"{quote.version}/{nth}"), why)


def _after_holds(deal: Deal, at: datetime) -> datetime:
    """Move what fell into a hold that is over to its end."""
    return max((held.until for held in deal.held if held.since <= at < held.until), default=at)


def _signing(deal: Deal, terms: DealTerms) -> Iterator[Item]:
    contract, span = deal.contract, terms.contract.sign_due
    if contract is None or span is None or _contract_done(deal):
        return
    at = deadline(deal, terms, contract.required_since, span)
    if not contract.reminded:
        yield _item(
            at,
            Elapsed(what="sign_due", reference="1"),
            Text(en="the contract is not signed: remind", zh="合同未签署：提醒"),
        )
    else:
        why = Text(en="the contract is still not signed: the quote expires", zh="合同仍未签署：报价失效")
        yield _item(deadline(deal, terms, at, span), Elapsed(what="sign_due", reference="2"), why)


def _contract_done(deal: Deal) -> bool:
    contract, terms = deal.contract, deal.terms
    if contract is None or terms is None:
        return True
    return bool(contract.theirs) and (bool(contract.ours) or not terms.contract.two_sided)


def _acceptance(deal: Deal, terms: DealTerms) -> Iterator[Item]:
    fulfilment, rules = deal.fulfilment, terms.fulfilment
    if not (rules.acceptance_required and fulfilment.complete) or fulfilment.accepted_at or fulfilment.rework:
        return
    if rules.deemed_after is None or fulfilment.delivered_at is None:
        return
    if rules.notice_before is not None and fulfilment.noticed_at is None:
        at = before(terms, deadline(deal, terms, fulfilment.delivered_at, rules.deemed_after), rules.notice_before)
        why = Text(en="tell the customer that silence will count as acceptance", zh="通知客户逾期视同验收")
        yield _item(max(at, fulfilment.delivered_at), Elapsed(what="acceptance_notice"), why)
        return
    at = deemed_at(deal, terms, fulfilment.noticed_at or fulfilment.delivered_at)
    yield _item(at, Elapsed(what="deemed_acceptance"), Text(en="silence counts as acceptance", zh="视同验收"))


def _periods(deal: Deal, terms: DealTerms) -> Iterator[Item]:
    """Yield when each recurring item is billed next; none while too many of its invoices are unpaid."""
    if not deal.recurring or unsettled(deal) >= MOST_UNSETTLED:
        return
    for item in deal.recurring:
        days = next_days(item)
        if days is not None:
            why = Text(en=f"bill {item.id} for {days}", zh=f"开票 {item.id}：{days}")
            yield _item(
                due_at(item, days, terms), Elapsed(what="billing_period", reference=f"{item.id}/{days.start}"), why
            )


_BY_STAGE: dict[Stage, tuple[_Source, ...]] = {
    Stage.LEAD_ASSIGNED: (_response,),
    Stage.LEAD_NURTURE: (_nurture,),
    Stage.OPPORTUNITY: (_stall,),
    Stage.QUOTE_DRAFT: (_stall,),
    Stage.QUOTE_PENDING: (_approval, _people, _expiry),
    Stage.QUOTE_APPROVED: (_stall, _expiry),
    Stage.QUOTE_SENT: (_reminders, _expiry),
    Stage.QUOTE_EXPIRED: (_stall,),
    Stage.CONTRACT: (_signing,),
    Stage.ACTIVE: (_acceptance, _approval, _people, _periods),
}
