"""Every scenario keeps its promise, and both shells tell the same story of it: facts, balances, notices, letters."""

from collections.abc import Iterator

import pytest

from domain.account.decide import open_account
from domain.account.evolve import fold as fold_account
from domain.deal.folding import folded
from simulation.company import Company
from simulation.scenario import Scenario
from simulation.scenario_play import policy_of, simulated
from simulation.scenarios import SCENARIOS
from tests.scenarios.observed import differences, minute, of_simulation
from tests.scenarios.runs import Runs, Way
from tests.scenarios.ways import DEFAULT, chosen

BY_NAME = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@BY_NAME
async def test_a_scenario_keeps_its_promise(scenario: Scenario, runs: Runs) -> None:
    sim = await simulated(scenario, runs.policy(scenario))
    promised = scenario.promised
    assert [(name, str(sim.deals[f"deal/{name}"].stage)) for name, _ in promised.stages] == list(promised.stages)
    cases = {key.split("/")[2]: account.case for key, account in sim.accounts.items()}
    assert {name: case.open_minor for name, case in cases.items() if case.open_minor} == dict(promised.open)
    assert {name: case.unapplied_minor for name, case in cases.items() if case.unapplied_minor} == dict(
        promised.unapplied
    )
    wanted = [
        (name, minute(one.at.isoformat()), one.stage, one.invoices, one.open_minor)
        for name, notices in promised.notices
        for one in notices
    ]
    assert sorted(of_simulation(scenario, sim).notices) == sorted(wanted)
    for one in promised.happened:
        times = [fact.at for fact in sim.facts.get(one.workflow_id, ()) if fact.event.kind == one.kind]
        assert times.count(one.at) == one.times, (one, times)
    for workflow_id, kind in promised.never:
        assert kind not in {fact.event.kind for fact in sim.facts.get(workflow_id, ())}, (workflow_id, kind)


@BY_NAME
async def test_a_simulation_is_the_same_twice_and_folds_to_its_states(scenario: Scenario, runs: Runs) -> None:
    first, again = [await simulated(scenario, runs.policy(scenario)) for _ in range(2)]
    assert first.facts == again.facts
    assert first.parties.told == again.parties.told
    assert of_simulation(scenario, first) == of_simulation(scenario, again)
    for workflow_id, deal in first.deals.items():
        assert folded(first.facts[workflow_id]) == deal
    for workflow_id, log in _runs_of_accounts(first):
        blank, _ = open_account(*workflow_id.split("/")[1:])
        start = blank.model_copy(update={"version": log[0].seq - 1})
        assert fold_account(start, log) == first.accounts[workflow_id]


def _runs_of_accounts(sim: Company) -> Iterator[tuple[str, list]]:  # type: ignore[type-arg]  # facts of any account
    for workflow_id in sim.accounts:
        log = sim.facts[workflow_id]
        begun = max(place for place, fact in enumerate(log) if fact.event.kind == "account_opened")
        yield workflow_id, log[begun:]


@pytest.mark.parametrize(("scenario", "way"), list(chosen(SCENARIOS)), ids=lambda one: getattr(one, "name", str(one)))
async def test_both_shells_tell_the_same_story(scenario: Scenario, way: Way, runs: Runs) -> None:
    finished = await runs.finished(scenario, way)
    found = differences(finished.observed, await runs.simulation(scenario, way))
    if found:
        pytest.fail("\n".join(found), pytrace=False)
    assert finished.unfolded == ()
    assert finished.broken == ()


def test_every_scenario_is_named_by_its_promise() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name.count("_") >= 3 for name in names)
    assert {str(way) for way in DEFAULT} == {"sqlite", "postgresql"}
    assert all(policy_of(scenario).policy.default_entity == scenario.entity for scenario in SCENARIOS)
