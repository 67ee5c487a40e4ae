"""What is on record about who pays: their accounts, tax id and legal name, and the invoices that a reference names."""

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from domain.nobody import UNIDENTIFIED
from domain.statements.payer import PayerFacts
from domain.statements.ports import Payer
from domain.statements.posting import SOURCE, Line
from domain.statements.statement import Party
from storage.queries.receipt_owner import account_of_receipt, accounts_named
from storage.tables.bank import PAYER_ACCOUNT
from storage.tables.masters import CUSTOMER

_TAX_ID = re.compile(r"[A-Z0-9]{8,20}")


def payer_of(connection: Connection, line: Line) -> Payer:
    """Look up everything that may tell whose money a line is."""
    booked = account_of_receipt(connection, SOURCE, line.external_id)
    if booked is not None:
        return Payer(booked_for=(booked.entity, booked.customer_id))
    named = accounts_named(connection, line.reference, line.amount.currency, line.entity)
    by_account = _of_account(connection, line.payer.account, "payer")
    by_name = _by_name(connection, line.payer.name)
    everybody = (*(one.customer_id for one in named), *by_account, *by_name)
    return Payer(
        facts=PayerFacts(
            virtual=_of_account(connection, line.own_account, "virtual"),
            named=tuple(dict.fromkeys(one.customer_id for one in named)),
            by_account=by_account,
            by_tax_id=_by_tax_id(connection, line.reference),
            by_name=by_name,
            names=_names(connection, everybody),
            payer=line.payer.name,
        )
    )


def known_as(connection: Connection, party: Party) -> frozenset[str]:
    """Return the customers that a party is on record as, by its account or its legal name."""
    by_account = _of_account(connection, party.account, "payer")
    return frozenset((*by_account, *_by_name(connection, party.name)))


def payer_accounts(connection: Connection, customer_id: str) -> tuple[tuple[str, str], ...]:
    """Return the accounts on record of a customer, as (number, ``payer`` or ``virtual``)."""
    rows = connection.execute(
        select(PAYER_ACCOUNT.c.account, PAYER_ACCOUNT.c.kind)
        .where(PAYER_ACCOUNT.c.customer_id == customer_id)
        .order_by(PAYER_ACCOUNT.c.kind, PAYER_ACCOUNT.c.account)
    )
    return tuple((row[0], row[1]) for row in rows)


def _of_account(connection: Connection, account: str, kind: str) -> tuple[str, ...]:
    if not account:
        return ()
    rows = connection.execute(
        select(CUSTOMER.c.customer_id, CUSTOMER.c.merged_into)
        .join(PAYER_ACCOUNT, PAYER_ACCOUNT.c.customer_id == CUSTOMER.c.customer_id)
        .where(PAYER_ACCOUNT.c.account == account, PAYER_ACCOUNT.c.kind == kind)
    )
    return _each_once((row[0], row[1]) for row in rows)


def _by_tax_id(connection: Connection, reference: str) -> tuple[str, ...]:
    tokens = list(dict.fromkeys(_TAX_ID.findall(reference.upper())))
    if not tokens:
        return ()
    rows = connection.execute(
        select(CUSTOMER.c.customer_id, CUSTOMER.c.merged_into).where(CUSTOMER.c.tax_id.in_(tokens))
    )
    return _each_once((row[0], row[1]) for row in rows)


def _by_name(connection: Connection, name: str) -> tuple[str, ...]:
    if not name:
        return ()
    rows = connection.execute(
        select(CUSTOMER.c.customer_id, CUSTOMER.c.merged_into).where(
            CUSTOMER.c.name == name, CUSTOMER.c.customer_id != UNIDENTIFIED
        )
    )
    return _each_once((row[0], row[1]) for row in rows)


def _names(connection: Connection, customers: Sequence[str]) -> tuple[tuple[str, str], ...]:
    wanted = sorted(set(customers))
    if not wanted:
        return ()
    rows = connection.execute(select(CUSTOMER.c.customer_id, CUSTOMER.c.name).where(CUSTOMER.c.customer_id.in_(wanted)))
    return tuple((row[0], row[1]) for row in rows)


def _each_once(found: Iterable[tuple[str, str | None]]) -> tuple[str, ...]:
    """Return who these customers are today: one that was merged is the one it was merged into."""
    return tuple(sorted({into or customer_id for customer_id, into in found}))
