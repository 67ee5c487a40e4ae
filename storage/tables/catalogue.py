"""All tables in one place, for migrations and for the test that compares both."""

from storage.tables import edge, ledger, masters, records
from storage.tables.columns import METADATA

__all__ = ["METADATA", "edge", "ledger", "masters", "records"]
