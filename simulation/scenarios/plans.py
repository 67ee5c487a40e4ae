"""Who pays in instalments gets no letters; who misses one owes again what was due all along."""

from domain.account import commands as a
from domain.account.plan_commands import Plan, PlanPart
from domain.refusal import Code
from simulation.scenario import (
    TANG,
    Do,
    Promised,
    Scenario,
    account,
    by_finance,
    customer,
    day,
    happened,
    imported,
    notice,
    on,
    paid,
)

C_1 = account("C-1")
START = on("09-07 10:00")


def plan(*parts: tuple[str, int]) -> Plan:
    """Return a plan of A, in instalments of (due on, minor)."""
    return Plan(number="A", instalments=tuple(PlanPart(due_on=day(due), minor=minor) for due, minor in parts))


MISSED = Scenario(
    name="a_missed_instalment_voids_the_plan_and_the_ladder_goes_on_where_it_was",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "900.00", "10-09"),
        by_finance(
            on("10-13 10:00"), plan(("10-20", 30_000), ("11-03", 30_000), ("11-17", 29_999)), refused=Code.AMOUNT
        ),
        by_finance(on("10-13 10:01"), plan(("11-20", 90_000)), refused=Code.LIMIT),
        by_finance(on("10-13 10:02"), plan(("10-20", 45_000), ("10-20", 45_000)), refused=Code.STATE),
        Do(
            at=on("10-13 10:03"),
            to=C_1,
            who=TANG,
            command=plan(("10-20", 30_000), ("11-03", 30_000), ("11-17", 30_000)),
        ),
        by_finance(on("10-13 10:04"), plan(("10-20", 90_000)), refused=Code.STATE),
        by_finance(on("10-13 10:05"), a.Promise(number="A", on=day("10-20")), refused=Code.AMOUNT),
        paid(on("10-20 11:00"), "1", "300.00", "A"),
    ),
    until=on("11-16 12:00"),
    promised=Promised(
        open=(("C-1", 60_000),),
        notices=(
            (
                "C-1",
                (
                    notice("10-12 09:30", "reminder-1", 90_000, "A"),
                    # The second is judged after two business days of grace.
                    notice("11-06 09:30", "reminder-2", 60_000, "A"),
                    notice("11-13 09:30", "notice", 60_000, "A"),
                ),
            ),
        ),
        happened=(
            happened(C_1, "10-13 10:03", "plan_made"),
            happened(C_1, "10-20 11:00", "plan_instalment_paid"),
            happened(C_1, "11-06 00:00", "plan_broken"),
        ),
        never=((C_1, "promise_broken"),),
    ),
)

KEPT = Scenario(
    name="a_plan_that_is_kept_stops_all_letters_until_it_is_paid",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "900.00", "10-09"),
        by_finance(on("10-13 10:00"), plan(("10-20", 30_000), ("11-20", 60_000))),
        paid(on("10-20 11:00"), "1", "300.00", "A"),
        paid(on("11-20 11:00"), "2", "600.00", "A"),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        notices=(("C-1", (notice("10-12 09:30", "reminder-1", 90_000, "A"),)),),
        happened=(
            happened(C_1, "10-20 11:00", "plan_instalment_paid"),
            happened(C_1, "11-20 11:00", "plan_instalment_paid"),
        ),
        never=((C_1, "plan_broken"),),
    ),
)

SCENARIOS = (MISSED, KEPT)
