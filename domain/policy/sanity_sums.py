"""Shares make a whole, ladders rise, spans lead forward, hours and zones can be read."""

from collections.abc import Iterator
from itertools import pairwise
from zoneinfo import ZoneInfoNotFoundError

from pydantic import BaseModel

from domain.due_dates import WHOLE_BP
from domain.local_time import zone_of
from domain.policy.document import Policy
from domain.policy.dunning import InterestRules, LadderRules
from domain.policy.fault import Fault, Path, repeated
from domain.policy.org_document import Organisation
from domain.policy.places import CalendarRules
from domain.span import Span, Unit
from domain.working_hours import weekly_hours


def sum_faults(policy: Policy, org: Organisation) -> Iterator[Fault]:
    """Yield what does not add up or cannot be read as time."""
    for name, terms in policy.terms.items():
        yield from _whole([part.share_bp for part in terms.instalments], "terms", name, "instalments")
    for name, ladder in policy.dunning.ladders.items():
        yield from _ladder(ladder, "dunning", "ladders", name)
    for path, span in _spans(policy, ()):
        if "pre_due" not in path and span.amount <= 0:
            yield _fault(path, f"{span} does not lead forward", "a span above zero, e.g. 30d")
    yield from _written_off(policy)
    yield from _validity(policy)
    yield from _interest(policy)
    yield from _place_faults(policy, org)


def _written_off(policy: Policy) -> Iterator[Fault]:
    """An item is proposed for write-off after the last level of its ladder."""
    rules = policy.dunning.writeoff
    # Where there is no ladder at all, it is told who misses one.
    last = max((level.day for ladder in policy.dunning.ladders.values() for level in ladder.levels), default=0)
    if rules is not None and rules.after_days <= last:
        path: Path = ("dunning", "writeoff", "after_days")
        yield _fault(path, f"{rules.after_days} is not after day {last}, the last level of a ladder", f"above {last}")


def _place_faults(policy: Policy, org: Organisation) -> Iterator[Fault]:
    for code, entity in policy.entities.items():
        yield from _zone(entity.zone, "entities", code, "zone")
    for name, calendar in policy.calendars.items():
        yield from _zone(calendar.zone, "calendars", name, "zone")
        yield from _hours(calendar, "calendars", name)
    for position, person in enumerate(org.people):
        for fault in _zone(person.zone, "people", position, "zone"):
            yield fault.model_copy(update={"part": "org"})


def _fault(path: Path, wrong: str, allowed: str) -> Fault:
    return Fault(part="policy", path=path, wrong=wrong, allowed=allowed)


def _whole(shares: list[int], *path: str | int) -> Iterator[Fault]:
    if sum(shares) != WHOLE_BP:
        yield _fault(path, f"the shares add up to {sum(shares)}", f"shares of {WHOLE_BP} basis points together")


def _interest(policy: Policy) -> Iterator[Fault]:
    rules: list[tuple[Path, InterestRules]] = [
        (("dunning", "interest", code), one) for code, one in policy.dunning.interest.items()
    ]
    for name, ladder in policy.dunning.ladders.items():
        if ladder.interest is not None:
            rules.append((("dunning", "ladders", name, "interest"), ladder.interest))
    for path, one in rules:
        if (one.rate_bp is None) == (not one.base):
            yield _fault(path, "interest has no rate, or two", "rate_bp, or base with over_bp")
        if one.over_bp and not one.base:
            yield _fault((*path, "over_bp"), "over_bp has no effect: there is no base rate", "base rates by day, too")
        for place, (before, rate) in enumerate(pairwise(one.base), 1):
            if rate.since <= before.since:
                where = (*path, "base", place, "since")
                yield _fault(where, f"{rate.since} is not after {before.since}", "days that rise from rate to rate")


def _ladder(ladder: LadderRules, *path: str | int) -> Iterator[Fault]:
    yield from repeated((level.id for level in ladder.levels), "level", *path, "levels", key="id")
    for position, (before, level) in enumerate(pairwise(ladder.levels), 1):
        if level.day <= before.day:
            where = (*path, "levels", position, "day")
            yield _fault(where, f"day {level.day} is not after day {before.day}", "days that rise from level to level")
    for position, offset in enumerate(ladder.pre_due):
        if offset.amount > 0 or offset.unit not in (Unit.DAYS, Unit.BUSINESS_DAYS):
            yield _fault((*path, "pre_due", position), f"{offset} is not before the due date", "e.g. -5bd, -7d or 0d")
    yield from repeated((str(offset) for offset in ladder.pre_due), "offset", *path, "pre_due", key=None)


def _spans(value: object, path: Path) -> Iterator[tuple[Path, Span]]:
    """Yield every span of a document with the keys that lead to it."""
    if isinstance(value, Span):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _spans(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _spans(item, (*path, key))
    elif isinstance(value, tuple):
        for position, item in enumerate(value):
            yield from _spans(item, (*path, position))


def _validity(policy: Policy) -> Iterator[Fault]:
    usual, most = policy.quote.validity, policy.quote.validity_max
    if usual.unit is most.unit and usual.clock is most.clock and usual.amount > most.amount:
        yield _fault(("quote", "validity"), f"{usual} is above validity_max {most}", "at most validity_max")


def _zone(name: str, *path: str | int) -> Iterator[Fault]:
    try:
        zone_of(name)
    except (ZoneInfoNotFoundError, ValueError):
        yield _fault(path, f"{name!r} is no time zone", "an IANA name, e.g. Asia/Shanghai")


def _hours(calendar: CalendarRules, *path: str | int) -> Iterator[Fault]:
    always = calendar.source == "always"
    if always and (calendar.hours is not None or calendar.weekend):
        yield _fault(path, "always works round the clock", "leave weekend and hours out")
    if not always and calendar.hours is None:
        yield _fault(path, "working hours are missing", "hours: {mon-fri: ['09:00-17:00']}")
    if calendar.hours is not None:
        try:
            weekly_hours(calendar.hours, calendar.weekend)
        except ValueError as error:
            yield _fault((*path, "hours"), str(error), "e.g. {mon-fri: ['09:00-12:00', '13:30-18:00']}")
