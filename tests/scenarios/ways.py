"""Which scenarios run which way: all of them on both databases always, the disturbed ways in part unless all is asked.

``./ltc scenarios`` asks for all; a plain run says in its summary what it left out.
"""

import os
from collections.abc import Iterator, Sequence

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
    for way in DEFAULT:
        yield from ((scenario, way) for scenario in scenarios)
    for place, way in enumerate(DISTURBED):
        for number, scenario in enumerate(scenarios):
            if whole() or number % EVERY == place:
                yield scenario, way


def left_out(scenarios: Sequence[Scenario]) -> int:
    """Count the runs that a plain run leaves out."""
    return len(scenarios) * (len(DEFAULT) + len(DISTURBED)) - sum(1 for _ in chosen(scenarios))
