"""Cash that had paid what is credited is the customer's: it waits to be applied, or is paid back."""

from typing import Literal

from domain.value import Value

PaidPart = Literal["unapplied", "refund"]
"""What becomes of what had been paid of a credit."""


REFUNDING = frozenset({"finance", "admin"})
"""Who may pay back, by a refund or with what else frees the cash."""


class FreedCash(Value):
    """Cash of a receipt that a credit note released, in minor units."""

    source: str
    external_id: str
    minor: int
