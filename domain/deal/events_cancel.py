"""What becomes of a cancellation that is asked for: weighed in the ledger, agreed to by a second person, or dropped."""

from typing import Literal

from domain.cancellation import CancellationPreview, Delivered
from domain.receivables.freed import PaidPart
from domain.value import Value

Fate = Literal["rejected", "returned", "recalled", "expired", "refused", "skipped"]


class CancellationAsked(Value):
    """The order is to be cancelled, once the ledger has said what that does; the order stands meanwhile.

    Attributes:
        preview: the hash of what whoever asked has seen; empty where they have not looked.
        gives_up: the parked effect that is given up with the order.
    """

    kind: Literal["cancellation_asked"] = "cancellation_asked"
    nth: int
    reason: str
    by: str
    delivered: Delivered
    paid_part: PaidPart = "unapplied"
    preview: str = ""
    gives_up: str = ""


class CancellationWeighed(Value):
    """It gives away more than one person may: a second one is asked, and agrees to exactly this."""

    kind: Literal["cancellation_weighed"] = "cancellation_weighed"
    nth: int
    preview: CancellationPreview


class CancellationAgreed(Value):
    """A second person has agreed: it is done now, if it still does the same."""

    kind: Literal["cancellation_agreed"] = "cancellation_agreed"
    nth: int


class CancellationDropped(Value):
    """The order is not cancelled after all.

    Attributes:
        outcome: how its approval ended; ``refused`` by the ledger, as something else would be done by now, ``skipped``
            when a person gave up what the ledger did not answer.
        by: whose word it was, if a person's.
    """

    kind: Literal["cancellation_dropped"] = "cancellation_dropped"
    nth: int
    outcome: Fate
    reason: str = ""
    by: str = ""


CancellationEvent = CancellationAsked | CancellationWeighed | CancellationAgreed | CancellationDropped
