"""What becomes of a credit that an order became smaller by, where it gives away more than one person may."""

from typing import Literal

from domain.money import Money
from domain.value import Value


class ReductionWeighed(Value):
    """The credit waits for a second person; ``in_all`` counts what was given away of the same invoices before."""

    kind: Literal["reduction_weighed"] = "reduction_weighed"
    nth: int
    effect_id: str
    amount: Money
    in_all: Money


class ReductionAgreed(Value):
    """A second person has agreed: the ledger is asked again."""

    kind: Literal["reduction_agreed"] = "reduction_agreed"
    nth: int
    approval_id: str


class ReductionDropped(Value):
    """Nobody agreed: the invoices stand as they are, though less is ordered."""

    kind: Literal["reduction_dropped"] = "reduction_dropped"
    nth: int
    outcome: Literal["rejected", "returned", "recalled", "expired"]
    reason: str = ""
    by: str = ""


ReductionEvent = ReductionWeighed | ReductionAgreed | ReductionDropped
