"""Recorded events are read row by row: a row that cannot be right is set aside with its line and stops no other."""

import csv
import gzip
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from connectors.mapped_tables.events import EventMap, EventRow, event_rows
from domain.money import Money
from domain.refusal import Refused
from mendable import Mendable

COLUMNS = ("ts", "deal_id", "event", "amount", "attrs")
DEFAULT_CURRENCY = "USD"
_LONGEST_ID = 64
_CAUSE = {
    "lead_qualified": "lead_created",
    "quote_sent": "lead_qualified",
    "approval_requested": "quote_sent",
    "approval_granted": "quote_sent",
    "quote_accepted": "quote_sent",
    "order_created": "quote_accepted",
    "goods_issued": "quote_accepted",
    "deal_lost": "lead_created",
    "dispute_raised": "invoice_issued",
    "dispute_resolved": "dispute_raised",
    "payment_received": "invoice_issued",
    "payment_repeated": "payment_received",
    "charge_added": "invoice_issued",
    "handed_over": "invoice_issued",
    "noted": "invoice_issued",
}
"""Every event but the first of a deal follows another; ``invoice_issued`` follows nothing where it is imported."""
KNOWN = frozenset({"lead_created", "invoice_issued", *_CAUSE})
_MAY_REPEAT = frozenset(
    {"payment_received", "payment_repeated", "dispute_raised", "dispute_resolved", "charge_added", "noted"}
)
"""An invoice may be paid in parts, disputed again, charged for more and noted about; all else happens once."""
_NEEDS_AMOUNT = frozenset({"quote_sent", "invoice_issued", "payment_received", "charge_added"})
_STILL = frozenset({"dispute_resolved", "payment_received", "payment_repeated", "charge_added", "handed_over", "noted"})
"""What may come after a payment; what is left of a part payment may be disputed, too."""
_OWES = {"invoice_issued": 1, "charge_added": 1, "payment_received": -1}


class Recorded(NamedTuple):
    """One recorded event.

    Attributes:
        line: its line in the file, the header is line 1.
        attributes: what the source said, as text; what it left open (NaN, null) is left out.
        list_price: what the product costs without a discount, where the source says it.
        discount: the part of the list price that is left off, a negative one is added; where the source says it.
        nth: which of the events of its line it is.
    """

    line: int
    at: datetime
    deal_id: str
    event: str
    amount: Money | None
    currency: str
    attributes: tuple[tuple[str, str], ...]
    list_price: Money | None = None
    discount: Decimal | None = None
    nth: int = 0

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in the file, unlike any other event."""
        return self.line, self.nth

    def attribute(self, name: str) -> str:
        """Return what the source said under a name, empty when it said nothing."""
        return dict(self.attributes).get(name, "")


class SetAside(NamedTuple):
    """A row that cannot be right, and why."""

    line: int
    why: str
    row: str


class Recording(NamedTuple):
    """A file of recorded events, in order of time (then of the file), and the rows set aside."""

    events: tuple[Recorded, ...]
    set_aside: tuple[SetAside, ...]
    imports_invoices: bool


class UnreadableRecording(Mendable):
    """The file is no recording at all."""


def read_recording(path: Path) -> Recording:
    """Read a file of recorded events (.csv or .csv.gz).

    Raises:
        UnreadableRecording: the file cannot be opened or lacks a column.
    """
    return _recording(_read(line, row) for line, row in _rows(path))


def read_mapped(path: Path, mapped: EventMap) -> Recording:
    """Read a file of recorded cases in other columns (.csv or .csv.gz), as a map says.

    Raises:
        UnreadableTable: it is no table, or lacks a column that the map names.
    """
    return _recording(_read_mapped(row) for row in event_rows(path, mapped))


def _read_mapped(row: EventRow) -> Recorded | SetAside:
    if row.why:
        return SetAside(row.line, row.why, ",".join(text for _, text in row.cells)[:200])
    read = _read(row.line, dict(row.cells))
    return read._replace(nth=row.nth) if isinstance(read, Recorded) else read


def _recording(rows: Iterable[Recorded | SetAside]) -> Recording:
    good: list[Recorded] = []
    bad: list[SetAside] = []
    for read in rows:
        (good if isinstance(read, Recorded) else bad).append(read)  # type: ignore[arg-type]  # sorted by type
    good.sort(key=lambda event: (event.at, *event.place))
    kept, out_of_order = _in_order(good)
    bad += out_of_order
    bad.sort(key=lambda row: row.line)
    return Recording(tuple(kept), tuple(bad), _imports(kept))


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str | None]]]:
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8", newline="")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8-sig", newline="") as text
        ):
            reader = csv.DictReader(text)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise UnreadableRecording(f"{path} lacks the column {', '.join(missing)}; it has {reader.fieldnames}")
            for row in reader:
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableRecording(f"{path} cannot be read as CSV: {error}") from error


def _read(line: int, row: dict[str, str | None]) -> Recorded | SetAside:
    text = ",".join(str(value) for value in row.values() if value is not None)[:200]
    try:
        return _event(line, row)
    except ValueError as error:
        return SetAside(line, str(error), text)
    except Refused as refused:
        return SetAside(line, refused.text.en, text)


def _event(line: int, row: dict[str, str | None]) -> Recorded:
    event, deal_id = (row["event"] or "").strip(), (row["deal_id"] or "").strip()
    if event not in KNOWN:
        raise ValueError(f"unknown event {event!r}")
    if not deal_id or len(deal_id) > _LONGEST_ID or not deal_id.isprintable() or "/" in deal_id:
        raise ValueError(f"{deal_id!r} is no deal id")
    currency = (row.get("currency") or DEFAULT_CURRENCY).strip()
    amount = _amount(row["amount"], currency)
    if event in _NEEDS_AMOUNT and (amount is None or amount.minor <= 0):
        raise ValueError(f"{event} needs an amount above zero, not {row['amount']!r}")
    attributes = _attributes(row["attrs"])
    said = dict(attributes)
    list_price = _amount(said.get("list_price"), currency)
    if list_price is not None and list_price.minor < 0:
        raise ValueError(f"{said['list_price']!r} is no list price")
    discount = _discount(said.get("discount"))
    return Recorded(line, _instant(row["ts"]), deal_id, event, amount, currency, attributes, list_price, discount)


def _discount(text: str | None) -> Decimal | None:
    if not text:
        return None
    discount = _number(text)
    if discount is None or discount >= 1:
        raise ValueError(f"{text!r} is no discount: it is a part of the list price, below 1")
    return discount


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _instant(text: str | None) -> datetime:
    at = datetime.fromisoformat((text or "").strip().replace("Z", "+00:00"))
    if at.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone")
    return at.astimezone(UTC)


def _amount(text: str | None, currency: str) -> Money | None:
    if not (text or "").strip():
        return None
    # The files write 1054.0 and 97.6: trailing zeros say nothing about the currency's exponent.
    exact = _number(str(text))
    if exact is None:
        raise ValueError(f"{text!r} is no amount")
    return Money.of(format(exact.normalize(), "f"), currency)


def _attributes(text: str | None) -> tuple[tuple[str, str], ...]:
    if not (text or "").strip():
        return ()
    found = json.loads(str(text), parse_constant=lambda name: None, parse_float=str, parse_int=str)
    if not isinstance(found, dict):
        raise ValueError(f"attrs is no JSON object: {text!r}")
    return tuple((str(name), _text(value)) for name, value in found.items() if value is not None)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _imports(events: list[Recorded]) -> bool:
    """Tell whether invoices come from outside: then nothing precedes them."""
    started = {event.deal_id for event in events if event.event == "lead_created"}
    return any(event.event == "invoice_issued" and event.deal_id not in started for event in events)


def _in_order(events: list[Recorded]) -> tuple[list[Recorded], list[SetAside]]:
    imported = _imports(events)
    seen: dict[str, set[str]] = {}
    owed: dict[str, int] = {}
    kept: list[Recorded] = []
    bad: list[SetAside] = []
    for event in events:
        before = seen.setdefault(event.deal_id, set())
        why = _out_of_place(event, before, imported=imported) or _ended(event, before, owed.get(event.deal_id, 0))
        if why:
            bad.append(SetAside(event.line, why, f"{event.at.isoformat()},{event.deal_id},{event.event}"))
            continue
        before |= {event.event, _same(event)}
        owed[event.deal_id] = owed.get(event.deal_id, 0) + _owes(event)
        kept.append(event)
    return kept, bad


def _owes(event: Recorded) -> int:
    if event.amount is None or event.event not in _OWES:
        return 0
    return event.amount.minor * _OWES[event.event]


def _same(event: Recorded) -> str:
    # Of two payments of one amount and moment, the totals so far or the source's ids tell whether they are one.
    told = " ".join(event.attribute(name) for name in ("id", "total", "what"))
    return f"{event.event} {event.at.isoformat()} {event.amount} {told}"


def _out_of_place(event: Recorded, before: set[str], *, imported: bool) -> str:
    once = event.event not in _MAY_REPEAT
    if (event.event if once else _same(event)) in before:
        return f"duplicate: {event.deal_id} has this {event.event} already"
    if event.event == "invoice_issued":
        return "" if imported or "goods_issued" in before else f"{event.event} before its cause goods_issued"
    cause = _CAUSE.get(event.event)
    if cause == "invoice_issued" and not imported and "goods_issued" in before:
        return ""
    if cause is not None and cause not in before:
        return f"{event.event} before its cause {cause}"
    return ""


def _ended(event: Recorded, before: set[str], owed_minor: int) -> str:
    paid = "payment_received" in before and not (event.event == "dispute_raised" and owed_minor > 0)
    if (paid or "deal_lost" in before) and event.event not in _STILL:
        return f"{event.event} after the deal had ended"
    return ""
