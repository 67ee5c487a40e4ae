"""What is invoiced for days to come is owed until they have passed; each month it earns its days (deferred revenue)."""

from datetime import date

from domain.billing_periods import Period, months_of
from domain.money import of_whole


def later(net_minor: int, period: Period | None, on: date) -> tuple[tuple[date, int], ...]:
    """Return (day, amount) of what a net amount for a period earns after a day, at the end of each month of it.

    Amounts are by days, half up from the period's start on, so that they add up with what is earned by the day.
    """
    if period is None:
        return ()
    return tuple(
        (month.last, minor)
        for month in months_of(period)
        if month.last > on and (minor := _upto(net_minor, period, month.until) - _upto(net_minor, period, month.start))
    )


def _upto(net_minor: int, period: Period, day: date) -> int:
    return of_whole(net_minor, (day - period.start).days, period.days)
