"""An order goes on while what the customer owes, what is ordered and the order itself stay within the limit."""

from collections.abc import Sequence

from domain.deal.commands import CreditDecision
from domain.deal.effects import CheckCredit
from domain.money import Money
from domain.receivables.holds import AccountHold


def credit_decision(
    effect: CheckCredit, exposed_minor: int, oldest_days: int, holds: Sequence[AccountHold] = ()
) -> CreditDecision:
    """Compare an order with its customer's limit, the overdue block, and what their accounts keep back.

    Args:
        effect: the order, the limit and the block.
        exposed_minor: what is open, less unapplied cash, and what is ordered and not invoiced, in the order's currency.
        oldest_days: how many days the oldest open item of that currency is overdue.
        holds: of the customer's accounts, in any currency and with any legal entity.
    """
    order, limit = effect.order, effect.limit
    total = Money(minor=exposed_minor + order.minor, currency=order.currency)
    blocked, held = "", ", ".join(hold.account for hold in holds if hold.orders)
    if held:
        blocked = f"the customer is on credit hold, {held} is not paid / 客户信用冻结，{held} 逾期未付"
    elif limit is not None and limit.currency != order.currency:
        blocked = f"the limit is in {limit.currency}, the order in {order.currency} / 额度与订单币种不同"
    elif limit is not None and total.exceeds(limit):
        blocked = f"exposure {total} is above the limit {limit} / 敞口 {total} 超过信用额度 {limit}"
    elif effect.overdue_block_days is not None and oldest_days > effect.overdue_block_days:
        blocked = f"an invoice is {oldest_days} days overdue / 有发票逾期 {oldest_days} 天"
    return CreditDecision(exposure_minor=total.minor, blocked=blocked, holds=tuple(holds))
