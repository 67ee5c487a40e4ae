"""What the tax office gave for a document of ours is kept once, and never changes."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, select

from domain.fiscal.from_documents import FiscalRecord
from storage.database import Database
from storage.operations.statements import Upsert
from storage.tables.papers import FISCAL_DOCUMENT

_KEEP = Upsert(FISCAL_DOCUMENT, ["entity", "number"], changes=())


class FiscalRecords:
    """`domain.paper_ports.FiscalBook` over the database."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def fiscal(self, entity: str, number: str) -> FiscalRecord | None:
        """Return what was given for a document, none if nothing was."""
        return await self._database.read(fiscal_record, entity, number)

    async def keep_fiscal(self, record: FiscalRecord) -> FiscalRecord:
        """Keep a record unless its document has one; returns the one it has now."""
        return await self._database.write(_keep, record, self._now())


def fiscal_record(connection: Connection, entity: str, number: str) -> FiscalRecord | None:
    """Return what the tax office gave for a document, none if nothing."""
    query = select(FISCAL_DOCUMENT).where(FISCAL_DOCUMENT.c.entity == entity, FISCAL_DOCUMENT.c.number == number)
    row = connection.execute(query).first()
    return None if row is None else FiscalRecord.model_validate(row._asdict())


def _keep(connection: Connection, record: FiscalRecord, at: datetime) -> FiscalRecord:
    connection.execute(_KEEP.of(connection), dict(record) | {"at": at})
    return fiscal_record(connection, record.entity, record.number) or record
