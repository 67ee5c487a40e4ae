"""Money that is paid back goes out once per key; what nobody knows is asked again, and never guessed."""

from datetime import timedelta
from typing import Literal, Protocol

from domain.money import Money
from domain.value import Value

PayoutStatus = Literal["done", "failed", "unknown", "none"]

POLLS: tuple[timedelta, ...] = (
    timedelta(minutes=5),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=2),
)
"""How long after each answer that says nothing the provider is asked again; after the last a person finds out."""


class Payout(Value):
    """A refund as the provider is asked for it: back to whoever paid, by the payment that is paid back.

    Attributes:
        refund_id: ours, the provider's key.
        payer: who paid, as the receipt says.
        source, external_id: the payment that is paid back.
    """

    kind: Literal["payout"] = "payout"
    refund_id: str
    amount: Money
    payer: str
    source: str
    external_id: str


class PayoutAnswer(Value):
    """What the provider says: ``unknown`` when it does not know yet or did not answer, ``none`` when it has no such."""

    status: PayoutStatus
    reference: str = ""
    reason: str = ""


class Payouts(Protocol):
    """A payment provider or bank. Both calls raise `VendorUnavailable` where there is no answer."""

    async def pay(self, payout: Payout) -> PayoutAnswer:
        """Pay back, once per refund id; asked again it answers what became of the first."""

    async def outcome(self, refund_id: str) -> PayoutAnswer:
        """Say what became of a refund."""
