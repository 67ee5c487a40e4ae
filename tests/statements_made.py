"""Statements of one bank account, as values and as files, that tests of posting hand in."""

from collections.abc import Sequence
from datetime import date

from domain.money import Money
from domain.statements.statement import (
    Balance,
    BalanceKind,
    Direction,
    Entry,
    Party,
    Payment,
    Statement,
    StatementKind,
)

OWN = "DE89370400440532013000"
DAY = date(2026, 11, 20)


def credit(
    minor: int, text: str = "", *, payer: str = "", account: str = "", reference: str = "", **more: object
) -> Entry:
    """Money that came in; below zero for money that went out."""
    payment = {
        "amount": cny(minor), "debtor": Party(name=payer, account=account), "end_to_end_id": more.pop("end_to_end", ""),
        "unstructured": (text,) if text else (), "return_code": more.pop("return_code", ""),
        "creditor": Party(account=str(more.pop("into", ""))),
    }  # fmt: skip
    if minor < 0:
        payment["debtor"], payment["creditor"] = payment["creditor"], payment["debtor"]
    fields = {
        "index": 1, "direction": Direction.CREDIT if minor >= 0 else Direction.DEBIT, "amount": cny(minor),
        "booked_on": DAY, "valued_on": DAY, "servicer_reference": reference,
        "payments": (Payment.model_validate(payment),),
    }  # fmt: skip
    return Entry.model_validate(fields | more)


def statement_of(
    entries: Sequence[Entry], statement_id: str = "S-1", *, account: str = OWN, off: int = 0, **more: object
) -> Statement:
    """A camt.053 that adds up, but for ``off``."""
    booked = sum(entry.amount.minor for entry in entries if entry.is_booked)
    balances = (
        Balance(code=BalanceKind.OPENING_BOOKED, amount=cny(100_00), on=DAY),
        Balance(code=BalanceKind.CLOSING_BOOKED, amount=cny(100_00 + booked + off), on=DAY),
    )
    fields = {
        "kind": StatementKind.CAMT_053, "version": "001.08", "statement_id": statement_id, "account": account,
        "currency": "CNY", "balances": balances,
        "entries": [entry.model_copy(update={"index": place}) for place, entry in enumerate(entries, 1)],
    }  # fmt: skip
    return Statement.model_validate(fields | more)


def cny(minor: int) -> Money:
    """An amount in the statements' currency."""
    return Money(minor=minor, currency="CNY")
