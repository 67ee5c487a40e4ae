"""A message of a webhook is known by its source and id."""

from sqlalchemy import Connection, select

from storage.tables.edge import INBOX


def seen_digest(connection: Connection, source: str, message_id: str) -> str | None:
    """Return the digest of a message that was taken in, or none when it is new."""
    digest: str | None = connection.execute(
        select(INBOX.c.digest).where(INBOX.c.source == source, INBOX.c.message_id == message_id)
    ).scalar()
    return digest
