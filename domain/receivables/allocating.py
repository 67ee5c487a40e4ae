"""Nothing is allocated beyond what is open, and what is taken back is what was put there, newest first (M1, M2, M9)."""

from collections.abc import Iterable, Sequence
from datetime import date

from domain.money import LARGEST_MINOR, Money
from domain.receivables.discounting import Cuts, granted, paid_early
from domain.receivables.entries import Allocation, AllocationKind, AppliedCash, OpenItem
from domain.refusal import Code, refuse


def oldest_first(items: Iterable[OpenItem]) -> list[OpenItem]:
    """Return items in the order in which money pays them: due date, then number, then instalment."""
    return sorted(items, key=lambda item: (item.due_on, item.number, item.instalment))


def checked_amount(amount: Money, currency: str) -> int:
    """Return the minor units of an amount of the account (E_CCY, E_AMOUNT when not above zero or too large)."""
    if amount.currency != currency:
        raise refuse(
            Code.CCY,
            f"{amount} is not in {currency}, the currency of this account",
            f"{amount} 不是本账户的币种 {currency}",
            currency=currency,
        )
    if not 0 < amount.minor <= LARGEST_MINOR:
        most = Money(minor=LARGEST_MINOR, currency=currency)
        raise refuse(
            Code.AMOUNT,
            f"{amount}: name an amount above zero, at most {most}",
            f"{amount}：金额须大于零且不超过 {most}",
        )
    return amount.minor


def said(items: Sequence[OpenItem], minor: int) -> str:
    """Write an amount of these items for people: with their currency, if there is any of them."""
    return str(Money(minor=minor, currency=items[0].currency)) if items else str(minor)


def spread(items: Sequence[OpenItem], minor: int, kind: AllocationKind) -> tuple[Allocation, ...]:
    """Put an amount against instalments, oldest due first, each up to what is open.

    Raises:
        Refused: the amount is not above zero, or more than is open of them all (E_AMOUNT).
    """
    open_minor = sum(item.open_minor for item in items)
    if not 0 < minor <= open_minor:
        names = ", ".join(dict.fromkeys(item.number for item in items)) or "–"
        raise refuse(
            Code.AMOUNT,
            f"{said(items, minor)}: name an amount above zero, at most {said(items, open_minor)} is open of {names}",
            f"金额 {said(items, minor)} 须大于零且不超过 {names} 的未清金额 {said(items, open_minor)}",
            open=open_minor,
        )
    found = []
    for item in oldest_first(items):
        part = min(minor, item.open_minor)
        if part:
            found.append(Allocation(number=item.number, instalment=item.instalment, kind=kind, minor=part))
        minor -= part
    return tuple(found)


def with_discount(items: Sequence[OpenItem], cash_minor: int, cuts: Cuts) -> tuple[Allocation, ...]:
    """Pay items in their order with cash, beside what is taken off them for early payment."""
    found: list[Allocation] = []
    for item in items:
        off = cuts.get((item.number, item.instalment), 0)
        cash = min(cash_minor, item.open_minor - off)
        cash_minor -= cash
        if cash:
            found.append(Allocation(number=item.number, instalment=item.instalment, kind="cash", minor=cash))
        if off:
            found.append(paid_early(item, off))
    return tuple(found)


def of_invoice(items: Sequence[OpenItem], number: str) -> list[OpenItem]:
    """Return the items of an invoice, open or not (E_NOTFOUND when the account has none).

    Of an invoice that deposits paid whole nothing was ever to be paid; it has none either.
    """
    found = [item for item in items if item.number == number]
    if not found:
        raise refuse(
            Code.NOTFOUND,
            f"this account has no invoice {number} of which anything was to be paid; what deposits paid whole is "
            "credited with its order (cancel)",
            f"本账户没有应付的发票 {number}；如已由预付款全额抵扣，请随订单一并红冲（cancel）",
            number=number,
        )
    return found


def by_shares(
    items: Sequence[OpenItem], shares: Sequence[tuple[str, int]], unapplied_minor: int, on: date
) -> tuple[Allocation, ...]:
    """Allocate cash of a receipt to the invoices a person named; disputed items too, since they were named.

    A share that covers the discounted sum of its invoice takes the discount, if the value date (``on``) is early.

    Raises:
        Refused: an unknown invoice (E_NOTFOUND), one named twice, more than is open of one, or than is unapplied
            (E_AMOUNT).
    """
    wanted = sum(minor for _, minor in shares)
    if wanted > unapplied_minor or len({number for number, _ in shares}) < len(shares):
        raise refuse(
            Code.AMOUNT,
            f"{said(items, wanted)}: name each invoice once, and at most the {said(items, unapplied_minor)} that is "
            "unapplied",
            f"金额合计 {said(items, wanted)}：每张发票只写一次，且不超过未核销款 {said(items, unapplied_minor)}",
            unapplied=unapplied_minor,
        )
    found: list[Allocation] = []
    for number, minor in shares:
        own = oldest_first(of_invoice(items, number))
        cuts = granted(own, minor, on)
        found += with_discount(own, minor, cuts) if cuts else spread(own, minor, "cash")
    return tuple(found)


def to_unallocate(applied: Sequence[AppliedCash], numbers: Sequence[str]) -> tuple[Allocation, ...]:
    """Return what to take back of a receipt: all of it, or all of the invoices named, with what it forgave them.

    Args:
        applied: what the receipt pays now.
        numbers: the invoices; none means all.

    Raises:
        Refused: the receipt pays nothing, or nothing of an invoice named (E_NOTFOUND).
    """
    paid = {entry.allocation.number for entry in applied}
    missing = [number for number in numbers if number not in paid]
    if missing or not paid:
        names = ", ".join(missing) or "–"
        raise refuse(
            Code.NOTFOUND,
            f"this receipt pays nothing of {names}: there is nothing to take back",
            f"该收款没有核销 {names}，无可反核销",
            missing=names,
        )
    return tuple(entry.allocation for entry in applied if not numbers or entry.allocation.number in numbers)


def bounced(applied: Sequence[AppliedCash], unapplied_minor: int, minor: int) -> tuple[Allocation, ...]:
    """Return what to take back when an amount of a receipt bounces: after the unapplied part, the newest first.

    An item that loses cash loses the tolerance and the discount this receipt brought it: it was the price of being
    settled.

    Args:
        applied: what the receipt pays now, oldest first, tolerance and discount included.
        unapplied_minor: what it does not pay.
        minor: how much bounced.

    Raises:
        Refused: not above zero, or more than is left of the receipt (E_AMOUNT).
    """
    cash = [entry.allocation for entry in applied if entry.allocation.kind == "cash"]
    left = unapplied_minor + sum(part.minor for part in cash)
    if not 0 < minor <= left:
        raise refuse(
            Code.AMOUNT,
            f"{minor} minor units: at most {left} are left of this receipt",
            f"金额 {minor}（最小单位）：该收款最多可冲回 {left}",
            left=left,
        )
    minor -= min(minor, unapplied_minor)
    back: list[Allocation] = []
    for part in reversed(cash):
        taken = min(minor, part.minor)
        if taken:
            back.append(part.model_copy(update={"minor": taken}))
        minor -= taken
    losing = {(part.number, part.instalment) for part in back}
    reliefs = (entry.allocation for entry in applied if entry.allocation.kind != "cash")
    return (*back, *(part for part in reliefs if (part.number, part.instalment) in losing))
