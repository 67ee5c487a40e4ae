"""Opening balances: open items of another system are judged one by one before any of them is entered."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from pydantic import field_validator

from domain.money import Money
from domain.receivables.numbering import is_ours
from domain.value import Text, Value

_NAME = re.compile(r"[^\s/\x00-\x1f\x7f](?:[^/\x00-\x1f\x7f]{0,62}[^\s/\x00-\x1f\x7f])?")
_NUMBER = re.compile(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,98}[^\s\x00-\x1f\x7f])?")
_CURRENCY = re.compile(r"[A-Z]{3}")
Outcome = Literal["new", "known", "refused"]
Number = tuple[str, str]
"""A legal entity and an invoice number: the business key of an open item."""


def currency_code(text: str) -> str:
    """Return a text that can be a currency's code (ValueError)."""
    if _CURRENCY.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no currency")
    return text


class OpeningItem(Value):
    """One open item as another system has it.

    Attributes:
        line: of the file.
        amount: what is open of it.
    """

    line: int
    entity: str
    customer_id: str
    name: str
    email: str = ""
    country: str = ""
    language: str = "en"
    number: str
    issued_on: date
    due_on: date
    amount: Money
    attributes: tuple[tuple[str, str], ...] = ()

    @field_validator("customer_id")
    @classmethod
    def _is_an_id(cls, customer_id: str) -> str:
        if _NAME.fullmatch(customer_id) is None:
            raise ValueError(f"{customer_id!r} is no customer id: 1 to 64 characters, no slash")
        return customer_id

    @field_validator("number")
    @classmethod
    def _is_a_number(cls, number: str) -> str:
        if _NUMBER.fullmatch(number) is None:
            raise ValueError(f"{number!r} is no invoice number: 1 to 100 characters")
        return number

    @field_validator("amount")
    @classmethod
    def _can_be_owed(cls, amount: Money) -> Money:
        currency_code(amount.currency)
        if amount.minor <= 0:
            raise ValueError(f"{amount} is not above zero: report credits and payments as receipts")
        return amount

    @property
    def key(self) -> Number:
        """What makes it the same item when it comes again."""
        return self.entity, self.number


class SetAside(Value):
    """A row that cannot be right, and why."""

    line: int
    why: str
    row: str


class KnownInvoice(Value):
    """An invoice that the ledger has already."""

    entity: str
    number: str
    customer_id: str
    issued_on: date
    due_on: date
    gross: Money
    imported: bool


class Verdict(NamedTuple):
    """What becomes of an item: entered, left since it is there, or refused with the reason."""

    item: OpeningItem
    outcome: Outcome
    why: Text | None = None


def judged(
    items: Sequence[OpeningItem], known: Iterable[KnownInvoice], entities: Collection[str]
) -> tuple[Verdict, ...]:
    """Judge a list before any of it is entered.

    Args:
        items: as they were read.
        known: the invoices of the ledger with one of their numbers.
        entities: the legal entities of the policy.
    """
    there = {(one.entity, one.number): one for one in known}
    first: dict[Number, int] = {}
    found = []
    for item in items:
        why = _objection(item, first, there, entities)
        first.setdefault(item.key, item.line)
        found.append(Verdict(item, "refused" if why else "known" if item.key in there else "new", why))
    return tuple(found)


def _objection(
    item: OpeningItem, first: Mapping[Number, int], there: Mapping[Number, KnownInvoice], entities: Collection[str]
) -> Text | None:
    if item.entity not in entities:
        names = ", ".join(sorted(entities))
        return Text(
            en=f"the policy has no legal entity {item.entity!r}: map it to one of {names}",
            zh=f"制度中没有主体 {item.entity!r}：请映射为 {names} 之一",
        )
    if is_ours(item.number):
        return Text(
            en=f"{item.number} has the form of our own numbers: put a mark of the other system before it",
            zh=f"{item.number} 与本系统自己的编号格式相同：请加上原系统的前缀",
        )
    if item.key in first:
        return Text(
            en=f"{item.number} stands in line {first[item.key]} already",
            zh=f"发票号 {item.number} 已在第 {first[item.key]} 行出现",
        )
    known = there.get(item.key)
    if known is None or _same(item, known):
        return None
    return Text(
        en=f"the ledger has another {item.number}: {known.gross} of {known.customer_id}, due on {known.due_on}",
        zh=f"账簿中已有内容不同的 {item.number}：{known.customer_id}，{known.gross}，到期日 {known.due_on}",
    )


def _same(item: OpeningItem, known: KnownInvoice) -> bool:
    mine = (item.customer_id, item.issued_on, item.due_on, item.amount)
    return known.imported and mine == (known.customer_id, known.issued_on, known.due_on, known.gross)
