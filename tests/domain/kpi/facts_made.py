"""Small facts made by hand: three deals, three invoices, every number of which can be checked by head."""

from datetime import UTC, date, datetime

from domain.kpi.facts import (
    AllocationFact,
    DealFact,
    DisputeFact,
    EventFact,
    Facts,
    InvoiceFact,
    LadderFact,
    NoticeFact,
    ReceiptFact,
    StageFact,
)


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """Return a moment of 2026 in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def on(month: int, day: int) -> date:
    """Return a day of 2026."""
    return date(2026, month, day)


LADDER = LadderFact((StageFact("reminder", 3), StageFact("L1", 10)), "skip")

WON = DealFact(
    deal_id="D1",
    attributes=(("agent", "Ann"), ("product", "P"), ("account", "Acme")),
    created_at=at(1, 5),
    list_minor=1000_00,
    quote_minor=880_00,
    qualified_at=at(1, 6),
    quoted_at=at(1, 9),
    accepted_at=at(1, 15),
    order_created_at=at(1, 15, 9, 5),
    delivered_at=at(1, 20),
)
LOST = DealFact(
    deal_id="D2",
    attributes=(("agent", "Ann"), ("product", "P")),
    created_at=at(1, 10),
    list_minor=1000_00,
    qualified_at=at(1, 10),
    lost_at=at(2, 1),
)
PROSPECT = DealFact(
    deal_id="D3",
    attributes=(("agent", "Bob"), ("product", "P")),
    created_at=at(1, 12),
    list_minor=200_00,
)
ENGAGING = DealFact(
    deal_id="D4",
    attributes=(("agent", "Bob"), ("product", "P"), ("account", "Acme")),
    created_at=at(2, 1),
    list_minor=300_00,
    qualified_at=at(2, 3),
)

PAID_LATE = InvoiceFact("1", "D1", "Acme", on(1, 20), on(2, 19), 880_00, attributes=(("country", "DE"),))
PAID_EARLY = InvoiceFact(
    "2", "D9", "Beta", on(1, 31), on(3, 2), 100_01, (DisputeFact(at(2, 1), at(2, 3, 13), 100_01),), (("country", "FR"),)
)
OPEN = InvoiceFact("3", "D8", "Beta", on(2, 10), on(2, 20), 50_00, (DisputeFact(at(2, 10), None, 50_00),))

FACTS = Facts(
    currency="CNY",
    deals=(WON, LOST, PROSPECT, ENGAGING),
    invoices=(PAID_LATE, PAID_EARLY, OPEN),
    receipts=(
        ReceiptFact("r1", on(2, 10), 400_00),
        ReceiptFact("r2", on(2, 24), 480_00),
        ReceiptFact("r3", on(2, 4), 100_01),
    ),
    allocations=(
        AllocationFact("1", 400_00, on(2, 10), at(2, 11)),
        AllocationFact("1", 480_00, on(2, 24), at(2, 24)),
        AllocationFact("2", 100_01, on(2, 4), at(2, 4)),
    ),
    notices=(NoticeFact("1", "reminder", at(2, 22)),),
    events=(
        EventFact("lead_created", at(1, 5)),
        EventFact("lead_created", at(1, 10)),
        EventFact("quote_accepted", at(1, 15, 9, 1)),
        EventFact("order_created", at(3, 31)),
    ),
    ladder=LADDER,
)
