"""Every sum of an electronic invoice, computed again and compared to the cent: the official rules forgive up to one
whole unit of tax, we forgive nothing. What must be there and is not is in `domain.einvoice.presence`.
"""

from collections.abc import Iterator

from domain.einvoice.amounts import base_of, net_of, percentage_of, treatments
from domain.einvoice.codes import TaxRounding
from domain.einvoice.findings import Finding, OwnRule, own
from domain.einvoice.model import Adjustment, AdjustmentKind, EInvoice, TaxSubtotal, Treatment
from domain.einvoice.presence import missing
from domain.figures import percent
from domain.money import Money, exponent, total
from domain.receivables.taxation import tax_on_top, tax_within

_MOST_PLACES = 2
"""EN 16931 writes amounts with two decimal places at most (BR-DEC-01 …)."""


def check(invoice: EInvoice) -> tuple[Finding, ...]:
    """Return everything that our own rules find wrong; nothing found does not make the official ones superfluous."""
    found = tuple(_currencies(invoice))
    if found:
        return found  # sums over two currencies mean nothing
    return (*_lines(invoice), *_adjustments(invoice), *_taxes(invoice), *_totals(invoice), *missing(invoice))


def _differs(rule: OwnRule, where: str, expected: Money, found: Money) -> Iterator[Finding]:
    if expected != found:
        yield own(rule, where, f"{where} is {found}, must be {expected}", f"{where} 为 {found}，应为 {expected}")


def _currencies(invoice: EInvoice) -> Iterator[Finding]:
    currency = invoice.header.currency
    for where, amount in _amounts(invoice):
        if amount.currency != currency:
            yield own(
                OwnRule.CURRENCY,
                where,
                f"{where} is in {amount.currency}, the document in {currency}",
                f"{where} 的币种是 {amount.currency}，单据币种是 {currency}",
            )
    if exponent(currency) > _MOST_PLACES:
        yield own(
            OwnRule.CURRENCY,
            "BT-5",
            f"{currency} has {exponent(currency)} decimal places, an electronic invoice two at most",
            f"{currency} 有 {exponent(currency)} 位小数，电子发票最多两位",
        )
    accounted = invoice.totals.tax_accounted
    if accounted is not None and accounted.currency == currency:
        yield own(
            OwnRule.CURRENCY,
            "BT-6",
            f"BT-6 repeats the document's currency {currency}: leave it out",
            f"BT-6 与单据币种 {currency} 相同：请省略",
        )


def _amounts(invoice: EInvoice) -> Iterator[tuple[str, Money]]:
    for line in invoice.lines:
        yield f"BT-131 of line {line.id}", line.net
        for one in line.adjustments:
            yield f"{_term(one, 'BT-136', 'BT-141')} of line {line.id}", one.amount
    for one in invoice.adjustments:
        yield _term(one, "BT-92", "BT-99"), one.amount
    for part in invoice.breakdown:
        yield f"BT-116 of {_name(part.treatment)}", part.base
        yield f"BT-117 of {_name(part.treatment)}", part.tax
    for paid in invoice.header.prepayments:
        yield f"BT-113 of {paid.number}", paid.amount
    sums = invoice.totals
    yield from (
        ("BT-106", sums.lines), ("BT-107", sums.allowances), ("BT-108", sums.charges), ("BT-109", sums.net),
        ("BT-110", sums.tax), ("BT-112", sums.gross), ("BT-113", sums.prepaid), ("BT-114", sums.rounding),
        ("BT-115", sums.payable),
    )  # fmt: skip


def _term(one: Adjustment, allowance: str, charge: str) -> str:
    return allowance if one.kind is AdjustmentKind.ALLOWANCE else charge


def _name(treatment: Treatment) -> str:
    return f"{treatment.category} {percent(treatment.rate_bp)}"


def _lines(invoice: EInvoice) -> Iterator[Finding]:
    for line in invoice.lines:
        where = f"BT-131 of line {line.id}"
        yield from _differs(OwnRule.LINE_NET, where, net_of(line, invoice.header.currency), line.net)
        for one in line.adjustments:
            yield from _adjustment(one, f"{_term(one, 'BT-136', 'BT-141')} of line {line.id}")


def _adjustments(invoice: EInvoice) -> Iterator[Finding]:
    for one in invoice.adjustments:
        yield from _adjustment(one, _term(one, "BT-92", "BT-99"))


def _adjustment(one: Adjustment, where: str) -> Iterator[Finding]:
    if one.amount.minor < 0:
        yield own(
            OwnRule.ADJUSTMENT,
            where,
            f"{where} is {one.amount}: an allowance or charge is positive, its kind says which way",
            f"{where} 为 {one.amount}：折让与附加费均须为正数",
        )
    if one.base is not None and one.percent_bp is not None:
        yield from _differs(OwnRule.ADJUSTMENT, where, percentage_of(one.base, one.percent_bp), one.amount)


def _taxes(invoice: EInvoice) -> Iterator[Finding]:
    expected = treatments(invoice.lines, invoice.adjustments)
    stated = [part.treatment for part in invoice.breakdown]
    if sorted(map(_name, expected)) != sorted(map(_name, stated)):
        lists = ", ".join(map(_name, expected)), ", ".join(map(_name, stated))
        yield own(
            OwnRule.TAX_GROUPS,
            "BG-23",
            f"BG-23 must hold each of {lists[0]} once, it holds {lists[1]}",
            f"BG-23 应恰好包含 {lists[0]}，实际为 {lists[1]}",
        )
    for part in invoice.breakdown:
        where = f"BT-116 of {_name(part.treatment)}"
        base = base_of(part.treatment, invoice.lines, invoice.adjustments, invoice.header.currency)
        yield from _differs(OwnRule.TAX_BASE, where, base, part.base)
        yield from _tax(part, invoice.tax_rounding)


def _tax(part: TaxSubtotal, rounding: TaxRounding) -> Iterator[Finding]:
    where = f"BT-117 of {_name(part.treatment)}"
    rate_bp, gross_minor = part.treatment.rate_bp, part.base.minor + part.tax.minor
    on_top = part.tax.model_copy(update={"minor": tax_on_top(part.base.minor, rate_bp)})
    within = part.tax.model_copy(update={"minor": tax_within(gross_minor, rate_bp)})
    if rounding is TaxRounding.ON_BASE:
        yield from _differs(OwnRule.TAX_AMOUNT, where, on_top, part.tax)
    elif rounding is TaxRounding.WITHIN_GROSS or abs(part.tax.minor - within.minor) > 1:
        yield from _differs(OwnRule.TAX_AMOUNT, where, within, part.tax)


def _totals(invoice: EInvoice) -> Iterator[Finding]:
    sums, currency = invoice.totals, invoice.header.currency
    of_lines = total((line.net for line in invoice.lines), currency)
    kinds = {
        kind: total((one.amount for one in invoice.adjustments if one.kind is kind), currency)
        for kind in AdjustmentKind
    }
    tax = total((part.tax for part in invoice.breakdown), currency)
    prepaid = total((part.amount for part in invoice.header.prepayments), currency)
    net = sums.lines.minus(sums.allowances).plus(sums.charges)
    payable = sums.gross.minus(sums.prepaid).plus(sums.rounding)
    yield from _differs(OwnRule.SUM_OF_LINES, "BT-106", of_lines, sums.lines)
    yield from _differs(OwnRule.SUM_OF_ALLOWANCES, "BT-107", kinds[AdjustmentKind.ALLOWANCE], sums.allowances)
    yield from _differs(OwnRule.SUM_OF_CHARGES, "BT-108", kinds[AdjustmentKind.CHARGE], sums.charges)
    yield from _differs(OwnRule.NET, "BT-109", net, sums.net)
    yield from _differs(OwnRule.TAX_TOTAL, "BT-110", tax, sums.tax)
    yield from _differs(OwnRule.GROSS, "BT-112", sums.net.plus(sums.tax), sums.gross)
    yield from _differs(OwnRule.PREPAID, "BT-113", prepaid, sums.prepaid)
    yield from _differs(OwnRule.PAYABLE, "BT-115", payable, sums.payable)
