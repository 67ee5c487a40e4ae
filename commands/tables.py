"""Tables for people: nothing is ever cut, numbers stand in line, and a pipe or a file gets one line for each row."""

from rich.box import Box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Column, Table

_WIDEST = 10_000


def number(heading: str) -> Column:
    """Return a column of numbers, one below the other, each in one line."""
    return Column(heading, justify="right", no_wrap=True)


def name(heading: str) -> Column:
    """Return a column of names, each in one line, so that they can be copied."""
    return Column(heading, no_wrap=True)


def text(heading: str) -> Column:
    """Return a column of words, which go on in the next line where the terminal is too narrow."""
    return Column(heading, overflow="fold")


def table(*columns: Column, box: Box | None = None) -> Table:
    """Return an empty table."""
    return Table(*columns, box=box)


def show(rows: Table, console: Console) -> None:
    """Print a table as wide as the terminal, or as it must be at least; without a terminal as wide as it is."""
    options = console.options.update(width=_WIDEST)
    for column in rows.columns:
        if column.no_wrap:  # else a column with a space in it might be cut there
            parts = (column.header, *column.cells)
            column.min_width = max(Measurement.get(console, options, part).maximum for part in parts)
    measured, before = Measurement.get(console, options, rows), console.width
    lines = 0 if rows.box is None else len(rows.columns) + 1  # which are not measured
    console.width = max(before, measured.minimum + lines) if console.is_terminal else measured.maximum + lines
    try:
        console.print(rows)
    finally:
        console.width = before
