"""How a policy writes amounts, rates and times of day; each is read exactly or refused with what may be written."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from domain.money import Money
from domain.refusal import Refused
from domain.working_hours import DAY_MINUTES

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_RATE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


def _money(raw: object) -> object:
    if not isinstance(raw, str):
        raise ValueError("write an amount with its currency, e.g. '100000.00 CNY'")
    try:
        return Money.parse(raw)
    except Refused as refused:
        raise ValueError(refused.text.en) from refused


def _not_negative(amount: Money) -> Money:
    if amount.minor < 0:
        raise ValueError(f"{amount} is negative")
    return amount


def _several(raw: object) -> object:
    # A tuple, since what a validator returns is read as Python's, where a list is no tuple.
    return (raw,) if isinstance(raw, str) else tuple(raw) if isinstance(raw, list) else raw


def _one_each(amounts: tuple[Money, ...]) -> tuple[Money, ...]:
    currencies = [amount.currency for amount in amounts]
    if len(set(currencies)) < len(currencies):
        raise ValueError("write one amount, or a list with at most one amount for each currency")
    return amounts


def _some(amounts: tuple[Money, ...]) -> tuple[Money, ...]:
    if not amounts:
        raise ValueError("write at least one amount, e.g. '100000.00 CNY'")
    return amounts


def _minute(raw: object) -> object:
    match = _CLOCK.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        raise ValueError("write a time of day in quotes, e.g. '09:00'")
    return int(match[1]) * 60 + int(match[2])


def _decimal(raw: object) -> object:
    if not isinstance(raw, str) or _RATE.fullmatch(raw) is None or not Decimal(raw):
        raise ValueError("write a rate above zero in quotes, e.g. '7.85'")
    return Decimal(raw)


Amount = Annotated[Money, BeforeValidator(_money), AfterValidator(_not_negative)]
"""An amount with currency, ``"100000.00 CNY"``."""
Limits = Annotated[tuple[Amount, ...], BeforeValidator(_several), AfterValidator(_one_each)]
"""No amount, one, or one for each of several currencies."""
Amounts = Annotated[Limits, AfterValidator(_some)]
"""One amount, or one for each of several currencies."""
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
"""A file beside the policy."""
BasisPoints = Annotated[int, Field(ge=0, le=10_000)]
"""A share or rate in basis points, 0 to 10000."""
MinuteOfDay = Annotated[int, BeforeValidator(_minute), Field(ge=0, lt=DAY_MINUTES)]
"""A time of day, ``"09:00"``, as minutes since midnight."""
Rate = Annotated[Decimal, BeforeValidator(_decimal)]
"""A rate of exchange as text, so that it is exact."""
Name = Annotated[str, Field(min_length=1, max_length=80)]
"""A name that other parts of the policy refer to."""
Condition = Annotated[str, Field(min_length=1)]
"""A CEL condition; it is read when the policy is loaded."""
