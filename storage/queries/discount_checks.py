"""What was taken off for early payment was offered, came with money in time that covers the rest, and is posted."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from domain.receivables import postings
from domain.receivables.discounting import most_taken
from domain.value import Text
from storage.operations.items import offer_from
from storage.queries.balances import balance_check
from storage.queries.checks import Check, checked
from storage.tables.ledger import ALLOCATION, INSTALMENT, INVOICE, RECEIPT

_TAKEN = (
    select(
        INSTALMENT.c.id, INVOICE.c.number, INSTALMENT.c.position, INSTALMENT.c.amount_minor, INSTALMENT.c.discount,
        RECEIPT.c.value_date, ALLOCATION.c.kind, func.sum(ALLOCATION.c.minor),
    )
    .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
    .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
    .join(RECEIPT, RECEIPT.c.id == ALLOCATION.c.receipt_id)
    .where(
        ALLOCATION.c.kind.in_(("cash", "discount")),
        INSTALMENT.c.id.in_(select(ALLOCATION.c.instalment_id).where(ALLOCATION.c.kind == "discount")),
    )
    .group_by(
        INSTALMENT.c.id, INVOICE.c.number, INSTALMENT.c.position, INSTALMENT.c.amount_minor, INSTALMENT.c.discount,
        RECEIPT.c.value_date, ALLOCATION.c.kind,
    )
    .order_by(INSTALMENT.c.id)
)  # fmt: skip


class _Item(NamedTuple):
    """An instalment of which something was taken off, with its offer as stored."""

    id: int
    number: str
    position: int
    amount_minor: int
    discount: str | None


def discount_checks(connection: Connection) -> tuple[Check, ...]:
    """Recount M12 and the postings of discounts."""
    return _m12(connection), _posted(connection)


def _m12(connection: Connection) -> Check:
    """A discount is no more than its offer allows beside the money whose value date is in time."""
    found: dict[_Item, list[tuple[date, str, int]]] = {}
    for *item, day, kind, minor in connection.execute(_TAKEN):
        found.setdefault(_Item(*item), []).append((day, kind, int(minor)))
    promise = Text(
        en="discount taken only if money in time covers the discounted sum", zh="现金折扣仅在按期付款足额时享受"
    )
    return checked("M12", promise, len(found), _uncovered(found))


def _uncovered(found: dict[_Item, list[tuple[date, str, int]]]) -> Iterator[str]:
    for item, rows in found.items():
        offer = offer_from(item.discount)
        taken = [(day, minor) for day, kind, minor in rows if kind == "discount" and minor]
        cash = [(day, minor) for day, kind, minor in rows if kind == "cash"]
        if taken and (
            offer is None or sum(minor for _, minor in taken) > most_taken(offer, item.amount_minor, taken, cash)
        ):
            yield f"{item.number}/{item.position}"


def _posted(connection: Connection) -> Check:
    """An account's discounts are the same by allocations and by postings."""
    given = (
        select(
            ALLOCATION.c.account_id.label("key"),
            func.sum(ALLOCATION.c.minor - ALLOCATION.c.tax_minor).label("minor"),
        )
        .where(ALLOCATION.c.kind == "discount")
        .group_by(ALLOCATION.c.account_id)
        .subquery()
    )
    promise = Text(en="discounts by allocations = discounts by postings", zh="现金折扣：核销合计 = 分录余额")
    return balance_check(connection, "discounts", promise, postings.DISCOUNTS, (1, given))
