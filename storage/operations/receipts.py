"""A receipt is known by (source, external id): the same money counts once, and what it pays can be taken back."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, Protocol

import orjson
from sqlalchemy import Connection, bindparam, func, insert, select, update

from domain.account.effects import AllocateReceipt, ApplyReceipt, UnallocateReceipt
from domain.money import Money
from domain.receivables import postings
from domain.receivables.allocating import by_shares, to_unallocate
from domain.receivables.discounting import no_longer_covered
from domain.receivables.entries import Allocation, Match, Receipt
from domain.receivables.matching import forgiven, match_receipt
from domain.receivables.second_person import checked_agreed, weighed
from domain.refusal import Code, Refused, refuse
from domain.terms import Tolerance
from storage.chain import digest
from storage.json_text import words_text
from storage.operations.accounts import HeldAccount, account_by_id
from storage.operations.books import Books, active_of_invoice, active_of_receipt
from storage.operations.exchange_rates import state_rate
from storage.operations.held_receipts import check_not_held
from storage.operations.invoices import find_invoice
from storage.operations.items import beyond_reach_in
from storage.operations.late_claims import with_debit_notes
from storage.operations.outcome import Outcome
from storage.operations.recoveries import matched_with_recovery, recover_shares
from storage.operations.statements import insert_one
from storage.operations.worths import check_stated, keep_worths, unless_unrated
from storage.queries.receipt_owner import AccountKey
from storage.queries.told_before import check_not_booked, check_not_shown
from storage.tables.ledger import ALLOCATION, QUESTION, RECEIPT, RECEIPT_RETURN

_BY_KEY = select(
    RECEIPT.c.id, RECEIPT.c.account_id, RECEIPT.c.minor, RECEIPT.c.currency, RECEIPT.c.value_date, RECEIPT.c.digest,
    RECEIPT.c.match,
).where(RECEIPT.c.source == bindparam("source"), RECEIPT.c.external_id == bindparam("external_id"))  # fmt: skip
_PAID = select(func.coalesce(func.sum(ALLOCATION.c.minor), 0)).where(
    ALLOCATION.c.receipt_id == bindparam("receipt_id"), ALLOCATION.c.kind == "cash"
)
_RETURNED = select(func.coalesce(func.sum(RECEIPT_RETURN.c.minor), 0)).where(
    RECEIPT_RETURN.c.receipt_id == bindparam("receipt_id")
)
_CAME_IN = select(func.coalesce(func.sum(RECEIPT.c.minor), 0)).where(RECEIPT.c.account_id == bindparam("account_id"))
_USED = select(func.coalesce(func.sum(ALLOCATION.c.minor), 0)).where(
    ALLOCATION.c.account_id == bindparam("account_id"), ALLOCATION.c.kind == "cash"
)
_WENT_BACK = (
    select(func.coalesce(func.sum(RECEIPT_RETURN.c.minor), 0))
    .join(RECEIPT, RECEIPT.c.id == RECEIPT_RETURN.c.receipt_id)
    .where(RECEIPT.c.account_id == bindparam("account_id"))
)
UNAPPLIED = _CAME_IN.scalar_subquery() - _USED.scalar_subquery() - _WENT_BACK.scalar_subquery()
_UNAPPLIED = select(UNAPPLIED)
_ANSWER = (
    update(QUESTION)
    .where(QUESTION.c.receipt_id == bindparam("w_receipt"), QUESTION.c.status == "open")
    .values(status="answered", answer=bindparam("new_answer"), answered_at=bindparam("new_answered_at"))
)


class Named(Protocol):
    """An account by what it is known by."""

    @property
    def entity(self) -> str:
        """The legal entity."""

    @property
    def customer_id(self) -> str:
        """Whose account it is."""

    @property
    def currency(self) -> str:
        """Of all its money."""


class StoredReceipt(NamedTuple):
    """A receipt as its row has it."""

    id: int
    account_id: int
    minor: int
    currency: str
    value_date: date
    digest: str
    match: str

    @property
    def money(self) -> Money:
        """What came in."""
        return Money(minor=self.minor, currency=self.currency)


def unapplied_of_account(connection: Connection, account_id: int) -> int:
    """Return the cash of an account that pays nothing yet."""
    unapplied: int = connection.execute(_UNAPPLIED, {"account_id": account_id}).scalar_one()
    return int(unapplied)


def unapplied_of(connection: Connection, receipt: StoredReceipt) -> int:
    """Return what is left of a receipt (M2)."""
    paid = connection.execute(_PAID, {"receipt_id": receipt.id}).scalar_one()
    returned = connection.execute(_RETURNED, {"receipt_id": receipt.id}).scalar_one()
    return receipt.minor - int(paid) - int(returned)


def apply_receipt(books: Books, effect: ApplyReceipt) -> Outcome:
    """Record a receipt, match it, allocate what is certain, ask about what is not."""
    receipt = effect.receipt
    known = _find(books.connection, receipt.source, receipt.external_id)
    if known is not None:
        return _again(books, known, receipt)
    check_not_held(books, effect)
    check_stated(books, effect)
    checked_agreed(effect.minor, receipt.amount.minor, receipt.amount.currency)
    if effect.agreed:
        _check_not_shown_meanwhile(books, receipt)
    waits = weighed(effect.second, receipt.amount.minor, receipt.amount.currency, evidence=_name(receipt))
    if waits is not None:
        return Outcome(_name(receipt), waits=waits)
    match, unapplied = _matched(books, effect)
    content = content_of(receipt, books.account)
    stored = store_receipt(books.connection, books.account.id, receipt, content, match)
    keep_worths(books, stored, receipt.amount, receipt.value_date, match.allocations)
    books.allocate(match.allocations, receipt.value_date, receipt_id=stored)
    allocated = postings.of_allocations(match.allocations, books.account.currency)
    books.post_all(
        [
            ("receipt", postings.of_receipt(receipt.amount), receipt.value_date),
            ("allocation", allocated, books.on),
        ]
    )
    if match.candidates:
        ask(books, stored, match)
    return Outcome(_name(receipt), match.allocations, match, unapplied)


def _check_not_shown_meanwhile(books: Books, receipt: Receipt) -> None:
    """Refuse what waited for a second person while a statement showed it (E_IDEM)."""
    account = books.account
    owner = AccountKey(entity=account.entity, customer_id=account.customer_id, currency=account.currency)
    check_not_shown(books.connection, account.entity, receipt.external_id, receipt.amount)
    check_not_booked(books.connection, owner, receipt, ())


def allocate_receipt(books: Books, effect: AllocateReceipt) -> Outcome:
    """Put unapplied cash of a receipt against the invoices a person named."""
    receipt = own_receipt(books, effect.source, effect.external_id)
    _check_currency(books, [number for number, _ in effect.shares])
    recover_shares(books, effect.shares)
    items = books.touch(number for number, _ in effect.shares)
    parts = by_shares(items, effect.shares, unapplied_of(books.connection, receipt), receipt.value_date)
    parts += forgiven(items, parts, effect.tolerance)
    keep_worths(books, receipt.id, receipt.money, receipt.value_date, parts)
    books.allocate(parts, receipt.value_date, receipt_id=receipt.id)
    books.post("allocation", postings.of_allocations(parts, receipt.currency), books.on)
    answer = words_text([number for number, _ in effect.shares])
    books.connection.execute(_ANSWER, {"w_receipt": receipt.id, "new_answer": answer, "new_answered_at": books.at})
    return _result(books, receipt, parts, f"{effect.source}/{effect.external_id}")


def unallocate_receipt(books: Books, effect: UnallocateReceipt) -> Outcome:
    """Take back what a receipt pays, of all invoices or of those named."""
    receipt = own_receipt(books, effect.source, effect.external_id)
    active = active_of_receipt(books.connection, receipt.id)
    parts = take_back(books, receipt, to_unallocate([one.applied for one in active], effect.numbers), effect.reason)
    return _result(books, receipt, parts, f"{effect.source}/{effect.external_id}")


def take_back(
    books: Books, receipt: StoredReceipt, parts: tuple[Allocation, ...], reason: str
) -> tuple[Allocation, ...]:
    """Take back what a receipt pays, and the discounts that other receipts had only beside its cash."""
    items = books.touch(part.number for part in parts)
    active = active_of_receipt(books.connection, receipt.id)
    numbers = dict.fromkeys(item.number for item in items if item.discount is not None)
    beside = [one for number in numbers for one in active_of_invoice(books.connection, books.invoice_id(number))]
    others = [one for one in beside if one.receipt_id != receipt.id]
    fallen = tuple(entry.allocation for entry in no_longer_covered(items, parts, [one.applied for one in others]))
    books.take_back(parts, active, reason)
    books.take_back(fallen, others, reason)
    whole = (*parts, *fallen)
    books.post("unallocation", postings.of_unallocations(whole, receipt.currency), books.on)
    return whole


def _matched(books: Books, effect: ApplyReceipt) -> tuple[Match, int]:
    receipt = effect.receipt
    same_currency(receipt.amount, books.account.currency)
    match = matched(books, receipt, effect.tolerance)
    match = matched_with_recovery(books, receipt, match, _left(receipt, match))
    return match, _left(receipt, match)


def _left(receipt: Receipt, match: Match) -> int:
    return receipt.amount.minor - sum(part.minor for part in match.allocations if part.kind == "cash")


def matched(books: Books, receipt: Receipt, tolerance: Tolerance) -> Match:
    """Decide what a receipt pays, and touch it."""
    if receipt.invoices:
        match = match_receipt(receipt, books.touch(_named(books, receipt.invoices)), tolerance)
        return unless_unrated(books, match, receipt.value_date, receipt.rate)
    items = books.open_items()
    beyond = beyond_reach_in(books.connection, books.account.id, receipt.reference)
    match = match_receipt(receipt, items, tolerance, beyond)
    books.touch(part.number for part in match.allocations)
    return unless_unrated(books, match, receipt.value_date, receipt.rate)


def _named(books: Books, numbers: tuple[str, ...]) -> tuple[str, ...]:
    """Return invoices by number and the debit notes on which something is open for their lateness."""
    if not books.sees_all():
        return with_debit_notes(books.connection, books.account.id, numbers)
    upon = {item.number for item in books.open_items(numbers) if item.claim_of in numbers and item.open_minor}
    return tuple(dict.fromkeys((*numbers, *sorted(upon))))


def check_told_once(connection: Connection, receipt: Receipt, account: Named) -> None:
    """Refuse a receipt that is booked under its name with other content, or for another account (E_IDEM)."""
    known = _find(connection, receipt.source, receipt.external_id)
    if known is not None:
        _check_same(connection, known, receipt, account)


def _check_same(connection: Connection, known: StoredReceipt, receipt: Receipt, account: Named) -> None:
    if known.digest == content_of(receipt, account):
        return
    held = account_by_id(connection, known.account_id)
    if (held.entity, held.customer_id) != (account.entity, account.customer_id):
        raise _booked_elsewhere(held, known, _name(receipt))
    raise refuse(
        Code.IDEM,
        f"{_name(receipt)} was reported with other content: correct the one that is wrong, or use another id",
        f"收款 {_name(receipt)} 已以不同内容登记：请更正错误的一笔，或使用其他编号",
        receipt=_name(receipt),
    )


def _again(books: Books, known: StoredReceipt, receipt: Receipt) -> Outcome:
    _check_same(books.connection, known, receipt, books.account)
    match = Match.model_validate_json(known.match)
    return Outcome(_name(receipt), match.allocations, match, unapplied_of(books.connection, known), repeated=True)


def _booked_elsewhere(held: HeldAccount, known: StoredReceipt, name: str) -> Refused:
    return refuse(
        Code.IDEM,
        f"{name} is booked for {held.customer_id} in {held.entity}: if it is this customer's money, claim it "
        f"(claim_receipt, POST /api/receipts/{known.id}/claim)",
        f"收款 {name} 已登记在 {held.entity} 的 {held.customer_id} 名下：如属本客户，请认领"
        f"（claim_receipt，POST /api/receipts/{known.id}/claim）",
        receipt=name,
    )


def store_receipt(connection: Connection, account_id: int, receipt: Receipt, content: str, match: Match) -> int:
    """Write a receipt and the rate that was stated with it; returns its row."""
    row = {
        "account_id": account_id, "source": receipt.source, "external_id": receipt.external_id,
        "minor": receipt.amount.minor, "currency": receipt.amount.currency, "value_date": receipt.value_date,
        "received_at": receipt.received_at, "payer": receipt.payer, "reference": receipt.reference,
        "invoices": words_text(receipt.invoices), "digest": content, "match": match.model_dump_json(),
    }  # fmt: skip
    stored = insert_one(connection, RECEIPT, row)
    if receipt.rate is not None:
        state_rate(connection, stored, receipt.rate)
    return stored


def give_back(books: Books, receipt_id: int, kind: str, minor: int, reason: str) -> None:
    """Note that an amount left its receipt, or came back into it (negative)."""
    row = {"receipt_id": receipt_id, "kind": kind, "minor": minor, "reason": reason, "at": books.at}
    books.connection.execute(insert(RECEIPT_RETURN), row)


def ask(books: Books, receipt_id: int, match: Match) -> None:
    """Keep the question which of several sets of invoices a receipt pays."""
    row = {
        "account_id": books.account.id, "receipt_id": receipt_id,
        "text_en": "Which invoices does this receipt pay?", "text_zh": "该笔收款对应哪些发票？",
        "candidates": orjson.dumps(match.candidates).decode(), "status": "open", "answer": "[]", "answered_by": "",
        "asked_at": books.at,
    }  # fmt: skip
    books.connection.execute(insert(QUESTION), row)


def _check_currency(books: Books, numbers: Iterable[str]) -> None:
    """Refuse an invoice that the customer owes in another currency (E_CCY): money must be exchanged for it first."""
    for number in numbers:
        row = find_invoice(books.connection, books.account.entity, number)
        if row is None or row.account_id == books.account.id:
            continue
        other, own = account_by_id(books.connection, row.account_id), books.account
        if other.customer_id == own.customer_id:
            raise refuse(
                Code.CCY,
                f"{number} is owed in {other.currency}, this money is {own.currency}: "
                "have it exchanged (POST /api/receipts/{id}/exchanges)",
                f"{number} 以 {other.currency} 计价，而该款项为 {own.currency}："
                "请先折算（POST /api/receipts/{id}/exchanges）",
                invoice=number,
                currency=other.currency,
            )


def content_of(receipt: Receipt, account: Named) -> str:
    """Return the hash of what was reported for an account; when it was reported is not part of it."""
    # A rate that nobody stated is left out, so that what was reported before there were rates is the same still.
    left_out = {"received_at"} if receipt.rate is not None else {"received_at", "rate"}
    said = receipt.model_dump(mode="json", exclude=left_out)
    return digest([account.entity, account.customer_id, account.currency, said])


def _find(connection: Connection, source: str, external_id: str) -> StoredReceipt | None:
    row = connection.execute(_BY_KEY, {"source": source, "external_id": external_id}).first()
    return None if row is None else StoredReceipt(*row)


def own_receipt(books: Books, source: str, external_id: str) -> StoredReceipt:
    """Return a receipt of this account (E_NOTFOUND)."""
    receipt = _find(books.connection, source, external_id)
    if receipt is None or receipt.account_id != books.account.id:
        raise refuse(
            Code.NOTFOUND,
            f"this account has no receipt {source}/{external_id}",
            f"本账户没有收款 {source}/{external_id}",
        )
    return receipt


def same_currency(amount: Money, currency: str) -> None:
    """Refuse an amount that is not in the currency of the account (E_CCY)."""
    if amount.currency != currency:
        raise refuse(
            Code.CCY,
            f"{amount} is not in {currency}, the currency of this account",
            f"{amount} 不是本账户的币种 {currency}",
        )


def _result(books: Books, receipt: StoredReceipt, parts: tuple[Allocation, ...], name: str) -> Outcome:
    return Outcome(name, parts, None, unapplied_of(books.connection, receipt))


def _name(receipt: Receipt) -> str:
    return f"{receipt.source}/{receipt.external_id}"
