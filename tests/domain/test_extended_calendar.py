"""A calendar that is extended answers every question that it could answer before as it did before."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.business_calendar import CalendarEnded, CompiledCalendar, add_business_days, add_working_time, extended
from domain.refusal import Code, Refused
from domain.working_hours import weekly_hours

DAY = timedelta(days=1)
START, END, LATER = date(2026, 1, 1), date(2027, 1, 1), date(2028, 1, 1)
OFFICE = weekly_hours({"mon-fri": ["09:00-17:00"]})


def calendar(until: date, off: tuple[date, ...] = (), since: date = START, *, provisional: int = 0) -> CompiledCalendar:
    return CompiledCalendar(
        zone="UTC", version=f"XX package-1 {until}", valid_from=since, valid_until=until, hours=OFFICE, holidays=off,
        provisional_years=(provisional,) if provisional else (),
    )  # fmt: skip


def days(first: date, last: date) -> st.SearchStrategy[tuple[date, ...]]:
    return st.lists(st.dates(first, last - DAY), max_size=40, unique=True).map(lambda found: tuple(sorted(found)))


@settings(deadline=None)
@given(days(START, END), days(START, LATER), st.dates(START, END - DAY), st.integers(1, 700), st.integers(1, 3000))
def test_what_was_counted_is_counted_the_same(
    known: tuple[date, ...], newer: tuple[date, ...], day: date, count: int, hours: int
) -> None:
    old, new = calendar(END, known), calendar(LATER, newer)
    longer = extended(old, new, START)
    assert (longer.valid_from, longer.valid_until) == (START, LATER)
    asked: tuple[Callable[[CompiledCalendar], object], ...] = (
        lambda cal: add_business_days(cal, day, count),
        lambda cal: add_working_time(cal, datetime(day.year, day.month, day.day, tzinfo=UTC), timedelta(hours=hours)),
    )
    for ask in asked:
        try:
            before = ask(old)
        except CalendarEnded:
            continue
        assert ask(longer) == before
    for offset in range(365):
        assert longer.windows(END + offset * DAY) == new.windows(END + offset * DAY)


@settings(deadline=None)
@given(days(START, LATER), days(START, LATER), st.dates(START, LATER - DAY))
def test_published_days_change_only_what_lies_ahead_and_was_provisional(
    known: tuple[date, ...], published: tuple[date, ...], today: date
) -> None:
    old, new = calendar(LATER, known, provisional=2027), calendar(LATER, published)
    longer = extended(old, new, today)
    for offset in range((LATER - START).days):
        day = START + offset * DAY
        of = new if day > today and day.year == 2027 else old
        assert longer.windows(day) == of.windows(day), day
    assert longer.provisional_years == ()


def test_the_version_names_the_content_and_nothing_new_is_the_same_calendar() -> None:
    old = calendar(END, (date(2026, 5, 1),))
    assert extended(old, calendar(END, (date(2026, 5, 4),)), START) is old
    one, other = (extended(old, calendar(LATER, (date(2027, 5, 3 + n),)), START) for n in range(2))
    assert one.version.startswith("XX package-1 ")
    assert len({one.version, other.version, old.version}) == 3
    assert extended(CompiledCalendar.always(), CompiledCalendar.always(), START).version == "always"


def test_a_year_that_is_still_provisional_stays_so() -> None:
    old, new = calendar(LATER, provisional=2027), calendar(date(2029, 1, 1), provisional=2027)
    assert extended(old, new, START).provisional_years == (2027,)
    assert extended(old, calendar(date(2029, 1, 1), provisional=2028), START).provisional_years == (2028,)


@pytest.mark.parametrize(
    "newer",
    [
        calendar(date(2029, 1, 1), since=END + DAY),
        calendar(LATER).model_copy(update={"zone": "Europe/Berlin"}),
        calendar(LATER).model_copy(update={"hours": weekly_hours({"mon-sat": ["09:00-17:00"]})}),
    ],
    ids=["a gap", "another zone", "other hours"],
)
def test_what_does_not_go_on_from_a_calendar_is_refused(newer: CompiledCalendar) -> None:
    with pytest.raises(Refused, match="does not go on from") as refused:
        extended(calendar(END), newer, START)
    assert refused.value.code is Code.STATE
