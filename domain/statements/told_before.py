"""Money that was reported before the bank's statement shows it is a question, never counted twice by itself."""

from collections.abc import Sequence
from datetime import date, timedelta

from domain.money import Money
from domain.nobody import UNIDENTIFIED
from domain.statements.posting import Line, Outcome
from domain.value import Text, Value

NEAR = timedelta(days=10)
"""How far apart the days may be on which money is reported by hand and booked by the bank: holidays included.

The golden weeks of China close banks for seven or eight days, beside which a weekend may lie.
"""
ASKED = "told_before"
"""The rule by which such a question is kept with its line; its evidence is which receipts it has named."""
_NAMED = 20
"""So many receipts are named at once; those beyond are asked about when it is none of these."""


class ToldBefore(Value):
    """A receipt that no bank statement has shown, of the amount and about the day of a line, not all of it gone back.

    Attributes:
        source: and ``external_id``, by which it was reported.
        said_line: ours, of another payment that a person said to be the same when it was asked about; zero for none.
        said_again: the payment may be the very one, in another message of the bank; so the receipt counts whatever has
            become of it since.
    """

    source: str
    external_id: str
    customer_id: str
    value_date: date
    amount: Money
    said_line: int = 0
    said_again: bool = False

    @property
    def name(self) -> str:
        """Name it among all receipts."""
        return f"{self.source}/{self.external_id}"


def about(day: date) -> tuple[date, date]:
    """Return the first and the last day of what is near a day; a bank writes 9999-12-31 where it has none."""
    first, last = day.toordinal() - NEAR.days, day.toordinal() + NEAR.days
    return date.fromordinal(max(first, date.min.toordinal())), date.fromordinal(min(last, date.max.toordinal()))


def may_be_of_one(customer_id: str, other_id: str) -> bool:
    """Tell whether money may be of one customer: what is nobody's yet may be anybody's."""
    return customer_id == other_id or UNIDENTIFIED in (customer_id, other_id)


def may_be_known(line: Line, customer_id: str, told: Sequence[ToldBefore]) -> Outcome | None:
    """Return the question whether a line is money that was reported before; none where it is answered about all of it.

    What a question did not name, such as what was reported since or what is of whom an answer names, is another one.

    Args:
        line: a payment that came in.
        customer_id: whose it is found to be, `UNIDENTIFIED` where nobody knows.
        told: receipts of its legal entity, currency and amount about its day, which no statement has shown, and those
            that its booking was said to be.
    """
    names = {line.servicer_reference.casefold(), line.end_to_end_id.casefold()} - {""}
    same = [
        one
        for one in told
        if one.name not in line.asked_about
        and (
            one.said_again
            or (
                one.amount == line.amount
                and abs(one.value_date - line.value_date) <= NEAR
                and (one.external_id.casefold() in names or may_be_of_one(one.customer_id, customer_id))
            )
        )
    ]
    if not same:
        return None
    now = same[:_NAMED]
    en = ", ".join(_said(one, "; b{} was said to be the same") for one in now)
    zh = ", ".join(_said(one, "；b{} 已被认定为同一笔") for one in now)
    return Outcome(
        status="asked",
        rule=ASKED,
        evidence=(*line.asked_about, *(one.name for one in now)),
        reason=Text(
            en=f"money of this amount was reported before: {en}: is it the same (same) or another (new)?",
            zh=f"此前已登记同额收款：{zh}：同一笔还是另一笔？",
        ),
        told=tuple(one.name for one in now),
    )


def _said(one: ToldBefore, already: str) -> str:
    said = already.format(one.said_line) if one.said_line else ""
    return f"{one.name} ({one.customer_id}, {one.value_date}{said})"
