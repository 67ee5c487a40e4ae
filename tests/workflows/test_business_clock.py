"""Business time follows the workflow's clock, and stays where something has happened when that clock goes back."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

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
