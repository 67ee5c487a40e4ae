"""Business time follows the workflow's clock, and stays where something has happened when that clock goes back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.exceptions import ApplicationError

from workflows.business_clock import BusinessClock

START = datetime(2026, 11, 24, 13, 15, tzinfo=UTC)
HOURS = st.integers(min_value=-1_000, max_value=1_000)


def test_a_task_with_the_time_of_the_one_before_it_dates_nothing_back() -> None:
    """A reminder fell due on 18 December; the clock said 24 November, and so did its mail."""
    due = datetime(2026, 12, 18, 1, 30, tzinfo=UTC)
    clock = BusinessClock(timedelta(), lambda: START)
    assert clock.now() == START
    clock.reach(due)
    assert clock.now() == due


@given(offset=HOURS, steps=st.lists(st.tuples(HOURS, st.booleans()), min_size=1, max_size=20))
def test_it_is_never_before_what_happened_and_else_the_clock_and_its_offset(
    offset: int, steps: list[tuple[int, bool]]
) -> None:
    shown = [START]
    clock = BusinessClock(timedelta(hours=offset), lambda: shown[-1])
    reached: list[datetime] = []
    for hours, happens in steps:
        shown.append(START + timedelta(hours=hours))
        now = clock.now()
        assert now == max([shown[-1] + timedelta(hours=offset), *reached])
        if happens:
            clock.reach(now)
            reached.append(now)


@given(
    offset=HOURS,
    told=st.lists(st.tuples(st.integers(0, 10_000), st.booleans()), min_size=1, max_size=20),
    shown_with_answers=st.lists(st.integers(0, 10_000), min_size=20, max_size=20),
    again=st.lists(st.integers(0, 10_000), min_size=20, max_size=20),
)
def test_what_is_answered_locally_is_dated_alike_whatever_the_clock_shows_with_the_answer(
    offset: int, told: list[tuple[int, bool]], shown_with_answers: list[int], again: list[int]
) -> None:
    """Live an answer may be told in the task after the one that asked, and later, from the history, in that one."""

    def dated(with_answers: list[int]) -> list[datetime]:
        wall, found = [START], []
        clock = BusinessClock(timedelta(hours=offset), lambda: wall[-1])
        task = START
        for place, (later_s, asks) in enumerate(told):
            task = task + timedelta(days=1, seconds=later_s)
            wall.append(task)
            if asks:
                with clock.standing():
                    wall.append(task + timedelta(seconds=with_answers[place]))
            found.append(clock.now())
            clock.reach(found[-1])
        return found

    assert dated(shown_with_answers) == dated(again)


def test_the_clock_goes_on_with_the_next_task_also_after_a_local_question_that_failed() -> None:
    shown = [START]
    clock = BusinessClock(timedelta(), lambda: shown[-1])

    def fail() -> None:
        with clock.standing():
            shown.append(START + timedelta(seconds=2))
            raise ApplicationError("the database is away")

    with pytest.raises(ApplicationError):
        fail()
    assert clock.now() == START
    shown.append(START + timedelta(seconds=3))
    assert clock.now() == START + timedelta(seconds=3)
