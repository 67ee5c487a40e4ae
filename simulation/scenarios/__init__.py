"""The scenarios that every shell must play alike; each is named by what it promises."""

from simulation.scenario import Scenario
from simulation.scenarios import payments

SCENARIOS: tuple[Scenario, ...] = (*payments.SCENARIOS,)
