"""A level never falls due before its own day, the gap after the last notice, and the end of the hold it fell into (T3).

Days are calendar days in the legal entity's zone, at the minute of the day that the policy names. Two levels of one
ladder are at least a day apart even where the policy names no gap, since a late start still goes through every level.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache

from domain.business_calendar import CompiledCalendar, add_business_days, after, next_window
from domain.local_time import at_local, local_day
from domain.receivables.entries import OpenItem
from domain.span import Unit
from domain.terms import DunningTerms

_DAY = timedelta(days=1)


@lru_cache(maxsize=16384)
def slot_on(zone: str, day: date, minute: int) -> datetime:
    """Return the instant of a day at which levels fall due."""
    return at_local(zone, day, minute)


@lru_cache(maxsize=16384)
def day_of(zone: str, at: datetime) -> date:
    """Return the day of an instant in the legal entity's zone."""
    return local_day(zone, at)


def slot_from(terms: DunningTerms, at: datetime) -> datetime:
    """Return the first instant at which levels fall due, at or after this one."""
    day = day_of(terms.zone, at)
    today = slot_on(terms.zone, day, terms.at_minute)
    return today if today >= at else slot_on(terms.zone, day + _DAY, terms.at_minute)


def after_gap(terms: DunningTerms, calendar: CompiledCalendar, last: datetime) -> datetime:
    """Return the first instant at which another level may follow a notice (CalendarEnded beyond the calendar)."""
    day, gap = day_of(terms.zone, last), terms.min_gap
    following = slot_on(terms.zone, day + _DAY, terms.at_minute)
    if gap is None:
        return following
    if gap.unit is Unit.DAYS:
        return max(following, slot_on(terms.zone, day + timedelta(days=gap.amount), terms.at_minute))
    if gap.unit is Unit.BUSINESS_DAYS:
        return max(following, slot_on(terms.zone, add_business_days(calendar, day, gap.amount), terms.at_minute))
    return max(following, slot_from(terms, after(calendar, last, gap)))


def in_contact(terms: DunningTerms, at: datetime) -> datetime:
    """Move an instant into the customer's contact hours, if there are any (T2; CalendarEnded beyond the calendar)."""
    return at if terms.contact is None else next_window(terms.contact, at)


def fell_due(terms: DunningTerms, at: datetime) -> datetime:
    """Return when a level of its own day falls due for the customer (CalendarEnded beyond the calendar).

    What fell due before the calendar begins did so then: nobody is contacted in the past, and when somebody is now is
    asked by itself (`in_contact`). An open item that was taken over may be years old.
    """
    calendar = terms.contact
    if calendar is not None and day_of(calendar.zone, at) < calendar.valid_from:
        return at
    return in_contact(terms, at)


def reached(item: OpenItem) -> int:
    """Return the highest level of an item that was sent, or skipped because of a dispute."""
    return max(item.level, *item.skipped) if item.skipped else item.level


def claimable(item: OpenItem, terms: DunningTerms) -> int:
    """Return what a notice may claim of an item: open, less what is disputed and promised."""
    disputed = 0 if terms.dispute_hold == "none" else item.disputed_minor
    return item.open_minor - disputed - item.promised_minor


def disputed_at(item: OpenItem, at: datetime) -> bool:
    """Tell whether an instant lies in a dispute: from its opening on, before its end."""
    return any(begun <= at and (ended is None or at < ended) for begun, ended in item.disputes)


def after_holds(item: OpenItem, terms: DunningTerms, at: datetime) -> datetime:
    """Move a level that fell into a dispute (``pause``) or a broken promise to the first slot after it."""
    if terms.dispute_hold == "pause":
        for begun, ended in sorted((begun, ended) for begun, ended in item.disputes if ended is not None):
            if begun <= at < ended:
                at = slot_from(terms, ended)
    if item.promised_until is not None and not item.promised_minor and at < item.promised_until:
        at = slot_from(terms, item.promised_until)
    return at


def level_at(
    item: OpenItem, terms: DunningTerms, calendar: CompiledCalendar, level: int, last: datetime | None
) -> datetime:
    """Return when a level of the ladder (1 is the first) falls due for an item, before contact hours."""
    day = item.due_on + timedelta(days=terms.levels[level - 1].day)
    at = slot_on(terms.zone, day, terms.at_minute)
    broken = _broken_at(item, last) if terms.on_broken == "next_level" else None
    if broken is not None:
        late = slot_on(terms.zone, item.due_on + _DAY, terms.at_minute)
        at = min(at, max(late, slot_from(terms, broken)))
    if last is not None:
        at = max(at, after_gap(terms, calendar, last))
    return after_holds(item, terms, at)


def caught_up(level: int, terms: DunningTerms, now: datetime, at_of: Callable[[int], datetime]) -> int:
    """Return the level to send instead of the next one, which may have been missed for so long that more were.

    What a dispute, a promise, the gap or closed hours have held up was not missed: it has the time of the level
    before. A level that hands over comes only after the one before it.

    Args:
        level: the next one.
        terms: the ladder.
        now: the business time.
        at_of: when a level falls due.
    """
    found = level
    if terms.catch_up == "step" or level >= len(terms.levels):
        return found
    before = at_of(level)
    for higher in range(level + 1, len(terms.levels) + 1):
        at = at_of(higher)
        if at > now or "hand_over" in terms.levels[higher - 1].actions:
            break
        found = higher if at > before else found
        before = at
    return found


def brought_forward(item: OpenItem, terms: DunningTerms) -> bool:
    """Tell whether the next notice answers a broken promise about an item, so that its level counts before its day."""
    return terms.on_broken == "next_level" and _broken_at(item, item.last_notice_at) is not None


def _broken_at(item: OpenItem, last: datetime | None) -> datetime | None:
    """Return when a promise about an item was broken, if no notice has answered that yet."""
    until = item.promised_until
    if until is None or item.promised_minor or (last is not None and last >= until):
        return None
    return until


def warranted(item: OpenItem, terms: DunningTerms, day: date) -> int:
    """Return how many levels an item is old enough for on a day."""
    late = (day - item.due_on).days
    return sum(1 for level in terms.levels if level.day <= late)
