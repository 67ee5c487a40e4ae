"""What happens to what waits for a second person, beside the events of its approval."""

from typing import Literal

from domain.account.effects import AccountEffect
from domain.account.requests import Outcome
from domain.money import Money
from domain.value import Value


class RequestRaised(Value):
    """An operation is above what one person may do: it waits, with the very amount that was asked."""

    kind: Literal["request_raised"] = "request_raised"
    approval_id: str
    effect: AccountEffect
    amount: Money
    requester: str


class RequestAgreed(Value):
    """A second person has agreed: the ledger is asked now."""

    kind: Literal["request_agreed"] = "request_agreed"
    approval_id: str


class RequestEnded(Value):
    """It was done, or never will be: ``by`` whom, if it was a person's word; ``refused`` is the ledger's."""

    kind: Literal["request_ended"] = "request_ended"
    approval_id: str
    outcome: Outcome
    reason: str = ""
    by: str = ""
