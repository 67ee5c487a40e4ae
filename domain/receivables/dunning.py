"""Every next step of a case is recomputed from what is open now, so each payment, credit or dispute re-anchors it.

No level is sent before its anchor or twice, none is left out but those that fall into a dispute under ``skip``, and
what is disputed, promised or below the minimum is not claimed (N5, T2, T3).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Literal, NamedTuple

from domain.business_calendar import CompiledCalendar, add_business_days
from domain.receivables.entries import CaseCounters, NextStep, OpenItem
from domain.receivables.ladder import (
    caught_up,
    claimable,
    day_of,
    disputed_at,
    fell_due,
    in_contact,
    level_at,
    reached,
    slot_on,
)
from domain.span import Span, Unit
from domain.terms import DunningTerms

_DAY = timedelta(days=1)
_OLDEST = attrgetter("due_on", "number", "instalment")
MOST_NAMED = 10
"""How many invoices a step names; the notice itself has them all."""


class Candidate(NamedTuple):
    """A step of one item or of the case, in the order in which steps are taken."""

    at: datetime
    order: int
    due_day: int
    number: str
    instalment: int
    level: int
    stage: str
    action: Literal["pre_due", "notice", "skip"]
    skips: int = 0


def item_step(item: OpenItem, terms: DunningTerms, calendar: CompiledCalendar, now: datetime) -> Candidate | None:
    """Return the next step of one item's own ladder (``unit: invoice``), or none while it has none.

    An answer holds until the item changes or its time has passed, so it may be kept.
    """
    if item.open_minor <= 0:
        return None
    reminder = pre_due(item, terms, calendar, now)
    following = reached(item) + 1
    if following > len(terms.levels):
        return reminder
    level = caught_up(following, terms, now, _due_at(item, terms, calendar, item.last_notice_at))
    at = _due_at(item, terms, calendar, item.last_notice_at)(level)
    skipped = terms.dispute_hold == "skip" and disputed_at(item, at)
    if not skipped and not _claims(claimable(item, terms), terms):
        return reminder
    if not skipped:
        at = in_contact(terms, max(at, now)) if terms.contact else at
    step = _candidate(item, at, level, terms.levels[level - 1].id, "skip" if skipped else "notice")
    step = step._replace(skips=left_out(item, step))
    return step if reminder is None else min(step, reminder)


def left_out(item: OpenItem, step: Candidate) -> int:
    """Return how many levels of an item a step of its own ladder leaves out before it."""
    return step.level - reached(item) - 1 if step.level else 0


def _due_at(
    item: OpenItem, terms: DunningTerms, calendar: CompiledCalendar, last: datetime | None
) -> Callable[[int], datetime]:
    """Return when levels fall due for an item, in contact hours."""
    return lambda level: fell_due(terms, level_at(item, terms, calendar, level, last))


def case_following(
    eligible: Sequence[OpenItem], last: datetime | None, terms: DunningTerms, calendar: CompiledCalendar, now: datetime
) -> int:
    """Return the level that a case is to be sent next; beyond the ladder when it is at its end."""
    following = case_level(eligible) + 1
    return caught_up(following, terms, now, _due_at(eligible[0], terms, calendar, last)) if eligible else following


def _claims(minor: int, terms: DunningTerms) -> bool:
    return minor > 0 and minor >= terms.min_open.minor


def _candidate(
    item: OpenItem, at: datetime, level: int, stage: str, action: Literal["pre_due", "notice", "skip"]
) -> Candidate:
    order = {"skip": 1, "pre_due": 2, "notice": 3}[action]
    return Candidate(at, order, item.due_on.toordinal(), item.number, item.instalment, level, stage, action)


def pre_due(item: OpenItem, terms: DunningTerms, calendar: CompiledCalendar, now: datetime) -> Candidate | None:
    """Return the next reminder before an item's due date.

    Once per offset, never on or before the day of issue, never after the due date; of offsets that have passed unsent
    only the latest is made up for.
    """
    if not terms.pre_due or day_of(terms.zone, now) > item.due_on or not _claims(claimable(item, terms), terms):
        return None
    times = sorted((_offset_at(item, offset, terms, calendar), str(offset)) for offset in terms.pre_due)
    sent = [place for place, (_, name) in enumerate(times) if name in item.pre_due_sent]
    times = times[sent[-1] + 1 :] if sent else times
    late = [place for place, (at, _) in enumerate(times) if at <= now]
    for at, name in times[late[-1] :] if late else times:
        moved = in_contact(terms, max(at, now) if terms.contact else at)
        if day_of(terms.zone, at) > item.issued_on and day_of(terms.zone, max(moved, now)) <= item.due_on:
            return _candidate(item, moved, 0, name, "pre_due")
    return None


def _offset_at(item: OpenItem, offset: Span, terms: DunningTerms, calendar: CompiledCalendar) -> datetime:
    if offset.unit is Unit.BUSINESS_DAYS:
        return slot_on(terms.zone, add_business_days(calendar, item.due_on, offset.amount), terms.at_minute)
    if offset.unit is Unit.DAYS:
        return slot_on(terms.zone, item.due_on + timedelta(days=offset.amount), terms.at_minute)
    return slot_on(terms.zone, item.due_on, terms.at_minute) + offset.duration


def in_case(items: Iterable[OpenItem], terms: DunningTerms, at: datetime) -> list[OpenItem]:
    """Return the items that a customer's case may claim, oldest first; under ``skip`` none that is in a dispute."""
    found = [item for item in items if claimable(item, terms) > 0]
    if terms.dispute_hold == "skip":
        found = [item for item in found if not (item.disputes and disputed_at(item, at))]
    return sorted(found, key=_OLDEST)


def case_level(eligible: Sequence[OpenItem]) -> int:
    """Return the level a case stands at: the highest of what is still claimed, none when all of that is paid (G15)."""
    return max((reached(item) for item in eligible), default=0)


def claimed(eligible: Sequence[OpenItem], terms: DunningTerms, at: datetime) -> list[OpenItem]:
    """Return what a notice of the case claims at an instant: the oldest item, and all others that are overdue then."""
    today = day_of(terms.zone, at)
    return [item for place, item in enumerate(eligible) if not place or item.due_on < today]


def _case_notice(
    eligible: Sequence[OpenItem],
    counters: CaseCounters,
    unapplied_minor: int,
    terms: DunningTerms,
    calendar: CompiledCalendar,
    now: datetime,
) -> Candidate | None:
    level = case_following(eligible, counters.last_notice_at, terms, calendar, now)
    if not eligible or level > len(terms.levels):
        return None
    anchor, skips = eligible[0], level - case_level(eligible) - 1
    at = level_at(anchor, terms, calendar, level, counters.last_notice_at)
    net = -unapplied_minor
    for item in eligible:
        net += claimable(item, terms)
        if item is not anchor:
            at = max(at, slot_on(terms.zone, item.due_on + _DAY, terms.at_minute))
        if _claims(net, terms):
            at = fell_due(terms, at)
            at = in_contact(terms, max(at, now)) if terms.contact else at
            return _candidate(anchor, at, level, terms.levels[level - 1].id, "notice")._replace(skips=skips)
    return None


def _skips(items: Iterable[OpenItem], terms: DunningTerms) -> Iterator[Candidate]:
    """Yield the levels of single items that fall into a dispute of theirs."""
    if terms.dispute_hold != "skip":
        return
    for item in items:
        level = reached(item) + 1
        if item.open_minor > 0 and item.disputes and level <= len(terms.levels):
            day = item.due_on + timedelta(days=terms.levels[level - 1].day)
            at = fell_due(terms, slot_on(terms.zone, day, terms.at_minute))
            if disputed_at(item, at):
                yield _candidate(item, at, level, terms.levels[level - 1].id, "skip")


def next_step(
    items: Sequence[OpenItem],
    counters: CaseCounters,
    unapplied_minor: int,
    terms: DunningTerms,
    calendar: CompiledCalendar,
    now: datetime,
) -> NextStep | None:
    """Return the next thing the ladder will do for a case, none when it owes nothing or the ladder is at its end.

    Args:
        items: what is open, with what was sent, disputed and promised of it.
        counters: what the case remembers.
        unapplied_minor: unapplied cash of the account; a case of a customer claims only what exceeds it, and no
            ladder of an invoice claims anything while it covers all that could be claimed.
        terms: the ladder.
        calendar: the legal entity's, for offsets and gaps in business days.
        now: the business time.

    Raises:
        CalendarEnded: a business day or contact hour is outside the calendars.
    """
    if terms.unit == "invoice":
        return _step_of_invoices(items, unapplied_minor, terms, calendar, now)
    eligible = in_case(items, terms, now)
    reminders = _reminders(eligible, unapplied_minor, terms, calendar, now)
    notice = _case_notice(eligible, counters, unapplied_minor, terms, calendar, now)
    candidates = [*_skips(items, terms), *reminders, *([notice] if notice else [])]
    if not candidates:
        return None
    first = min(candidates)
    if first.action == "notice":
        about = claimed(eligible, terms, max(first.at, now))
        named = [_candidate(item, first.at, first.level, first.stage, "notice") for item in about[:MOST_NAMED]]
        return step_of(first._replace(instalment=0), named, terms, now).model_copy(update={"items": len(about)})
    if first.action == "pre_due":
        same = [step for step in reminders if (step.at, step.stage) == (first.at, first.stage)]
        return step_of(first._replace(instalment=0), same, terms, now)
    return step_of(first, [first], terms, now)


def _step_of_invoices(
    items: Sequence[OpenItem], unapplied_minor: int, terms: DunningTerms, calendar: CompiledCalendar, now: datetime
) -> NextStep | None:
    steps = (item_step(item, terms, calendar, now) for item in items)
    owes = not unapplied_minor or owed(items, terms) > unapplied_minor
    first = min((step for step in steps if step is not None and (owes or step.action == "skip")), default=None)
    return None if first is None else step_of(first, [first], terms, now)


def owed(items: Iterable[OpenItem], terms: DunningTerms) -> int:
    """Return what could be claimed of all items together."""
    return sum(max(0, claimable(item, terms)) for item in items)


def is_owed(items: Sequence[OpenItem], unapplied_minor: int, terms: DunningTerms, at: datetime) -> bool:
    """Tell whether so much is owed beyond unapplied cash that a reminder, or a letter of one invoice, may go out."""
    if terms.unit == "invoice":
        return owed(items, terms) > unapplied_minor
    return _claims(owed(in_case(items, terms, at), terms) - unapplied_minor, terms)


def _reminders(
    eligible: Sequence[OpenItem], unapplied_minor: int, terms: DunningTerms, calendar: CompiledCalendar, now: datetime
) -> list[Candidate]:
    if not terms.pre_due or not _claims(sum(claimable(item, terms) for item in eligible) - unapplied_minor, terms):
        return []
    return [step for item in eligible if (step := pre_due(item, terms, calendar, now))]


def step_of(first: Candidate, about: Sequence[Candidate], terms: DunningTerms, now: datetime) -> NextStep:
    """Name a step with the invoices it is about; what should have been taken already is due now, never earlier."""
    at = max(first.at, now)
    numbers = dict.fromkeys(step.number for step in sorted(about))
    return NextStep(
        at=at,
        action=first.action,
        level=0 if first.action == "pre_due" else first.level,
        stage=first.stage,
        invoices=tuple(numbers)[:MOST_NAMED],
        items=len(about),
        days_late=day_of(terms.zone, at).toordinal() - min(step.due_day for step in about),
        instalment=first.instalment,
        skips=first.skips,
    )
