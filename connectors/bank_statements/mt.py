"""MT940 and MT942 as statements: balances, entries, control totals."""

import re
from datetime import date

from mt940 import tags

from connectors.bank_statements.findings import NO_CURRENCY, Findings, require_storable, year_of
from connectors.bank_statements.mt_entries import EntryReader
from connectors.bank_statements.mt_fields import Block, Field, blocks, comma_amount
from domain.money import Money
from domain.statements.judging import decimal
from domain.statements.problem import ProblemKind, UnreadableFile
from domain.statements.statement import (
    Balance,
    BalanceKind,
    Direction,
    Entry,
    Statement,
    StatementFile,
    StatementKind,
    UnreadableEntry,
)

_CODES = {
    "60": BalanceKind.OPENING_BOOKED, "62": BalanceKind.CLOSING_BOOKED, "64": BalanceKind.CLOSING_AVAILABLE,
    "65": BalanceKind.FORWARD_AVAILABLE,
}  # fmt: skip
_BOOKED_BALANCES = ("60", "62")
_BALANCE = tags.FinalOpeningBalance()
_TOTAL = re.compile(r"(?P<number>[0-9]*)(?P<currency>[A-Z]{3})(?P<amount>[0-9,]+)")
_HALF_LINE = re.compile(r"[0-9]{0,6}(?:[0-9]{4}|\s{4})?(?:R?[CD][A-Z]?)?[0-9,]*")
_FLOOR = re.compile(r"(?P<currency>[A-Z]{3})")


def read_mt(text: str, encoding: str) -> StatementFile:
    """Read a file of MT940 or MT942.

    Raises:
        UnreadableFile: it holds no statement, or text that cannot be kept.
    """
    found = [block for block in blocks(text) if block.numbered("60") or block.numbered("61") or block.numbered("25")]
    if not found:
        raise UnreadableFile(
            ProblemKind.FORMAT,
            "",
            "this holds no MT940 or MT942 statement (:25:, :60F:, :61:)",
            "文件中没有 MT940 或 MT942 对账单（:25:、:60F:、:61:）",
        )
    for one in (one for block in found for one in block.fields):
        require_storable(one.text, one.line)
    statements = tuple(_Reader(block, is_last=block is found[-1]).statement() for block in found)
    return StatementFile(kind=statements[0].kind, encoding=encoding, statements=statements)


class _Reader:
    """Reads one statement."""

    def __init__(self, block: Block, *, is_last: bool) -> None:
        self._block = block
        self._is_last = is_last
        self._found = Findings()
        self._entries: list[Entry] = []
        self._unreadable: list[UnreadableEntry] = []

    def statement(self) -> Statement:
        balances = tuple(
            balance for one in self._block.fields if one.number in _CODES and (balance := self._balance(one))
        )
        booked = [b for b in balances if b.code in (BalanceKind.OPENING_BOOKED, BalanceKind.CLOSING_BOOKED)]
        currency = booked[0].amount.currency if booked else None
        self._read_entries(currency or self._currency_elsewhere())
        self._check_totals()
        self._check_end(balances)
        return Statement(
            kind=StatementKind.MT940 if self._is_mt940() else StatementKind.MT942,
            statement_id=self._text("20"),
            account=self._text("25", "25P").split("\n")[0].strip(),
            number=self._text("28C", "28"),
            currency=currency,
            balances=balances,
            entries=tuple(self._entries),
            unreadable=tuple(self._unreadable),
            information_blocks=len(self._block.numbered("86")),
            problems=tuple(self._found.problems),
            notes=tuple(self._found.notes),
        )

    def _is_mt940(self) -> bool:
        if self._block.numbered("60") or self._block.numbered("62"):
            return True
        return not (self._block.numbered("34") or self._block.numbered("13") or self._block.numbered("90"))

    def _text(self, *tags_: str) -> str:
        found = self._block.first(*tags_)
        return "" if found is None else found.text.strip()

    def _currency_elsewhere(self) -> str:
        """Return the currency of an MT942, which stands in its floor limit or its totals."""
        for one in self._block.fields:
            match = {"34": _FLOOR, "90": _TOTAL}[one.number].match(one.text) if one.number in ("34", "90") else None
            if match is not None:
                return match["currency"]
        if self._block.numbered("61"):
            self._found.problem(ProblemKind.CURRENCY, "", "no field names the currency", "没有字段说明币种")
        return NO_CURRENCY

    def _balance(self, one: Field) -> Balance | None:
        place = f":{one.tag}: (line {one.line})"
        text = comma_amount(one)
        match = _BALANCE.re.match(text)
        if match is None or text[match.end() :].strip():
            # A forward balance that is cut tells nothing that is needed; a booked one is the statement's own check.
            tell = self._found.problem if one.number in _BOOKED_BALANCES else self._found.note
            tell(ProblemKind.BALANCE, place, f"{one.text!r} is no balance", f"“{one.text}”不是余额")
            return None
        needed = self._found if one.number in _BOOKED_BALANCES else Findings()
        money = needed.amount(match["amount"].replace(",", "."), match["currency"].upper(), place)
        if money is None:
            return None
        on = self._balance_day(match["year"], match["month"], match["day"], place)
        return Balance(code=_CODES[one.number], amount=_signed(money, match["status"]), on=on)

    def _balance_day(self, year: str, month: str, day: str, place: str) -> date | None:
        noted = Findings()
        found = noted.day(year_of(int(year)), int(month), int(day), f"{year}{month}{day}", place)
        # No posting needs the day of a balance, so one that does not exist is only told.
        self._found.notes += noted.problems
        return found

    def _read_entries(self, currency: str) -> None:
        reader = EntryReader(currency, self._found)
        for one in self._block.fields:
            reader.take(one)
        self._entries, self._unreadable = reader.finished()

    def _check_totals(self) -> None:
        """Hold the entries against ``:90D:`` and ``:90C:``, where the statement has them."""
        for tag, side in (("90D", Direction.DEBIT), ("90C", Direction.CREDIT)):
            total = self._block.first(tag)
            match = _TOTAL.fullmatch(total.text.strip()) if total else None
            if total is None or match is None or self._unreadable:
                continue
            amounts = [abs(decimal(entry.amount)) for entry in self._entries if entry.direction is side]
            said = Findings().amount(match["amount"].replace(",", "."), match["currency"], "")
            if said is None or (len(amounts), sum(amounts)) != (int(match["number"] or 0), decimal(said)):
                # Banks count what is below the floor limit and not listed; what is listed is booked all the same.
                self._found.note(
                    ProblemKind.TOTALS,
                    f":{tag}: (line {total.line})",
                    f"the bank counts {total.text.strip()}, the entries are {len(amounts)} of {sum(amounts):f}",
                    f"银行合计为 {total.text.strip()}，明细为 {len(amounts)} 笔共 {sum(amounts):f}",
                )

    def _check_end(self, balances: tuple[Balance, ...]) -> None:
        """Find a cut file: its last statement has neither closing balance nor end, but a frame or half a line."""
        if not self._is_last or any(balance.code == BalanceKind.CLOSING_BOOKED for balance in balances):
            return
        last = self._block.fields[-1]
        is_half = last.tag == "61" and _HALF_LINE.fullmatch(last.text.strip()) is not None
        if not self._block.is_closed and (self._block.is_framed or is_half):
            self._found.problem(
                ProblemKind.INCOMPLETE,
                f"line {last.line}",
                f"the file ends in the middle, behind :{last.tag}:",
                f"文件在 :{last.tag}: 之后中断",
            )


def _signed(money: Money, mark: str) -> Money:
    return money.negated() if mark.upper() == "D" else money
