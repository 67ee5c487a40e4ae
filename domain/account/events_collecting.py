"""What the levels of a ladder do beside their notices."""

from typing import Literal

from domain.value import Value


class CreditHoldSet(Value):
    kind: Literal["credit_hold_set"] = "credit_hold_set"
    stage: str


class CreditHoldLifted(Value):
    kind: Literal["credit_hold_lifted"] = "credit_hold_lifted"


class HandedOver(Value):
    kind: Literal["handed_over"] = "handed_over"
    stage: str
