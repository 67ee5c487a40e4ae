"""A CSV file of any encoding as rows with their lines; a row that is cut is a row without its last cells."""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from connectors.mapped_tables.forms import Source, TableForm
from domain.storable import unstorable_line
from domain.value import Misfit
from mendable import Mendable

LARGEST_BYTES = 256 << 20
"""Unpacked, so that a small file cannot fill the memory."""


class UnreadableTable(Mendable):
    """The file is no such table."""


class MappedRow(NamedTuple):
    """A row: its line in the file (the headings are line 1), and its cells by heading."""

    line: int
    cells: tuple[tuple[str, str], ...]

    def cell(self, heading: str) -> str:
        """Return a cell, empty where the row is too short."""
        return next((text for name, text in self.cells if name == heading), "")

    def value(self, source: Source) -> str:
        """Return what a source says of this row (Misfit for a cell that it does not know)."""
        text = self.cell(source.column) if source.column is not None else ""
        if not text:
            return source.default
        if source.values and text not in source.values:
            known = ", ".join(sorted(source.values))
            raise Misfit(f"{text!r} is none of {known}", f"{text!r} 不在 {known} 之中", where=source.column or "")
        return source.values.get(text, text)

    @property
    def text(self) -> str:
        """The row as a person may look it up."""
        return ",".join(text for _, text in self.cells)[:200]


def read_table(path: Path, form: TableForm, needed: Iterable[str]) -> Iterator[MappedRow]:
    """Read a table, .csv or .csv.gz.

    Raises:
        UnreadableTable: it cannot be opened, decoded or kept, or lacks a heading.
    """
    reader = csv.reader(io.StringIO(_text(path, form), newline=""), delimiter=form.delimiter, strict=True)
    try:
        headings = [heading.strip() for heading in next(reader, [])]
        missing = [name for name in dict.fromkeys(needed) if name not in headings]
        if missing:
            has = ", ".join(headings) or "nothing"
            raise UnreadableTable(f"{path} lacks the column {', '.join(missing)}; it has {has}")
        for cells in reader:
            if any(cells):
                named = zip(headings, (_cell(cell) for cell in cells), strict=False)
                yield MappedRow(reader.line_num, tuple(named))
    except csv.Error as error:
        raise UnreadableTable(f"{path} cannot be read on at line {reader.line_num}: {error}") from error


def _text(path: Path, form: TableForm) -> str:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except (OSError, EOFError) as error:
        raise UnreadableTable(f"{path} cannot be read: {error}") from error
    if len(content) > LARGEST_BYTES:
        raise UnreadableTable(f"{path} has more than {LARGEST_BYTES >> 20} MiB: cut it into several files")
    for encoding in form.encodings:
        try:
            text = content.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
        if (line := unstorable_line(text)) is not None:
            raise UnreadableTable(f"{path} is damaged, it has a NUL at line {line}; write it anew")
        return text
    raise UnreadableTable(f"{path} is in none of the encodings {', '.join(form.encodings)}; name its own in the map")


def _cell(cell: str) -> str:
    """Return a cell without what keeps spreadsheets from reading it as a number (``="0123"``, a quote before it)."""
    text = cell.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.lstrip("'").strip()
