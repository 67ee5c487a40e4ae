"""Opening balances: open items of another system are judged one by one before any of them is entered."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from pydantic import field_validator

from domain.currencies import CURRENCIES
from domain.money import Money
from domain.nobody import UNIDENTIFIED
from domain.receivables.numbering import is_ours
from domain.storable import FIRST_YEAR, LAST_YEAR
from domain.value import Misfit, Text, Value, is_spoken

CUSTOMER_ID = r"[^\s/\x00-\x1f\x7f](?:[^/\x00-\x1f\x7f]{0,62}[^\s/\x00-\x1f\x7f])?"
"""The form of every customer's id, ours and those of other systems: a part of addresses and workflow ids."""
_NUMBER = re.compile(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,98}[^\s\x00-\x1f\x7f])?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LONGEST_NAME, _LONGEST_EMAIL, _LONGEST_ATTRIBUTE = 200, 254, 2000
_SHOWN = 40
_AHEAD = timedelta(days=1)
"""How far the day of another system may be ahead of ours: zones."""
Outcome = Literal["new", "known", "refused"]
Number = tuple[str, str]
"""A legal entity and an invoice number: the business key of an open item."""


def currency_code(text: str) -> str:
    """Return a text that is the code of a currency, as ISO 4217 has it (Misfit)."""
    if text not in CURRENCIES:
        raise Misfit(f"{text!r} is no currency", f"{text!r} 不是币种代码")
    return text


class OpeningItem(Value):
    """One open item as another system has it; what its customer cannot be is refused as for a customer of ours.

    Attributes:
        line: of the file.
        country: two letters, or empty.
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
        if re.fullmatch(CUSTOMER_ID, customer_id) is None:
            raise Misfit(f"{_short(customer_id)} is no customer id", f"{_short(customer_id)} 不是客户编号")
        if customer_id == UNIDENTIFIED:
            raise Misfit(
                f"{customer_id} holds money that nobody has claimed and owes nothing: name the customer",
                f"{customer_id} 存放无人认领的款项，不欠款：请指明客户",
            )
        return customer_id

    @field_validator("number")
    @classmethod
    def _is_a_number(cls, number: str) -> str:
        if _NUMBER.fullmatch(number) is None:
            raise Misfit(f"{_short(number)} is no invoice number", f"{_short(number)} 不是发票号码")
        return number

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        if not name.strip() or len(name) > _LONGEST_NAME:
            raise Misfit(
                f"{_short(name)} is no name: 1 to {_LONGEST_NAME} characters",
                f"{_short(name)} 不是名称：须为 1 至 {_LONGEST_NAME} 个字符",
            )
        return name

    @field_validator("email")
    @classmethod
    def _is_an_address(cls, email: str) -> str:
        if email and (_EMAIL.fullmatch(email) is None or len(email) > _LONGEST_EMAIL):
            raise Misfit(f"{_short(email)} is no e-mail address", f"{_short(email)} 不是邮箱地址")
        return email

    @field_validator("country")
    @classmethod
    def _is_a_code(cls, country: str) -> str:
        if country and re.fullmatch("[A-Z]{2}", country) is None:
            raise Misfit(f"{_short(country)} is no code of a country", f"{_short(country)} 不是国家代码")
        return country

    @field_validator("language")
    @classmethod
    def _is_a_language(cls, language: str) -> str:
        if _LANGUAGE.fullmatch(language) is None:
            raise Misfit(f"{_short(language)} is no language", f"{_short(language)} 不是语言代码")
        if not is_spoken(language):
            raise Misfit(f"{_short(language)} is not spoken here", f"不支持语言 {_short(language)}")
        return language

    @field_validator("issued_on", "due_on")
    @classmethod
    def _can_be_meant(cls, day: date) -> date:
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise Misfit(
                f"{day} is not in the years {FIRST_YEAR} to {LAST_YEAR}",
                f"{day} 不在 {FIRST_YEAR} 至 {LAST_YEAR} 年之间",
            )
        return day

    @field_validator("attributes")
    @classmethod
    def _can_be_kept(cls, attributes: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        for name, text in attributes:
            if len(text) > _LONGEST_ATTRIBUTE:
                raise Misfit(
                    f"{name} has more than {_LONGEST_ATTRIBUTE} characters", f"{name} 超过 {_LONGEST_ATTRIBUTE} 个字符"
                )
        return attributes

    @field_validator("amount")
    @classmethod
    def _can_be_owed(cls, amount: Money) -> Money:
        currency_code(amount.currency)
        if amount.minor <= 0:
            raise Misfit(f"{amount} is not above zero", f"{amount} 不大于零")
        return amount

    @property
    def key(self) -> Number:
        """What makes it the same item when it comes again."""
        return self.entity, self.number


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


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


class Home(NamedTuple):
    """What a list is judged by.

    Attributes:
        entities: the legal entities of the policy.
        countries: the codes of all countries (ISO 3166).
        today: by our clock.
    """

    entities: Collection[str]
    countries: Collection[str]
    today: date


class Verdict(NamedTuple):
    """What becomes of an item: entered, left since it is there, or refused with the reason."""

    item: OpeningItem
    outcome: Outcome
    why: Text | None = None


def judged(items: Sequence[OpeningItem], known: Iterable[KnownInvoice], home: Home) -> tuple[Verdict, ...]:
    """Judge a list before any of it is entered.

    Args:
        items: as they were read.
        known: the invoices of the ledger with one of their numbers.
        home: what they must fit.
    """
    there = {(one.entity, one.number): one for one in known}
    first: dict[Number, int] = {}
    found = []
    for item in items:
        why = _misfit(item, home) or _objection(item, first, there)
        first.setdefault(item.key, item.line)
        found.append(Verdict(item, "refused" if why else "known" if item.key in there else "new", why))
    return tuple(found)


def _misfit(item: OpeningItem, home: Home) -> Text | None:
    if item.entity not in home.entities:
        names = ", ".join(sorted(home.entities))
        return Text(
            en=f"the policy has no legal entity {item.entity!r}: map it to one of {names}",
            zh=f"制度中没有主体 {item.entity!r}：请映射为 {names} 之一",
        )
    if item.country and item.country not in home.countries:
        return Text(
            en=f"there is no country {item.country} (ISO 3166): leave it empty, or map it to the one that is meant",
            zh=f"没有国家代码 {item.country}（ISO 3166）：请留空，或映射为正确的代码",
        )
    if item.issued_on > home.today + _AHEAD:
        return Text(
            en=f"{item.number} is issued on {item.issued_on}, today is {home.today}: bring it in when it is issued",
            zh=f"{item.number} 的开票日期为 {item.issued_on}，今天是 {home.today}：请在开票后导入",
        )
    return None


def _objection(item: OpeningItem, first: Mapping[Number, int], there: Mapping[Number, KnownInvoice]) -> Text | None:
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
