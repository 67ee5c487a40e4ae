"""A statement of account: what is open, how old it is, what was received, and what is left to pay."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, Self

from pydantic import AwareDatetime, model_validator

from domain.documents import OpenItem, Party, Seller
from domain.money import Money, total
from domain.receivables.collecting import PlannedPart
from domain.value import Value

MOST_ITEMS = 1_000
"""So many open items are listed, the oldest due first; of the others their number and sum."""
SHOWN = timedelta(days=90)
"""How far back receipts are listed; one with cash left is listed however old it is."""
_BANDS = (0, 30, 60, 90)


class ReceivedMoney(Value):
    """A receipt as its payer knows it, and what of it pays nothing yet.

    Attributes:
        amount: less what bounced, and nothing of an exchange that was undone: such a receipt is not listed.
    """

    value_date: date
    reference: str
    amount: Money
    unapplied: Money


class AgeBand(Value):
    """What is open and between so many days late, both included; no bound is none, below 1 is not due yet."""

    from_days: int | None
    to_days: int | None
    open: Money


class AccountStatement(Value):
    """An account at one instant, in the legal entity's zone.

    Building one raises ValueError unless the items and what is left out add up to ``total_open``, the bands too, and
    ``balance`` is that less ``unapplied``.

    Attributes:
        since: from which value date on receipts are listed.
        left_out, left_out_open: how many open items are not listed, and what is open of them.
        unapplied: received, and paying nothing yet.
        plans: the instalments of payment plans that are still to come, as they were agreed on.
    """

    entity: str
    customer_id: str
    currency: str
    as_of: AwareDatetime
    since: date
    items: tuple[OpenItem, ...]
    left_out: int
    left_out_open: Money
    ageing: tuple[AgeBand, ...]
    receipts: tuple[ReceivedMoney, ...]
    total_open: Money
    unapplied: Money
    balance: Money
    plans: tuple[PlannedPart, ...] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        listed = total((item.open for item in self.items), self.currency).plus(self.left_out_open)
        aged = total((band.open for band in self.ageing), self.currency)
        if not listed == aged == self.total_open:
            raise ValueError(f"{self.customer_id}: items {listed}, bands {aged}, open {self.total_open}")
        if self.total_open.minus(self.unapplied) != self.balance:
            raise ValueError(f"{self.customer_id}: {self.total_open} less {self.unapplied} is not {self.balance}")
        return self


def aged(open_by_due_day: Iterable[tuple[date, int]], today: date, currency: str) -> tuple[AgeBand, ...]:
    """Sort what is open into bands: not due, 1–30, 31–60, 61–90 and more days late."""
    bounds = [(None, 0), *((before + 1, upto) for before, upto in pairwise(_BANDS)), (_BANDS[-1] + 1, None)]
    sums = [0] * len(bounds)
    for due_on, minor in open_by_due_day:
        late = (today - due_on).days
        sums[sum(late > bound for bound in _BANDS)] += minor
    return tuple(
        AgeBand(from_days=low, to_days=high, open=Money(minor=minor, currency=currency))
        for (low, high), minor in zip(bounds, sums, strict=True)
    )


class StatementDocument(Value):
    """A statement as its customer gets it."""

    kind: Literal["statement"] = "statement"
    number: str
    language: str
    seller: Seller
    customer: Party
    statement: AccountStatement

    @property
    def issued_on(self) -> date:
        """The day of ``as_of``, in its own zone."""
        return self.statement.as_of.date()


def statement_document(statement: AccountStatement, party: Party, seller: Seller) -> StatementDocument:
    """Put a statement on its letterhead, in the customer's language."""
    return StatementDocument(
        number=f"{statement.customer_id}-{statement.currency}-{statement.as_of:%Y%m%d}",
        language=party.language,
        seller=seller,
        customer=party,
        statement=statement,
    )
