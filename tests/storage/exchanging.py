"""An account in dollars of a company that keeps its books in yuan, and the rates of its days."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select

from domain.account import effects as account
from domain.account.exchange_effects import ExchangeReceipt
from domain.money import Money
from domain.receivables.entries import Instalment, Receipt
from domain.receivables.exchange import Rate
from domain.receivables.invoicing import imported_invoice
from domain.terms import BookTerms, Tolerance
from storage.database import Database
from storage.operations.exchange_rates import keep_rate
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import invariants
from storage.tables.ledger import POSTING
from tests.storage.samples import CUSTOMER, ENTITY, HASH, ISSUED, NOW, at, terms

USD: dict[str, Any] = {"entity": ENTITY, "customer_id": CUSTOMER, "currency": "USD"}
PAID = date(2026, 3, 20)
BOOKS = BookTerms(currency="CNY", rate_days=3)


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


def rate(text: str, unit: str = "USD", quote: str = "CNY", source: str = "SAFE") -> Rate:
    return Rate(unit=unit, quote=quote, rate=Decimal(text), source=source)


async def kept(database: Database, on: date, text: str, unit: str = "USD", quote: str = "CNY") -> None:
    await database.write(keep_rate, rate(text, unit, quote), on, "wu.ting", NOW)


async def opened(ledger: LedgerBooks, currency: str = "USD", books: BookTerms | None = BOOKS) -> None:
    """Load the case of an account in a currency, with the terms of its own hash."""
    own = terms().model_copy(update={"currency": currency, "books": books})
    await ledger.load_case(account.LoadCase(**(USD | {"currency": currency})), NOW, own, HASH + currency, "Acme")


def item(number: str, minor: int, issued: date = ISSUED, currency: str = "USD") -> account.ImportInvoice:
    part = Instalment(index=1, due_on=date(2026, 4, 1), amount=Money(minor=minor, currency=currency))
    invoice = imported_invoice(number, (ENTITY, CUSTOMER, currency), issued, (part,))
    return account.ImportInvoice(invoice=invoice, terms_hash=HASH + currency, **(USD | {"currency": currency}))


def received(
    external_id: str, minor: int, invoices: Sequence[str] = (), on: date = PAID, stated: Rate | None = None,
    currency: str = "USD", reference: str = "",
) -> account.ApplyReceipt:  # fmt: skip
    money = Receipt(
        source="bank", external_id=external_id, amount=Money(minor=minor, currency=currency), value_date=on,
        received_at=at(20), invoices=tuple(invoices), rate=stated, reference=reference,
    )  # fmt: skip
    return account.ApplyReceipt(
        receipt=money, tolerance=Tolerance(), terms_hash=HASH + currency, **(USD | {"currency": currency})
    )


def named(external_id: str, **told: Any) -> dict[str, Any]:
    return {"source": "bank", "external_id": external_id, "terms_hash": HASH + "USD", **USD, **told}


def unallocated(external_id: str) -> account.UnallocateReceipt:
    return account.UnallocateReceipt(numbers=(), reason="wrong", **named(external_id))


def allocated(external_id: str, *shares: tuple[str, int]) -> account.AllocateReceipt:
    return account.AllocateReceipt(shares=shares, **named(external_id))


def bounced(external_id: str, minor: int) -> account.ReverseReceipt:
    return account.ReverseReceipt(amount=usd(minor), reason="R-transaction", **named(external_id))


def posted(connection: Connection) -> dict[str, int]:
    """Return what is posted in yuan, by account."""
    query = select(POSTING.c.account, func.sum(POSTING.c.minor)).where(POSTING.c.currency == "CNY")
    rows = connection.execute(query.group_by(POSTING.c.account))
    return {name: int(minor) for name, minor in rows if minor}


def days(connection: Connection) -> list[tuple[str, date]]:
    """Return the entries of differences, with their days."""
    rows = connection.execute(select(POSTING.c.entry, POSTING.c.posted_on).where(POSTING.c.account == "exchange"))
    return sorted((row.entry, row.posted_on) for row in rows)


def broken(database: Database) -> list[str]:
    return [check.name for check in database.look(invariants) if check.broken]


CNY_OF: dict[str, Any] = {**USD, "currency": "CNY", "terms_hash": HASH + "CNY"}


def into_dollars(
    external_id: str, *numbers: str, minor: int | None = None, at_rate: Rate | None = None
) -> ExchangeReceipt:
    """Exchange yuan of a receipt into dollars."""
    return ExchangeReceipt(
        source="bank", external_id=external_id, into="USD", minor=minor, rate=at_rate, numbers=numbers, by="wu.ting",
        **CNY_OF,
    )  # fmt: skip


def arrived(number: int = 1, external_id: str = "b1") -> account.TakeOverReceipt:
    """Tell the account in dollars of an exchange, as its word does."""
    return account.TakeOverReceipt(
        source="exchange", external_id=f"bank/{external_id}-X{number}", terms_hash=HASH + "USD", **USD
    )


async def owing_dollars(ledger: LedgerBooks, database: Database, paid_minor: int) -> LedgerBooks:
    """Issue 1,000.00 USD at 7.10, and receive CNY for it."""
    await kept(database, ISSUED, "7.10")
    await opened(ledger)
    await opened(ledger, "CNY", None)
    await ledger.operate("i", at(2), item("U-1", 100_000))
    await ledger.operate("r", at(22), received("b1", paid_minor, currency="CNY"))
    return ledger
