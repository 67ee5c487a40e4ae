"""What money of one currency is worth in another: at a rate that somebody has stated, and never at a guess."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

from pydantic import Field

from domain.money import LARGEST_MINOR, Money, Rounding, exponent, round_minor, too_large
from domain.receivables.freed import FreedCash, PaidPart
from domain.receivables.refunding import escaped_source
from domain.refusal import Code, Refused, refuse
from domain.value import Value

EXCHANGED = "exchange"
"""The source of what another currency of the same customer was changed into; nobody reports such money."""
RATE_DAYS = 10
"""For how many days after its own a rate holds where nobody says otherwise: over the longest holidays."""
_SMALLEST, _LARGEST = Decimal("1e-12"), Decimal("1e12")
_WIDE = Context(prec=100)


class Rate(Value):
    """What one unit of a currency (``unit``) is worth in another (``quote``).

    Attributes:
        source: who says so: a bank, a list, a contract.
    """

    unit: str = Field(pattern=r"^[A-Z]{3}$")
    quote: str = Field(pattern=r"^[A-Z]{3}$")
    rate: Decimal = Field(gt=0, max_digits=24, decimal_places=12, allow_inf_nan=False)
    source: str = Field(default="", max_length=200)

    def __str__(self) -> str:
        said = f" ({self.source})" if self.source else ""
        return f"1 {self.unit} = {self.rate.normalize():f} {self.quote}{said}"

    def between(self, one: str, other: str) -> bool:
        """Tell whether it is about just these two currencies."""
        return {self.unit, self.quote} == {one, other} and self.unit != self.quote


class Exchanged(Value):
    """Cash of a receipt that is in the customer's account of another currency now.

    Attributes:
        external_id: what it is known by there, under the source `EXCHANGED`.
        given: what left the receipt.
        got: what it is there.
        rate: the sentence that says at which rate.
    """

    external_id: str
    given: Money
    got: Money
    rate: str


def exchange_name(source: str, external_id: str, number: int) -> str:
    """Name an exchange of a receipt, the first of which has the number 1.

    A slash in the source is escaped: (a/b, c) and (a, b/c) are two receipts.
    """
    return f"{escaped_source(source)}/{external_id}-X{number}"


def check_original(source: str, external_id: str) -> None:
    """Refuse to do with exchanged money what only the receipt may that it came from (E_STATE)."""
    if source == EXCHANGED:
        raise refuse(
            Code.STATE,
            f"{external_id} is exchanged money: undo the exchange first, then do it with the receipt it came from",
            f"{external_id} 是折算所得款项：请先撤销折算，再对原收款操作",
        )


def check_refundable(paid_part: PaidPart, freed: Iterable[FreedCash]) -> None:
    """Refuse a credit that is to pay back what exchanged money had paid, before anything is issued (E_STATE)."""
    names = [cash.external_id for cash in freed if cash.source == EXCHANGED] if paid_part == "refund" else []
    if names:
        listed = ", ".join(names)
        raise refuse(
            Code.STATE,
            f"what {listed} has paid is exchanged money and cannot be paid back: undo the exchange first "
            "(POST /api/receipts/.../exchanges/{n}/undo), then credit, and refund the receipt it came from; or credit "
            "without paid_part refund",
            f"{listed} 为折算所得款项，不能直接退款：请先撤销折算（POST /api/receipts/.../exchanges/{{n}}/undo），"
            "再红冲并退还原收款；或不选择退款（paid_part）",
            exchange=names[0],
        )


def exchange_stands(name: str, exchange: str) -> Refused:
    """Build the refusal to move a receipt of which a part pays in another currency of the same customer (E_STATE)."""
    number = exchange.rpartition("-X")[2]
    return refuse(
        Code.STATE,
        f"{exchange} of {name} stands, and belongs to this customer: undo it first "
        f"(POST /api/receipts/.../exchanges/{number}/undo), then claim the whole",
        f"收款 {name} 的折算 {exchange} 仍有效，属于本客户："
        f"请先撤销（POST /api/receipts/.../exchanges/{number}/undo），再认领",
        exchange=exchange,
    )


def exchanged(amount: Money, rate: Rate, currency: str) -> Money:
    """Return an amount in another currency, half up.

    Raises:
        Refused: the rate is not between the two (E_CCY), or the result is too large (E_AMOUNT).
    """
    if amount.currency == currency:
        return amount
    if not rate.between(amount.currency, currency):
        raise refuse(
            Code.CCY,
            f"{rate} says nothing of {amount.currency} in {currency}",
            f"{rate} 不是 {amount.currency} 与 {currency} 之间的汇率",
        )
    shifted = Decimal(amount.minor).scaleb(exponent(currency) - exponent(amount.currency), context=_WIDE)
    with_rate = _WIDE.multiply if rate.unit == amount.currency else _WIDE.divide
    exact = with_rate(shifted, rate.rate)
    if abs(exact) > LARGEST_MINOR:
        raise too_large(f"{amount} × {rate}", currency)
    return Money(minor=round_minor(exact, Rounding.HALF_UP), currency=currency)


def rate_between(given: Money, got: Money, source: str) -> Rate | None:
    """Return the rate at which an amount became one of another currency, to twelve places; none that can be written."""
    return worth_of(given.currency, Decimal(given.plain), got.currency, Decimal(got.plain), source)


def worth_of(unit: str, one: Decimal, quote: str, other: Decimal, source: str) -> Rate | None:
    """Return what one ``unit`` is in ``quote`` where so much of each is worth the same, to twelve places, half up.

    None where that is too small or too large to be written.
    """
    rate = _WIDE.divide(other, one).quantize(_SMALLEST, rounding=ROUND_HALF_UP, context=_WIDE)
    if not _SMALLEST <= rate < _LARGEST:
        return None
    return Rate(unit=unit, quote=quote, rate=rate, source=source)


def pays(paid: Money, owed: Money, rate: Rate) -> bool:
    """Tell whether an amount pays one of another currency, but for what no payment of whole minor units can hit.

    It does where either of them, exchanged, is the other: each lies within the rounding of the other.
    """
    return exchanged(paid, rate, owed.currency) == owed or exchanged(owed, rate, paid.currency) == paid


def no_rate(unit: str, quote: str, on: date, days: int) -> Refused:
    """Refuse to guess what a currency was worth (E_GATE)."""
    return refuse(
        Code.GATE,
        f"no rate of {unit} in {quote} is kept for {on}, nor for the {days} days before it: keep one "
        "(POST /api/exchange-rates), or state the rate with the receipt",
        f"没有 {on}（及之前 {days} 天内）{unit} 兑 {quote} 的汇率：请登记（POST /api/exchange-rates），或在收款中注明",
        unit=unit,
        quote=quote,
        on=on,
    )
