"""The journal is read from the postings alone; their document and deals come from the answer that moved them."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby, islice
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, bindparam, case, func, select

from domain.receivables.journal import AccountBalance, JournalEntry
from domain.receivables.postings import Posting
from storage.rows import AnyRow
from storage.tables.ledger import CREDIT_NOTE, INVOICE, MOVEMENT, POSTING
from storage.tables.records import ACCOUNT

_BATCH = 500
_LEGS = (
    select(
        POSTING.c.entry, POSTING.c.posted_on, POSTING.c.account, POSTING.c.minor, POSTING.c.currency,
        POSTING.c.document, ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.customer_name,
    )
    .join(ACCOUNT, ACCOUNT.c.id == POSTING.c.account_id)
    .order_by(POSTING.c.posted_on, POSTING.c.at, POSTING.c.entry, ACCOUNT.c.entity, POSTING.c.id)
)  # fmt: skip
_ANSWERS = select(MOVEMENT.c.key, MOVEMENT.c.answer).where(MOVEMENT.c.key.in_(bindparam("keys", expanding=True)))
_DEALS = (
    select(INVOICE.c.entity, INVOICE.c.number, INVOICE.c.deal_id)
    .where(INVOICE.c.number.in_(bindparam("numbers", expanding=True)))
    .union_all(
        select(CREDIT_NOTE.c.entity, CREDIT_NOTE.c.number, INVOICE.c.deal_id)
        .join(INVOICE, INVOICE.c.id == CREDIT_NOTE.c.invoice_id)
        .where(CREDIT_NOTE.c.number.in_(bindparam("numbers", expanding=True)))
    )
)


class _Told(NamedTuple):
    """What a movement's answer says of itself."""

    reference: str
    deals: tuple[str, ...]


def journal(connection: Connection, entity: str = "", until: date | None = None) -> Iterator[JournalEntry]:
    """Return every change of the books in order of its day, then of its moment.

    Args:
        connection: of a read, so that everything is of one moment.
        entity: only this legal entity; empty for all.
        until: the last day; none for all.
    """
    query = _LEGS
    if entity:
        query = query.where(ACCOUNT.c.entity == entity)
    if until is not None:
        query = query.where(POSTING.c.posted_on <= until)
    rows = connection.execute(query.execution_options(yield_per=5_000))
    changes = (list(legs) for _, legs in groupby(rows, key=lambda row: (row.posted_on, row.entry, row.entity)))
    while batch := list(islice(changes, _BATCH)):
        yield from _entries(connection, batch)


def trial_balance(
    connection: Connection, entity: str = "", currency: str = "", on: date | None = None, since: date | None = None
) -> tuple[AccountBalance, ...]:
    """Return what every account comes to at the end of a day, by entity, currency and account.

    Args:
        connection: of a read.
        entity: only this legal entity; empty for all.
        currency: only this currency; empty for all.
        on: the day; none for everything that is posted.
        since: leave out what is posted before this day; none for nothing.
    """
    debit = func.sum(case((POSTING.c.minor > 0, POSTING.c.minor), else_=0))
    credit = func.sum(case((POSTING.c.minor < 0, -POSTING.c.minor), else_=0))
    keys = (ACCOUNT.c.entity, POSTING.c.currency, POSTING.c.account)
    query = select(*keys, debit, credit).join(ACCOUNT, ACCOUNT.c.id == POSTING.c.account_id).group_by(*keys)
    if entity:
        query = query.where(ACCOUNT.c.entity == entity)
    if currency:
        query = query.where(POSTING.c.currency == currency)
    if on is not None:
        query = query.where(POSTING.c.posted_on <= on)
    if since is not None:
        query = query.where(POSTING.c.posted_on >= since)
    # Sorted here, since the two databases sort text by different rules.
    return tuple(
        AccountBalance(entity=row[0], currency=row[1], account=row[2], debit_minor=row[3], credit_minor=row[4])
        for row in sorted(connection.execute(query), key=lambda row: row[:3])
    )


def _entries(connection: Connection, batch: Sequence[Sequence[AnyRow]]) -> Iterator[JournalEntry]:
    told = _told(connection, {_key(legs[0].entry) for legs in batch})
    documents = {legs[0].document or told.get(_key(legs[0].entry), _NOTHING).reference for legs in batch}
    deals = _deals(connection, documents)
    for legs in batch:
        first = legs[0]
        said = told.get(_key(first.entry), _NOTHING)
        document = first.document or said.reference
        deal_id = deals.get((first.entity, document), "")
        yield JournalEntry(
            name=first.entry,
            what=first.entry.partition(":")[0],
            on=first.posted_on,
            entity=first.entity,
            customer_id=first.customer_id,
            customer_name=first.customer_name,
            document=document,
            deals=(deal_id,) if deal_id else said.deals,
            legs=tuple(Posting(account=leg.account, minor=leg.minor, currency=leg.currency) for leg in legs),
        )


_NOTHING = _Told("", ())


def _key(entry: str) -> str:
    return entry.partition(":")[2]


def _told(connection: Connection, keys: set[str]) -> dict[str, _Told]:
    found: dict[str, _Told] = {}
    for row in connection.execute(_ANSWERS, {"keys": sorted(keys)}):
        answer = orjson.loads(row.answer)
        deals = dict.fromkeys(change["deal_id"] for change in answer.get("changes", ()) if change["deal_id"])
        found[row.key] = _Told(answer.get("credit_note") or answer.get("reference", ""), tuple(sorted(deals)))
    return found


def _deals(connection: Connection, documents: set[str]) -> dict[tuple[str, str], str]:
    rows = connection.execute(_DEALS, {"numbers": sorted(documents)})
    return {(row.entity, row.number): row.deal_id for row in rows if row.deal_id}
