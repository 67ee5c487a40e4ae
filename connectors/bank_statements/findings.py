"""What a reader notices on its way: typed problems with their places, and the exact reading of amounts and days."""

import re
from datetime import date

from domain.money import Money
from domain.refusal import Refused
from domain.statements.problem import Problem, ProblemKind, UnreadableFile
from domain.storable import unstorable_line
from domain.value import Text

_CURRENCY = re.compile(r"[A-Z]{3}")
_CENTURY = 80
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NO_CURRENCY = "XXX"
"""ISO 4217's code for no currency: an amount of it is only ever counted."""


class Findings:
    """Collects what is wrong with one statement while it is read.

    Attributes:
        problems: what keeps it from being posted.
        notes: what no posting needs.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []

    def problem(self, kind: ProblemKind, place: str, en: str, zh: str) -> None:
        """Keep what makes the statement a case for a person."""
        self.problems.append(Problem(kind=kind, place=place, text=Text(en=en, zh=zh)))

    def note(self, kind: ProblemKind, place: str, en: str, zh: str) -> None:
        """Keep what is wrong but changes nothing."""
        self.notes.append(Problem(kind=kind, place=place, text=Text(en=en, zh=zh)))

    def amount(self, text: str, currency: str, place: str) -> Money | None:
        """Read an amount above or at zero, exactly; what is not one is a problem and None."""
        if _CURRENCY.fullmatch(currency) is None:
            said = currency or "none"
            self.problem(ProblemKind.CURRENCY, place, f"{said} is no currency", f"币种“{currency}”无效")
            return None
        try:
            money = Money.of(_plain(text), currency)
        except Refused as refused:
            self.problems.append(Problem(kind=ProblemKind.AMOUNT, place=place, text=refused.text))
            return None
        if money.minor < 0:
            self.problem(
                ProblemKind.SIGN,
                place,
                f"{text} is below zero where debit and credit are told apart by a mark",
                f"{text} 为负数，而借贷方向另有标记",
            )
            return None
        return money

    def iso_day(self, text: str, place: str) -> date | None:
        """Read a day as XML writes it, with or without a time behind it; a day that does not exist is a problem."""
        if not text:
            return None
        match = _ISO_DAY.match(text)
        if match is None:
            self._no_day(text, place)
            return None
        year, month, day = match[0].split("-")
        return self.day(int(year), int(month), int(day), text, place)

    def day(self, year: int, month: int, day: int, written: str, place: str) -> date | None:
        """Make a day of its numbers; one that does not exist is a problem."""
        try:
            return date(year, month, day)
        except ValueError:
            self._no_day(written, place)
            return None

    def _no_day(self, written: str, place: str) -> None:
        self.problem(ProblemKind.DATE, place, f"{written} is no day", f"{written} 不是有效日期")


def require_storable(text: str, first: int = 1) -> None:
    """Refuse a text with a character that no bank writes and no database keeps (NUL), which is a sign of damage.

    Args:
        text: of the file, or a part of it.
        first: the line of the file that it begins on.

    Raises:
        UnreadableFile: there is one; the problem names its line.
    """
    line = unstorable_line(text)
    if line is not None:
        raise UnreadableFile(
            ProblemKind.FORMAT,
            f"line {first + line - 1}",
            "the file is damaged, a character of its text is NUL; ask the bank for it again",
            "文件已损坏，文本中含有 NUL 字符；请向银行重新索取",
        )


def year_of(short: int) -> int:
    """Return the year of two digits, as SWIFT has it: from 80 on they are of the last century."""
    return short + (1900 if short >= _CENTURY else 2000)


def _plain(text: str) -> str:
    """Write ``+8.85``, ``.5`` and ``5.`` as the digits that they mean."""
    plain = text.strip().removeprefix("+")
    if plain.startswith("."):
        plain = f"0{plain}"
    return plain.removesuffix(".") if plain[:-1].isdigit() else plain
