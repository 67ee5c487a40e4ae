"""What an account has its customer's deals told about a hold."""

from typing import Literal

from domain.value import Value


class TellHold(Value):
    """Tell all deals of a customer that have an order, or are about to, what the account keeps back now.

    Attributes:
        orders, deliveries: what is kept back; neither when the hold is over.
    """

    kind: Literal["tell_hold"] = "tell_hold"
    entity: str
    customer_id: str
    currency: str
    orders: bool
    deliveries: bool
