"""A deal's events are read under the names of the recorded process, so that figures compare like with like."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from domain.kpi.facts import DealFact, EventFact
from storage.rows import AnyRow

NAMES = {
    "lead_captured": "lead_created",
    "lead_qualified": "lead_qualified",
    "quote_submitted": "quote_sent",
    "approval_requested": "approval_requested",
    "approval_granted": "approval_granted",
    "quote_accepted": "quote_accepted",
    "order_created": "order_created",
    "delivery_recorded": "goods_issued",
    "invoice_issued": "invoice_issued",
    "deal_lost": "deal_lost",
    "open_item_imported": "invoice_issued",
    "dispute_opened": "dispute_raised",
    "dispute_resolved": "dispute_resolved",
    "receipt_recorded": "payment_received",
}
"""Our kinds of events by the names of the recorded process; a quote counts as sent when it is submitted."""
KINDS = (*NAMES, "quote_created", "quote_edited", "approval_not_needed")
_MOMENTS = {
    "lead_qualified": "qualified_at",
    "quote_submitted": "quoted_at",
    "approval_requested": "approval_requested_at",
    "approval_granted": "approval_granted_at",
    "quote_accepted": "accepted_at",
    "deal_lost": "lost_at",
    "order_created": "order_created_at",
    "delivery_recorded": "delivered_at",
}


class DealTrace:
    """One deal as its events tell it, taken in their order.

    Attributes:
        events: what happened, under the names of the recorded process.
    """

    def __init__(self, deal_id: str) -> None:
        self.deal_id = deal_id
        self.events: list[EventFact] = []
        self._fact: DealFact | None = None
        self._totals: dict[int, tuple[int, int]] = {}
        self._quoted = 0
        self._requested: dict[str, datetime] = {}

    def take(self, row: AnyRow) -> None:
        """Add one event of the log."""
        event = orjson.loads(row.data)
        told = _TOLD.get(row.kind)
        if told is None or told(self, event, row.at):
            self._happened(row.kind, row.at)

    def finished(self) -> DealFact | None:
        """Return the deal, none when the log has no capture of it."""
        for at in self._requested.values():
            self._happened("approval_requested", at)
        if self._fact is None or self._quoted not in self._totals:
            return self._fact
        net, listed = self._totals[self._quoted]
        known = self._fact.list_minor
        return replace(self._fact, quote_minor=net, list_minor=listed if known is None else known)

    def _happened(self, kind: str, at: datetime) -> None:
        self.events.append(EventFact(NAMES[kind], at))
        field = _MOMENTS.get(kind)
        if field is not None and self._fact is not None:
            moment: dict[str, Any] = {field: at}
            self._fact = replace(self._fact, **moment)

    def _captured(self, event: dict[str, Any], at: datetime) -> bool:
        attributes = tuple((name, text) for name, text in event["attributes"])
        value = event["value"] or {}
        self._fact = DealFact(self.deal_id, attributes, at, list_minor=value.get("minor"))
        return True

    def _priced(self, event: dict[str, Any], at: datetime) -> bool:
        quote = event["quote"]
        self._totals[quote["version"]] = quote["totals"]["total"]["minor"], quote["totals"]["list_total"]["minor"]
        return False

    def _quoted_as(self, event: dict[str, Any], at: datetime) -> bool:
        self._quoted = event["version"]
        return True

    def _asked(self, event: dict[str, Any], at: datetime) -> bool:
        # Whether a rule fired is known only later; until then it may turn out that nobody was asked.
        if event["subject"]["kind"] == "quote":
            self._requested[event["approval_id"]] = at
        return False

    def _not_needed(self, event: dict[str, Any], at: datetime) -> bool:
        self._requested.pop(event["approval_id"], None)
        return False

    def _granted(self, event: dict[str, Any], at: datetime) -> bool:
        return event["approval_id"] in self._requested

    def _delivered(self, event: dict[str, Any], at: datetime) -> bool:
        return bool(event["complete"])


_TOLD: dict[str, Callable[[DealTrace, dict[str, Any], datetime], bool]] = {
    "lead_captured": DealTrace._captured,
    "quote_created": DealTrace._priced,
    "quote_edited": DealTrace._priced,
    "quote_submitted": DealTrace._quoted_as,
    "quote_accepted": DealTrace._quoted_as,
    "approval_requested": DealTrace._asked,
    "approval_not_needed": DealTrace._not_needed,
    "approval_granted": DealTrace._granted,
    "delivery_recorded": DealTrace._delivered,
}
"""What each kind adds to the trace, and whether it is an event of the recorded process."""
