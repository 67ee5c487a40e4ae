"""Who does not pay gets nothing more: what an account keeps back from its customer's deals."""

from domain.value import Value


class AccountHold(Value):
    """An account whose ladder keeps deliveries back (停止供货), and new orders too if it holds credit (信用冻结).

    Attributes:
        account: its workflow id.
        orders: no new order is taken either.
    """

    account: str
    orders: bool
