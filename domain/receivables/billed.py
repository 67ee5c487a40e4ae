"""How much of each order line an invoice bills: shares such that all of them together are the line, to the cent."""

from domain.billing_periods import prorated
from domain.deal.effects import IssueInvoice
from domain.money import of_whole
from domain.quoting import amounts_of
from domain.receivables.taxation import WHOLE_BP, Amount
from domain.refusal import Code, refuse


def share_of(minor: int, share_bp: int, before_bp: int, whole_bp: int = WHOLE_BP) -> int:
    """Return what a share adds to the shares before it, each cumulative amount half up: all shares are the whole."""
    return of_whole(minor, before_bp + share_bp, whole_bp) - of_whole(minor, before_bp, whole_bp)


def billed(effect: IssueInvoice) -> list[Amount]:
    """Return what an invoice bills of every line, at the order's prices (E_AMOUNT where its share passes the whole)."""
    if effect.amounts:
        named = {amount.position: amount.minor for amount in effect.amounts}
        return [Amount(tax_code=line.tax_code, minor=named[line.position]) for line in effect.lines]
    if effect.service is not None:
        every, days = effect.service.every, effect.service.days
        return [
            Amount(tax_code=line.tax_code, minor=prorated(line.minor, every, days)) for line in amounts_of(effect.lines)
        ]
    share, before, whole = effect.share_bp, effect.shares_before_bp, effect.whole_bp
    if share <= 0 or before < 0 or share + before > whole:
        raise refuse(
            Code.AMOUNT,
            f"{before} + {share} basis points are not a share of the order: above 0, in all at most {whole}",
            f"{before} + {share} 个基点不是订单的有效份额：须大于 0，合计不超过 {whole}",
            item=effect.item,
        )
    return [
        Amount(tax_code=line.tax_code, minor=share_of(line.minor, share, before, whole))
        for line in amounts_of(effect.lines)
    ]
