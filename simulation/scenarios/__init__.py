"""The scenarios that every shell must play alike; each is named by what it promises."""

from simulation.scenario import Scenario
from simulation.scenarios import (
    approving,
    billing,
    cancelling,
    controlling,
    discounts,
    dunning,
    holds,
    late_claims,
    ordering,
    payments,
    plans,
    promises,
    replies,
    selling,
)

SCENARIOS: tuple[Scenario, ...] = (
    *approving.SCENARIOS,
    *billing.SCENARIOS,
    *cancelling.SCENARIOS,
    *controlling.SCENARIOS,
    *discounts.SCENARIOS,
    *dunning.SCENARIOS,
    *holds.SCENARIOS,
    *ordering.SCENARIOS,
    *payments.SCENARIOS,
    *selling.SCENARIOS,
    *late_claims.SCENARIOS,
    *plans.SCENARIOS,
    *promises.SCENARIOS,
    *replies.SCENARIOS,
)
