"""Commission is a fold over the ledger, never stored: what an invoice earns depends only on what it is now (M11).

Each line is the difference between two roundings of one exact sum, so a clawback takes back to the minor unit what was
given, and when everything is credited nothing is left, in whatever order it came about.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from math import floor
from typing import NamedTuple

from domain.commission.facts import Change, CommissionLine, Sale
from domain.policy.commission import CommissionRule
from domain.receivables.taxation import WHOLE_BP

_HALF = Fraction(1, 2)


class _Bucket(NamedTuple):
    """What shares one rounding: a rule for one agent in one year."""

    entity: str
    currency: str
    agent: str
    year: int
    rule: CommissionRule


class _Sums:
    """The exact base of a bucket, and what has been told of it so far."""

    def __init__(self) -> None:
        self.exact = Fraction(0)
        self.base_minor = self.minor = 0


class _Standing:
    """One invoice as it is now: what is left of it after credits, and what cash has paid."""

    def __init__(self, sale: Sale, rules: Sequence[CommissionRule]) -> None:
        self.sale = sale
        self.net_minor, self.gross_minor, self.cash_minor = sale.net_minor, sale.gross_minor, 0
        self.shares = tuple(_shares(sale, rules))
        self.bases = dict.fromkeys((bucket for bucket, _ in self.shares), Fraction(0))

    def take(self, change: Change) -> None:
        if change.what == "cash":
            self.cash_minor += change.gross_minor
        else:
            self.net_minor -= change.net_minor
            self.gross_minor -= change.gross_minor

    def base(self, rule: CommissionRule, share: Fraction) -> Fraction:
        if self.gross_minor <= 0:
            return Fraction(0)
        whole = self.net_minor * share
        if rule.basis == "invoiced":
            # The invoices that deduct a deposit bill all that is sold: it would count twice.
            return Fraction(0) if self.sale.deposit else whole
        return whole * Fraction(self.cash_minor, self.gross_minor)


def commission(
    sales: Iterable[Sale], changes: Iterable[Change], rules: Sequence[CommissionRule]
) -> tuple[CommissionLine, ...]:
    """Return every line of all commission statements, in the order of the books.

    Args:
        sales: the invoices.
        changes: what happened to them; those of other invoices are left out.
        rules: the first that fits a line counts for it.
    """
    standing = {(sale.entity, sale.number): _Standing(sale, rules) for sale in sales}
    happened: list[Sale | Change] = [one.sale for one in standing.values()]
    happened += [change for change in changes if (change.entity, change.number) in standing]
    # What one transaction did to an invoice (its cash released, its credit) is one change of what it is.
    happened.sort(key=lambda fact: (fact.at, fact.entity, fact.number, isinstance(fact, Change)))
    sums: dict[_Bucket, _Sums] = {}
    found: list[CommissionLine] = []
    for (_, entity, number), facts in groupby(happened, key=lambda fact: (fact.at, fact.entity, fact.number)):
        together, invoice = list(facts), standing[entity, number]
        for fact in together:
            if isinstance(fact, Change):
                invoice.take(fact)
        found += _lines(invoice, together[-1], sums)
    return tuple(found)


def totals(lines: Iterable[CommissionLine]) -> Mapping[tuple[str, str], int]:
    """Return what each agent has earned in each currency, in minor units."""
    found: dict[tuple[str, str], int] = {}
    for line in lines:
        found[line.agent, line.currency] = found.get((line.agent, line.currency), 0) + line.minor
    return found


def _lines(invoice: _Standing, cause: Sale | Change, sums: dict[_Bucket, _Sums]) -> Iterator[CommissionLine]:
    for bucket, share in invoice.shares:
        base = invoice.base(bucket.rule, share)
        of_bucket = sums.setdefault(bucket, _Sums())
        of_bucket.exact += base - invoice.bases[bucket]
        invoice.bases[bucket] = base
        rounded, earned = _rounded(of_bucket.exact), earned_minor(bucket.rule, bucket.currency, of_bucket.exact)
        base_minor, minor = rounded - of_bucket.base_minor, earned - of_bucket.minor
        of_bucket.base_minor, of_bucket.minor = rounded, earned
        if base_minor or minor:
            yield CommissionLine(
                on=cause.on,
                agent=bucket.agent,
                rule=bucket.rule.id,
                entity=bucket.entity,
                currency=bucket.currency,
                year=bucket.year,
                deal_id=invoice.sale.deal_id,
                number=invoice.sale.number,
                document=cause.document if isinstance(cause, Change) else cause.number,
                base_minor=base_minor,
                minor=minor,
            )


def _shares(sale: Sale, rules: Sequence[CommissionRule]) -> Iterator[tuple[_Bucket, Fraction]]:
    """Yield which part of an invoice's net amount each rule counts."""
    nets: dict[str, int] = {}
    of_id = {rule.id: rule for rule in rules}
    for line in sale.lines:
        rule = next((rule for rule in rules if _fits(rule, sale, line.sku)), None)
        if rule is not None:
            nets[rule.id] = nets.get(rule.id, 0) + line.net_minor
    for name, net in nets.items():
        if sale.net_minor:
            bucket = _Bucket(sale.entity, sale.currency, sale.agent, sale.on.year, of_id[name])
            yield bucket, Fraction(net, sale.net_minor)


def _fits(rule: CommissionRule, sale: Sale, sku: str) -> bool:
    return (
        (not rule.agents or sale.agent in rule.agents)
        and (not rule.roles or any(role in rule.roles for role in sale.roles))
        and (not rule.products or sku in rule.products)
    )


def earned_minor(rule: CommissionRule, currency: str, base: Fraction) -> int:
    """Return what a rule gives for a year's base, in minor units: half a unit counts as one, tiers add up."""
    earned, below, rate_bp = Fraction(0), 0, rule.rate_bp
    for tier in rule.tiers:
        above = next((amount.minor for amount in tier.above if amount.currency == currency), None)
        if above is None or base <= above:
            break
        earned += Fraction((above - below) * rate_bp, WHOLE_BP)
        below, rate_bp = above, tier.rate_bp
    return _rounded(earned + (base - below) * Fraction(rate_bp, WHOLE_BP))


def _rounded(exact: Fraction) -> int:
    return floor(exact + _HALF) if exact >= 0 else -floor(_HALF - exact)
