"""A refund under way: taken in the ledger, asked of the provider, and settled only by what somebody knows (N6)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.money import Money
from domain.payouts import PayoutStatus
from domain.value import Value
from domain.words import Name, Reason

Settled = Literal["done", "failed"]
RefundName = Annotated[str, Field(min_length=1, max_length=1000)]
"""As `refund_name` makes it of two words, however they are written."""


class Refund(Value):
    """Money on its way back to its payer.

    Attributes:
        by: who asked for it.
        polls: how often the provider was asked what became of it and said nothing.
        next_at: when it is asked again; none while it is being asked, or when a person must say.
        unknown: the provider has not said yet what became of it.
        settling: what became of it is known and being entered.
    """

    refund_id: str
    amount: Money
    payer: str
    source: str
    external_id: str
    by: str
    polls: int = 0
    next_at: datetime | None = None
    unknown: bool = False
    settling: bool = False


# --- commands ---------------------------------------------------------------------------------------------------------


class RefundNow(Value):
    """Pay unapplied cash of a receipt back to whoever paid it (退款); above the policy's amount by two people."""

    kind: Literal["refund"] = "refund"
    source: Name
    external_id: Name
    amount: Money
    reason: Reason


class SayRefund(Value):
    """Say what became of a refund of which the provider says nothing; never who asked for it."""

    kind: Literal["say_refund"] = "say_refund"
    refund_id: RefundName
    outcome: Settled
    evidence: Reason


class PollDue(Value):
    """It is time to ask the provider again."""

    kind: Literal["poll_due"] = "poll_due"
    refund_id: str


class PayoutTold(Value):
    """Result of `PayRefund` and `AskPayout`."""

    kind: Literal["payout_told"] = "payout_told"
    status: PayoutStatus
    reference: str = ""
    reason: str = ""


# --- events -----------------------------------------------------------------------------------------------------------


class RefundTaken(Value):
    """The cash is set aside in the ledger, and the provider is asked to pay it back."""

    kind: Literal["refund_taken"] = "refund_taken"
    refund_id: str
    amount: Money
    payer: str
    source: str
    external_id: str
    reason: str
    by: str = ""


class RefundUnknown(Value):
    """Nobody knows yet what became of it; asked again at ``next_at``, without which a person must find out."""

    kind: Literal["refund_unknown"] = "refund_unknown"
    refund_id: str
    next_at: datetime | None = None


class RefundPolled(Value):
    """The provider is asked again."""

    kind: Literal["refund_polled"] = "refund_polled"
    refund_id: str


class RefundKnown(Value):
    """What became of it is known, from the provider or from a person."""

    kind: Literal["refund_known"] = "refund_known"
    refund_id: str
    outcome: Settled
    reference: str = ""
    reason: str = ""


class RefundPaid(Value):
    """The money went back, and has left the ledger's cash."""

    kind: Literal["refund_paid"] = "refund_paid"
    refund_id: str
    amount: Money
    reference: str = ""


class RefundFailed(Value):
    """The money did not go back: it is unapplied cash of its receipt again."""

    kind: Literal["refund_failed"] = "refund_failed"
    refund_id: str
    amount: Money
    reason: str = ""
