"""A rate that one person states is compared with one that is known: where it is far off, two people agree on it."""

from fractions import Fraction

from domain.money import Money
from domain.receivables.exchange import RATE_DAYS, Rate, exchanged
from domain.receivables.second_person import Second, Weighed, check_asking
from domain.refusal import Code, Refused, refuse
from domain.value import Text, Value

_WHOLE_BP = 10_000


class RateChecks(Value):
    """With what a rate that somebody states is compared.

    Attributes:
        bp: how far the larger of the two may be above the smaller one, in basis points of that.
        policy: what the policy says, where no rate of the day is kept; none where it has none of these two currencies.
        days: for how many days after its own a kept rate holds for the legal entity.
    """

    bp: int
    policy: Rate | None = None
    days: int = RATE_DAYS


def is_near(told: Rate, known: Rate, bp: int) -> bool:
    """Tell whether two rates between the same two currencies, either way round, are at most so far off each other."""
    one, other = Fraction(told.rate), Fraction(known.rate)
    if told.unit != known.unit:
        other = 1 / other
    return abs(one - other) * _WHOLE_BP <= bp * min(one, other)


def compared(told: Rate, known: Rate | None) -> Text:
    """Say what a rate stands beside."""
    if known is None:
        return Text(en=f"{told}; no rate is known to compare it with", zh=f"{told}；没有可比较的汇率")
    return Text(en=f"{told}; known is {known}", zh=f"{told}；已知 {known}")


def weighed_at(
    given: Money, got: Money, told: Rate, known: Rate | None, bp: int, second: Second | None
) -> Weighed | None:
    """Return what a second person must agree to before money is exchanged at a stated rate; none for one that is near.

    Args:
        given: what is exchanged.
        got: what that is at the stated rate.
        told: the rate that is stated.
        known: the one that is kept, or the policy's; none where there is neither.
        bp: how far off it may be.
        second: whom the policy has asked, none where it has nobody asked.

    Raises:
        Refused: the policy has nobody asked (E_LIMIT), or too many requests wait already (E_LIMIT).
    """
    if known is not None and is_near(told, known, bp):
        return None
    if second is None:
        raise far_off(told, known)
    beside = compared(told, known)
    check_asking(second, Text(en="on a rate far off the known one", zh="汇率偏离已知汇率时"), beside.en)
    # What is at stake is what it would have cost: one cent that pays an invoice of a million is no small amount.
    cost = given if known is None else exchanged(got, known, given.currency)
    return Weighed(
        minor=given.minor, in_all_minor=max(given.minor, cost.minor), compared=f"{beside.en} / {beside.zh}"
    )  # fmt: skip


def far_off(told: Rate, known: Rate | None) -> Refused:
    """Build the refusal of a stated rate that nobody else is asked about (E_LIMIT)."""
    said = compared(told, known)
    return refuse(
        Code.LIMIT,
        f"{said.en}: correct it, or keep the rate of the day with its source first (POST /api/exchange-rates), which "
        "a second person confirms where it is far off",
        f"{said.zh}：请更正，或先登记当日汇率及其来源（POST /api/exchange-rates，偏离较大时须第二人确认）",
        told=told,
    )
