"""Disputes and promises cover a part of what is open, within the class's rules, and are judged by what was paid."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.business_calendar import CompiledCalendar
from domain.receivables.claims import OpenPromise, disputed_minor, is_kept, promise_deadline, promise_of, spread_claims
from domain.receivables.entries import CaseCounters
from domain.refusal import Code, Refused
from domain.span import Span
from domain.terms import PromiseTerms
from tests.domain.receivables.samples import item

TODAY = date(2026, 3, 2)
UNTIL = datetime(2026, 3, 10, tzinfo=UTC)


def offer(minor: int = 0, on: date = TODAY) -> OpenPromise:
    return OpenPromise(promise_id="p", number="a", minor=minor, on=on, until=UNTIL, open_at_most=0)


def test_a_dispute_covers_all_that_is_open_or_a_part() -> None:
    assert disputed_minor([item("a", 100), item("a", 50, instalment=2)], None) == 150
    assert disputed_minor([item("a", 100)], 40) == 40


@pytest.mark.parametrize(("open_minor", "minor"), [(100, 101), (100, 0), (0, None)])
def test_a_dispute_of_nothing_or_too_much_is_refused(open_minor: int, minor: int | None) -> None:
    with pytest.raises(Refused) as refused:
        disputed_minor([item("a", open_minor, amount_minor=100)], minor)
    assert refused.value.code == Code.AMOUNT


def test_a_second_dispute_waits_for_the_first_to_end() -> None:
    with pytest.raises(Refused) as refused:
        disputed_minor([item("a", 100, disputes=((UNTIL, None),))], 1)
    assert refused.value.code == Code.STATE
    assert disputed_minor([item("a", 100, disputes=((UNTIL, UNTIL),))], 1) == 1


def test_claims_take_the_oldest_first_and_shrink_with_what_is_open() -> None:
    items = [item("a", 60, 0, instalment=1), item("a", 40, 30, instalment=2)]
    assert spread_claims(items, 70, 50) == ((1, 60, 0), (2, 10, 30))
    assert spread_claims([item("a", 10)], 70, 50) == ((1, 10, 0),)


def test_a_promise_remembers_what_must_be_paid() -> None:
    made = promise_of([item("a", 100, disputed_minor=30)], [], CaseCounters(), offer(), PromiseTerms(), TODAY)
    assert (made.minor, made.open_at_most) == (70, 30)
    assert is_kept(made, 30)
    assert not is_kept(made, 31)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"offer": offer(71)}, Code.AMOUNT),
        ({"offer": offer(on=date(2026, 3, 1))}, Code.LIMIT),
        ({"offer": offer(on=date(2026, 3, 24))}, Code.LIMIT),
        ({"open_promises": [offer()]}, Code.LIMIT),
        ({"counters": CaseCounters(promise_days=(TODAY,) * 4)}, Code.LIMIT),
    ],
)
def test_a_promise_beyond_the_rules_is_refused(changes: dict[str, Any], code: Code) -> None:
    asked: dict[str, Any] = {"open_promises": [], "counters": CaseCounters(), "offer": offer()}
    with pytest.raises(Refused) as refused:
        promise_of([item("a", 100, disputed_minor=30)], rules=PromiseTerms(), today=TODAY, **(asked | changes))
    assert refused.value.code == code


def test_promises_of_another_year_do_not_count_and_the_last_day_is_allowed() -> None:
    counters = CaseCounters(promise_days=(date(2025, 3, 2),) * 9)
    made = promise_of([item("a", 100)], [], counters, offer(on=date(2026, 3, 23)), PromiseTerms(), TODAY)
    assert made.minor == 100


@pytest.mark.parametrize(
    ("grace", "expected"),
    [
        (None, datetime(2026, 3, 6, 16, tzinfo=UTC)),
        ("2d", datetime(2026, 3, 8, 16, tzinfo=UTC)),
        ("2bd", datetime(2026, 3, 10, 16, tzinfo=UTC)),
        ("12h wall", datetime(2026, 3, 7, 4, tzinfo=UTC)),
    ],
)
def test_a_promise_is_judged_at_the_end_of_its_day_and_grace(grace: str | None, expected: datetime) -> None:
    weekdays = CompiledCalendar(
        zone="Asia/Shanghai",
        version="test",
        valid_from=date(2026, 1, 1),
        valid_until=date(2027, 1, 1),
        hours=(*(((540, 1080),),) * 5, (), ()),
    )
    rules = PromiseTerms(grace=None if grace is None else Span.parse(grace))
    assert promise_deadline(date(2026, 3, 6), rules, weekdays, "Asia/Shanghai") == expected
