"""Recorded cases in other columns become the recorded events that the replay knows: rows in, rows out.

A row may be one event (an event log) or a whole case with a column for each date; a rule says which event it gives.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field

from connectors.mapped_tables.forms import Source, TableForm
from connectors.mapped_tables.table import MappedRow, read_table
from connectors.policy_files.table_forms import Label
from domain.money import Money
from domain.policy.forms import MinuteOfDay
from domain.refusal import Refused
from domain.value import Strict


class When(Strict):
    """A rule counts only where a column has one of these values."""

    column: Label
    one_of: Annotated[tuple[str, ...], Field(min_length=1)]


class DaySource(Source):
    """Where a day comes from, and how many days after it is meant."""

    plus_days: int = Field(default=0, ge=-3650, le=3650)


class EventRule(Strict):
    """What gives one event.

    Attributes:
        event: by the name of the recorded process, e.g. ``invoice_issued``.
        on: its day; a row without one does not give the event.
        at: the time of day, in UTC.
        at_again: the time of day where the row's first event is of the same day.
        amount: in plain; or, with ``running``, the total so far under that name in the case: the difference counts.
            A payment whose total is the one before was reported again, and gives ``payment_repeated``.
        days: attributes that are days.
        attributes: all others.
    """

    event: Label
    when: tuple[When, ...] = ()
    on: Source
    at: MinuteOfDay
    at_again: MinuteOfDay | None = None
    amount: Source | None = None
    running: Label | None = None
    days: dict[Label, DaySource] = Field(default_factory=dict)
    attributes: dict[Label, Source] = Field(default_factory=dict)

    def sources(self) -> Iterator[Source]:
        """Yield everything that is read of a row."""
        yield self.on
        yield from filter(None, (self.amount,))
        yield from self.days.values()
        yield from self.attributes.values()


class EventMap(TableForm):
    """How a file of recorded cases gives events.

    Attributes:
        case: which rows are of one case; its id is the deal's, and the invoice's where one is imported.
    """

    case: Source
    currency: Source
    events: Annotated[tuple[EventRule, ...], Field(min_length=1)]

    def headings(self) -> Iterator[str]:
        """Yield the headings that a file must have."""
        sources = (self.case, self.currency, *(source for rule in self.events for source in rule.sources()))
        yield from (source.column for source in sources if source.column is not None)
        yield from (one.column for rule in self.events for one in rule.when)


class EventRow(NamedTuple):
    """One event as a recording's file has it, or why its row gives none.

    Attributes:
        line, nth: the row, and which of its events this is.
        cells: by the headings of a recording.
        why: empty, or what is wrong.
    """

    line: int
    nth: int
    cells: tuple[tuple[str, str], ...]
    why: str = ""


def event_rows(path: Path, mapped: EventMap) -> Iterator[EventRow]:
    """Read a file of recorded cases as events, in the order of the file.

    Raises:
        UnreadableTable: it is no table, or lacks a column that the map names.
    """
    totals: dict[tuple[str, str], Money] = {}
    for row in read_table(path, mapped, mapped.headings()):
        first = ""
        for nth, rule in enumerate(mapped.events):
            if not all(row.cell(one.column) in one.one_of for one in rule.when):
                continue
            try:
                given = _event(row, nth, rule, mapped, first, totals)
            except ValueError as error:
                given = EventRow(row.line, nth, row.cells, str(error))
            except Refused as refused:
                given = EventRow(row.line, nth, row.cells, refused.text.en)
            if given is not None:
                first = first or dict(given.cells).get("ts", "")[:10]
                yield given


def _event(
    row: MappedRow, nth: int, rule: EventRule, mapped: EventMap, first: str, totals: dict[tuple[str, str], Money]
) -> EventRow | None:
    written = row.value(rule.on)
    if not written:
        return None
    day, case, currency = mapped.date(written), row.value(mapped.case), row.value(mapped.currency)
    minute = rule.at_again if rule.at_again is not None and day.isoformat() == first else rule.at
    event, amount = rule.event, "" if rule.amount is None else row.value(rule.amount)
    said = {name: text for name, source in rule.attributes.items() if (text := row.value(source))}
    if rule.amount is not None and amount:
        money = mapped.money(amount, currency)
        if rule.running is not None:
            before = totals.get((case, rule.running), Money.zero(currency))
            totals[case, rule.running], said["total"] = money, money.plain
            money = money.minus(before)
            event = "payment_repeated" if event == "payment_received" and not money.minor else event
        amount = money.plain
    for name, source in rule.days.items():
        said[name] = (mapped.date(row.value(source)) + timedelta(days=source.plus_days)).isoformat()
    cells = {
        "ts": f"{day}T{minute // 60:02}:{minute % 60:02}:00Z", "deal_id": case, "event": event,
        "amount": amount, "attrs": json.dumps(said, ensure_ascii=False) if said else "", "currency": currency,
    }  # fmt: skip
    return EventRow(row.line, nth, tuple(cells.items()))
