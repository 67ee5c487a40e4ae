"""Money that nobody has claimed yet is held for a customer that is none: it owes, buys and reads nothing."""

from domain.refusal import Code, Refused, refuse

UNIDENTIFIED = "unidentified"
"""The customer of receipts that nobody has claimed yet; see design.md 3."""


def of_nobody(what: str) -> Refused:
    """Build the refusal (E_GATE) of what takes a customer, where there is none.

    Args:
        what: the command or call that is refused.
    """
    return refuse(
        Code.GATE,
        f"{UNIDENTIFIED} is no customer, it holds money until somebody claims it: {what} takes a customer",
        f"{UNIDENTIFIED} 不是客户，仅存放待认领的款项：{what} 须指明客户",
        customer=UNIDENTIFIED,
    )


def check_somebody(customer_id: str, what: str) -> None:
    """Refuse what takes a customer where none is named (E_GATE)."""
    if customer_id == UNIDENTIFIED:
        raise of_nobody(what)
