"""A list of open items of another system, row by row: what is read, and what is set aside with its line and reason."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from connectors.mapped_tables.forms import Source, TableForm
from connectors.mapped_tables.table import MappedRow, read_table
from connectors.policy_files.table_forms import Label
from domain.opening import OpeningItem, SetAside
from domain.refusal import Refused


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
        except ValueError as error:
            aside.append(SetAside(line=row.line, why=_first_line(error), row=row.text))
        except Refused as refused:
            aside.append(SetAside(line=row.line, why=refused.text.en, row=row.text))
    return OpenItems(tuple(items), tuple(aside))


def _item(row: MappedRow, mapped: OpenItemMap) -> OpeningItem:
    def text(source: Source | None) -> str:
        return "" if source is None else row.value(source)

    return OpeningItem(
        line=row.line,
        entity=row.value(mapped.entity),
        customer_id=row.value(mapped.customer),
        name=text(mapped.name) or row.value(mapped.customer),
        email=text(mapped.email),
        country=text(mapped.country),
        language=text(mapped.language) or "en",
        number=row.value(mapped.number),
        issued_on=mapped.date(row.value(mapped.issued_on)),
        due_on=mapped.date(row.value(mapped.due_on)),
        amount=mapped.money(row.value(mapped.amount), row.value(mapped.currency)),
        attributes=tuple((name, said) for name, one in mapped.attributes.items() if (said := row.value(one))),
    )


def _first_line(error: ValueError) -> str:
    """Return what a person can use of an error; pydantic's has a line for each field."""
    lines = [line.strip() for line in str(error).splitlines()]
    return " ".join(lines[1:3]) if lines[0].endswith(("OpeningItem", "errors for OpeningItem")) else lines[0]
