"""Money is integer minor units and an ISO currency; this file is the only arithmetic on amounts."""

import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from enum import StrEnum
from typing import Self

from domain.refusal import Code, Refused, refuse
from domain.value import Value

# ISO 4217 exponents that are not two (list one, published 2024-06-25).
_EXPONENTS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3,
    "OMR": 3, "TND": 3, "CLF": 4, "UYW": 4,
}  # fmt: skip
LARGEST_MINOR = 10**15
"""The largest amount accepted, in minor units: far above any deal, far below a 64-bit column."""


class Rounding(StrEnum):
    """A rounding rule by name; ``half_up`` and ``up`` go away from zero, ``down`` towards it, for both signs alike."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"
    UP = "up"


_MODES = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.DOWN: ROUND_DOWN,
    Rounding.UP: ROUND_UP,
}


# Wide enough that no product of an amount and a rate is rounded before it is rounded by name.
_EXACT = Context(prec=100)
_PLAIN = re.compile(r"-?[0-9]{1,32}(?:\.[0-9]{1,32})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


def exponent(currency: str) -> int:
    """Return the number of decimal places of a currency (JPY 0, CNY 2, KWD 3)."""
    return _EXPONENTS.get(currency, 2)


def _plain(amount: str | Decimal) -> Decimal:
    """Read a number that is written out in digits, since an exponent can ask for a number of any size."""
    text = format(amount, "f") if isinstance(amount, Decimal) and -32 < amount.adjusted() < 32 else str(amount)
    if _PLAIN.fullmatch(text) is None:
        raise refuse(
            Code.AMOUNT, f"{text!r} is not an amount, write e.g. 100.00", f"{text!r} 不是金额，请写成 100.00 的形式"
        )
    return Decimal(text)


_ONE = Decimal(1)


def round_minor(exact: Decimal, rounding: Rounding) -> int:
    """Round an exact amount of minor units to a whole number of them."""
    return int(exact.quantize(_ONE, rounding=_MODES[rounding], context=_EXACT))


def of_whole(minor: int, part: int, whole: int) -> int:
    """Return minor × part ÷ whole, half up away from zero; exact whatever the size."""
    sign = -1 if minor < 0 else 1
    return sign * ((2 * abs(minor) * part + whole) // (2 * whole))


def too_large(what: object, currency: str) -> Refused:
    """Build the refusal (E_AMOUNT) of what is above `LARGEST_MINOR`.

    Args:
        what: the amount, or what comes to it.
        currency: it is in.
    """
    most = Money(minor=LARGEST_MINOR, currency=currency)
    return refuse(Code.AMOUNT, f"{what} is above the largest amount, {most}", f"{what} 超过允许的最大金额 {most}")


class Money(Value):
    """An amount of one currency.

    Attributes:
        minor: the amount in the currency's minor unit (cents, fen), may be negative.
        currency: the ISO 4217 code.
    """

    minor: int
    currency: str

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return nothing, of a currency."""
        return cls(minor=0, currency=currency)

    @classmethod
    def of(cls, amount: str | Decimal, currency: str) -> Self:
        """Read a plain decimal amount exactly (E_AMOUNT).

        Refused are more decimal places than the currency has, exponents, digit separators, NaN, infinities, and
        amounts above `LARGEST_MINOR`.
        """
        exact = _plain(amount)
        minor = exact.scaleb(exponent(currency), context=_EXACT)
        if minor != minor.to_integral_value():
            raise refuse(
                Code.AMOUNT,
                f"{amount} has more decimal places than {currency} allows, {exponent(currency)}",
                f"{amount} 的小数位数超过 {currency} 允许的 {exponent(currency)} 位",
            )
        if abs(minor) > LARGEST_MINOR:
            raise too_large(amount, currency)
        return cls(minor=int(minor), currency=currency)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"100000.00 CNY"``, the form of the policy document."""
        amount, _, currency = text.strip().partition(" ")
        if _CURRENCY.fullmatch(currency) is None:
            raise refuse(Code.CCY, f"{text!r} names no currency, write e.g. '100.00 CNY'", f"{text!r} 缺少币种")
        return cls.of(amount, currency)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise refuse(
                Code.CCY,
                f"{other.currency} cannot be combined with {self.currency}",
                f"{other.currency} 与 {self.currency} 不能混算",
            )

    def plus(self, other: "Money") -> Self:
        """Add; another currency is refused (E_CCY)."""
        self._same(other)
        return self.model_copy(update={"minor": self.minor + other.minor})

    def minus(self, other: "Money") -> Self:
        """Subtract; another currency is refused (E_CCY)."""
        self._same(other)
        return self.model_copy(update={"minor": self.minor - other.minor})

    def negated(self) -> Self:
        """Return the opposite amount."""
        return self.model_copy(update={"minor": -self.minor})

    def times(self, factor: Decimal, rounding: Rounding) -> Self:
        """Multiply by an exact factor and round by name."""
        return self.model_copy(update={"minor": round_minor(_EXACT.multiply(Decimal(self.minor), factor), rounding)})

    def exceeds(self, other: "Money") -> bool:
        """Tell whether this is more than the other; another currency is refused (E_CCY)."""
        self._same(other)
        return self.minor > other.minor

    def allocate(self, weights: Sequence[int]) -> tuple["Money", ...]:
        """Split by weights so that the parts add up exactly: the largest remainder first, the first wins a tie."""
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise refuse(Code.AMOUNT, "weights must be positive", "权重必须为正数")
        sign = -1 if self.minor < 0 else 1
        shares = [divmod(abs(self.minor) * weight, total) for weight in weights]
        parts = [whole for whole, _ in shares]
        order = sorted(range(len(weights)), key=lambda i: (-shares[i][1], i))
        for i in order[: abs(self.minor) - sum(parts)]:
            parts[i] += 1
        return tuple(Money(minor=sign * part, currency=self.currency) for part in parts)

    @property
    def plain(self) -> str:
        """The amount alone, as `of` reads it: ``-1234.50``, with the places of its currency."""
        return f"{Decimal(self.minor).scaleb(-exponent(self.currency), context=_EXACT):f}"

    def __str__(self) -> str:
        places = exponent(self.currency)
        if not places:
            return f"{self.minor:,} {self.currency}"
        whole, rest = divmod(abs(self.minor), 10**places)
        return f"{'-' if self.minor < 0 else ''}{whole:,}.{rest:0{places}d} {self.currency}"


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Add up amounts of one currency; none at all is zero."""
    result = Money.zero(currency)
    for amount in amounts:
        result = result.plus(amount)
    return result
