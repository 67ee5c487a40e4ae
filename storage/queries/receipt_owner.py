"""Whose money a receipt is, as far as it says so itself: by being known already, or by naming our invoices."""

import re
from collections.abc import Sequence

from sqlalchemy import Connection, select

from domain.approval.standing import OPEN
from domain.value import Value
from storage.tables.ledger import INVOICE, RECEIPT
from storage.tables.records import ACCOUNT, APPROVAL

_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")
_KEY = (ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency)


class AccountKey(Value):
    """What an account is known by."""

    entity: str
    customer_id: str
    currency: str


def account_of_receipt(connection: Connection, source: str, external_id: str) -> AccountKey | None:
    """Return the account in which a receipt is, none if it was never reported."""
    row = connection.execute(
        select(*_KEY)
        .join(RECEIPT, RECEIPT.c.account_id == ACCOUNT.c.id)
        .where(RECEIPT.c.source == source, RECEIPT.c.external_id == external_id)
    ).first()
    return None if row is None else AccountKey.model_validate(row._asdict())


def waiting_receipts(connection: Connection, account: AccountKey) -> frozenset[str]:
    """Return the approvals that receipts of an account wait for: none of these is booked yet."""
    query = select(APPROVAL.c.approval_id).where(
        APPROVAL.c.status.in_(OPEN),
        APPROVAL.c.kind == "receipt",
        APPROVAL.c.owner_workflow == f"account/{account.entity}/{account.customer_id}/{account.currency}",
    )
    return frozenset(connection.execute(query).scalars())


def accounts_named(connection: Connection, text: str, currency: str, entity: str = "") -> tuple[AccountKey, ...]:
    """Return the accounts of the invoices in a currency whose whole numbers stand in a text, each once.

    Args:
        entity: of the invoices; empty for any.
    """
    tokens = _TOKEN.findall(text)
    wanted = list(dict.fromkeys([*tokens, *(token.upper() for token in tokens)]))
    if not wanted:
        return ()
    query = (
        select(*_KEY)
        .distinct()
        .join(INVOICE, INVOICE.c.account_id == ACCOUNT.c.id)
        .where(INVOICE.c.number.in_(wanted), ACCOUNT.c.currency == currency)
        .order_by(*_KEY)
    )
    if entity:
        query = query.where(ACCOUNT.c.entity == entity)
    return tuple(AccountKey.model_validate(row._asdict()) for row in connection.execute(query))


def not_of_account(connection: Connection, account: AccountKey, numbers: Sequence[str]) -> tuple[str, ...]:
    """Return those of these numbers that are no invoices of an account, in their order."""
    if not numbers:
        return ()
    found = connection.execute(
        select(INVOICE.c.number)
        .join(ACCOUNT, ACCOUNT.c.id == INVOICE.c.account_id)
        .where(
            INVOICE.c.number.in_(numbers),
            ACCOUNT.c.entity == account.entity,
            ACCOUNT.c.customer_id == account.customer_id,
            ACCOUNT.c.currency == account.currency,
        )
    )
    known = frozenset(found.scalars())
    return tuple(number for number in dict.fromkeys(numbers) if number not in known)


def other_currencies_of(connection: Connection, account: AccountKey, numbers: Sequence[str]) -> tuple[str, ...]:
    """Return the currencies in which these numbers are invoices of the account's customer, other than its own."""
    query = (
        select(ACCOUNT.c.currency)
        .distinct()
        .join(INVOICE, INVOICE.c.account_id == ACCOUNT.c.id)
        .where(
            INVOICE.c.number.in_(numbers),
            ACCOUNT.c.entity == account.entity,
            ACCOUNT.c.customer_id == account.customer_id,
            ACCOUNT.c.currency != account.currency,
        )
        .order_by(ACCOUNT.c.currency)
    )
    return tuple(connection.execute(query).scalars())
