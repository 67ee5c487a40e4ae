"""What was sent is kept under its key as it was, whatever is rendered later."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, select

from storage.database import Database
from storage.operations.edge import store_file
from storage.operations.statements import Upsert
from storage.tables.edge import DOCUMENT, FILE

_KEEP = Upsert(DOCUMENT, ["key"], changes=())


class DocumentFiles:
    """Documents in the database, as `domain.paper_ports.Files`."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def keep(self, key: str, name: str, media_type: str, content: bytes) -> str:
        """Store a content under a key unless the key has one; returns the SHA-256 of what the key has now."""
        return await self._database.write(keep, key, name, media_type, content, self._now())

    async def kept(self, key: str) -> bytes | None:
        """Return what a key has, or none."""
        return await self._database.read(kept, key)


def keep(connection: Connection, key: str, name: str, media_type: str, content: bytes, at: datetime) -> str:
    """Store a content under a key; the first content stays."""
    store_file(connection, content, media_type, name, "ltc", at)
    connection.execute(_KEEP.of(connection), {"key": key, "sha256": sha256(content).hexdigest(), "at": at})
    digest: str = connection.execute(select(DOCUMENT.c.sha256).where(DOCUMENT.c.key == key)).scalar_one()
    return digest


def kept(connection: Connection, key: str) -> bytes | None:
    """Return the content of a key, or none."""
    content: bytes | None = connection.execute(
        select(FILE.c.content).join(DOCUMENT, DOCUMENT.c.sha256 == FILE.c.sha256).where(DOCUMENT.c.key == key)
    ).scalar()
    return content
