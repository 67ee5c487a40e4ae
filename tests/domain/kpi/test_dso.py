"""The DSO family meets the golden vectors and has no answer where it would divide by zero."""

from decimal import Decimal

from domain.kpi.dso import (
    PeriodSales,
    collection_effectiveness,
    countback,
    days_weighted,
    delinquent_days,
    dso,
    interest_minor,
)

QUARTER = PeriodSales(750, 92)
NEWEST_FIRST = (PeriodSales(300, 30), PeriodSales(250, 31), PeriodSales(200, 31))


def cents(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 2)


def test_golden_vector_g8() -> None:
    assert cents(dso(500, QUARTER)) == Decimal("61.33")
    assert countback(500, NEWEST_FIRST) == Decimal("54.8")
    assert cents(dso(320, QUARTER)) == Decimal("39.25")
    assert cents(delinquent_days(500, 320, QUARTER)) == Decimal("22.08")


def test_golden_vector_g9() -> None:
    assert cents(collection_effectiveness(400, 300, 350, 280)) == Decimal("83.33")


def test_golden_vector_g10() -> None:
    assert days_weighted([(100, 10), (300, 0), (100, 5)]) == 3


def test_countback_takes_whole_periods_and_runs_out() -> None:
    assert countback(550, NEWEST_FIRST) == 61
    assert countback(750, NEWEST_FIRST) == 92
    assert countback(751, NEWEST_FIRST) is None
    assert countback(0, ()) == 0
    assert countback(1, ()) is None


def test_countback_passes_through_a_month_without_sales() -> None:
    assert countback(150, (PeriodSales(0, 31), PeriodSales(300, 30))) == 46


def test_no_sales_no_answer() -> None:
    assert dso(500, PeriodSales(0, 31)) is None
    assert delinquent_days(500, 0, PeriodSales(0, 31)) is None
    assert collection_effectiveness(0, 0, 0, 0) is None
    assert days_weighted([]) is None


def test_interest_rounds_half_up_on_each_invoice() -> None:
    assert interest_minor(100_000_00, 30, 8) == 657_53
    assert interest_minor(36500, 1, 50) == 50
    assert interest_minor(365, 1, 50) == 1  # exactly half a cent
    assert interest_minor(364, 1, 50) == 0
    assert interest_minor(1000_00, 0, 8) == 0
