"""An invoice bills a share of the order such that all shares together are the order, to the cent (M5, M6)."""

from collections.abc import Sequence
from datetime import date

from domain.business_calendar import CompiledCalendar
from domain.deal.effects import IssueInvoice
from domain.due_dates import PaymentTerms, instalments
from domain.money import Money
from domain.quotes import QuoteLine
from domain.quoting import discount_bp, one_currency
from domain.receivables.billed import billed
from domain.receivables.deductions import Deducted
from domain.receivables.deposits import Deposit, deducted
from domain.receivables.discounting import offers
from domain.receivables.entries import Instalment, Invoice, InvoiceLine
from domain.receivables.taxation import Amount, Taxed, rates_on, taxed
from domain.refusal import Code, refuse

_ANY_DAY = CompiledCalendar.always()


def invoice_of(effect: IssueInvoice, number: str, deposit: Deposit | None = None) -> Invoice:
    """Build the invoice that an effect asks for, under a number from the series.

    Every line bills its share of the order line; tax is on the category sums of this document, at the rates of the day
    of supply; the instalments add up to the gross, less what is deducted of the deposit.

    Raises:
        Refused: the shares pass the whole (E_AMOUNT), a tax category is unknown, or the terms roll due dates and the
            effect brings no calendar that knows them.
    """
    currency = one_currency(effect.lines)
    amounts = billed(effect)
    priced = _priced(effect, amounts, currency)
    gross = Money(minor=priced.gross_minor, currency=currency)
    less = deducted(effect, gross.minor, deposit)
    payable = Money(minor=gross.minor - sum(part.gross.minor for part in less), currency=currency)
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
        lines=tuple(
            _line(line, net, currency, amount.minor)
            for line, net, amount in zip(effect.lines, priced.nets, amounts, strict=True)
        ),
        taxes=priced.taxes,
        instalments=_open_items(payable, priced, effect, less),
        po_reference=effect.po_reference,
        payment_terms=effect.payment.id,
        purpose=effect.purpose,
        deductions=less,
        period=None if effect.service is None else effect.service.days,
    )


def gross_minor(effect: IssueInvoice) -> int:
    """Return what an invoice would come to with tax, in minor units, with no day it is due on (`invoice_of`)."""
    return _priced(effect, billed(effect), one_currency(effect.lines)).gross_minor


def _priced(effect: IssueInvoice, amounts: Sequence[Amount], currency: str) -> Taxed:
    """Tax what is billed of every order line."""
    return taxed(
        amounts,
        rates_on(effect.rates, effect.supplied_on),
        currency,
        price_includes_tax=effect.price_includes_tax,
        untaxed_bp=effect.payment.untaxed_bp,
    )


def _open_items(
    payable: Money, priced: Taxed, effect: IssueInvoice, less: Sequence[Deducted]
) -> tuple[Instalment, ...]:
    """Split an invoice into its open items, each with its part of the discount for early payment.

    An invoice that deducts a deposit offers none: a part of it was paid long before.
    """
    payment = effect.payment
    parts = instalments_of(payable, effect.issue_on, payment, effect.calendar)
    if payment.discount is None or payable.minor <= 0 or less:
        return parts
    dated = payment.discount.dated(effect.issue_on, effect.calendar or _ANY_DAY)
    found = offers(dated, priced.taxes, priced.bases, [part.amount for part in parts])
    return tuple(
        part.model_copy(update={"discount": offer}) if part.amount.minor else part
        for part, offer in zip(parts, found, strict=True)
    )


def _line(line: QuoteLine, net_minor: int, currency: str, billed_minor: int) -> InvoiceLine:
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
        priced_minor=None if billed_minor == net_minor else billed_minor,
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
        raise refuse(
            Code.AMOUNT,
            f"{number}: {amount} is not open, name an amount above zero",
            f"{number}：金额 {amount} 须大于零",
        )


def first_due_on(invoice: Invoice) -> date:
    """Return when an invoice falls due: with its first instalment."""
    return min((part.due_on for part in invoice.instalments), default=invoice.issued_on)
