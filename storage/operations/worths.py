"""In an account of a foreign currency, money and what it pays have a worth in the currency of the books, too."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, bindparam, delete, insert, select

from domain.account.effects import ApplyReceipt
from domain.money import Money
from domain.receivables.entries import Allocation, Match, OpenItem
from domain.receivables.exchange import RATE_DAYS, Rate, exchanged, no_rate
from domain.receivables.plausible import RateChecks, far_off, is_near
from domain.refusal import Refused
from domain.terms import BookTerms
from storage.operations.books import AccountBooks, Books
from storage.operations.exchange_rates import kept_rate, stated_rate
from storage.operations.items import HeldItem
from storage.tables.exchange import ITEM_WORTH, RECEIPT_EXCHANGE, RECEIPT_WORTH

_ITEMS = select(ITEM_WORTH.c.instalment_id).where(ITEM_WORTH.c.instalment_id.in_(bindparam("ids", expanding=True)))
_RECEIPT = select(RECEIPT_WORTH.c.receipt_id).where(RECEIPT_WORTH.c.receipt_id == bindparam("receipt_id"))

_GIVEN = select(RECEIPT_EXCHANGE.c.given_minor, RECEIPT_EXCHANGE.c.rate).where(
    RECEIPT_EXCHANGE.c.to_receipt_id == bindparam("receipt_id"),
    RECEIPT_EXCHANGE.c.given_currency == bindparam("currency"),
)


def book_terms(books: Books) -> BookTerms | None:
    """Return in what the books of an account are kept, none where it is in that currency itself."""
    return books.terms.books if isinstance(books, AccountBooks) else None


def rate_days(books: Books, checks: RateChecks | None) -> int:
    """Return for how many days after its own a kept rate holds: what the policy says of the legal entity."""
    terms = book_terms(books)
    if terms is not None:
        return terms.rate_days
    return RATE_DAYS if checks is None else checks.days


def rate_of_day(books: Books, one: str, other: str, day: date, checks: RateChecks | None) -> Rate | None:
    """Return the kept rate between two currencies that holds on a day for the account's legal entity."""
    return kept_rate(books.connection, books.account.entity, one, other, day, rate_days(books, checks))


def check_stated(books: Books, effect: ApplyReceipt) -> None:
    """Refuse money for which a person states a rate far off the known one, or with none to compare it with (E_LIMIT).

    The rate of the day is kept first: whoever keeps it is asked for a second person where it is far off.
    """
    rate, checks = effect.receipt.rate, effect.checks
    if rate is None or checks is None or effect.agreed or effect.rated_by == "source":
        return
    known = rate_of_day(books, rate.unit, rate.quote, effect.receipt.value_date, checks) or checks.policy
    if known is None or not is_near(rate, known, checks.bp):
        raise far_off(rate, known)


def unless_unrated(books: Books, match: Match, value_date: date, rate: Rate | None) -> Match:
    """Make a question of a match that nobody can post, since a rate is missing."""
    terms = book_terms(books)
    if terms is None or not match.allocations:
        return match
    missing = _missing_of_money(books, terms, value_date, rate) or _missing_of_items(books, terms, match.allocations)
    if missing is None:
        return match
    numbers = tuple(dict.fromkeys(part.number for part in match.allocations))
    why = f"{missing.text.en} / {missing.text.zh}"
    return Match(allocations=(), rule="none", evidence=(*match.evidence, why), candidates=(numbers,))


def keep_worths(books: Books, receipt_id: int, money: Money, value_date: date, parts: Sequence[Allocation]) -> None:
    """Keep what a receipt and the items that it pays are worth, before it pays them.

    Raises:
        Refused: a rate is missing (E_GATE).
    """
    terms = book_terms(books)
    if terms is None or not parts:
        return
    if books.connection.execute(_RECEIPT, {"receipt_id": receipt_id}).first() is None:
        _keep_receipt(books, terms, receipt_id, money, value_date)
    rows = [_item_row(books, terms, held) for held in _new_items(books, parts)]
    if rows:
        books.connection.execute(insert(ITEM_WORTH), rows)


def _keep_receipt(books: Books, terms: BookTerms, receipt_id: int, money: Money, value_date: date) -> None:
    connection = books.connection
    given = connection.execute(_GIVEN, {"receipt_id": receipt_id, "currency": terms.currency}).first()
    if given is not None:
        # Money of the books itself, before it was exchanged: it is worth what it is, whatever the rate was.
        worth, why = Money(minor=given.given_minor, currency=terms.currency), given.rate
    else:
        rate = _rate_of_money(books, terms, value_date, stated_rate(connection, receipt_id))
        if rate is None:
            raise no_rate(money.currency, terms.currency, value_date, terms.rate_days)
        worth, why = exchanged(money, rate, terms.currency), str(rate)
    row = {"receipt_id": receipt_id, "minor": worth.minor, "currency": worth.currency, "rate": why}
    connection.execute(insert(RECEIPT_WORTH), row)


def forget_worth(connection: Connection, receipt_id: int) -> None:
    """Forget what a receipt that pays nothing was worth: it moves to the books of another."""
    connection.execute(delete(RECEIPT_WORTH).where(RECEIPT_WORTH.c.receipt_id == receipt_id))


def _item_row(books: Books, terms: BookTerms, held: HeldItem) -> Mapping[str, object]:
    item = held.item
    rate = _rate_of_item(books, terms, item)
    if rate is None:
        raise no_rate(item.currency, terms.currency, item.issued_on, terms.rate_days)
    worth = exchanged(Money(minor=item.amount_minor, currency=item.currency), rate, terms.currency)
    # An item that is worth less than the smallest coin would be paid, in the books, before it is.
    return {
        "instalment_id": held.instalment_id, "minor": max(worth.minor, 1), "currency": worth.currency,
        "rate": str(rate),
    }  # fmt: skip


def _missing_of_money(books: Books, terms: BookTerms, value_date: date, stated: Rate | None) -> Refused | None:
    if _rate_of_money(books, terms, value_date, stated) is not None:
        return None
    return no_rate(books.account.currency, terms.currency, value_date, terms.rate_days)


def _rate_of_money(books: Books, terms: BookTerms, value_date: date, stated: Rate | None) -> Rate | None:
    currency = books.account.currency
    if stated is not None and stated.between(currency, terms.currency):
        return stated
    return kept_rate(books.connection, books.account.entity, currency, terms.currency, value_date, terms.rate_days)


def _missing_of_items(books: Books, terms: BookTerms, parts: Iterable[Allocation]) -> Refused | None:
    for held in _new_items(books, parts):
        item = held.item
        if _rate_of_item(books, terms, item) is None:
            return no_rate(item.currency, terms.currency, item.issued_on, terms.rate_days)
    return None


def _rate_of_item(books: Books, terms: BookTerms, item: OpenItem) -> Rate | None:
    return kept_rate(
        books.connection, books.account.entity, item.currency, terms.currency, item.issued_on, terms.rate_days
    )


def _new_items(books: Books, parts: Iterable[Allocation]) -> list[HeldItem]:
    """Return the items of allocations whose worth is not kept yet."""
    held = {one.instalment_id: one for one in books.held(parts)}
    known = frozenset(books.connection.execute(_ITEMS, {"ids": list(held)}).scalars())
    return [one for key, one in held.items() if key not in known]
