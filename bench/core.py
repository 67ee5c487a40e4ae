"""How many standard deals a second the rules alone can do, lead to paid, and whether the cost per deal stays flat.

The cyclic collector is off while it runs: values make no cycles, and it would only walk all deals again and again.
"""

import gc
import sys
from datetime import datetime
from pathlib import Path
from time import process_time

from connectors.policy_files.loading import LoadedPolicy, load
from domain.deal.state import Stage
from simulation.company import company
from simulation.standard_deal import UNTIL_PAID, StandardDeal, customer

POLICY = Path(__file__).parents[1] / "policies" / "standard.yaml"
START = datetime.fromisoformat("2026-09-07T10:00:00+08:00")
SIZES = (250, 500, 1000, 2000)
BAR = 2_000


def seconds(policy: LoadedPolicy, deals: int) -> float:
    """Return the processor time that this many standard deals take, each with a customer of its own."""
    buyers = [customer(f"C-{nth}") for nth in range(deals)]
    sim = company(policy, buyers, START)
    gc.collect()
    gc.disable()
    started = process_time()
    running = [StandardDeal(sim, f"D-{nth}", buyer) for nth, buyer in enumerate(buyers)]
    for one in running:
        one.sell()
        one.deliver()
    sim.advance_to(START + UNTIL_PAID)
    for one in running:
        one.pay()
    spent = process_time() - started
    gc.enable()
    if any(one.deal.stage is not Stage.PAID for one in running):
        raise AssertionError("a standard deal was not paid: the numbers mean nothing")
    return spent


def main() -> int:
    """Print deals a second for growing numbers of deals; the bar is 2,000 on one core."""
    policy = load(POLICY)
    seconds(policy, 50)
    rates = {}
    for deals in SIZES:
        rates[deals] = deals / seconds(policy, deals)
        print(f"{deals:>6} deals  {rates[deals]:>8,.0f} deals/s  {1e6 / rates[deals]:>6,.0f} µs a deal")
    flat = rates[SIZES[0]] / rates[SIZES[-1]]
    print(f"of the bar of {BAR:,}: {max(rates.values()) / BAR:.2f}")
    print(f"cost of one of {SIZES[-1]:,} deals against one of {SIZES[0]}: {flat:.2f} (1 is linear)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
