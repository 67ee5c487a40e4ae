"""Months are told in pages: all of them, each once and in order, whatever the size of a page."""

import pytest

from storage.queries.paging import BadCursor
from storage.queries.periods import PeriodList, PeriodView, period_page

MONTHS = [f"{year}-{month:02}" for year in (2027, 2026) for month in range(12, 0, -1)]
ALL = PeriodList(
    periods=tuple(
        PeriodView(id=f"{entity}-{month}", entity=entity, month=month, status="open")
        for entity in ("CN01", "DE01")
        for month in MONTHS
    )
)


@pytest.mark.parametrize("limit", [1, 7, 24, 47, 48, 200])
def test_pages_tell_every_month_once(limit: int) -> None:
    found: list[PeriodView] = []
    cursor, pages = "", 0
    while True:
        page = period_page(ALL, cursor, limit)
        assert len(page.periods) <= limit
        found += page.periods
        cursor, pages = page.next, pages + 1
        if not cursor:
            break
    assert tuple(found) == ALL.periods
    assert pages == -(-len(ALL.periods) // limit)


def test_a_month_that_goes_between_two_pages_moves_no_other() -> None:
    first = period_page(ALL, "", 3)
    fewer = PeriodList(periods=ALL.periods[3:])
    assert period_page(fewer, first.next, 3) == period_page(ALL, first.next, 3)


def test_a_cursor_of_nobody_is_refused() -> None:
    with pytest.raises(BadCursor):
        period_page(ALL, "nonsense", 3)
