"""From prices to sums: every rounding is to the cent and named, tax is on the sum of each treatment (M5, G2)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from domain.einvoice.codes import REASON_CODES, REASONS, TaxRounding
from domain.einvoice.model import (
    AdjustmentKind,
    DocumentAdjustment,
    Draft,
    EInvoice,
    Exemption,
    Header,
    Item,
    Line,
    TaxSubtotal,
    Totals,
    Treatment,
)
from domain.money import Money, exponent, total
from domain.receivables.taxation import WHOLE_BP, tax_on_top, tax_within


def half_up(exact: Fraction) -> int:
    """Round to a whole number of minor units, half away from zero, so that a credit mirrors its invoice."""
    whole = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return -whole if exact < 0 else whole


def priced_minor(item: Item, currency: str) -> int:
    """Return quantity × price / price quantity in minor units, half up, before the line's allowances and charges."""
    per_unit = Fraction(item.price) * 10 ** exponent(currency) / Fraction(item.price_quantity)
    return half_up(Fraction(item.quantity) * per_unit)


def percentage_of(base: Money, percent_bp: int) -> Money:
    """Return a share of an amount, half up."""
    return Money(minor=half_up(Fraction(base.minor * percent_bp, WHOLE_BP)), currency=base.currency)


def net_of(item: Item, currency: str) -> Money:
    """Return BT-131 = BT-129 × BT-146 / BT-149 − Σ BT-136 + Σ BT-141."""
    before = Money(minor=priced_minor(item, currency), currency=currency)
    return total((before, *(one.signed for one in item.adjustments)), currency)


def line_of(item: Item, currency: str) -> Line:
    """Give an item its net amount."""
    return Line.model_validate({**dict(item), "net": net_of(item, currency)})


def exclusive(draft: Draft) -> EInvoice:
    """Invoice prices without tax: the tax of each treatment is its base times its rate, half up."""
    header = draft.header
    lines = tuple(line_of(item, header.currency) for item in draft.items)
    breakdown = []
    for treatment in treatments(lines, draft.adjustments):
        base = base_of(treatment, lines, draft.adjustments, header.currency)
        tax = Money(minor=tax_on_top(base.minor, treatment.rate_bp), currency=header.currency)
        breakdown.append(subtotal(treatment, base, tax, draft.exemptions, header))
    return as_issued(header, lines, draft.adjustments, tuple(breakdown), TaxRounding.ON_BASE)


def inclusive(draft: Draft) -> EInvoice:
    """Invoice prices, allowances and charges that contain the tax.

    The tax is taken out of the gross sum of each treatment, half up; what is left is divided over its prices,
    allowances and charges by largest remainder, so that they add up to the base. The price of a line becomes that of
    its whole quantity, which is exact where a unit price could not be.
    """
    header = draft.header
    lines = tuple(line_of(item, header.currency) for item in draft.items)
    breakdown = []
    nets: dict[tuple[int, ...], int] = {}
    for treatment in treatments(lines, draft.adjustments):
        gross = base_of(treatment, lines, draft.adjustments, header.currency)
        tax = gross.model_copy(update={"minor": tax_within(gross.minor, treatment.rate_bp)})
        base = gross.minus(tax)
        parts = _parts(treatment, lines, draft.adjustments, header.currency)
        shares = apportioned(base.minor, [minor for _, minor in parts], treatment.rate_bp)
        nets.update((place, share) for (place, _), share in zip(parts, shares, strict=True))
        breakdown.append(subtotal(treatment, base, tax, draft.exemptions, header))
    net_lines = tuple(_without_tax(line, place, nets) for place, line in enumerate(lines))
    adjustments = tuple(_adjusted(one, abs(nets[-1, place])) for place, one in enumerate(draft.adjustments))
    return as_issued(header, net_lines, adjustments, tuple(breakdown), TaxRounding.WITHIN_GROSS)


Part = tuple[tuple[int, ...], int]
"""A place and its gross amount: a line's price (n, 0), its allowance or charge (n, 1 + m), the document's (-1, m)."""


def _parts(
    treatment: Treatment, lines: Sequence[Line], adjustments: Sequence[DocumentAdjustment], currency: str
) -> list[Part]:
    parts: list[Part] = []
    for place, line in enumerate(lines):
        if line.treatment == treatment:
            parts.append(((place, 0), priced_minor(line, currency)))
            parts += [((place, 1 + nth), one.signed.minor) for nth, one in enumerate(line.adjustments)]
    own = ((place, one) for place, one in enumerate(adjustments) if one.treatment == treatment)
    return parts + [((-1, place), one.signed.minor) for place, one in own]


def apportioned(base_minor: int, grosses: Sequence[int], rate_bp: int) -> list[int]:
    """Divide a base over signed gross amounts: each without its tax, largest remainder first, the first wins a tie."""
    exact = [Fraction(gross * WHOLE_BP, WHOLE_BP + rate_bp) for gross in grosses]
    shares = [net.numerator // net.denominator for net in exact]
    order = sorted(range(len(exact)), key=lambda place: (shares[place] - exact[place], place))
    for place in order[: base_minor - sum(shares)]:
        shares[place] += 1
    return shares


def _without_tax(line: Line, place: int, nets: dict[tuple[int, ...], int]) -> Line:
    currency, price = line.net.currency, abs(nets[place, 0])
    adjustments = tuple(
        one.model_copy(
            update={
                "amount": Money(minor=abs(nets[place, 1 + nth]), currency=currency),
                "base": None,
                "percent_bp": None,
            }
        )
        for nth, one in enumerate(line.adjustments)
    )
    item = {
        **dict(line),
        "price": Decimal(price).scaleb(-exponent(currency)),
        "price_quantity": abs(line.quantity) or line.price_quantity,
        "adjustments": adjustments,
    }
    return line_of(Item.model_validate(item), currency)


def _adjusted(one: DocumentAdjustment, minor: int) -> DocumentAdjustment:
    amount = Money(minor=minor, currency=one.amount.currency)
    return one.model_copy(update={"amount": amount, "base": None, "percent_bp": None})


def as_issued(
    header: Header,
    lines: tuple[Line, ...],
    adjustments: tuple[DocumentAdjustment, ...],
    breakdown: tuple[TaxSubtotal, ...],
    rounding: TaxRounding,
) -> EInvoice:
    """Add up a document whose lines and taxes are known already, e.g. since the ledger has posted them."""
    currency = header.currency
    of_lines = total((line.net for line in lines), currency)
    allowances = _sum_of(adjustments, AdjustmentKind.ALLOWANCE, currency)
    charges = _sum_of(adjustments, AdjustmentKind.CHARGE, currency)
    net = of_lines.minus(allowances).plus(charges)
    tax = total((part.tax for part in breakdown), currency)
    prepaid = total((part.amount for part in header.prepayments), currency)
    rounded = header.rounding or Money.zero(currency)
    totals = Totals(
        lines=of_lines,
        allowances=allowances,
        charges=charges,
        net=net,
        tax=tax,
        gross=net.plus(tax),
        prepaid=prepaid,
        rounding=rounded,
        payable=net.plus(tax).minus(prepaid).plus(rounded),
        tax_accounted=header.tax_accounted,
    )
    return EInvoice(
        header=header,
        lines=lines,
        adjustments=adjustments,
        breakdown=breakdown,
        totals=totals,
        tax_rounding=rounding,
    )


def _sum_of(adjustments: Iterable[DocumentAdjustment], kind: AdjustmentKind, currency: str) -> Money:
    return total((one.amount for one in adjustments if one.kind is kind), currency)


def treatments(lines: Sequence[Line], adjustments: Sequence[DocumentAdjustment]) -> tuple[Treatment, ...]:
    """Return every treatment once, in the order in which lines, then allowances and charges, first name it."""
    named = [line.treatment for line in lines] + [one.treatment for one in adjustments]
    return tuple(dict.fromkeys(named))


def base_of(
    treatment: Treatment, lines: Sequence[Line], adjustments: Sequence[DocumentAdjustment], currency: str
) -> Money:
    """Return BT-116: the lines of a treatment less its allowances plus its charges."""
    nets = (line.net for line in lines if line.treatment == treatment)
    signed = (one.signed for one in adjustments if one.treatment == treatment)
    return total((*nets, *signed), currency)


def subtotal(
    treatment: Treatment, base: Money, tax: Money, exemptions: Sequence[Exemption], header: Header
) -> TaxSubtotal:
    """Build a BG-23, with the reason given for its category, else the one that the category always has."""
    category = treatment.category
    given = next((one for one in exemptions if one.category is category), None)
    if given is None and category in REASONS:
        text = REASONS[category].of(header.language)
        given = Exemption(category=category, reason=text, code=REASON_CODES[category])
    return TaxSubtotal(
        treatment=treatment,
        base=base,
        tax=tax,
        reason=given.reason if given else "",
        reason_code=given.code if given else "",
    )
