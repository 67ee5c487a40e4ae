"""Exposure is what a customer owes, less cash not applied, plus what is ordered and not yet billed.

Customers that were found to be the same have one exposure: what each of them owes counts for all.
"""

from datetime import datetime, timedelta

import orjson
from sqlalchemy import Connection, bindparam, func, or_, select

from domain.deal.commands import CreditDecision
from domain.deal.effects import CheckCredit
from domain.local_time import local_day
from domain.receivables.exposure import credit_decision
from domain.receivables.holds import AccountHold
from storage.operations.accounts import terms_by_hash
from storage.operations.items import open_items
from storage.operations.receipts import unapplied_of_account
from storage.tables.billing import PAYABLE
from storage.tables.ledger import CREDIT_NOTE, INVOICE
from storage.tables.masters import CUSTOMER
from storage.tables.records import ACCOUNT, DEAL, EVENT

_ORDERED = ("order_created", "order_amended")
_REDUCED = (
    select(func.coalesce(func.sum(CREDIT_NOTE.c.gross_minor), 0))
    .join(INVOICE, INVOICE.c.id == CREDIT_NOTE.c.invoice_id)
    .where(INVOICE.c.deal_id == bindparam("deal_id"), CREDIT_NOTE.c.lines != "[]", CREDIT_NOTE.c.period_from.is_(None))
)
_HELD = ("contract.pending", "credit_hold", "active")


def exposure(connection: Connection, effect: CheckCredit, at: datetime) -> CreditDecision:
    """Compare the exposure with this order against the limit, and the oldest open item with the overdue block.

    Only what is in the order's currency counts; what another currency owes needs a rate that the ledger has not.
    """
    currency = effect.order.currency
    customers = _same(connection, effect.customer_id)
    owed, oldest_days = _owed(connection, customers, currency, at)
    exposed = owed + _unbilled(connection, customers, currency)
    return credit_decision(effect, exposed, oldest_days, _holds(connection, customers))


def concerned_by_hold(connection: Connection, customer_id: str) -> tuple[tuple[str, str], ...]:
    """Return (deal, customer) of all deals of a customer that have an order or are about to, those merged with it too.

    A deal that is checked for credit meanwhile is among them: its stage is recorded before it is checked.
    """
    found = connection.execute(
        select(DEAL.c.deal_id, DEAL.c.customer_id)
        .where(DEAL.c.customer_id.in_(_same(connection, customer_id)), DEAL.c.stage.in_(_HELD))
        .order_by(DEAL.c.deal_id)
    )
    return tuple((row.deal_id, row.customer_id) for row in found)


def _holds(connection: Connection, customers: frozenset[str]) -> tuple[AccountHold, ...]:
    found = connection.execute(
        select(ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency, ACCOUNT.c.credit_hold)
        .where(ACCOUNT.c.customer_id.in_(customers), or_(ACCOUNT.c.credit_hold, ACCOUNT.c.delivery_stop))
        .order_by(ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency)
    )
    return tuple(
        AccountHold(account=f"account/{row.entity}/{row.customer_id}/{row.currency}", orders=row.credit_hold)
        for row in found
    )


def _same(connection: Connection, customer_id: str) -> frozenset[str]:
    """Return the customer with all that it was merged with, in either direction and over any number of merges."""
    found, new = frozenset[str](), frozenset({customer_id})
    while new:
        found |= new
        rows = connection.execute(
            select(CUSTOMER.c.customer_id, CUSTOMER.c.merged_into).where(
                or_(CUSTOMER.c.customer_id.in_(new), CUSTOMER.c.merged_into.in_(new))
            )
        ).all()
        new = frozenset(one for row in rows for one in row if one) - found
    return found


def _owed(connection: Connection, customers: frozenset[str], currency: str, at: datetime) -> tuple[int, int]:
    owed, oldest = 0, 0
    accounts = connection.execute(
        select(ACCOUNT.c.id, ACCOUNT.c.terms_hash).where(
            ACCOUNT.c.customer_id.in_(customers), ACCOUNT.c.currency == currency
        )
    )
    for account in accounts.all():
        zone = terms_by_hash(connection, account.terms_hash).dunning.zone if account.terms_hash else "UTC"
        items = [held.item for held in open_items(connection, account.id)]
        owed += sum(item.open_minor for item in items) - unapplied_of_account(connection, account.id)
        late = [local_day(zone, at) - item.due_on for item in items]
        oldest = max([oldest, *(days // timedelta(days=1) for days in late)])
    return owed, oldest


def _unbilled(connection: Connection, customers: frozenset[str], currency: str) -> int:
    """Return Σ over active orders of what is ordered, with tax, and not invoiced."""
    deals = connection.execute(
        select(DEAL.c.deal_id).where(
            DEAL.c.customer_id.in_(customers), DEAL.c.currency == currency, DEAL.c.stage == "active"
        )
    ).scalars()
    return sum(_unbilled_of(connection, deal_id) for deal_id in deals.all())


def _unbilled_of(connection: Connection, deal_id: str) -> int:
    ordered = connection.execute(
        select(EVENT.c.kind, EVENT.c.data)
        .where(EVENT.c.workflow_id == f"deal/{deal_id}", EVENT.c.kind.in_(_ORDERED))
        .order_by(EVENT.c.seq.desc())
        .limit(1)
    ).first()
    if ordered is None:
        return 0
    event = orjson.loads(ordered.data)
    gross = event["gross"] if ordered.kind == "order_created" else event["quote"]["totals"]["gross"]
    billed: int = connection.execute(
        select(func.coalesce(func.sum(PAYABLE), 0)).where(INVOICE.c.deal_id == deal_id, INVOICE.c.period_from.is_(None))
    ).scalar_one()
    # What an amendment credited line by line is ordered no more, so it does not make the rest of the order smaller.
    back: int = connection.execute(_REDUCED, {"deal_id": deal_id}).scalar_one()
    return max(0, int(gross["minor"]) - int(billed) + int(back))
