"""Which scenarios run which way: each on one of the databases, the disturbed ways in part, unless all is asked for.

``./ltc scenarios`` asks for all; a plain run says in its summary what it left out.
"""

import os
from collections.abc import Iterator, Sequence

import pytest

from commands.scenarios import ALL
from simulation.scenario import Scenario
from tests.scenarios.runs import Way

DEFAULT = (Way("sqlite"), Way("postgresql"))
DISTURBED = (
    Way("sqlite", cached=2),
    Way("sqlite", restarts=True),
    Way("postgresql", cached=2, restarts=True),
    Way("sqlite", signals=True),
)
"""Ways that a plain run takes in part."""
EVERY = 8
"""A plain run takes one in so many scenarios each disturbed way, others each time."""


def whole() -> bool:
    """Tell whether everything is asked for."""
    return os.environ.get(ALL) == "all"


def chosen(scenarios: Sequence[Scenario]) -> Iterator[tuple[Scenario, Way]]:
    """Yield what is to be run."""
    for place, way in enumerate(DEFAULT):
        yield from ((one, way) for number, one in enumerate(scenarios) if whole() or number % len(DEFAULT) == place)
    for place, way in enumerate(DISTURBED):
        for number, scenario in enumerate(scenarios):
            if whole() or number % EVERY == place:
                yield scenario, way


def left_out(scenarios: Sequence[Scenario]) -> int:
    """Count the runs that a plain run leaves out."""
    return len(scenarios) * (len(DEFAULT) + len(DISTURBED)) - sum(1 for _ in chosen(scenarios))


def tell_left_out(reporter: pytest.TerminalReporter, scenarios: Sequence[Scenario]) -> None:
    """Write how many runs are left out, if any."""
    skipped = left_out(scenarios)
    if skipped:
        told = f"{len(scenarios)} scenarios, {skipped} runs on the other database, with a small cache or with restarts"
        reporter.write_line(f"scenarios: {told} are left out; ./ltc scenarios runs them all")
