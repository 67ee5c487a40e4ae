"""What becomes of an amendment that goes beyond what was approved."""

from typing import Literal

from domain.money import Money
from domain.quotes import Quote
from domain.value import Value

Dropped = Literal["rejected", "returned", "recalled", "expired", "overtaken", "credit", "cancelled"]


class AmendmentRequested(Value):
    """An amendment waits for its approval; the order stands as it was approved."""

    kind: Literal["amendment_requested"] = "amendment_requested"
    nth: int
    quote: Quote
    reason: str
    by: str


class AmendmentApproved(Value):
    """An amendment is approved and waits for the credit check of what the order grows by, tax included."""

    kind: Literal["amendment_approved"] = "amendment_approved"
    nth: int
    increase: Money


class AmendmentDropped(Value):
    """An amendment does not take effect.

    Attributes:
        outcome: how its approval ended; ``overtaken`` when the order was billed or delivered meanwhile, ``credit``
            when the customer's credit does not bear it, ``cancelled`` with the order.
        by: whose word it was, if a person's.
    """

    kind: Literal["amendment_dropped"] = "amendment_dropped"
    nth: int
    outcome: Dropped
    reason: str = ""
    by: str = ""


AmendmentEvent = AmendmentRequested | AmendmentApproved | AmendmentDropped
