"""What the facts of a lead and of an opportunity make of a deal."""

from collections.abc import Callable
from datetime import datetime

from domain.approval.seats import Approval
from domain.approval.standing import OPEN
from domain.deal import events as e
from domain.deal.state import Deal, Lead, Stage
from domain.value import Value


def _lead(deal: Deal, **changes: object) -> Lead:
    return deal.lead.model_copy(update=changes)


def _captured(deal: Deal, event: e.LeadCaptured, at: datetime) -> Deal:
    lead = Lead(
        source=event.source, contact=event.contact, value=event.value, attributes=event.attributes, captured_at=at
    )
    return deal.model_copy(
        update={
            "deal_id": event.deal_id,
            "entity": event.entity,
            "customer": event.customer,
            "currency": event.currency,
            "owner": event.owner,
            "lead": lead,
        }
    )


def _opened(deal: Deal, event: e.DealOpened, at: datetime) -> Deal:
    lead = _lead(deal, score=event.score, score_reasons=event.score_reasons)
    return deal.model_copy(
        update={
            "opened": True,
            "entity": event.terms.entity or deal.entity,
            "terms": event.terms,
            "customer": event.customer,
            "lead": lead,
        }
    )


def _assigned(deal: Deal, event: e.LeadAssigned, at: datetime) -> Deal:
    if deal.stage not in (Stage.LEAD_NEW, Stage.LEAD_ASSIGNED):
        return deal.model_copy(update={"owner": event.owner, "approval": _handed_to(deal.approval, event.owner)})
    lead = _lead(deal, assigned_at=at, hops=event.hop, warned=False, breached=False)
    return deal.model_copy(update={"stage": Stage.LEAD_ASSIGNED, "owner": event.owner, "lead": lead})


def _handed_to(approval: Approval | None, owner: str) -> Approval | None:
    """Let an approval that is not over know who owns the deal now: owners never decide."""
    if approval is None or approval.status not in OPEN:
        return approval
    return approval.model_copy(update={"subject": approval.subject.handed_to(owner)})


def _warned(deal: Deal, event: e.ResponseWarned, at: datetime) -> Deal:
    return deal.model_copy(update={"lead": _lead(deal, warned=True)})


def _breached(deal: Deal, event: e.ResponseBreached, at: datetime) -> Deal:
    had = tuple(dict.fromkeys((*deal.lead.had, event.owner)))
    return deal.model_copy(update={"lead": _lead(deal, breached=True, had=had)})


def _responded(deal: Deal, event: e.LeadResponded, at: datetime) -> Deal:
    lead = _lead(deal, responded_at=deal.lead.responded_at or at)
    return deal.model_copy(update={"stage": Stage.LEAD_WORKING, "lead": lead})


def _moved(deal: Deal, event: Value, at: datetime) -> Deal:
    if deal.opportunity.moved_at is None:
        return deal
    return deal.model_copy(
        update={"opportunity": deal.opportunity.model_copy(update={"moved_at": at, "stalled": False})}
    )


def _qualified(deal: Deal, event: e.LeadQualified, at: datetime) -> Deal:
    opportunity = deal.opportunity.model_copy(update={"stage": event.stage, "entered_at": at, "moved_at": at})
    return deal.model_copy(update={"stage": Stage.OPPORTUNITY, "opportunity": opportunity})


def _disqualified(deal: Deal, event: e.LeadDisqualified, at: datetime) -> Deal:
    return deal.model_copy(update={"stage": Stage.DISQUALIFIED, "lost_reason": event.reason})


def _nurtured(deal: Deal, event: e.LeadNurtured, at: datetime) -> Deal:
    return deal.model_copy(update={"stage": Stage.LEAD_NURTURE, "lead": _lead(deal, recycle_on=event.until)})


def _nurture_ended(deal: Deal, event: e.NurtureEnded, at: datetime) -> Deal:
    return deal.model_copy(update={"stage": Stage.LEAD_WORKING, "lead": _lead(deal, recycle_on=None)})


def _advanced(deal: Deal, event: e.StageAdvanced, at: datetime) -> Deal:
    update = {"stage": event.stage, "entered_at": at, "moved_at": at, "met": event.met, "stalled": False}
    return deal.model_copy(update={"opportunity": deal.opportunity.model_copy(update=update)})


def _stepped_back(deal: Deal, event: e.SteppedBack, at: datetime) -> Deal:
    reworks = deal.opportunity.reworks + 1
    update = {"stage": event.stage, "entered_at": at, "moved_at": at, "reworks": reworks, "stalled": False}
    return deal.model_copy(update={"opportunity": deal.opportunity.model_copy(update=update)})


def _stalled(deal: Deal, event: e.DealStalled, at: datetime) -> Deal:
    return deal.model_copy(update={"opportunity": deal.opportunity.model_copy(update={"stalled": True})})


def _lost(deal: Deal, event: e.DealLost, at: datetime) -> Deal:
    return deal.model_copy(update={"stage": Stage.LOST, "lost_reason": event.reason, "hold": None})


LEAD_CHANGES: dict[type[Value], Callable[..., Deal]] = {
    e.LeadCaptured: _captured,
    e.DealOpened: _opened,
    e.LeadAssigned: _assigned,
    e.ResponseWarned: _warned,
    e.ResponseBreached: _breached,
    e.LeadResponded: _responded,
    e.FollowedUp: _moved,
    e.LeadQualified: _qualified,
    e.LeadDisqualified: _disqualified,
    e.LeadNurtured: _nurtured,
    e.NurtureEnded: _nurture_ended,
    e.StageAdvanced: _advanced,
    e.SteppedBack: _stepped_back,
    e.DealStalled: _stalled,
    e.DealLost: _lost,
}
