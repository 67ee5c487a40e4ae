"""Money that bounced or was charged back leaves the receipt, and with it whatever it paid, in any currency."""

from sqlalchemy import bindparam, func, select

from domain.account.effects import ReverseReceipt
from domain.money import Money
from domain.receivables import postings
from domain.receivables.allocating import bounced
from domain.receivables.chargebacks import beyond, claim_for, claim_item
from domain.receivables.closing import first_open
from domain.receivables.entries import Allocation
from domain.receivables.exchange import check_original
from domain.receivables.numbering import Series
from domain.receivables.second_person import Weighed, checked_agreed, weighed
from storage.operations.books import AccountBooks, active_of_receipt
from storage.operations.exchanges import undo_for
from storage.operations.invoices import store_invoice
from storage.operations.outcome import Outcome
from storage.operations.receipts import (
    StoredReceipt,
    give_back,
    own_receipt,
    same_currency,
    take_back,
    unapplied_of,
)
from storage.operations.series import take_number
from storage.tables.ledger import INVOICE, RECEIPT_RETURN

_RETURNED = select(func.coalesce(func.sum(RECEIPT_RETURN.c.minor), 0)).where(
    RECEIPT_RETURN.c.receipt_id == bindparam("receipt_id"),
    RECEIPT_RETURN.c.kind.in_(bindparam("kinds", expanding=True)),
)
_CLAIMED = select(func.coalesce(func.sum(INVOICE.c.gross_minor), 0)).where(
    INVOICE.c.account_id == bindparam("account_id"), INVOICE.c.item == bindparam("item")
)


def reverse_receipt(books: AccountBooks, effect: ReverseReceipt) -> Outcome:
    """Take back what it paid beyond what is unapplied, here and then in other currencies; then take it out of cash.

    What was paid back before left twice: that much the customer owes.
    """
    check_original(effect.source, effect.external_id)
    receipt = own_receipt(books, effect.source, effect.external_id)
    same_currency(effect.amount, receipt.currency)
    waits = _weighed(books, receipt, effect)
    if waits is not None:
        return Outcome(f"{effect.source}/{effect.external_id}", waits=waits)
    cash = _cash_of(books, receipt)
    short = effect.amount.minor - unapplied_of(books.connection, receipt) - cash
    undone = undo_for(books, receipt, short, effect.reason)
    item = claim_item(effect.source, effect.external_id)
    left = unapplied_of(books.connection, receipt) + cash
    twice = beyond(effect.amount, left, _paid_back(books, receipt, item))
    parts = _take(books, receipt, effect.amount.minor - twice, effect.reason)
    return Outcome(
        f"{effect.source}/{effect.external_id}", parts, None, unapplied_of(books.connection, receipt),
        minor=twice, exchanged=undone, claim=_claim(books, item, twice) if twice else "",
    )  # fmt: skip


def _weighed(books: AccountBooks, receipt: StoredReceipt, effect: ReverseReceipt) -> Weighed | None:
    """Return what a second person must agree to; what was reversed of the receipt before, or claimed, adds up."""
    minor, currency = effect.amount.minor, receipt.currency
    checked_agreed(effect.minor, minor, currency)
    before = _returned(books, receipt, "reversed") + _claimed(books, claim_item(effect.source, effect.external_id))
    return weighed(effect.second, minor, currency, earlier_minor=before, evidence=effect.reason)


def _take(books: AccountBooks, receipt: StoredReceipt, minor: int, reason: str) -> tuple[Allocation, ...]:
    if not minor:
        return ()
    applied = [one.applied for one in active_of_receipt(books.connection, receipt.id)]
    bounce = bounced(applied, unapplied_of(books.connection, receipt), minor)
    parts = take_back(books, receipt, bounce, reason)
    give_back(books, receipt.id, "reversed", minor, reason)
    books.post("bounce", postings.of_bounce(Money(minor=minor, currency=receipt.currency)), books.on)
    return parts


def _claim(books: AccountBooks, item: str, minor: int) -> str:
    """Claim what left twice, on a debit note of its own number; returns the number."""
    account = books.account
    on = first_open(account.closed_until, books.on)
    number = take_number(books.connection, account, Series.DEBIT_NOTES, on)
    claim = claim_for(number, (account.entity, account.customer_id, account.currency), item, minor, on)
    store_invoice(books.connection, account, claim, books.key, books.at)
    return number


def _cash_of(books: AccountBooks, receipt: StoredReceipt) -> int:
    active = active_of_receipt(books.connection, receipt.id)
    return sum(one.minor for one in active if one.kind == "cash")


def _paid_back(books: AccountBooks, receipt: StoredReceipt, item: str) -> int:
    return max(_returned(books, receipt, "refunded", "refund_failed") - _claimed(books, item), 0)


def _returned(books: AccountBooks, receipt: StoredReceipt, *kinds: str) -> int:
    found = books.connection.execute(_RETURNED, {"receipt_id": receipt.id, "kinds": kinds})
    return int(found.scalar_one())


def _claimed(books: AccountBooks, item: str) -> int:
    return int(books.connection.execute(_CLAIMED, {"account_id": books.account.id, "item": item}).scalar_one())
