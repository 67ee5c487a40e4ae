"""A CSV file as a bank's profile sees it: what stands before the table, its rows by heading, and where each is."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from connectors.bank_statements.csv_profile import BankProfile, Labels
from connectors.bank_statements.findings import require_storable
from domain.statements.problem import ProblemKind, UnreadableFile

HEADER_WITHIN = 60
"""How many lines may stand before the headings."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table.

    Attributes:
        line: of the file, from 1.
        is_short: it has fewer cells than the table has headings.
    """

    line: int
    cells: tuple[str, ...]
    is_short: bool


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: the lines before the headings, the headings, the rows."""

    encoding: str
    preamble: tuple[tuple[str, ...], ...]
    headings: tuple[str, ...]
    rows: tuple[Row, ...]

    def place(self, labels: Labels | None) -> int | None:
        """Return the column that has one of these headings."""
        wanted = {plain(label) for label in labels or ()}
        return next((place for place, heading in enumerate(self.headings) if heading in wanted), None)

    def labelled(self, labels: Labels | None) -> str:
        """Return what stands beside a label before the table: behind its colon, or in the next cell."""
        for cells in self.preamble:
            for place, cell in enumerate(cells):
                for label in labels or ():
                    if not plain(cell).startswith(plain(label)):
                        continue
                    beside = re.split("[:：]", cell, maxsplit=1)[1:]
                    behind = (*(one.strip() for one in beside), *cells[place + 1 :])
                    return next((one for one in behind if one), "")
        return ""


def plain(text: str) -> str:
    """Write a heading so that spaces, tabs and full-width colons at its end make no difference."""
    return "".join(text.split()).rstrip(":：").lower()


def table_of(content: bytes, profile: BankProfile) -> Table | None:
    """Read a file as a profile says; None if it is not of that bank: other encoding, or the headings are not there.

    Raises:
        UnreadableFile: it is of that bank, but cannot be read to its end, or holds text that cannot be kept.
    """
    for encoding in profile.encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        table = _table(text, encoding, profile)
        if table is not None:
            require_storable(text)
            return table
    return None


def damage_of(content: bytes, profile: BankProfile) -> UnreadableFile | None:
    """Tell which bytes keep a file of this bank from being decoded; None if its headings are not there anyway."""
    errors = {encoding: error for encoding in profile.encodings if (error := _undecodable(content, encoding, profile))}
    if not errors:
        return None
    # The encoding that reads the furthest is the file's own; another one stumbles at its first letter.
    encoding, error = max(errors.items(), key=lambda one: one[1].start)
    line = content[: error.start].decode(encoding, errors="replace").count("\n") + 1
    wrong = content[error.start : error.end].hex(" ")
    return UnreadableFile(
        ProblemKind.FORMAT,
        f"line {line}",
        f"{wrong} is no text in {encoding}: the file is damaged, ask the bank for it again",
        f"{wrong} 不是 {encoding} 编码的文字：文件已损坏，请向银行重新索取",
    )


def _undecodable(content: bytes, encoding: str, profile: BankProfile) -> UnicodeDecodeError | None:
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        return error if _has_header(content.decode(encoding, errors="replace"), profile) else None
    return None


def _has_header(text: str, profile: BankProfile) -> bool:
    lines = islice(io.StringIO(text.removeprefix("\ufeff")), HEADER_WITHIN + 1)
    return any(_is_header(tuple(_cell(cell) for cell in line.split(profile.delimiter)), profile) for line in lines)


def _table(text: str, encoding: str, profile: BankProfile) -> Table | None:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=profile.delimiter, strict=True)
    preamble: list[tuple[str, ...]] = []
    headings: tuple[str, ...] | None = None
    rows: list[Row] = []
    try:
        for written in reader:
            cells = tuple(_cell(cell) for cell in written)
            if headings is not None:
                if any(cells):
                    rows.append(Row(reader.line_num, cells, is_short=len(cells) < _needed(headings)))
            elif _is_header(cells, profile):
                headings = tuple(plain(cell) for cell in cells)
            else:
                preamble.append(cells)
                if len(preamble) > HEADER_WITHIN:
                    return None
    except csv.Error as error:
        if headings is None:
            return None
        raise UnreadableFile(
            ProblemKind.INCOMPLETE,
            f"line {reader.line_num}",
            f"the file cannot be read on: {error}",
            f"文件无法继续读取：{error}",
        ) from None
    return None if headings is None else Table(encoding, tuple(preamble), headings, tuple(rows))


def _needed(headings: Sequence[str]) -> int:
    """Return how many cells a row must have: up to the last heading that is not empty."""
    return max(place for place, heading in enumerate(headings, 1) if heading)


def _cell(cell: str) -> str:
    """Return a cell without what keeps spreadsheets from reading it as a number (``="0123"``, a tab)."""
    text = cell.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.lstrip("'").strip()


def _is_header(cells: Sequence[str], profile: BankProfile) -> bool:
    there = {plain(cell) for cell in cells}
    return all(there & {plain(label) for label in labels} for labels in _headings(profile))


def _headings(profile: BankProfile) -> list[Labels]:
    columns = profile.columns
    single = (
        columns.booked_on, columns.valued_on, columns.amount, columns.debit, columns.credit, columns.balance,
        columns.currency, columns.account, columns.reference, columns.name, columns.name_account,
    )  # fmt: skip
    marked = (columns.mark.column,) if columns.mark else ()
    return [labels for labels in (*single, *marked, *columns.text) if labels is not None]
