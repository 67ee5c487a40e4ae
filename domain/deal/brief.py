"""What an approver must see to decide: the offer line by line, what is given away, and for whom a stand-in acts."""

from datetime import datetime

from domain.approval.standing import seats_open
from domain.deal.agenda import agenda
from domain.deal.amending import amended
from domain.deal.state import Deal
from domain.quotes import QuoteLine, Totals
from domain.value import Value


class StandIn(Value):
    """A person who may decide in the place of another."""

    person: str
    on_behalf_of: str


class Brief(Value):
    """An approval as its approvers need it.

    Attributes:
        content_hash: what a decision must name.
        lines, totals: of the quote, or of the order as it would be amended; none for what is no quote.
        stand_ins: of the seats that are open.
        due_at: when the first of their clocks runs out.
    """

    approval_id: str
    content_hash: str
    lines: tuple[QuoteLine, ...] = ()
    totals: Totals | None = None
    stand_ins: tuple[StandIn, ...] = ()
    due_at: datetime | None = None


def brief_of(deal: Deal, approval_id: str) -> Brief | None:
    """Return the brief of the approval that a deal holds; none when it holds another one by now, or none."""
    current = deal.approval
    if current is None or current.id != approval_id:
        return None
    asked = (*deal.quotes, *((amended(deal, deal.amendment),) if deal.amendment else ()))
    quote = next((one for one in reversed(asked) if one.approval_id == approval_id), None)
    return Brief(
        approval_id=approval_id,
        content_hash=current.subject.content_hash,
        lines=quote.lines if quote else (),
        totals=quote.totals if quote else None,
        stand_ins=tuple(
            StandIn(person=one.person, on_behalf_of=one.on_behalf_of)
            for _, seat in seats_open(current)
            for one in seat.candidates
            if one.on_behalf_of
        ),
        due_at=next((item.at for item in agenda(deal) if item.command.what == "approval_breach"), None),
    )
