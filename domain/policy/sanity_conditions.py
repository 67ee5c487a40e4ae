"""Every condition can be read, names only what is known, and gives true or false whatever the values are."""

from collections.abc import Iterator
from itertools import product

from domain.policy.document import Policy
from domain.policy.facts import OF_APPROVALS, OF_CUSTOMERS, Facts, Kinds, Scalar, of_leads
from domain.policy.fault import Fault, Path
from domain.ports import ConditionError, Conditions

_SAMPLES: dict[type, tuple[Scalar, ...]] = {int: (1, 10**12), bool: (False, True), str: ("", "x")}
_MOST_SAMPLES = 256


def condition_faults(policy: Policy, conditions: Conditions) -> Iterator[Fault]:
    """Yield the conditions that cannot be read or decided."""
    for position, one in enumerate(policy.classes):
        yield from _faults(one.when, OF_CUSTOMERS, conditions, "classes", position, "when")
    for position, rule in enumerate(policy.lead.score):
        yield from _faults(rule.when, of_leads(policy), conditions, "lead", "score", position, "when")
    for position, step in enumerate(policy.approvals.matrix):
        yield from _faults(step.when, OF_APPROVALS, conditions, "approvals", "matrix", position, "when")


def _faults(expression: str, kinds: Kinds, conditions: Conditions, *path: str | int) -> Iterator[Fault]:
    try:
        conditions.check(expression, tuple(kinds))
        for facts in _samples(conditions.names(expression), kinds):
            conditions.holds(expression, facts)
    except ConditionError as error:
        yield _fault(path, str(error), kinds)


def _fault(path: Path, wrong: str, kinds: Kinds) -> Fault:
    words = {int: "integer", bool: "true or false", str: "text"}
    names = ", ".join(f"{name} ({words[kind]})" for name, kind in sorted(kinds.items()))
    return Fault(part="policy", path=path, wrong=wrong, allowed=f"CEL that gives true or false over {names}")


def _samples(names: tuple[str, ...], kinds: Kinds) -> Iterator[Facts]:
    """Yield facts that lead a condition through its branches: every name small and large, in every combination."""
    choices = product(*(_SAMPLES[kinds[name]] for name in names))
    for values, _ in zip(choices, range(_MOST_SAMPLES), strict=False):
        yield tuple(zip(names, values, strict=True))
