"""Tax is computed once per category, on the category's sum; line nets always add up to the categories' bases (M5)."""

from collections.abc import Sequence
from decimal import Decimal

from domain.money import Money, Rounding, round_minor
from domain.receivables.entries import TaxSum
from domain.refusal import Code, refuse
from domain.terms import TaxRate
from domain.value import Value

WHOLE_BP = 10_000


class Amount(Value):
    """What one line costs at its agreed price, with or without tax as the price list has it."""

    tax_code: str
    minor: int


class Taxed(Value):
    """Lines with their tax taken out or put on top.

    Attributes:
        nets: the net of every line, in the order of the lines.
        taxes: one sum per category, in the order in which the categories first appear.
    """

    nets: tuple[int, ...]
    taxes: tuple[TaxSum, ...]

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


def tax_on_top(base_minor: int, rate_bp: int) -> int:
    """Return the tax of a net sum, half up."""
    return round_minor(Decimal(base_minor * rate_bp).scaleb(-4), Rounding.HALF_UP)


def tax_within(gross_minor: int, rate_bp: int) -> int:
    """Return the tax contained in a gross sum, half up."""
    whole = WHOLE_BP + rate_bp
    sign = -1 if gross_minor < 0 else 1
    return sign * ((2 * abs(gross_minor) * rate_bp + whole) // (2 * whole))


def taxed(
    amounts: Sequence[Amount], rates: Sequence[TaxRate], currency: str, *, price_includes_tax: bool = False
) -> Taxed:
    """Tax lines by category.

    A category whose prices include tax gives up its tax from the category's gross sum, and what is left is divided
    over its lines by largest remainder, so that the nets add up to the base.

    Args:
        amounts: what each line costs, none of them negative when prices include tax.
        rates: the rates that hold.
        currency: of all of them.
        price_includes_tax: whether the amounts are gross.

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
    return Taxed(nets=tuple(nets), taxes=tuple(taxes))
