"""Recordings of our own making: the same seed gives the same deals, from leads that go nowhere to paid invoices."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from simulation.recorded import COLUMNS

SEED = 20250106
BEGAN = datetime(2025, 1, 6, tzinfo=UTC)
LEAD_DAYS = 30
CURRENCY = "USD"
AGENTS = ("Ann", "Bob", "Cem", "Dai", "Eva")
PRODUCTS = ("P1", "P2", "P3")
CUSTOMERS = tuple(f"Customer {number}" for number in range(1, 41))
DISCOUNTS = (0, 0, 3, 5, 8, 12, 20)
"""In percent; the reference process asks for an approval above ten."""
NET_DAYS = 30


class Row(NamedTuple):
    """One recorded event, its amount in whole units of the currency and cents."""

    at: datetime
    deal_id: str
    event: str
    cents: int | None = None
    attributes: tuple[tuple[str, object], ...] = ()

    def written(self) -> tuple[str, ...]:
        """Return the row as it stands in a file."""
        amount = "" if self.cents is None else f"{self.cents / 100:.2f}"
        attributes = json.dumps(dict(self.attributes)) if self.attributes else ""
        return f"{self.at:%Y-%m-%dT%H:%M:%SZ}", self.deal_id, self.event, amount, attributes, CURRENCY


def write_recording(place: Path, deals: int) -> None:
    """Write a recording of so many deals, in order of time."""
    chance = Random(SEED)
    rows = sorted(row for number in range(deals) for row in _deal(f"D{number:04}", chance))
    with place.open("w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text)
        writer.writerow((*COLUMNS, "currency"))
        writer.writerows(row.written() for row in rows)


def _deal(deal_id: str, chance: Random) -> Iterator[Row]:
    """Yield a deal from its lead to wherever it gets; later steps are rarer, as in life."""
    at = _later(BEGAN, chance.randrange(LEAD_DAYS), 9, chance)
    listed = chance.randrange(200, 9_000)
    lead = (
        ("agent", chance.choice(AGENTS)),
        ("product", chance.choice(PRODUCTS)),
        ("account", chance.choice(CUSTOMERS)),
        ("list_price", listed),
    )
    yield Row(at, deal_id, "lead_created", None, lead)
    if chance.random() < 0.1:
        return
    at = _later(at, chance.randrange(1, 4), 10, chance)
    yield Row(at, deal_id, "lead_qualified")
    if chance.random() < 0.15:
        yield Row(_later(at, chance.randrange(1, 20), 14, chance), deal_id, "deal_lost")
        return
    yield from _quoted(deal_id, at, listed, chance)


def _quoted(deal_id: str, at: datetime, listed: int, chance: Random) -> Iterator[Row]:
    percent = chance.choice(DISCOUNTS)
    cents = listed * (100 - percent)
    at = _later(at, chance.randrange(1, 4), 11, chance)
    yield Row(at, deal_id, "quote_sent", cents, (("discount", percent / 100),))
    if percent > 10:
        yield Row(at + timedelta(minutes=1), deal_id, "approval_requested", cents)
        if chance.random() < 0.1:
            return
        yield Row(at + timedelta(hours=4), deal_id, "approval_granted", cents)
    at = _later(at, chance.randrange(1, 12), 10, chance)
    if chance.random() < 0.3:
        yield Row(at + timedelta(hours=4), deal_id, "deal_lost")
        return
    yield Row(at, deal_id, "quote_accepted", cents)
    yield Row(at + timedelta(minutes=5), deal_id, "order_created", cents)
    if chance.random() < 0.9:
        yield from _delivered(deal_id, _later(at, chance.randrange(1, 4), 17, chance), cents, chance)


def _delivered(deal_id: str, at: datetime, cents: int, chance: Random) -> Iterator[Row]:
    yield Row(at, deal_id, "goods_issued")
    yield Row(at.replace(hour=18), deal_id, "invoice_issued", cents)
    disputed = chance.random() < 0.2
    if disputed:
        yield Row(at.replace(hour=19), deal_id, "dispute_raised", cents)
        yield Row(_later(at, chance.randrange(5, NET_DAYS + 3), 13, chance), deal_id, "dispute_resolved", cents)
    if chance.random() < 0.9:
        paid = _later(at, NET_DAYS + (6 if disputed else -14) + chance.randrange(20), 8, chance)
        yield Row(paid.replace(minute=0), deal_id, "payment_received", cents)


def _later(at: datetime, days: int, hour: int, chance: Random) -> datetime:
    """Return a minute of an hour so many days later."""
    return (at + timedelta(days=days)).replace(hour=hour, minute=chance.randrange(60))
