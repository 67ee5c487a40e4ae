"""An amendment under way: the approval that is open for it, and how it is given up."""

from domain.approval import events as approval
from domain.approval.machine import OPEN
from domain.approval.seats import Approval
from domain.deal.events_amend import AmendmentDropped, Dropped
from domain.deal.reading import Events, order_lines
from domain.deal.state import Amendment, Deal, Stage
from domain.money import Money
from domain.quotes import Quote


def deciding(deal: Deal) -> Approval | None:
    """Return the approval that people are deciding on: of the pending quote, or of what is to become of the order."""
    current = deal.approval
    if current is None or current.status not in OPEN:
        return None
    pending = deal.stage is Stage.QUOTE_PENDING or deal.amendment is not None or deal.cancellation is not None
    pending = pending or deal.reduction is not None
    return current if pending else None


def amended(deal: Deal, asked: Amendment) -> Quote:
    """Return the order as an amendment would make it, in the order's own words for every article."""
    known = {line.position: line for line in order_lines(deal)}
    lines = tuple(
        known[line.position].model_copy(
            update={"quantity": line.quantity, "net_price": Money(minor=line.net_minor, currency=deal.currency)}
        )
        for line in asked.lines
    )
    return asked.quote.model_copy(update={"lines": lines})


def given_up(deal: Deal, outcome: Dropped, reason: str) -> Events:
    """Return the end of an amendment that is under way, and of its approval; nothing when there is none."""
    if deal.amendment is None:
        return ()
    dropped = AmendmentDropped(nth=deal.amendment.nth, outcome=outcome, reason=reason)
    current = deciding(deal)
    if current is None:
        return (dropped,)
    return (approval.ApprovalRecalled(approval_id=current.id, reason=reason), dropped)
