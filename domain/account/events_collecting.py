"""What the levels of a ladder do beside their notices."""

from typing import Literal

from domain.value import Value


class CreditHoldSet(Value):
    """Neither orders are taken nor deliveries made any more; what is delivered is invoiced all the same (P4)."""

    kind: Literal["credit_hold_set"] = "credit_hold_set"
    stage: str


class DeliveriesStopped(Value):
    """No deliveries are made any more; what is delivered is invoiced all the same (P4)."""

    kind: Literal["deliveries_stopped"] = "deliveries_stopped"
    stage: str


class CreditHoldLifted(Value):
    """Orders and deliveries go on: nothing is overdue any more, or somebody of credit says so and why."""

    kind: Literal["credit_hold_lifted"] = "credit_hold_lifted"
    reason: str = ""


class HandedOver(Value):
    kind: Literal["handed_over"] = "handed_over"
    stage: str
