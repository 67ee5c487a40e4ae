"""Amounts of other currencies are compared at the policy's dated rate; without one there is no answer, no guess."""

from datetime import datetime
from decimal import Context, Decimal

from domain.local_time import local_day
from domain.money import Money, Rounding, exponent, round_minor
from domain.policy.document import Policy
from domain.receivables.exchange import Rate, worth_of

_WIDE = Context(prec=60)


def rate_of(policy: Policy, currency: str, at: datetime) -> Decimal | None:
    """Return what one unit of a currency is worth in the policy's own at an instant, or none."""
    if currency == policy.currency:
        return Decimal(1)
    today = local_day(policy.entities[policy.default_entity].zone, at)
    known = [one for one in policy.rates if one.currency == currency and one.on <= today]
    return max(known, key=lambda one: one.on).rate if known else None


def rate_between(policy: Policy, one: str, other: str, at: datetime) -> Rate | None:
    """Return what one unit of a currency is worth in another by the policy's rates at an instant, or none."""
    own, there = rate_of(policy, one, at), rate_of(policy, other, at)
    if own is None or there is None or one == other:
        return None
    return worth_of(one, there, other, own, f"policy {policy.id}")


def converted(policy: Policy, amount: Money, currency: str, at: datetime, rounding: Rounding) -> Money | None:
    """Return an amount in another currency, or none where the policy has no rate."""
    if amount.currency == currency:
        return amount
    own, other = rate_of(policy, amount.currency, at), rate_of(policy, currency, at)
    if own is None or other is None:
        return None
    shift = exponent(currency) - exponent(amount.currency)
    # Multiplied first, so that 785.00 CNY at 7.85 is 100.00 EUR and not a fen less.
    exact = _WIDE.divide(_WIDE.multiply(Decimal(amount.minor), own.scaleb(shift)), other)
    return Money(minor=round_minor(exact, rounding), currency=currency)


def stated(policy: Policy, amounts: tuple[Money, ...], currency: str, at: datetime, rounding: Rounding) -> Money | None:
    """Return the amount a policy states for a currency: as written, else converted, else none."""
    written = {amount.currency: amount for amount in amounts}
    if currency in written:
        return written[currency]
    ordered = sorted(amounts, key=lambda amount: amount.currency != policy.currency)
    found = (converted(policy, amount, currency, at, rounding) for amount in ordered)
    return next((amount for amount in found if amount is not None), None)
