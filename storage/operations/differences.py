"""What rates have brought of each item is reckoned anew when anything of it changes, and the change is posted once."""

from collections.abc import Iterable, Mapping
from itertools import groupby

from sqlalchemy import Connection, bindparam, func, insert, select

from domain.receivables import postings
from domain.receivables.differences import ItemValue, worth_of_parts
from domain.value import Value
from storage.operations.books import Books
from storage.rows import AnyRow
from storage.tables.exchange import DIFFERENCE, ITEM_WORTH, RECEIPT_WORTH
from storage.tables.ledger import ALLOCATION, INSTALMENT, RECEIPT

_CASH = ALLOCATION.c.kind == "cash"
_PAID_BY = (
    select(ALLOCATION.c.instalment_id)
    .join(ITEM_WORTH, ITEM_WORTH.c.instalment_id == ALLOCATION.c.instalment_id)
    .where(ALLOCATION.c.receipt_id.in_(bindparam("receipts", expanding=True)), _CASH)
    .distinct()
)
_ALLOCATED = (
    select(func.coalesce(func.sum(ALLOCATION.c.minor), 0))
    .where(ALLOCATION.c.instalment_id == ITEM_WORTH.c.instalment_id)
    .correlate(ITEM_WORTH)
    .scalar_subquery()
)
_POSTED = (
    select(func.coalesce(func.sum(DIFFERENCE.c.minor), 0))
    .where(DIFFERENCE.c.instalment_id == ITEM_WORTH.c.instalment_id)
    .correlate(ITEM_WORTH)
    .scalar_subquery()
)
_ITEMS = (
    select(
        ITEM_WORTH.c.instalment_id, ITEM_WORTH.c.minor, ITEM_WORTH.c.currency, INSTALMENT.c.amount_minor,
        INSTALMENT.c.account_id, _ALLOCATED.label("allocated"), _POSTED.label("posted"),
    )
    .join(INSTALMENT, INSTALMENT.c.id == ITEM_WORTH.c.instalment_id)
    .order_by(ITEM_WORTH.c.instalment_id)
)  # fmt: skip
_SOME_ITEMS = _ITEMS.where(ITEM_WORTH.c.instalment_id.in_(bindparam("ids", expanding=True)))
_PARTS = (
    select(
        ALLOCATION.c.receipt_id, ALLOCATION.c.instalment_id, RECEIPT.c.minor, RECEIPT_WORTH.c.minor.label("worth"),
        func.sum(ALLOCATION.c.minor).label("paid"),
    )
    .join(RECEIPT, RECEIPT.c.id == ALLOCATION.c.receipt_id)
    .join(RECEIPT_WORTH, RECEIPT_WORTH.c.receipt_id == RECEIPT.c.id)
    .join(ITEM_WORTH, ITEM_WORTH.c.instalment_id == ALLOCATION.c.instalment_id)
    .where(_CASH)
    .group_by(ALLOCATION.c.receipt_id, ALLOCATION.c.instalment_id, RECEIPT.c.minor, RECEIPT_WORTH.c.minor)
    .having(func.sum(ALLOCATION.c.minor) > 0)
    .order_by(ALLOCATION.c.receipt_id, ALLOCATION.c.instalment_id)
)  # fmt: skip
_PAYING = ALLOCATION.alias("paying")
_SOME_PARTS = _PARTS.where(
    ALLOCATION.c.receipt_id.in_(
        select(_PAYING.c.receipt_id).where(_PAYING.c.instalment_id.in_(bindparam("ids", expanding=True)))
    )
)


class Reckoned(Value):
    """What rates have brought of an item, a gain above zero.

    Attributes:
        currency: of the books.
        posted_minor: what of it is posted already.
        open_minor: of the item, in its own currency; ``open_worth_minor`` in that of the books.
    """

    instalment_id: int
    account_id: int
    currency: str
    minor: int
    posted_minor: int
    open_minor: int
    open_worth_minor: int


def post_differences(books: Books) -> None:
    """Post by how much this transaction has changed what rates brought; it is the last of its postings.

    Where no item that it touched has a worth, no receipt that it touched is split over other items anew.
    """
    ids = books.touched
    if not ids or not books.has_worths:
        return
    if books.receipts:
        ids |= frozenset(books.connection.execute(_PAID_BY, {"receipts": sorted(books.receipts)}).scalars())
    changed = [one for one in reckoned(books.connection, ids) if one.minor != one.posted_minor]
    if not changed:
        return
    rows = [
        {
            "account_id": books.account.id, "instalment_id": one.instalment_id, "minor": one.minor - one.posted_minor,
            "currency": one.currency, "at": books.at,
        }
        for one in changed
    ]  # fmt: skip
    books.connection.execute(insert(DIFFERENCE), rows)
    for currency in dict.fromkeys(one.currency for one in changed):
        own = [(one.posted_minor, one.minor) for one in changed if one.currency == currency]
        books.post("exchange_difference", postings.of_differences(own, currency), books.realised_on)


def reckoned(connection: Connection, instalments: Iterable[int] | None = None) -> list[Reckoned]:
    """Reckon what rates have brought of items whose worth is kept: of these, or of all."""
    if instalments is None:
        items, parts = connection.execute(_ITEMS).all(), connection.execute(_PARTS).all()
    else:
        ids = {"ids": sorted(instalments)}
        items = connection.execute(_SOME_ITEMS, ids).all()
        parts = connection.execute(_SOME_PARTS, ids).all() if items else []
    cash, worth = _by_item(parts)
    found = []
    for row in items:
        paid = cash.get(row.instalment_id, 0)
        value = ItemValue(
            amount_minor=row.amount_minor, worth_minor=row.minor, allocated_minor=int(row.allocated), cash_minor=paid
        )
        found.append(
            Reckoned(
                instalment_id=row.instalment_id,
                account_id=row.account_id,
                currency=row.currency,
                minor=worth.get(row.instalment_id, 0) - value.paid_worth_minor,
                posted_minor=int(row.posted),
                open_minor=row.amount_minor - int(row.allocated),
                open_worth_minor=value.open_worth_minor,
            )
        )
    return found


def _by_item(rows: Iterable[AnyRow]) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Return the cash that pays each item, and what it was worth, by instalment."""
    cash: dict[int, int] = {}
    worths: dict[int, int] = {}
    for _, of_receipt in groupby(rows, key=lambda row: row.receipt_id):
        parts = list(of_receipt)
        each = worth_of_parts(parts[0].minor, parts[0].worth, [int(part.paid) for part in parts])
        for part, worth in zip(parts, each, strict=True):
            cash[part.instalment_id] = cash.get(part.instalment_id, 0) + int(part.paid)
            worths[part.instalment_id] = worths.get(part.instalment_id, 0) + worth
    return cash, worths
