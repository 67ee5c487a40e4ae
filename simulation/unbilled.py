"""What of an order is not billed yet, as `storage.operations.exposure` counts it."""

from collections.abc import Iterable

from domain.deal.events import InvoiceCredited
from domain.deal.evolve import DealFact
from domain.deal.state import Deal


def unbilled_minor(deal: Deal, facts: Iterable[DealFact]) -> int:
    """Return what is ordered, with tax, and not invoiced; what an amendment credited is ordered no more."""
    order = deal.order
    if order is None:
        return 0
    billed = sum(item.gross_minor for item in deal.billing if not item.part)
    own = {item.number for item in deal.billing if item.number and not item.part}
    back = 0
    if order.revision > 1:
        credits = (fact.event for fact in facts if isinstance(fact.event, InvoiceCredited))
        back = sum(one.amount.minor for one in credits if one.left_minor is not None and one.number in own)
    return max(0, order.gross.minor - billed + back)
