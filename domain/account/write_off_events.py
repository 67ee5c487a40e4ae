"""How items come to be proposed for write-off."""

from typing import Literal

from domain.value import Value


class WriteOffFellDue(Value):
    """Items have come to the age at which the policy has a person decide about them."""

    kind: Literal["write_off_fell_due"] = "write_off_fell_due"
    invoices: tuple[str, ...] = ()


class WriteOffProposed(Value):
    """Finance is asked whether items are written off; the first ten invoices, and what is open of them all.

    Attributes:
        minor: what is open of all of them.
    """

    kind: Literal["write_off_proposed"] = "write_off_proposed"
    invoices: tuple[str, ...]
    minor: int
