"""Money that was reported before the bank's statement shows it is a question, never counted twice by itself."""

from collections.abc import Sequence
from datetime import date, timedelta

from domain.money import Money
from domain.statements.posting import Line, Outcome
from domain.value import Text, Value

NEAR = timedelta(days=5)
"""How far apart the days may be on which money is reported by hand and booked by the bank: holidays included."""
_NAMED = 3


class ToldBefore(Value):
    """A receipt that no bank statement has shown, of the amount and about the day of a line.

    Attributes:
        source: and ``external_id``, by which it was reported.
        left: what of it has not gone back.
    """

    source: str
    external_id: str
    customer_id: str
    value_date: date
    left: Money


def may_be_known(line: Line, customer_id: str, told: Sequence[ToldBefore]) -> Outcome | None:
    """Return the question whether a line is money that was reported before; none where nothing was, or it is answered.

    Args:
        line: a payment that came in.
        customer_id: whose it is found to be; empty where nobody knows.
        told: receipts of its legal entity, currency and amount about its day, which no statement has shown.
    """
    names = {line.servicer_reference, line.end_to_end_id} - {""}
    same = [
        one
        for one in told
        if one.left == line.amount
        and abs(one.value_date - line.value_date) <= NEAR
        and (one.external_id in names or one.customer_id == customer_id)
    ]
    if not same or line.answers:
        return None
    said = ", ".join(f"{one.source}/{one.external_id} ({one.customer_id}, {one.value_date})" for one in same[:_NAMED])
    return Outcome(
        status="asked",
        reason=Text(
            en=f"money of this amount was reported before: {said}: is it the same (same) or another (new)?",
            zh=f"此前已登记同额收款：{said}：同一笔还是另一笔？",
        ),
    )
