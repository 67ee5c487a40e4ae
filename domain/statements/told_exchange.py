"""What a bank says of how it exchanged a payment, and whether that is what its two amounts say."""

import re
from decimal import Decimal
from fractions import Fraction

from domain.money import Money, exponent
from domain.receivables.exchange import Rate, rate_between
from domain.value import Text, Value

_RATE = re.compile(r"(?=\.?[0-9])[0-9]{0,12}(\.[0-9]{0,12})?")
_MOST_ROUNDED = Fraction(1, 1000)
"""A rate written with few digits is rounded by no more than this part of itself."""


class ToldExchange(Value):
    """How a bank says that it exchanged a payment, each part as it wrote it; empty where it did not say.

    Attributes:
        source, target: from and into which currency.
        unit: the currency of which one is worth ``rate`` of the other.
        gross: what it came to before charges, in the currency of the account.
    """

    rate: str
    source: str = ""
    target: str = ""
    unit: str = ""
    gross: Money | None = None

    def __str__(self) -> str:
        ways = [f"{self.source or '?'} to {self.target or '?'}"] if self.source or self.target else []
        return ", ".join([self.rate or "no rate", *ways, *([f"of 1 {self.unit}"] if self.unit else [])])

    def fits(self, given: Money, got: Money) -> bool:
        """Tell whether an amount became one of another currency by it, within the rounding of all three."""
        pair, named = {given.currency, got.currency}, {self.source, self.target, self.unit} - {""}
        if not named <= pair or (self.source != "" and self.source == self.target):
            return False
        rate = _read(self.rate)
        if rate is None:
            return False
        of_given = self.unit in ("", given.currency) and _makes(given, rate, got)
        return of_given or (self.unit in ("", got.currency) and _makes(got, rate, given))


def rate_told(told: tuple[ToldExchange, ...], original: Money, amount: Money) -> Rate | Text | None:
    """Return the rate of a payment that a bank exchanged, or the question what it is.

    It is what the two amounts make of it. Where the bank states a rate too, that must say the same: of what came in, or
    of what it came to before charges, which is the rate then.

    Args:
        told: what the bank says of it; none where it says nothing.
        original: what the payer instructed.
        amount: what came in, in another currency.
    """
    if all(one.fits(original, amount) for one in told):
        return rate_between(original, amount, f"bank: {original} instructed")
    gross = told[0].gross
    is_more = gross is not None and gross.currency == amount.currency and gross.minor > amount.minor
    if gross is not None and is_more and all(one.fits(original, gross) for one in told):
        return rate_between(original, gross, f"bank: {original} instructed, {gross} before charges")
    said = "; ".join(str(one) for one in told)
    return Text(
        en=f"the bank states the rate {said}, by which {original} is not {amount}: ask the bank, then post it without "
        "a rate (new), or for a customer (receipt), or not (dismiss)",
        zh=f"银行所列汇率（{said}）与金额不符（{original} 与 {amount}）："
        "请向银行核实，然后不带汇率入账（new）、为客户入账（receipt）或不入账（dismiss）",
    )


def _read(written: str) -> Decimal | None:
    """Return a rate as it is written, with its places; none for what is no rate."""
    rate = Decimal(written) if _RATE.fullmatch(written) else Decimal(0)
    return rate if rate > 0 else None


def _makes(one: Money, rate: Decimal, other: Money) -> bool:
    """Tell whether an amount times a rate may be another, each of the three rounded in its last place."""
    (low, high), (least, most) = _around(one), _around(other)
    exact, places = Fraction(rate), rate.as_tuple().exponent
    assert isinstance(places, int)
    off = min(_half(-places), exact * _MOST_ROUNDED)
    return low * (exact - off) <= most and high * (exact + off) >= least


def _around(money: Money) -> tuple[Fraction, Fraction]:
    whole, half = Fraction(money.minor, 10 ** exponent(money.currency)), _half(exponent(money.currency))
    return whole - half, whole + half


def _half(places: int) -> Fraction:
    return Fraction(1, 2 * 10**places)
