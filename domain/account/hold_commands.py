"""What people may say about the hold and the end of an account's dunning."""

from typing import Literal

from domain.value import Value
from domain.words import Reason


class HandOverNow(Value):
    """Give the overdue account to the agency now (移交催收); above the policy's amount it takes a second person."""

    kind: Literal["hand_over"] = "hand_over"
    reason: Reason


class ReleaseHold(Value):
    """Let orders and deliveries go on before the account is paid, whoever held them back (解除冻结); credit may."""

    kind: Literal["release_hold"] = "release_hold"
    reason: Reason


class SetHold(Value):
    """Take no order and make no delivery for the customer, whatever the ladder says (冻结); finance or credit may."""

    kind: Literal["set_hold"] = "set_hold"
    reason: Reason


class LiftHold(Value):
    """Lift the hold that a person has set; that of the ladder stays (解除人工冻结)."""

    kind: Literal["lift_hold"] = "lift_hold"
    reason: Reason


Holding = ReleaseHold | SetHold | LiftHold
