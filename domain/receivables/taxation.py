"""Tax is computed once per category, on the category's sum; line nets always add up to the categories' bases (M5)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from domain.einvoice.codes import TaxCategory
from domain.money import Money, Rounding, round_minor
from domain.receivables.entries import TaxSum
from domain.refusal import Code, refuse
from domain.terms import TaxRate
from domain.value import Text, Value

WHOLE_BP = 10_000
UNTAXED = "discount"
"""The code of what an invoice leaves untaxed because a discount may be taken (`DiscountTax.MIXED`)."""
_CONDITIONAL = Text(en="Discount for early payment, not taxed", zh="提前付款折扣部分，不计税")


class Amount(Value):
    """What one line costs at its agreed price, with or without tax as the price list has it."""

    tax_code: str
    minor: int


class Taxed(Value):
    """Lines with their tax taken out or put on top.

    Attributes:
        nets: the net of every line, in the order of the lines.
        taxes: one sum per category, in the order in which the categories first appear.
        bases: the net of each category in minor units; of its tax sum it is more by what is left untaxed.
    """

    nets: tuple[int, ...]
    taxes: tuple[TaxSum, ...]
    bases: tuple[int, ...] = ()

    @property
    def net_minor(self) -> int:
        """The sum before tax."""
        return sum(self.nets)

    @property
    def gross_minor(self) -> int:
        """The sum with tax."""
        return self.net_minor + sum(part.tax.minor for part in self.taxes)


def rates_on(rates: Sequence[TaxRate], day: date) -> tuple[TaxRate, ...]:
    """Return the rate of each code on a day of supply: the latest that holds since then or before.

    A code whose first rate begins later has none.
    """
    found: dict[str, TaxRate] = {}
    for rate in sorted(rates, key=lambda rate: rate.since or date.min):
        if rate.since is None or rate.since <= day:
            found[rate.code] = rate
    return tuple(found.values())


def rate_of(code: str, rates: Sequence[TaxRate]) -> TaxRate:
    """Return the rate of a code; without any rates nothing is taxed.

    Raises:
        Refused: the policy has rates, but none of this name on the day of supply (E_NOTFOUND).
    """
    if not rates:
        return TaxRate(code=code, rate_bp=0)
    for rate in rates:
        if rate.code == code:
            return rate
    known = ", ".join(rate.code for rate in rates)
    raise refuse(
        Code.NOTFOUND,
        f"there is no tax category {code!r}: use one of {known}",
        f"没有税目 {code!r}：请使用 {known} 之一",
        tax_code=code,
    )


def share_bp_of(minor: int, share_bp: int) -> int:
    """Return a share of an amount, half up."""
    return round_minor(Decimal(minor * share_bp).scaleb(-4), Rounding.HALF_UP)


def tax_on_top(base_minor: int, rate_bp: int) -> int:
    """Return the tax of a net sum, half up."""
    return share_bp_of(base_minor, rate_bp)


def tax_within(gross_minor: int, rate_bp: int) -> int:
    """Return the tax contained in a gross sum, half up."""
    whole = WHOLE_BP + rate_bp
    sign = -1 if gross_minor < 0 else 1
    return sign * ((2 * abs(gross_minor) * rate_bp + whole) // (2 * whole))


def taxed(
    amounts: Sequence[Amount],
    rates: Sequence[TaxRate],
    currency: str,
    *,
    price_includes_tax: bool = False,
    untaxed_bp: int = 0,
) -> Taxed:
    """Tax lines by category.

    A category whose prices include tax gives up its tax from the category's gross sum, and what is left is divided
    over its lines by largest remainder, so that the nets add up to the base.

    Args:
        amounts: what each line costs, none of them negative when prices include tax.
        rates: the rates that hold (`rates_on`).
        currency: of all of them.
        price_includes_tax: whether the amounts are gross.
        untaxed_bp: the part of every taxed base that bears no tax, since it may be taken off for early payment.

    Raises:
        Refused: a category has no rate (E_NOTFOUND).
    """
    nets = [amount.minor for amount in amounts]
    taxes = []
    for code in dict.fromkeys(amount.tax_code for amount in amounts):
        places = [place for place, amount in enumerate(amounts) if amount.tax_code == code]
        rate = rate_of(code, rates)
        taxes.append(_within(nets, places, rate, currency) if price_includes_tax else _on(nets, places, rate, currency))
    bases = tuple(part.base.minor for part in taxes)
    return Taxed(nets=tuple(nets), taxes=_without(taxes, untaxed_bp) if untaxed_bp else tuple(taxes), bases=bases)


def _on(nets: Sequence[int], places: Sequence[int], rate: TaxRate, currency: str) -> TaxSum:
    base = sum(nets[place] for place in places)
    return _sum(rate, base, tax_on_top(base, rate.rate_bp), currency)


def _within(nets: list[int], places: Sequence[int], rate: TaxRate, currency: str) -> TaxSum:
    """Take the tax out of gross amounts, and put their nets in their place."""
    gross = sum(nets[place] for place in places)
    tax = tax_within(gross, rate.rate_bp)
    if tax:
        parts = Money(minor=gross - tax, currency=currency).allocate([nets[place] for place in places])
        for place, part in zip(places, parts, strict=True):
            nets[place] = part.minor
    return _sum(rate, gross - tax, tax, currency)


def _sum(rate: TaxRate, base_minor: int, tax_minor: int, currency: str) -> TaxSum:
    return TaxSum(
        code=rate.code,
        rate_bp=rate.rate_bp,
        base=Money(minor=base_minor, currency=currency),
        tax=Money(minor=tax_minor, currency=currency),
        category=rate.category,
        reason=rate.reason,
    )


def _without(taxes: Sequence[TaxSum], untaxed_bp: int) -> tuple[TaxSum, ...]:
    """Tax every base less its untaxed part, and show what was left out as a sum of its own."""
    found, out = [], 0
    for part in taxes:
        off = share_bp_of(part.base.minor, untaxed_bp) if part.rate_bp else 0
        base = part.base.model_copy(update={"minor": part.base.minor - off})
        tax = part.tax.model_copy(update={"minor": tax_on_top(base.minor, part.rate_bp)})
        found.append(part.model_copy(update={"base": base, "tax": tax}))
        out += off
    if not out:
        return tuple(taxes)
    currency = taxes[0].base.currency
    rest = Money(minor=out, currency=currency)
    nothing = Money.zero(currency)
    return (
        *found,
        TaxSum(code=UNTAXED, rate_bp=0, base=rest, tax=nothing, category=TaxCategory.EXEMPT, reason=_CONDITIONAL),
    )
