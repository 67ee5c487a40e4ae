"""A sheet is a document in words: every label, date and amount already written, so that a template only lays out."""

from typing import Literal

from domain.value import Value

Align = Literal["left", "center", "right"]


class Fact(Value):
    """A label and what it says."""

    label: str
    value: str


class Column(Value):
    """A column of a grid; ``wide`` columns share the room that the others leave."""

    label: str
    align: Align = "right"
    width: Literal["fit", "wide"] = "fit"


class Cell(Value):
    """A cell, with an optional smaller second line."""

    text: str
    note: str = ""


class Grid(Value):
    """A table; its header repeats on every page."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Sum(Value):
    """A line under the table; the one that matters is ``strong``."""

    label: str
    value: str
    weight: Literal["plain", "strong"] = "plain"


class Section(Value):
    """A titled block under the sums: facts beside each other, or a table, or sentences."""

    title: str
    facts: tuple[Fact, ...] = ()
    grid: Grid | None = None
    paragraphs: tuple[str, ...] = ()


class Frame(Value):
    """What every sheet of one seller to one customer has; ``page_label`` holds ``{page}`` and ``{pages}``."""

    language: Literal["en", "zh"]
    author: str
    letterhead: tuple[str, ...]
    recipient: tuple[str, ...]
    footer: tuple[str, ...]
    page_label: str


class Sheet(Value):
    """One document as the template gets it, by JSON.

    Attributes:
        opening: sentences above the table; ``closing`` those at the end.
        breakdown: a small table left of the sums.
        sum_note: a line under the sums.
    """

    frame: Frame
    title: str
    number: str
    recipient_label: str
    facts: tuple[Fact, ...]
    opening: tuple[str, ...] = ()
    grid: Grid
    breakdown: Grid | None = None
    sums: tuple[Sum, ...]
    sum_note: str = ""
    sections: tuple[Section, ...] = ()
    closing: tuple[str, ...] = ()
