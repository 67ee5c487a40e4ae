"""Open items and receipts as tests need them, dated from 2 March 2026."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.money import Money
from domain.receivables.entries import OpenItem, Receipt

DAY_0 = datetime(2026, 3, 2, tzinfo=UTC)


def item(number: str, open_minor: int, due_day: int = 0, **changes: Any) -> OpenItem:
    rest: dict[str, Any] = {
        "instalment": 1,
        "deal_id": "",
        "issued_on": (DAY_0 - timedelta(days=30)).date(),
        "amount_minor": max(open_minor, changes.get("amount_minor", 0)),
        "currency": "CNY",
    }
    due_on = (DAY_0 + timedelta(days=due_day)).date()
    return OpenItem(**(rest | {"number": number, "open_minor": open_minor, "due_on": due_on} | changes))


def receipt(minor: int, *invoices: str, reference: str = "", currency: str = "CNY") -> Receipt:
    return Receipt(
        source="bank",
        external_id="1",
        amount=Money(minor=minor, currency=currency),
        value_date=DAY_0.date(),
        received_at=DAY_0,
        reference=reference,
        invoices=invoices,
    )
