"""Whatever lies on an item, no step comes before its day, inside its gap or outside contact hours (T2, T3)."""

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.business_calendar import CompiledCalendar, next_window
from domain.local_time import at_local, local_day
from domain.receivables.dunning import case_level, in_case, item_step, next_step
from domain.receivables.entries import CaseCounters, OpenItem
from domain.receivables.ladder import disputed_at, reached, slot_from
from domain.span import Clock, Span
from domain.terms import DunningTerms, LadderLevel
from tests.domain.account.run import at, cny
from tests.domain.receivables.samples import item

ZONE = "Europe/Berlin"
HOURS = CompiledCalendar(
    zone="Asia/Shanghai",
    version="hours",
    valid_from=date(2025, 1, 1),
    valid_until=date(2028, 1, 1),
    hours=(*(((540, 720), (810, 1080)),) * 5, (), ()),
    holidays=(date(2026, 3, 10),),
)
LEVELS = tuple(LadderLevel(id=f"L{day}", day=day) for day in (1, 5, 12))
MOMENTS = st.integers(0, 60 * 24 * 60).map(lambda minute: at(0, 0) + timedelta(minutes=minute))


@st.composite
def ladders(draw: st.DrawFn) -> DunningTerms:
    return DunningTerms(
        levels=LEVELS,
        pre_due=draw(st.sampled_from([(), (Span.parse("-3bd"), Span.parse("0d"))])),
        min_open=cny(draw(st.sampled_from([0, 50]))),
        min_gap=draw(st.sampled_from([None, Span.parse("3d"), Span.parse("2bd"), Span.parse("30h", Clock.WALL)])),
        unit=draw(st.sampled_from(["invoice", "customer"])),
        dispute_hold=draw(st.sampled_from(["pause", "skip", "none"])),
        zone=ZONE,
        contact=draw(st.sampled_from([None, HOURS])),
    )


@st.composite
def items(draw: st.DrawFn) -> OpenItem:
    minor = draw(st.integers(1, 100))
    begun, lasted = draw(MOMENTS), draw(st.none() | st.integers(1, 40_000))
    ended = None if lasted is None else begun + timedelta(minutes=lasted)
    disputes = draw(st.sampled_from([(), ((begun, ended),)]))
    held = draw(st.integers(0, minor)) if disputes and ended is None else 0
    sent = draw(st.integers(0, 3))
    changes: dict[str, Any] = {
        "disputes": disputes,
        "disputed_minor": held,
        "promised_minor": draw(st.integers(0, minor - held)),
        "promised_until": draw(st.none() | MOMENTS),
        "level": sent,
        "last_notice_at": draw(MOMENTS) if sent else None,
        "skipped": (sent + 1,) if sent < 3 and draw(st.booleans()) else (),
    }
    return item(draw(st.sampled_from("abcdef")), minor, draw(st.integers(-5, 30)), **changes)


@settings(max_examples=80)
@given(items(), ladders(), MOMENTS)
def test_a_step_of_an_item_is_never_early_never_outside_hours_never_out_of_order(
    one: OpenItem, ladder: DunningTerms, now: datetime
) -> None:
    step = item_step(one, ladder, HOURS, now)
    if step is None:
        return
    if step.action == "pre_due":
        assert local_day(ZONE, step.at) <= one.due_on
    else:
        assert step.level == reached(one) + 1
        assert step.at >= at_local(ZONE, one.due_on + timedelta(days=LEVELS[step.level - 1].day), ladder.at_minute)
        if one.last_notice_at is not None:
            assert local_day(ZONE, step.at) > local_day(ZONE, one.last_notice_at)
    if ladder.contact is not None:
        assert next_window(HOURS, step.at) == step.at
    assert (step.action == "skip") <= (ladder.dispute_hold == "skip" and disputed_at(one, step.at))
    if step.action == "notice":
        held = 0 if ladder.dispute_hold == "none" else one.disputed_minor
        assert one.open_minor - held - one.promised_minor >= max(1, ladder.min_open.minor)


@settings(max_examples=60)
@given(st.lists(items(), max_size=6, unique_by=lambda one: one.number), ladders(), MOMENTS, st.integers(0, 80))
def test_the_step_of_a_case_is_due_now_or_later_and_names_what_is_open(
    some: list[OpenItem], ladder: DunningTerms, now: datetime, unapplied: int
) -> None:
    step = next_step(some, CaseCounters(), unapplied, ladder, HOURS, now)
    if step is None:
        return
    assert step.at >= now
    assert 1 <= len(step.invoices) <= step.items
    assert set(step.invoices) <= {one.number for one in some}
    if step.action == "notice" and ladder.unit == "customer":
        assert step.level == 1 + case_level(in_case(some, ladder, now))


def test_the_first_slot_is_today_until_its_minute_has_passed() -> None:
    ladder = DunningTerms(min_open=cny(0), zone=ZONE)
    nine = at_local(ZONE, date(2026, 3, 28), 540)
    assert slot_from(ladder, nine) == nine
    # The clocks go forward on Sunday the 29th: nine o'clock comes an hour earlier.
    assert slot_from(ladder, nine + timedelta(microseconds=1)) == nine + timedelta(hours=23)


@settings(max_examples=200)
@given(st.integers(0, 40), st.none() | st.integers(0, 40), st.sampled_from([None, Span.parse("3d")]))
def test_a_broken_promise_brings_the_next_level_at_once_but_not_within_the_gap_nor_before_it_is_late(
    broken: int, sent: int | None, gap: Span | None
) -> None:
    terms = DunningTerms(levels=LEVELS, min_open=cny(0), min_gap=gap, unit="invoice", on_broken="next_level")
    last = None if sent is None else at(sent)
    changes: dict[str, Any] = {"promised_until": at(broken), "last_notice_at": last, "level": int(sent is not None)}
    owed = item("a", 100, due_day=10, **changes)
    step = item_step(owed, terms, CompiledCalendar.always(), at(0))
    usual = item_step(owed, terms.model_copy(update={"on_broken": "wait"}), CompiledCalendar.always(), at(0))
    assert step is not None
    assert usual is not None
    assert step.level == usual.level
    assert step.at <= usual.at
    assert step.at >= max(at(11), at(broken))
    if sent is not None:
        assert step.at >= at(sent + (3 if gap else 1))
        if sent >= broken:
            assert step.at == usual.at
        else:
            assert step.at == max(at(11), at(broken), at(sent + (3 if gap else 1)))
