"""Time does only what stands in the agenda: a timer that is early, or out of date, is refused."""

from collections.abc import Callable
from datetime import datetime

from domain.approval import events as approval
from domain.approval.machine import OPEN
from domain.deal import commands as c
from domain.deal import events as e
from domain.deal.agenda import agenda, deemed_at
from domain.deal.decide_approval import rang
from domain.deal.decide_delivery import accepted
from domain.deal.decide_hold import released
from domain.deal.decide_opportunity import recalled
from domain.deal.decide_recurring import period_due
from domain.deal.reading import Events, quote_of, terms_of
from domain.deal.state import Deal
from domain.machine import Actor
from domain.refusal import Code, refuse


def elapsed(deal: Deal, command: c.Elapsed, actor: Actor, now: datetime) -> Events:
    """Do what the agenda holds for now (E_STATE when it holds nothing of the kind)."""
    if not any(due.command == command and due.at <= now for due in agenda(deal)):
        raise refuse(
            Code.STATE,
            f"{command.what} {command.reference} is not due in {deal.stage}",
            f"{deal.stage} 阶段没有到期事项 {command.what} {command.reference}",
        )
    if command.what in ("approval_warn", "approval_breach", "approval_expiry"):
        return rang(deal, command.what, command.reference, now)
    return _DUE[command.what](deal, command, now)


def _warned(deal: Deal, command: c.Elapsed, now: datetime) -> Events:
    return (e.ResponseWarned(owner=deal.owner),)


def _breached(deal: Deal, command: c.Elapsed, now: datetime) -> Events:
    return (e.ResponseBreached(owner=deal.owner, reassign=deal.lead.hops < terms_of(deal).lead.max_hops),)


def _nurture_ended(deal: Deal, command: c.Elapsed, now: datetime) -> Events:
    return (e.NurtureEnded(),)


def _stalled(deal: Deal, command: c.Elapsed, now: datetime) -> Events:
    return (e.DealStalled(stage=deal.opportunity.stage or deal.stage),)


def _lost(deal: Deal, command: c.Elapsed, now: datetime) -> Events:
    return (*recalled(deal, "the deal stalled"), e.DealLost(reason="stalled", by_clock=True))


def _reminded(deal: Deal, command: c.Elapsed, now: datetime) -> Events:
    return (e.QuoteReminded(version=quote_of(deal).version, nth=int(command.reference.rpartition("/")[2])),)


def _quote_expired(deal: Deal, command: c.Elapsed, now: datetime) -> Events:
    expired = e.QuoteExpired(version=quote_of(deal).version)
    if deal.approval is not None and deal.approval.status in OPEN:
        return (approval.ApprovalExpired(approval_id=deal.approval.id), expired)
    return (expired,)


def _people_changed(deal: Deal, command: c.Elapsed, now: datetime) -> Events:
    return (e.SeatsQuestioned(approval_id=command.reference),)


def _calendar_ends(deal: Deal, command: c.Elapsed, now: datetime) -> Events:
    return (e.CalendarRunsOut(valid_until=terms_of(deal).calendar.valid_until),)


def _sign_overdue(deal: Deal, command: c.Elapsed, now: datetime) -> Events:
    if deal.contract is not None and not deal.contract.reminded:
        return (e.ContractOverdue(),)
    return (e.QuoteExpired(version=quote_of(deal).version, unsigned=True),)


def _noticed(deal: Deal, command: c.Elapsed, now: datetime) -> Events:
    return (e.AcceptanceNoticed(deemed_at=deemed_at(deal, terms_of(deal), now)),)


def _deemed(deal: Deal, command: c.Elapsed, now: datetime) -> Events:
    return accepted(deal, e.DeliveryAccepted(accepted_by="", deemed=True))


def _hold_ended(deal: Deal, command: c.Elapsed, now: datetime) -> Events:
    return released(deal, now, by_clock=True)


_DUE: dict[str, Callable[[Deal, c.Elapsed, datetime], Events]] = {
    "response_warn": _warned,
    "response_breach": _breached,
    "nurture_end": _nurture_ended,
    "stalled": _stalled,
    "auto_lose": _lost,
    "quote_reminder": _reminded,
    "quote_expiry": _quote_expired,
    "people_change": _people_changed,
    "sign_due": _sign_overdue,
    "acceptance_notice": _noticed,
    "deemed_acceptance": _deemed,
    "calendar_end": _calendar_ends,
    "hold_end": _hold_ended,
    "billing_period": period_due,
}
