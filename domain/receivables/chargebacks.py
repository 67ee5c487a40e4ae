"""Money that was paid back to its payer and then charged back left twice: the second time is owed by the customer."""

from datetime import date

from domain.money import Money
from domain.receivables.entries import Instalment, Invoice
from domain.refusal import Code, refuse

_ITEM = "chargeback:"


def claim_item(source: str, external_id: str) -> str:
    """Return what the claims for a receipt are billed as, so that they are found again."""
    return f"{_ITEM}{source}/{external_id}"


def beyond(amount: Money, left_minor: int, paid_back_minor: int) -> int:
    """Return how much of a charge-back the receipt itself no longer has, since it was paid back before.

    Args:
        amount: what the bank took.
        left_minor: what of the receipt is unapplied or pays something.
        paid_back_minor: what of it was refunded, or is on its way, and is not claimed yet.

    Raises:
        Refused: not above zero, or more than came in (E_AMOUNT).
    """
    most = Money(minor=left_minor + paid_back_minor, currency=amount.currency)
    if not 0 < amount.minor <= most.minor:
        raise refuse(
            Code.AMOUNT,
            f"{amount}: at most {most} of this receipt can be taken back",
            f"金额 {amount}：该收款最多可冲回 {most}",
            left=most,
        )
    return max(amount.minor - left_minor, 0)


def claim_for(number: str, account: tuple[str, str, str], item: str, minor: int, on: date) -> Invoice:
    """Build the open item by which the customer owes what left twice: it sells nothing and is due at once.

    Args:
        number: of the series of debit notes.
        account: (entity, customer_id, currency).
        item: `claim_item` of the receipt.
    """
    entity, customer_id, currency = account
    amount = Money(minor=minor, currency=currency)
    return Invoice(
        number=number,
        entity=entity,
        customer_id=customer_id,
        deal_id="",
        item=item,
        issued_on=on,
        supplied_on=on,
        net=amount,
        gross=amount,
        lines=(),
        taxes=(),
        instalments=(Instalment(index=1, due_on=on, amount=amount),),
        purpose="chargeback",
    )
