"""The rows of a bank's table as entries, with the balance behind each where the bank writes one."""

import re
from dataclasses import dataclass
from datetime import date

from connectors.bank_statements.csv_profile import BankProfile, Labels
from connectors.bank_statements.csv_table import Row, Table, plain
from connectors.bank_statements.findings import Findings, year_of
from domain.money import Money
from domain.statements.problem import ProblemKind
from domain.statements.statement import Direction, Entry, Party, Payment, UnreadableEntry

_NOTHING = frozenset({"", "-", "--", "—"})
_SIGNS = re.compile(r"^[¥￥€$£]|[¥￥€$£]$")


@dataclass(frozen=True, slots=True)
class Line:
    """A row read: its entry, and the balance that the bank writes behind it, if it does."""

    row: Row
    entry: Entry | UnreadableEntry
    balance: Money | None


class RowReader:
    """Reads the rows of one account."""

    def __init__(self, table: Table, profile: BankProfile, currency: str, found: Findings) -> None:
        self._table, self._profile, self._currency, self._found = table, profile, currency, found

    def line(self, row: Row, index: int) -> Line:
        """Read a row as the entry of this index."""
        place = f"entry {index} (line {row.line})"
        currency = self._cell(row, self._profile.columns.currency).upper() or self._currency
        if row.is_short:
            self._found.problem(ProblemKind.INCOMPLETE, place, "the row is cut", "该行不完整")
            entry: Entry | UnreadableEntry = UnreadableEntry(index=index, written="", currency=currency)
            return Line(row, entry, None)
        signed, direction, is_reversal = self._amount(row, currency, place)
        balance = self._signed(self._cell(row, self._profile.columns.balance), currency, place)
        if signed is None or direction is None:
            entry = UnreadableEntry(index=index, written=self._written(row), currency=currency)
        else:
            entry = self._entry(row, index, place, signed, direction).model_copy(update={"is_reversal": is_reversal})
        return Line(row, entry, balance)

    def _entry(self, row: Row, index: int, place: str, signed: Money, direction: Direction) -> Entry:
        columns = self._profile.columns
        booked_on = self._day(self._cell(row, columns.booked_on), place)
        valued = self._cell(row, columns.valued_on)
        other = Party(
            name=self._cell(row, columns.name), account=self._cell(row, columns.name_account).replace(" ", "")
        )
        texts = [self._cell(row, labels) for labels in columns.text]
        is_credit = direction is Direction.CREDIT
        payment = Payment(
            amount=signed,
            debtor=other if is_credit else Party(),
            creditor=Party() if is_credit else other,
            unstructured=tuple(text for text in texts if text),
        )
        return Entry(
            index=index,
            direction=direction,
            amount=signed,
            booked_on=booked_on,
            valued_on=self._day(valued, place) if valued else booked_on,
            servicer_reference=self._cell(row, columns.reference),
            payments=(payment,),
        )

    def _cell(self, row: Row, labels: Labels | None) -> str:
        place = self._table.place(labels)
        return row.cells[place] if place is not None and place < len(row.cells) else ""

    def _written(self, row: Row) -> str:
        columns = self._profile.columns
        return " ".join(self._cell(row, labels) for labels in (columns.amount, columns.debit, columns.credit)).strip()

    def _amount(self, row: Row, currency: str, place: str) -> tuple[Money | None, Direction | None, bool]:
        """Return the signed amount, its direction, and whether it takes an entry back."""
        columns = self._profile.columns
        if columns.amount is None:
            return self._of_two(row, currency, place)
        money = self._signed(self._cell(row, columns.amount), currency, place, needed=True)
        if money is None:
            return None, None, False
        if columns.mark is None:
            return money, Direction.DEBIT if money.minor < 0 else Direction.CREDIT, False
        mark = plain(self._cell(row, columns.mark.column))
        if mark in {plain(label) for label in columns.mark.credit}:
            return money, Direction.CREDIT if money.minor >= 0 else Direction.DEBIT, money.minor < 0
        if mark in {plain(label) for label in columns.mark.debit}:
            back = money.minor < 0 and not self._profile.debits_below_zero
            signed = money if self._profile.debits_below_zero and money.minor < 0 else money.negated()
            return signed, Direction.CREDIT if back else Direction.DEBIT, back
        self._found.problem(ProblemKind.SIGN, place, f"{mark!r} is no mark of this bank", f"“{mark}”不是该行借贷标志")
        return None, None, False

    def _of_two(self, row: Row, currency: str, place: str) -> tuple[Money | None, Direction | None, bool]:
        """Read debit and credit columns: one of them must have an amount, the other nothing or zero."""
        columns, below = self._profile.columns, self._profile.debits_below_zero
        texts = (self._cell(row, columns.credit), self._cell(row, columns.debit))
        credit, debit = (self._signed(text, currency, place) for text in texts)
        if any(text not in _NOTHING and money is None for text, money in zip(texts, (credit, debit), strict=True)):
            return None, None, False
        sides = [(money, side) for money, side in ((credit, "credit"), (debit, "debit")) if money and money.minor]
        if len(sides) != 1:
            told = "both debit and credit" if sides else "neither debit nor credit"
            self._found.problem(ProblemKind.AMOUNT, place, f"the row has {told}", "借方和贷方金额应有且只有一个")
            return None, None, False
        money, side = sides[0]
        signed = money if side == "credit" or (below and money.minor < 0) else money.negated()
        back = money.minor < 0 and not (side == "debit" and below)
        return signed, Direction.CREDIT if signed.minor > 0 else Direction.DEBIT, back

    def _signed(self, text: str, currency: str, place: str, *, needed: bool = False) -> Money | None:
        """Read an amount as the profile writes numbers; nothing is None, and a problem only where it is needed."""
        if text in _NOTHING and not needed:
            return None
        digits = _SIGNS.sub("", text.replace("\u00a0", " ").strip()).strip()
        sign = digits[:1] if digits[:1] in ("+", "-") else ""
        number = self._plain(digits.removeprefix(sign))
        if number is None:
            self._found.problem(ProblemKind.AMOUNT, place, f"{text!r} is no amount", f"“{text}”不是金额")
            return None
        money = self._found.amount(number, currency, place)
        return money.negated() if money is not None and sign == "-" else money

    def _plain(self, digits: str) -> str | None:
        """Write a number with a decimal point and nothing between thousands; None if it is in no such form."""
        thousands, decimal = re.escape(self._profile.thousands), re.escape(self._profile.decimal)
        grouped = rf"[0-9]{{1,3}}(?:{thousands}[0-9]{{3}})+" if thousands else r"[0-9]+"
        if re.fullmatch(rf"(?:{grouped}|[0-9]+)(?:{decimal}[0-9]+)?", digits) is None:
            return None
        whole = digits.replace(self._profile.thousands, "") if thousands else digits
        return whole.replace(self._profile.decimal, ".")

    def _day(self, text: str, place: str) -> date | None:
        form = re.escape(self._profile.day)
        # 2026-1-5 is a day, 202615 is not: without anything between them, months and days have two digits.
        short = "[0-9]{2}" if form.isalpha() else "[0-9]{1,2}"
        for part, pattern in (("YYYY", "[0-9]{4}"), ("YY", "[0-9]{2}"), ("MM", short), ("DD", short)):
            form = form.replace(part, f"(?P<{part[0]}>{pattern})", 1) if f"(?P<{part[0]}>" not in form else form
        match = re.match(rf"{form}(?![0-9])", text)
        if match is None:
            self._found.problem(ProblemKind.DATE, place, f"{text!r} is no day", f"“{text}”不是有效日期")
            return None
        year = int(match["Y"])
        year = year_of(year) if len(match["Y"]) == len("YY") else year
        return self._found.day(year, int(match["M"]), int(match["D"]), text, place)
