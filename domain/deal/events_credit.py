"""What the customer's credit lets a deal do, and what their accounts keep back from it."""

from typing import Literal

from domain.money import Money
from domain.receivables.holds import AccountHold
from domain.value import Value


class CreditCheckRequired(Value):
    kind: Literal["credit_check_required"] = "credit_check_required"
    order: Money


class CreditCleared(Value):
    kind: Literal["credit_cleared"] = "credit_cleared"
    exposure_minor: int


class CreditHeld(Value):
    """The order waits for the credit role."""

    kind: Literal["credit_held"] = "credit_held"
    why: str
    exposure_minor: int


class CreditReleased(Value):
    """Somebody of credit lets the order and its deliveries go on all the same."""

    kind: Literal["credit_released"] = "credit_released"
    reason: str


class AccountHoldBegan(Value):
    """An account of the customer is not paid: no more is delivered until it is, or until credit releases the deal."""

    kind: Literal["account_hold_began"] = "account_hold_began"
    hold: AccountHold


class AccountHoldEnded(Value):
    """The account is paid, or was released: deliveries go on."""

    kind: Literal["account_hold_ended"] = "account_hold_ended"
    account: str


class DeliveredOnHold(Value):
    """Somebody outside delivered all the same: what is delivered is invoiced, and credit is told."""

    kind: Literal["delivered_on_hold"] = "delivered_on_hold"
    reference: str = ""


CreditEvent = (
    CreditCheckRequired
    | CreditCleared
    | CreditHeld
    | CreditReleased
    | AccountHoldBegan
    | AccountHoldEnded
    | DeliveredOnHold
)
