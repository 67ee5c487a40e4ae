"""How many standard deals a second the rules alone can do, lead to paid, and whether the cost per deal stays flat."""

import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.floor import fold
from bench.timing import timed
from connectors.policy_files.loading import LoadedPolicy, load
from domain.deal.state import Stage
from simulation.company import Company, company
from simulation.standard_deal import UNTIL_PAID, StandardDeal, customer

POLICY = Path(__file__).parents[1] / "policies" / "standard.yaml"
START = datetime.fromisoformat("2026-09-07T10:00:00+08:00")
BAR = 2_000
"""Deals a second on one core that are to be reached."""
WARM_UP, WEIGHED = 50, 200
"""Deals before the first that counts, and deals whose memory is counted."""


@dataclass(frozen=True)
class Run:
    """One run of some deals, and of the floor under as many, one right after the other.

    Attributes:
        facts: what deal and account recorded of each deal.
        core_s, floor_s: processor seconds of all deals.
    """

    deals: int
    facts: int
    core_s: float
    floor_s: float


@dataclass(frozen=True)
class Size:
    """The best runs of a number of deals."""

    deals: int
    deals_per_s: float
    floor_deals_per_s: float


@dataclass(frozen=True)
class Core:
    """What was measured.

    Attributes:
        deals_per_s, floor_deals_per_s: the best of all sizes.
        of_bar: deals a second as a share of `BAR`.
        times_floor: what a deal costs, as a multiple of the floor; the figure to compare between machines.
        growth: the cost of a deal among the most against one among the fewest; 1 is linear.
        kept_bytes: what stays in memory of each deal: states, books and all facts.
        facts: recorded of each deal.
    """

    deals_per_s: float
    floor_deals_per_s: float
    of_bar: float
    times_floor: float
    growth: float
    kept_bytes: int
    facts: int
    sizes: tuple[Size, ...]


def standard_policy() -> LoadedPolicy:
    """Load the policy that is shipped."""
    return load(POLICY)


def runs(policy: LoadedPolicy, sizes: Sequence[int], rounds: int) -> Iterator[Run]:
    """Run every size once a round, after a first run that does not count."""
    _run(policy, WARM_UP)
    for _ in range(rounds):
        for deals in sizes:
            yield _run(policy, deals)


def summed_up(found: Sequence[Run], kept_bytes: int) -> Core:
    """Sum runs up by the best of each size: whatever else the machine did can only have made a run slower."""
    sizes = tuple(_best([run for run in found if run.deals == deals]) for deals in sorted({run.deals for run in found}))
    fastest, floor = max(size.deals_per_s for size in sizes), max(size.floor_deals_per_s for size in sizes)
    return Core(
        deals_per_s=fastest,
        floor_deals_per_s=floor,
        of_bar=fastest / BAR,
        times_floor=floor / fastest,
        growth=sizes[0].deals_per_s / sizes[-1].deals_per_s,
        kept_bytes=kept_bytes,
        facts=found[0].facts,
        sizes=sizes,
    )


def kept_bytes(policy: LoadedPolicy) -> int:
    """Count the bytes that stay allocated for each deal; nothing else on the machine has a part in it."""
    _run(policy, WARM_UP)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    sim = _sold_and_paid(policy, WEIGHED)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) // len(sim.deals)


def _run(policy: LoadedPolicy, deals: int) -> Run:
    core_s, sim = timed(lambda: _sold_and_paid(policy, deals))
    facts = sum(map(len, sim.facts.values())) // deals
    del sim
    floor_s, _ = timed(lambda: fold(deals, facts))
    return Run(deals, facts, core_s, floor_s)


def _sold_and_paid(policy: LoadedPolicy, deals: int) -> Company:
    """Sell, deliver and collect standard deals side by side, each of a customer of its own."""
    buyers = [customer(f"C-{nth}") for nth in range(deals)]
    sim = company(policy, buyers, START)
    running = [StandardDeal(sim, f"D-{nth}", buyer) for nth, buyer in enumerate(buyers)]
    for one in running:
        one.sell()
        one.deliver()
    sim.advance_to(START + UNTIL_PAID)
    for one in running:
        one.pay()
    if any(one.deal.stage is not Stage.PAID for one in running):
        raise AssertionError("a standard deal was not paid: the numbers mean nothing")
    return sim


def _best(same: Sequence[Run]) -> Size:
    deals = same[0].deals
    return Size(deals, deals / min(run.core_s for run in same), deals / min(run.floor_s for run in same))
