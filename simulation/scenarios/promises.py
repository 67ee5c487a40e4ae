"""A promise holds the ladder until it is kept or broken, and a broken one brings the next level."""

from domain.account import commands as a
from domain.refusal import Code
from simulation.scenario import (
    LIU,
    Do,
    Opening,
    Promised,
    Scenario,
    account,
    by_finance,
    customer,
    day,
    happened,
    imported,
    invoice,
    invoiced,
    notice,
    on,
    paid,
)

C_1 = account("C-1")
START = on("09-07 10:00")

PROMISE_KEPT = Scenario(
    name="a_promise_that_is_kept_holds_the_ladder_until_it_is_paid",
    customers=(customer(),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"),),
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        by_finance(on("10-12 10:00"), a.Promise(number=invoice(1), on=day("10-23"))),
        paid(on("10-23 16:00"), "1", "11300.00", invoice(1)),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        notices=(("C-1", (notice("10-12 09:30", "reminder-1", 1_130_000),)),),
        happened=(happened(C_1, "10-12 10:00", "promise_made"), happened(C_1, "10-23 16:00", "promise_kept")),
        never=((C_1, "promise_broken"),),
    ),
)

PROMISE_BROKEN = Scenario(
    name="a_promise_that_is_broken_lets_the_ladder_go_on_after_its_grace",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "1000.00", "10-09"),
        by_finance(on("10-12 10:00"), a.Promise(number="A", on=day("12-01")), refused=Code.LIMIT),
        by_finance(on("10-12 10:05"), a.Promise(number="A", on=day("10-16"))),
        by_finance(on("10-12 10:10"), a.Promise(number="A", on=day("10-19")), refused=Code.AMOUNT),
    ),
    until=on("10-23 12:00"),
    promised=Promised(
        open=(("C-1", 100_000),),
        notices=(
            (
                "C-1",
                (notice("10-12 09:30", "reminder-1", 100_000, "A"), notice("10-21 09:30", "reminder-2", 100_000, "A")),
            ),
        ),
        happened=(happened(C_1, "10-21 00:00", "promise_broken"),),
        never=((C_1, "promise_kept"),),
    ),
)

PROMISE_BROKEN_EARLY = Scenario(
    name="a_broken_promise_brings_the_next_level_at_once_and_sales_is_not_believed_again",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "1000.00", "10-09"),
        Do(at=on("10-20 10:00"), to=C_1, who=LIU, command=a.Promise(number="A", on=day("10-21"))),
        Do(
            at=on("10-27 10:00"),
            to=C_1,
            who=LIU,
            command=a.Promise(number="A", on=day("10-30")),
            refused=Code.LIMIT,
        ),
        by_finance(on("10-27 10:05"), a.Promise(number="A", on=day("10-30"))),
    ),
    until=on("10-28 12:00"),
    promised=Promised(
        open=(("C-1", 100_000),),
        notices=(
            (
                "C-1",
                (
                    notice("10-12 09:30", "reminder-1", 100_000, "A"),
                    notice("10-19 09:30", "reminder-2", 100_000, "A"),
                    # Three days before its own, the next working day after the promise was broken.
                    notice("10-26 09:30", "notice", 100_000, "A"),
                ),
            ),
        ),
        happened=(
            happened(C_1, "10-24 00:00", "promise_broken"),
            happened(C_1, "10-26 09:30", "credit_hold_set"),
            happened(C_1, "10-27 10:05", "promise_made"),
        ),
    ),
)

SCENARIOS = (PROMISE_KEPT, PROMISE_BROKEN, PROMISE_BROKEN_EARLY)
