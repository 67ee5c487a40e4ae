"""Whoever changes an account's money holds its row first, so that movements of one account follow one another.

With it they hold the books of its legal entity, so that no month is closed between a look and a posting.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, text, update

from domain.receivables.entries import CaseCounters
from domain.refusal import Code, refuse
from domain.terms import AccountTerms
from storage.operations.periods import open_books
from storage.operations.statements import Upsert
from storage.tables.periods import ENTITY_BOOKS
from storage.tables.records import ACCOUNT, ACCOUNT_TERMS

_OPEN = Upsert(ACCOUNT, ["entity", "customer_id", "currency"], changes=())
_KEEP_TERMS = Upsert(ACCOUNT_TERMS, ["terms_hash"], changes=())
_COLUMNS = (
    ACCOUNT.c.id, ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency, ACCOUNT.c.customer_name,
    ACCOUNT.c.terms_hash, ACCOUNT.c.counters, ACCOUNT.c.revision,
)  # fmt: skip
_FIND = select(*_COLUMNS).where(
    ACCOUNT.c.entity == bindparam("entity"),
    ACCOUNT.c.customer_id == bindparam("customer_id"),
    ACCOUNT.c.currency == bindparam("currency"),
)
_HOLD = (
    _FIND.add_columns(ENTITY_BOOKS.c.closed_until)
    .join(ENTITY_BOOKS, ENTITY_BOOKS.c.entity == ACCOUNT.c.entity)
    .with_for_update(of=ACCOUNT)
    # The account is ours alone, the months of its entity are shared with all who post at this moment.
    .suffix_with(text(f"FOR SHARE OF {ENTITY_BOOKS.name}"), dialect="postgresql")
)
_TERMS = select(ACCOUNT_TERMS.c.body).where(ACCOUNT_TERMS.c.terms_hash == bindparam("terms_hash"))
_NOTHING = {
    "version": 0, "open_minor": 0, "overdue_minor": 0, "disputed_minor": 0, "promised_minor": 0, "unapplied_minor": 0,
    "credit_hold": False, "delivery_stop": False, "attention": False,
}  # fmt: skip
_SAVE = (
    update(ACCOUNT)
    .where(ACCOUNT.c.id == bindparam("account_id"))
    .values(counters=bindparam("new_counters"), revision=bindparam("new_revision"))
)


class HeldAccount(NamedTuple):
    """An account whose row this transaction holds.

    Attributes:
        revision: how many ledger transactions changed it before this one.
        closed_until: the last closed day of its legal entity, none where no month is closed; without the hold no day
            is open.
    """

    id: int
    entity: str
    customer_id: str
    currency: str
    customer_name: str
    terms_hash: str
    counters: CaseCounters
    revision: int
    closed_until: date | None = date.max


def hold_account(connection: Connection, entity: str, customer_id: str, currency: str) -> HeldAccount:
    """Lock the row of an account, making it when there is none, and keep the months of its entity as they are."""
    key = {"entity": entity, "customer_id": customer_id, "currency": currency}
    row = connection.execute(_HOLD, key).first()
    if row is None:
        connection.execute(_OPEN.of(connection), key | _NOTHING)
        open_books(connection, entity)
        row = connection.execute(_HOLD, key).one()
    return _held(*row[:-1])._replace(closed_until=row.closed_until)


def find_account(connection: Connection, entity: str, customer_id: str, currency: str) -> HeldAccount | None:
    """Read the row of an account without holding it, for reads; none when there is no such account."""
    key = {"entity": entity, "customer_id": customer_id, "currency": currency}
    row = connection.execute(_FIND, key).first()
    return None if row is None else _held(*row)


def account_by_id(connection: Connection, account_id: int) -> HeldAccount:
    """Read the row of an account without holding it."""
    return _held(*connection.execute(select(*_COLUMNS).where(ACCOUNT.c.id == account_id)).one())


def save_account(connection: Connection, account: HeldAccount) -> HeldAccount:
    """Count this transaction and store the counters of the case."""
    saved = account._replace(revision=account.revision + 1)
    values = {"new_counters": saved.counters.model_dump_json(), "new_revision": saved.revision}
    connection.execute(_SAVE, {"account_id": saved.id} | values)
    return saved


def store_terms(
    connection: Connection, account: HeldAccount, terms: AccountTerms, terms_hash: str, name: str, at: datetime
) -> None:
    """Keep terms under their content hash for ever and make them those of the account."""
    body = terms.model_dump_json()
    connection.execute(_KEEP_TERMS.of(connection), {"terms_hash": terms_hash, "body": body, "stored_at": at})
    connection.execute(
        update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(terms_hash=terms_hash, customer_name=name)
    )


def terms_by_hash(connection: Connection, terms_hash: str) -> AccountTerms:
    """Return the terms that `store_terms` kept; refused when there are none of this hash (E_NOTFOUND)."""
    return terms_from(connection.execute(_TERMS, {"terms_hash": terms_hash}).scalar(), terms_hash)


def terms_from(body: str | None, terms_hash: str) -> AccountTerms:
    """Return the terms that `store_terms` wrote as this body; no body is refused (E_NOTFOUND)."""
    if body is None:
        raise refuse(
            Code.NOTFOUND,
            f"the ledger has no account terms {terms_hash!r}: load the case first",
            f"账簿中没有账户条款 {terms_hash!r}：请先加载账户",
        )
    return _read(body)


@lru_cache(maxsize=256)
def _read(body: str) -> AccountTerms:
    return AccountTerms.model_validate_json(body)


def _held(
    id_: int, entity: str, customer_id: str, currency: str, name: str, terms_hash: str, counters: str, revision: int
) -> HeldAccount:
    read = CaseCounters.model_validate_json(counters)
    return HeldAccount(id_, entity, customer_id, currency, name, terms_hash, read, revision)
