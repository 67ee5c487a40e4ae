"""An invoice bills a share of the order such that all shares together are the order, to the cent (M5, M6)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from domain.business_calendar import CompiledCalendar
from domain.deal.effects import IssueInvoice
from domain.due_dates import PaymentTerms, instalments
from domain.money import Money, Rounding, round_minor
from domain.quotes import QuoteLine
from domain.quoting import amounts_of, discount_bp, one_currency
from domain.receivables.discounting import offers
from domain.receivables.entries import Instalment, Invoice, InvoiceLine
from domain.receivables.taxation import WHOLE_BP, Amount, Taxed, rates_on, taxed
from domain.refusal import Code, refuse

_ANY_DAY = CompiledCalendar.always()


def share_of(minor: int, share_bp: int, before_bp: int) -> int:
    """Return what a share adds to the shares before it, each cumulative amount half up: all shares are the whole."""
    return _up_to(minor, before_bp + share_bp) - _up_to(minor, before_bp)


def _up_to(minor: int, share_bp: int) -> int:
    return round_minor(Decimal(minor * share_bp).scaleb(-4), Rounding.HALF_UP)


def invoice_of(effect: IssueInvoice, number: str) -> Invoice:
    """Build the invoice that an effect asks for, under a number from the series.

    Every line bills its share of the order line; tax is on the category sums of this document, at the rates of the day
    of supply; the instalments add up to the gross.

    Raises:
        Refused: the shares pass the whole (E_AMOUNT), a tax category is unknown, or the terms roll due dates and the
            effect brings no calendar that knows them.
    """
    if effect.share_bp <= 0 or effect.shares_before_bp < 0 or effect.share_bp + effect.shares_before_bp > WHOLE_BP:
        raise refuse(
            Code.AMOUNT,
            f"{effect.shares_before_bp} + {effect.share_bp} basis points are not a share of the order",
            f"{effect.shares_before_bp} + {effect.share_bp} 个基点不是订单的有效份额",
            item=effect.item,
        )
    currency = one_currency(effect.lines)
    priced = _priced(effect, currency)
    gross = Money(minor=priced.gross_minor, currency=currency)
    return Invoice(
        number=number,
        entity=effect.entity,
        customer_id=effect.customer_id,
        deal_id=effect.deal_id,
        item=effect.item,
        issued_on=effect.issue_on,
        supplied_on=effect.supplied_on,
        net=Money(minor=priced.net_minor, currency=currency),
        gross=gross,
        lines=tuple(_line(line, net, currency) for line, net in zip(effect.lines, priced.nets, strict=True)),
        taxes=priced.taxes,
        instalments=_open_items(gross, priced, effect),
        po_reference=effect.po_reference,
        payment_terms=effect.payment.id,
    )


def _priced(effect: IssueInvoice, currency: str) -> Taxed:
    """Tax the share of every order line that is billed."""
    shares = [
        Amount(tax_code=whole.tax_code, minor=share_of(whole.minor, effect.share_bp, effect.shares_before_bp))
        for whole in amounts_of(effect.lines)
    ]
    return taxed(
        shares,
        rates_on(effect.rates, effect.supplied_on),
        currency,
        price_includes_tax=effect.price_includes_tax,
        untaxed_bp=effect.payment.untaxed_bp,
    )


def _open_items(gross: Money, priced: Taxed, effect: IssueInvoice) -> tuple[Instalment, ...]:
    """Split an invoice into its open items, each with its part of the discount for early payment."""
    payment = effect.payment
    parts = instalments_of(gross, effect.issue_on, payment, effect.calendar)
    if payment.discount is None or gross.minor <= 0:
        return parts
    dated = payment.discount.dated(effect.issue_on, effect.calendar or _ANY_DAY)
    found = offers(dated, priced.taxes, priced.bases, [part.amount for part in parts])
    return tuple(
        part.model_copy(update={"discount": offer}) if part.amount.minor else part
        for part, offer in zip(parts, found, strict=True)
    )


def _line(line: QuoteLine, net_minor: int, currency: str) -> InvoiceLine:
    """Show the list price with the discount, or the agreed price alone where there is no discount to show."""
    discount = max(0, discount_bp(line))
    return InvoiceLine(
        order_line=line.position,
        sku=line.sku,
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.list_price if discount else line.net_price,
        discount_bp=discount,
        net=Money(minor=net_minor, currency=currency),
        tax_code=line.tax_code,
    )


def instalments_of(
    gross: Money, issued_on: date, payment: PaymentTerms, calendar: CompiledCalendar | None
) -> tuple[Instalment, ...]:
    """Split a gross amount into open items, numbered from 1, by the payment terms.

    Raises:
        Refused: the terms count business days, and there is no calendar, or it does not know a date (E_STATE).
    """
    if calendar is None and payment.needs_calendar:
        raise refuse(
            Code.STATE,
            f"terms {payment.id} roll due dates, and no calendar came with the invoice: pass the deal's calendar",
            f"付款条件 {payment.id} 需要顺延到期日，但未提供日历：请传入该笔交易的日历",
            terms=payment.id,
        )
    parts = instalments(gross, issued_on, payment, calendar or _ANY_DAY)
    return tuple(
        Instalment(index=place, due_on=part.due_on, amount=part.amount) for place, part in enumerate(parts, start=1)
    )


def imported_invoice(
    number: str,
    account: tuple[str, str, str],
    issued_on: date,
    parts: Sequence[Instalment],
    attributes: tuple[tuple[str, str], ...] = (),
) -> Invoice:
    """Build the invoice of another system from its open instalments; it has no lines and no tax of ours.

    Args:
        number: its own, leading zeros and all.
        account: (entity, customer_id, currency).
        issued_on: its own date.
        parts: what is open of it, in any order; renumbered from 1 by due date.
        attributes: what else the source says.

    Raises:
        Refused: an amount is not above zero (E_AMOUNT), or of another currency than the account (E_CCY).
    """
    entity, customer_id, currency = account
    for part in parts:
        _check_open(number, part.amount, currency)
    ordered = sorted(parts, key=lambda part: (part.due_on, part.index))
    gross = Money(minor=sum(part.amount.minor for part in ordered), currency=currency)
    renumbered = (part.model_copy(update={"index": place}) for place, part in enumerate(ordered, 1))
    return Invoice(
        number=number,
        entity=entity,
        customer_id=customer_id,
        deal_id="",
        item="",
        issued_on=issued_on,
        supplied_on=issued_on,
        net=gross,
        gross=gross,
        lines=(),
        taxes=(),
        instalments=tuple(renumbered),
        attributes=attributes,
    )


def _check_open(number: str, amount: Money, currency: str) -> None:
    if amount.currency != currency:
        raise refuse(
            Code.CCY,
            f"{number} is in {amount.currency}, the account in {currency}",
            f"{number} 的币种是 {amount.currency}，账户币种是 {currency}",
            number=number,
        )
    if amount.minor <= 0:
        raise refuse(Code.AMOUNT, f"{number}: {amount} is not open", f"{number}：{amount} 不是未清金额")


def first_due_on(invoice: Invoice) -> date:
    """Return when an invoice falls due: with its first instalment."""
    return min((part.due_on for part in invoice.instalments), default=invoice.issued_on)
