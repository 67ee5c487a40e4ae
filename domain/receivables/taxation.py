"""Tax is computed once per category, on the category's sum; line nets always add up to the categories' bases (M5)."""

from collections.abc import Sequence
from decimal import Decimal

from domain.money import Money, Rounding, round_minor
from domain.receivables.entries import TaxSum
from domain.refusal import Code, refuse
from domain.terms import TaxRate
from domain.value import Value

WHOLE_BP = 10_000
UNTAXED = "discount"
"""The category of what an invoice leaves untaxed because a discount may be taken (`DiscountTax.MIXED`)."""


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


def rate_of(code: str, rates: Sequence[TaxRate]) -> int:
    """Return the rate of a category in basis points; without any rates nothing is taxed.

    Raises:
        Refused: the policy has rates, but none of this name (E_NOTFOUND).
    """
    if not rates:
        return 0
    for rate in rates:
        if rate.code == code:
            return rate.rate_bp
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
        rates: the rates that hold.
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
        rate_bp = rate_of(code, rates)
        together = sum(nets[place] for place in places)
        tax = tax_within(together, rate_bp) if price_includes_tax else tax_on_top(together, rate_bp)
        if price_includes_tax and tax:
            parts = Money(minor=together - tax, currency=currency).allocate([nets[place] for place in places])
            for place, part in zip(places, parts, strict=True):
                nets[place] = part.minor
            together -= tax
        base, owed = Money(minor=together, currency=currency), Money(minor=tax, currency=currency)
        taxes.append(TaxSum(code=code, rate_bp=rate_bp, base=base, tax=owed))
    bases = tuple(part.base.minor for part in taxes)
    return Taxed(nets=tuple(nets), taxes=_without(taxes, untaxed_bp) if untaxed_bp else tuple(taxes), bases=bases)


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
    return (*found, TaxSum(code=UNTAXED, rate_bp=0, base=rest, tax=Money.zero(currency)))
