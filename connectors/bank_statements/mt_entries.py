"""``:61:`` and what follows it, in the dialects that the ``mt-940`` library knows."""

import re
from dataclasses import dataclass, field
from datetime import date

from mt940 import tags

from connectors.bank_statements.findings import Findings, year_of
from connectors.bank_statements.mt_details import Details, details_of
from connectors.bank_statements.mt_fields import Field, comma_amount
from domain.money import Money
from domain.statements.problem import ProblemKind
from domain.statements.statement import BOOKED, Direction, Entry, Party, Payment, UnreadableEntry

DIALECTS = (tags.Statement(), tags.StatementGLS(), tags.StatementASNB())
"""The standard first, then banks that write more into a reference than it has room for."""
PENDING = "PDNG"
_MARKS = {"C": Direction.CREDIT, "D": Direction.DEBIT, "RC": Direction.DEBIT, "RD": Direction.CREDIT}
_EXPECTED = re.compile(r"([0-9]{6}(?:[0-9]{4}|\s{4})?)E(?=R?[CD])")
_RETURNED = "RTI"
_NO_REFERENCE = frozenset({"", "NONREF"})


@dataclass(slots=True)
class _Open:
    """An entry whose texts are still coming."""

    line: Field
    texts: list[str] = field(default_factory=list)
    informal: list[str] = field(default_factory=list)


class EntryReader:
    """Takes the fields of a statement in their order and makes entries of them."""

    def __init__(self, currency: str, found: Findings) -> None:
        self._currency = currency
        self._found = found
        self._open: _Open | None = None
        self._entries: list[Entry] = []
        self._unreadable: list[UnreadableEntry] = []

    def take(self, one: Field) -> None:
        """Take the next field; what is neither an entry nor a text ends the entry before it."""
        if one.tag == "61":
            self._close()
            self._open = _Open(one)
        elif one.tag == "86" and self._open is not None:
            self._open.texts.append(one.text)
        elif one.tag == "NS" and self._open is not None:
            self._open.informal.append(one.text)
        else:
            self._close()

    def finished(self) -> tuple[list[Entry], list[UnreadableEntry]]:
        """Return what was read."""
        self._close()
        return self._entries, self._unreadable

    def _close(self) -> None:
        if self._open is None:
            return
        index = len(self._entries) + len(self._unreadable) + 1
        read = _entry(self._open, index, self._currency, self._found)
        self._open = None
        if isinstance(read, Entry):
            self._entries.append(read)
        else:
            self._unreadable.append(read)


def _entry(open_: _Open, index: int, currency: str, found: Findings) -> Entry | UnreadableEntry:
    place = f"entry {index} (line {open_.line.line})"
    text = comma_amount(open_.line)
    expected = _EXPECTED.match(text)
    match = _line(_EXPECTED.sub(r"\1", text, count=1))
    state = PENDING if expected else BOOKED
    direction = _MARKS.get(match["status"].upper()) if match else None
    if match is None or direction is None:
        found.problem(ProblemKind.FIELD, place, f"{text!r} is no entry", f"“{text}”不是有效明细行")
        return UnreadableEntry(index=index, written=text, currency=currency, state=state)
    details = [details_of(one) for one in open_.texts]
    is_reversal = match["status"].upper().startswith("R")
    money = found.amount(match["amount"].replace(",", "."), currency, place)
    if money is None:
        payment = _payment(details, match, None, direction)
        return UnreadableEntry(
            index=index, written=match["amount"], currency=currency, state=state, is_reversal=is_reversal,
            payments=(payment,),
        )  # fmt: skip
    signed = money if direction is Direction.CREDIT else money.negated()
    valued_on = found.day(_year(match), int(match["month"]), int(match["day"]), text[:6], place)
    return Entry(
        index=index,
        direction=direction,
        amount=signed,
        state=state,
        booked_on=_booked_on(match, valued_on, found, place),
        valued_on=valued_on,
        is_reversal=is_reversal,
        servicer_reference=_reference(match["bank_reference"]),
        entry_reference=_reference(match["customer_reference"]),
        text=_spoken(match, open_.informal),
        payments=(_payment(details, match, signed, direction),),
    )


def _line(text: str) -> "re.Match[str] | None":
    """Match a line in the first dialect that it is in; an amount that goes on behind what was matched is none."""
    for dialect in DIALECTS:
        match = dialect.re.match(text)
        if match is None or (match["bank_reference"] is None and "//" in text.split("\n")[0]):
            # A reference longer than the standard's would swallow the bank's own behind it; the next one has the room.
            continue
        return None if text[match.end("amount") : match.end("amount") + 1] in tuple("0123456789,.") else match
    return None


def _year(match: "re.Match[str]") -> int:
    return year_of(int(match["year"]))


def _booked_on(match: "re.Match[str]", valued_on: date | None, found: Findings, place: str) -> date | None:
    """Return the booking day, which has no year: of the years around the value day the one that brings it nearest."""
    month, day = (match["entry_month"] or "").strip(), (match["entry_day"] or "").strip()
    if not month or not day:
        return None
    year = _year(match)
    around = [one for one in (year - 1, year, year + 1) if _exists(one, int(month), int(day))]
    if not around:
        found.problem(ProblemKind.DATE, place, f"{month}{day} is no day", f"{month}{day} 不是有效日期")
        return None
    days = [date(one, int(month), int(day)) for one in around]
    near = valued_on or date(year, int(match["month"]) if 1 <= int(match["month"]) <= 12 else 7, 1)
    return min(days, key=lambda one: abs((one - near).days))


def _exists(year: int, month: int, day: int) -> bool:
    return Findings().day(year, month, day, "", "") is not None


def _reference(text: str | None) -> str:
    plain = (text or "").strip()
    return "" if plain.upper() in _NO_REFERENCE else plain


def _spoken(match: "re.Match[str]", informal: list[str]) -> str:
    parts = [_reference(match["customer_reference"]), match["extra_details"] or "", *informal]
    return " ".join(" ".join(parts).split())


def _payment(details: list[Details], match: "re.Match[str]", amount: Money | None, direction: Direction) -> Payment:
    first = details[0] if details else Details()
    other = Party(name=first.name, account=first.account)
    is_credit = direction is Direction.CREDIT
    returned = _RETURNED if (match["id"] or "").upper()[1:] == _RETURNED else ""
    return Payment(
        amount=amount,
        end_to_end_id=first.end_to_end_id,
        mandate_id=first.mandate_id,
        servicer_reference=_reference(match["bank_reference"]),
        debtor=other if is_credit else Party(),
        creditor=Party() if is_credit else other,
        structured=tuple(text for one in details for text in one.structured),
        unstructured=tuple(text for one in details for text in one.remittance),
        return_code=first.return_code or returned,
    )
