"""All tables in one place, for migrations and for the test that compares both."""

from storage.tables import (
    bank,
    billing,
    edge,
    exchange,
    late_claims,
    ledger,
    masters,
    papers,
    periods,
    records,
    refunds,
    write_offs,
)
from storage.tables.columns import METADATA

__all__ = [
    "METADATA", "bank", "billing", "edge", "exchange", "late_claims", "ledger", "masters", "papers", "periods",
    "records", "refunds", "write_offs",
]  # fmt: skip
