"""What the facts of a cancellation that is asked for make of a deal; the order stands until it is done."""

from collections.abc import Callable
from datetime import datetime

from domain.deal import events_cancel as e
from domain.deal.state import Cancellation, Deal
from domain.value import Value


def _asked(deal: Deal, event: e.CancellationAsked, at: datetime) -> Deal:
    asked = Cancellation(
        nth=event.nth,
        reason=event.reason,
        by=event.by,
        delivered=event.delivered,
        paid_part=event.paid_part,
        preview=event.preview,
        gives_up=event.gives_up,
    )
    return deal.model_copy(update={"cancellation": asked, "cancellations": event.nth})


def _weighed(deal: Deal, event: e.CancellationWeighed, at: datetime) -> Deal:
    return _changed(deal, preview=event.preview.content_hash, approval_id=approval_id(deal, event.nth))


def _agreed(deal: Deal, event: e.CancellationAgreed, at: datetime) -> Deal:
    return _changed(deal, agreed=True)


def _dropped(deal: Deal, event: e.CancellationDropped, at: datetime) -> Deal:
    return deal.model_copy(update={"cancellation": None})


def _changed(deal: Deal, **changes: object) -> Deal:
    asked = deal.cancellation
    return deal if asked is None else deal.model_copy(update={"cancellation": asked.model_copy(update=changes)})


def approval_id(deal: Deal, nth: int) -> str:
    """Name the approval of a cancellation."""
    return f"{deal.deal_id}-c{nth}"


CANCELLATION_CHANGES: dict[type[Value], Callable[..., Deal]] = {
    e.CancellationAsked: _asked,
    e.CancellationWeighed: _weighed,
    e.CancellationAgreed: _agreed,
    e.CancellationDropped: _dropped,
}
