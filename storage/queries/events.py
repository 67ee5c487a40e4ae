"""The event log is read in order, whole or by workflow, and each line proves its place by its hash."""

from datetime import datetime

from sqlalchemy import Connection, select

from domain.value import Value
from storage.queries.paging import cursor_of, limited, place_of
from storage.rows import AnyRow
from storage.tables.records import CHAIN, EVENT


class LoggedEvent(Value):
    """One line of the event log.

    Attributes:
        subject: the deal's id, or ``entity/customer/currency`` of an account.
        roles: of the actor, comma-separated.
        data: the event as JSON text.
    """

    workflow_id: str
    seq: int
    subject: str
    kind: str
    at: datetime
    actor: str
    roles: str
    via: str
    on_behalf_of: str
    cause: str
    policy: str
    data: str
    prev_hash: str
    hash: str


class EventPage(Value):
    """Some events, and the cursor of the next page; empty at the end."""

    events: tuple[LoggedEvent, ...]
    next: str = ""


def timeline(connection: Connection, workflow_id: str, cursor: str = "", limit: int = 50) -> EventPage:
    """Return a page of a workflow's events, the newest first (`BadCursor`)."""
    query = select(EVENT).where(EVENT.c.workflow_id == workflow_id).order_by(EVENT.c.seq.desc())
    if cursor:
        query = query.where(EVENT.c.seq < place_of(cursor, (int,))[0])
    rows = connection.execute(query.limit(limited(limit) + 1)).all()
    page = tuple(_event(row) for row in rows[: limited(limit)])
    return EventPage(events=page, next=cursor_of(page[-1].seq) if len(rows) > len(page) else "")


def events_of(connection: Connection, workflow_id: str) -> tuple[LoggedEvent, ...]:
    """Return all events of a workflow in order."""
    rows = connection.execute(select(EVENT).where(EVENT.c.workflow_id == workflow_id).order_by(EVENT.c.seq))
    return tuple(_event(row) for row in rows)


def head(connection: Connection, workflow_id: str) -> int:
    """Return the number of the last event, 0 when there is none."""
    seq: int | None = connection.execute(select(CHAIN.c.seq).where(CHAIN.c.workflow_id == workflow_id)).scalar()
    return seq or 0


def _event(row: AnyRow) -> LoggedEvent:
    return LoggedEvent.model_construct(**row._asdict())
