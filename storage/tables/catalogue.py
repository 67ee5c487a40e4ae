"""All tables in one place, for migrations and for the test that compares both."""

from storage.tables import bank, edge, ledger, masters, records
from storage.tables.columns import METADATA

__all__ = ["METADATA", "bank", "edge", "ledger", "masters", "records"]
