"""A list of open items of another system, row by row: what is read, and what is set aside with its line and reason."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from connectors.mapped_tables.forms import Source, TableForm
from connectors.mapped_tables.table import MappedRow, read_table
from connectors.policy_files.table_forms import Label
from domain.opening import OpeningItem, SetAside, currency_code
from domain.refusal import Code, Refused
from domain.value import Misfit, Text

R = TypeVar("R")


class OpenItemMap(TableForm):
    """Which column of a list of open items holds what.

    Attributes:
        entity: the legal entity that is owed.
        customer: our id of the customer, or the other system's own.
        number: the invoice's own number, as it was issued.
        amount: what is open of it, above zero.
        attributes: what else is kept with the item, by its name.
    """

    entity: Source
    customer: Source
    number: Source
    issued_on: Source
    due_on: Source
    currency: Source
    amount: Source
    name: Source | None = None
    email: Source | None = None
    country: Source | None = None
    language: Source | None = None
    attributes: dict[Label, Source] = Field(default_factory=dict)

    def headings(self) -> Iterator[str]:
        """Return the headings that a file must have."""
        named = (getattr(self, name) for name in type(self).model_fields)
        for source in (*named, *self.attributes.values()):
            if isinstance(source, Source) and source.column is not None:
                yield source.column


class OpenItems(NamedTuple):
    """A list that was read."""

    items: tuple[OpeningItem, ...]
    set_aside: tuple[SetAside, ...]


def read_open_items(path: Path, mapped: OpenItemMap) -> OpenItems:
    """Read a list of open items.

    Raises:
        UnreadableTable: it is no table, or lacks a column that the map names.
    """
    items: list[OpeningItem] = []
    aside: list[SetAside] = []
    for row in read_table(path, mapped, mapped.headings()):
        try:
            items.append(_item(row, mapped))
        except _Unfit as unfit:
            aside.append(SetAside(line=row.line, why=unfit.told(mapped), row=row.text))
    return OpenItems(tuple(items), tuple(aside))


class _Unfit(Exception):
    """A cell that cannot be right: which value of ours it was to be, and what is wrong with it."""

    def __init__(self, what: str, wrong: Text) -> None:
        super().__init__(what)
        self.what = what
        self.wrong = wrong

    def told(self, mapped: OpenItemMap) -> str:
        """Say it in both languages, with the column and what would mend it."""
        source = getattr(mapped, self.what, None) or mapped.attributes.get(self.what)
        column = source.column if isinstance(source, Source) else None
        mend = _mend(self.what, mapped)
        en = f"column {column}: " if column else f"{self.what}, for which the map has no column: "
        zh = f"列 {column}：" if column else f"映射未给出列的 {self.what}："
        return f"{en}{self.wrong.en}; {mend.en} / {zh}{self.wrong.zh}；{mend.zh}"


_MENDS = {
    "customer": Text(en="write 1 to 64 characters without a slash", zh="请填写 1 至 64 个字符，不含斜杠"),
    "number": Text(en="write the number of the invoice, 1 to 100 characters", zh="请填写发票号码，1 至 100 个字符"),
    "currency": Text(en="write its code, e.g. CNY", zh="请填写币种代码，例如 CNY"),
    "name": Text(en="write the name of the customer", zh="请填写客户名称"),
    "email": Text(
        en="write one address, e.g. ap@customer.example, or leave it empty",
        zh="请填写一个邮箱地址，例如 ap@customer.example，或留空",
    ),
    "country": Text(
        en="write its two letters of ISO 3166, e.g. CN, or say in the map under values what it means",
        zh="请填写 ISO 3166 两位字母代码，例如 CN，或在映射的 values 中注明其含义",
    ),
    "language": Text(
        en="write en or zh, with a region if you like (en-GB, zh-CN), or say in the map under values what it means",
        zh="请填写 en 或 zh，可带地区（en-GB、zh-CN），或在映射的 values 中注明其含义",
    ),
}
_ANY = Text(
    en="correct the cell, or say in the map under values what it means",
    zh="请更正该单元格，或在映射的 values 中注明其含义",
)


def _mend(what: str, mapped: OpenItemMap) -> Text:
    """Say what would make a value fit."""
    match what:
        case "issued_on" | "due_on":
            return Text(
                en=f"write a day as {mapped.day}, or name its form in the map as day",
                zh=f"请按 {mapped.day} 填写日期，或在映射的 day 中注明其格式",
            )
        case "amount":
            example = f"1234{mapped.decimal}50"
            return Text(
                en=f"write what is open, e.g. {example}; report credits and payments as receipts",
                zh=f"请填写未清金额，例如 {example}；贷项与付款请作为收款报送",
            )
        case _:
            return _MENDS.get(what, _ANY)


def _item(row: MappedRow, mapped: OpenItemMap) -> OpeningItem:
    def text(what: str) -> str:
        source = getattr(mapped, what)
        return "" if source is None else _fit(what, lambda: row.value(source))

    def day(what: str) -> date:
        return _fit(what, lambda: mapped.date(text(what)))

    amount, currency = text("amount"), _fit("currency", lambda: currency_code(text("currency")))
    told: dict[str, object] = {
        "line": row.line,
        "entity": text("entity"),
        "customer_id": text("customer"),
        "name": text("name") or text("customer"),
        "email": text("email"),
        "country": text("country"),
        "language": text("language") or "en",
        "number": text("number"),
        "issued_on": day("issued_on"),
        "due_on": day("due_on"),
        "amount": _fit("amount", lambda: mapped.money(amount, currency)),
        "attributes": tuple((name, said) for name in mapped.attributes if (said := _attribute(row, mapped, name))),
    }
    try:
        return OpeningItem.model_validate(told)
    except ValidationError as error:
        fault = error.errors()[0]
        field = str(fault["loc"][0])
        raise _Unfit(_FIELDS.get(field, field), _wrong(fault)) from error


_FIELDS = {"customer_id": "customer"}
"""How a field of an open item is called in the map, where that is another name."""


def _attribute(row: MappedRow, mapped: OpenItemMap, name: str) -> str:
    return _fit(name, lambda: row.value(mapped.attributes[name]))


def _fit(what: str, read: Callable[[], R]) -> R:
    """Read a value (`_Unfit`)."""
    try:
        return read()
    except Refused as refused:
        raise _Unfit("currency" if refused.code is Code.CCY else what, refused.text) from refused
    except Misfit as misfit:
        raise _Unfit(what, misfit.text) from misfit


def _wrong(fault: ErrorDetails) -> Text:
    """Return what is wrong in our own words; a fault of a type has none."""
    cause = fault.get("ctx", {}).get("error")
    if isinstance(cause, Misfit):
        return cause.text
    return Text(en=f"{fault['input']!r} does not fit", zh=f"{fault['input']!r} 不合要求")
