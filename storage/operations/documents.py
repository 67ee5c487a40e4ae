"""What was sent is kept under its key as it was, whatever is rendered later."""

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, select

from domain.paper_ports import KeptFile
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

    async def keep_together(self, files: Sequence[KeptFile]) -> None:
        """Store files that belong together, all of them or none: none where the first one's key has a content."""
        await self._database.write(keep_together, files, self._now())

    async def kept(self, key: str) -> bytes | None:
        """Return what a key has, or none."""
        return await self._database.read(kept, key)


def keep(connection: Connection, key: str, name: str, media_type: str, content: bytes, at: datetime) -> str:
    """Store a content under a key; the first content stays."""
    store_file(connection, content, media_type, name, "ltc", at)
    connection.execute(_KEEP.of(connection), {"key": key, "sha256": sha256(content).hexdigest(), "at": at})
    digest: str = connection.execute(select(DOCUMENT.c.sha256).where(DOCUMENT.c.key == key)).scalar_one()
    return digest


def keep_together(connection: Connection, files: Sequence[KeptFile], at: datetime) -> None:
    """Store files that belong together, unless the first one's key has a content.

    Of two writers at once the second finds the first one's row, waits for it, and stores nothing.
    """
    if kept(connection, files[0].key) is not None:
        return
    first = {"key": files[0].key, "sha256": sha256(files[0].content).hexdigest(), "at": at}
    store_file(connection, files[0].content, files[0].media_type, files[0].name, "ltc", at)
    if connection.execute(_KEEP.of(connection).returning(DOCUMENT.c.key), first).first() is None:
        return
    for file in files[1:]:
        keep(connection, file.key, file.name, file.media_type, file.content, at)


def kept(connection: Connection, key: str) -> bytes | None:
    """Return the content of a key, or none."""
    content: bytes | None = connection.execute(
        select(FILE.c.content).join(DOCUMENT, DOCUMENT.c.sha256 == FILE.c.sha256).where(DOCUMENT.c.key == key)
    ).scalar()
    return content
