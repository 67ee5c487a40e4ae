"""What is owed for a deal, an invoice or an account comes from the ledger, what happens next from the event log."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from domain.account.explain import explain
from domain.account.folding import folded
from domain.account.state import Account
from domain.local_time import local_day
from domain.machine import Blocker, Explanation
from domain.money import Money
from domain.receivables.claims import OpenPromise
from domain.receivables.collecting import MOST, Collection, receivable, unapplied_elsewhere
from domain.refusal import Code, refuse
from storage.operations.accounts import find_account, terms_by_hash
from storage.operations.claims import open_promises
from storage.operations.items import items_of, open_items
from storage.queries.facts import account_facts
from storage.queries.invoices import account_of_invoice
from storage.tables.ledger import INSTALMENT, INVOICE
from storage.tables.records import ACCOUNT


def collection_of_deal(connection: Connection, deal_id: str, now: datetime) -> Collection | None:
    """Return what is open of a deal's invoices at a business time, none when nothing is."""
    rows = connection.execute(
        select(INVOICE.c.number, ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency)
        .join(ACCOUNT, ACCOUNT.c.id == INVOICE.c.account_id)
        .join(INSTALMENT, INSTALMENT.c.invoice_id == INVOICE.c.id)
        .where(INVOICE.c.deal_id == deal_id, ~INSTALMENT.c.settled)
        .distinct()
    ).all()
    if not rows:
        return None
    return _collection(connection, (rows[0].entity, rows[0].customer_id, rows[0].currency), now,
                       {row.number for row in rows})  # fmt: skip


def collection_of_invoice(connection: Connection, number: str, entity: str, now: datetime) -> Collection:
    """Return what is open of an invoice at a business time (E_NOTFOUND)."""
    return _collection(connection, account_of_invoice(connection, number, entity), now, {number})


def collection_of_account(connection: Connection, account: tuple[str, str, str], now: datetime) -> Collection:
    """Return what is open in (entity, customer id, currency) at a business time (E_NOTFOUND)."""
    return _collection(connection, account, now, None)


def _collection(
    connection: Connection, key: tuple[str, str, str], now: datetime, numbers: Iterable[str] | None
) -> Collection:
    held, name = find_account(connection, *key), f"account/{'/'.join(key)}"
    if held is None:
        raise refuse(Code.NOTFOUND, f"there is no {name}", f"没有账户 {name}")
    found = open_items(connection, held.id) if numbers is None else items_of(connection, held.id, numbers)
    still_open = [one for one in found if one.item.open_minor > 0]
    zone = terms_by_hash(connection, held.terms_hash).dunning.zone if held.terms_hash else "UTC"
    today, promised = local_day(zone, now), _promised(connection, held.id)
    left = Counter[str]()
    for one in still_open:
        left[one.item.number] += one.item.open_minor
    told = _explained(folded(account_facts(connection, name)), now)
    return Collection(
        account=name,
        stage=told.stage,
        receivables=tuple(
            receivable(one.item, promised.get(one.item.number, ()), today, left[one.item.number])
            for one in still_open[:MOST]
        ),
        waiting=(*told.waiting, *(_elsewhere(connection, key) if still_open else ())),
        timers=told.timers,
        left_out=len(still_open[MOST:]),
    )


def _elsewhere(connection: Connection, key: tuple[str, str, str]) -> tuple[Blocker, ...]:
    """Return what of the customer's money pays nothing in other currencies, as the log last told it."""
    entity, customer_id, currency = key
    rows = connection.execute(
        select(ACCOUNT.c.unapplied_minor, ACCOUNT.c.currency)
        .where(
            ACCOUNT.c.entity == entity, ACCOUNT.c.customer_id == customer_id, ACCOUNT.c.currency != currency,
            ACCOUNT.c.unapplied_minor > 0,
        )
        .order_by(ACCOUNT.c.currency)
    )  # fmt: skip
    return tuple(unapplied_elsewhere(Money(minor=row.unapplied_minor, currency=row.currency)) for row in rows)


def _explained(account: Account | None, now: datetime) -> Explanation:
    """Explain the account; one whose first word is on its way has not begun."""
    if account is None:
        return Explanation(stage="starting", waiting=(), timers=(), moves=(), clause="")
    return explain(account, now)


def _promised(connection: Connection, account_id: int) -> dict[str, list[OpenPromise]]:
    """Return the open promises and instalments of plans by invoice, the next one first."""
    found: dict[str, list[OpenPromise]] = {}
    for promise in sorted(open_promises(connection, account_id), key=lambda one: (one.on, one.promise_id)):
        found.setdefault(promise.number, []).append(promise)
    return found
