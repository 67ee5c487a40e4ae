"""Months are closed once they are over, one after the other; a closed day has a first open one after it."""

from datetime import date

import pytest

from domain.receivables.closing import (
    CurrencyTotal,
    checked_open,
    first_open,
    month_name,
    month_named,
    months_from,
    to_close,
    totals_of,
)
from domain.receivables.journal import AccountBalance
from domain.refusal import Code, Refused

MARCH, END = month_named("2026-03"), date(2026, 3, 31)


def test_a_month_has_its_name() -> None:
    assert (MARCH.start, MARCH.last, month_name(MARCH)) == (date(2026, 3, 1), END, "2026-03")
    assert month_name(month_named("1026-12")) == "1026-12"
    assert [month_name(month) for month in months_from(date(2025, 12, 31), date(2026, 2, 1))] == [
        "2025-12", "2026-01", "2026-02",
    ]  # fmt: skip
    assert months_from(date(2026, 4, 1), END) == ()


@pytest.mark.parametrize(
    ("closed_until", "on", "opens"),
    [
        pytest.param(None, END, END, id="nothing closed"),
        pytest.param(END, END, date(2026, 4, 1), id="the last closed day"),
        pytest.param(END, date(2024, 1, 1), date(2026, 4, 1), id="long before"),
        pytest.param(END, date(2026, 4, 1), date(2026, 4, 1), id="the first open day"),
        pytest.param(END, date(2026, 9, 9), date(2026, 9, 9), id="later"),
    ],
)
def test_the_first_open_day(closed_until: date | None, on: date, opens: date) -> None:
    assert first_open(closed_until, on) == opens
    checked_open("CN01", closed_until, opens)
    if on != opens:
        with pytest.raises(Refused) as refused:
            checked_open("CN01", closed_until, on)
        assert refused.value.code is Code.PERIOD
        assert refused.value.text.en.endswith("use 2026-04-01 or later")


@pytest.mark.parametrize(
    ("posted", "closed_until", "first"),
    [
        pytest.param(date(2026, 3, 9), None, "2026-03", id="the first month of the books"),
        pytest.param(date(2026, 3, 31), date(2026, 2, 28), "2026-03", id="the next"),
        pytest.param(date(2026, 4, 1), date(2026, 2, 28), "2026-03", id="the next, with nothing in it"),
        pytest.param(date(2026, 3, 1), date(2024, 12, 31), "2025-01", id="empty months before it"),
        pytest.param(None, date(2026, 1, 31), "2026-02", id="nothing at all since"),
    ],
)
def test_a_month_is_closed_once_it_is_over_with_the_empty_ones_before_it(
    posted: date | None, closed_until: date | None, first: str
) -> None:
    found = to_close("CN01", MARCH, posted, closed_until, date(2026, 4, 1))
    assert found == months_from(month_named(first).start, MARCH.start)
    assert month_name(found[0]) == first
    assert found[-1] == MARCH


@pytest.mark.parametrize(
    ("posted", "closed_until", "today", "says"),
    [
        pytest.param(
            date(2026, 3, 1), None, END, "2026-03 is not over: close it on 2026-04-01 or later", id="its last day"
        ),
        pytest.param(
            None, None, date(2026, 4, 1), "nothing is posted in the books of CN01: there is nothing to close",
            id="no books",
        ),
        pytest.param(
            date(2026, 2, 28), None, date(2026, 4, 1),
            "2026-02 is still open in the books of CN01: close it before 2026-03", id="the first is open",
        ),
        pytest.param(
            date(2026, 1, 31), date(2025, 12, 31), date(2026, 4, 1),
            "2026-01 is still open in the books of CN01: close it before 2026-03", id="two are open",
        ),
        pytest.param(
            date(2026, 4, 1), None, date(2026, 5, 1),
            "the books of CN01 begin after 2026-03: the month to close next is 2026-04", id="before the books",
        ),
    ],
)  # fmt: skip
def test_another_month_is_refused(posted: date | None, closed_until: date | None, today: date, says: str) -> None:
    with pytest.raises(Refused) as refused:
        to_close("CN01", MARCH, posted, closed_until, today)
    assert (refused.value.code, refused.value.text.en) == (Code.STATE, says)
    assert refused.value.text.zh


def test_totals_are_by_currency() -> None:
    def line(account: str, currency: str, debit: int, credit: int) -> AccountBalance:
        return AccountBalance(entity="CN01", account=account, currency=currency, debit_minor=debit, credit_minor=credit)

    lines = (
        line("tax", "EUR", 0, 5),
        line("cash", "CNY", 7, 2),
        line("unapplied", "CNY", 0, 5),
        line("x", "EUR", 5, 0),
    )
    assert totals_of(lines) == (
        CurrencyTotal(currency="CNY", debit_minor=7, credit_minor=7),
        CurrencyTotal(currency="EUR", debit_minor=5, credit_minor=5),
    )
    assert totals_of(()) == ()
