"""A refund is never more than what is left of its receipt: what came in less applied, reversed and refunded (6.4)."""

from domain.money import Money
from domain.refusal import Code, Refused, refuse


def escaped_source(source: str) -> str:
    """Return a source without a slash, so that with one and an external id it names one receipt and no other."""
    return source.replace("%", "%25").replace("/", "%2F")


def refund_name(source: str, external_id: str, number: int) -> str:
    """Return the id of the nth refund of a receipt: the key under which its provider knows it, for ever.

    A slash in the source is escaped: (a/b, c) and (a, b/c) are two receipts.
    """
    return f"{escaped_source(source)}/{external_id}-R{number}"


def checked_refund(minor: int, unapplied_minor: int, currency: str) -> None:
    """Refuse an amount that is not above zero, or more than pays nothing (E_AMOUNT)."""
    if 0 < minor <= unapplied_minor:
        return
    wanted, left = Money(minor=minor, currency=currency), Money(minor=unapplied_minor, currency=currency)
    raise refuse(
        Code.AMOUNT,
        f"{wanted}: refund an amount above zero and at most {left}, which pays nothing; unallocate or credit first",
        f"退款金额 {wanted} 须大于零且不超过未核销款 {left}；请先反核销或红冲",
        left=left,
    )


def refund_waits(name: str, refund_id: str) -> Refused:
    """Build the refusal to move a receipt while a refund of it is under way."""
    return refuse(
        Code.STATE,
        f"refund {refund_id} of {name} is under way: claim it when that is known",
        f"{name} 的退款 {refund_id} 正在进行：待结果确定后再认领",
        refund=refund_id,
    )
