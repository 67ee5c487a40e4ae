"""A commission statement: the lines of a span of days, and what they come to."""

from collections.abc import Iterable
from datetime import date

from domain.commission.facts import CommissionLine
from domain.value import Value


class CommissionTotal(Value):
    """What one agent earned by one rule, less what was taken back, in minor units."""

    agent: str
    entity: str
    currency: str
    rule: str
    base_minor: int
    minor: int


class CommissionStatement(Value):
    """What was earned from a day on until another, both included.

    Attributes:
        policy: the name of the policy by whose rules it was reckoned.
        totals: by agent, legal entity, currency and rule.
        lines: one for each change, in the order of the books.
    """

    policy: str
    since: date | None
    until: date | None
    totals: tuple[CommissionTotal, ...]
    lines: tuple[CommissionLine, ...]


def statement(
    lines: Iterable[CommissionLine], policy: str, since: date | None, until: date | None, agent: str = ""
) -> CommissionStatement:
    """Choose the lines of a span of days, of one agent or (empty) of all, and add them up."""
    chosen = tuple(
        line
        for line in lines
        if agent in ("", line.agent) and (since is None or since <= line.on) and (until is None or line.on <= until)
    )
    sums: dict[tuple[str, str, str, str], tuple[int, int]] = {}
    for line in chosen:
        key = (line.agent, line.entity, line.currency, line.rule)
        base_minor, minor = sums.get(key, (0, 0))
        sums[key] = base_minor + line.base_minor, minor + line.minor
    totals = tuple(
        CommissionTotal(agent=key[0], entity=key[1], currency=key[2], rule=key[3], base_minor=base, minor=minor)
        for key, (base, minor) in sorted(sums.items())
    )
    return CommissionStatement(policy=policy, since=since, until=until, totals=totals, lines=chosen)
