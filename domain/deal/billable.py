"""Every line of an order is billed by some part of its schedule: once by shares, or again and again by its period."""

from collections.abc import Sequence

from domain.deal.state import BillingItem, Recurring
from domain.quotes import QuoteLine
from domain.refusal import Code, refuse
from domain.terms import BillingPart, PartKind


def check_billable(lines: Sequence[QuoteLine], parts: Sequence[BillingPart]) -> None:
    """Refuse a line that no part of the schedule would bill (E_GATE)."""
    known = {part.every for part in parts}
    for line in lines:
        if line.every not in known:
            often = "once" if line.every is None else f"every {line.every}"
            raise refuse(
                Code.GATE,
                f"line {line.position} is billed {often}, which this customer's billing schedule does not know: change "
                "the line's period, or the customer's class",
                f"第 {line.position} 行的计费周期（{line.every or '一次性'}）不在该客户的开票计划中："
                "请修改该行或客户分类",
                line=line.position,
            )


def items_of(parts: Sequence[BillingPart], lines: Sequence[QuoteLine]) -> tuple[BillingItem, ...]:
    """Return the invoices to be of what is billed once; none where everything recurs."""
    if all(line.every is not None for line in lines):
        return ()
    return tuple(
        BillingItem(id=part.id, share_bp=part.share_bp, upon=part.upon, kind=part.kind, due=part.due)
        for part in parts
        if part.kind is not PartKind.RECURRING
    )


def recurring_of(parts: Sequence[BillingPart], lines: Sequence[QuoteLine]) -> tuple[Recurring, ...]:
    """Return the recurring items that some line needs."""
    used = {line.every for line in lines}
    return tuple(
        Recurring(id=part.id, every=part.every, upon=part.upon, arrears=part.arrears, due=part.due)
        for part in parts
        if part.every is not None and part.every in used
    )
