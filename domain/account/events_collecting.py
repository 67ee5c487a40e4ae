"""What the levels of a ladder do beside their notices."""

from typing import Literal

from domain.receivables.entries import NextStep
from domain.value import Value


class CreditHoldSet(Value):
    """Neither orders are taken nor deliveries made any more; what is delivered is invoiced all the same (P4)."""

    kind: Literal["credit_hold_set"] = "credit_hold_set"
    stage: str


class DeliveriesStopped(Value):
    """No deliveries are made any more; what is delivered is invoiced all the same (P4)."""

    kind: Literal["deliveries_stopped"] = "deliveries_stopped"
    stage: str


class HoldSet(Value):
    """A person keeps orders and deliveries of the customer back, apart from the ladder, until a person lifts it."""

    kind: Literal["hold_set"] = "hold_set"
    reason: str


class HoldLifted(Value):
    """The hold that a person had set has ended."""

    kind: Literal["hold_lifted"] = "hold_lifted"
    reason: str


class CreditHoldLifted(Value):
    """Orders and deliveries go on: nothing is overdue any more, or somebody of credit says so and why."""

    kind: Literal["credit_hold_lifted"] = "credit_hold_lifted"
    reason: str = ""


class NoticeInHand(Value):
    """A person was asked to post the notice or to call; its level counts when they say that it is done.

    Attributes:
        left: the channels after this one.
    """

    kind: Literal["notice_in_hand"] = "notice_in_hand"
    notice_id: str
    step: NextStep
    channel: str
    left: tuple[str, ...] = ()


class NoticeSaid(Value):
    """What became of the notice in a person's hands; ``void`` when what it claims is not owed any more."""

    kind: Literal["notice_said"] = "notice_said"
    outcome: Literal["done", "failed", "void"]
    note: str = ""


class ReplyReceived(Value):
    """What the customer wrote or said, at most 500 characters of it, and the stop words in all of it."""

    kind: Literal["reply_received"] = "reply_received"
    text: str
    channel: str = ""
    stop_words: tuple[str, ...] = ()


class HandedOver(Value):
    """The claim is collected by somebody else; the customer gets no letters of ours any more."""

    kind: Literal["handed_over"] = "handed_over"
    stage: str
    reason: str = ""


class Noted(Value):
    """Something happened that changes nothing here."""

    kind: Literal["noted"] = "noted"
    what: str
    text: str = ""


CollectingEvent = (
    CreditHoldSet
    | DeliveriesStopped
    | CreditHoldLifted
    | HoldSet
    | HoldLifted
    | NoticeInHand
    | NoticeSaid
    | ReplyReceived
    | HandedOver
    | Noted
)
