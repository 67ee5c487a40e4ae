"""Lateness has a price of its own: fees and interest are claimed once, apart from what was sold, and paid before it."""

from domain.account import commands as a
from simulation.scenario import Promised, Scenario, account, by_finance, customer, happened, imported, notice, on, paid

C_1 = account("C-1")
START = on("09-07 10:00")

COSTS_FIRST = Scenario(
    name="the_final_notice_claims_a_fee_and_interest_and_money_pays_these_first",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "100000.00", "10-09"),
        # 300.00 of the fee, 45 days of 50.00 each, and 47,450.00 of what was sold.
        paid(on("11-24 11:00"), "1", "50000.00", "A"),
    ),
    until=on("11-30 12:00"),
    promised=Promised(
        open=(("C-1", 5_255_000),),
        notices=(
            (
                "C-1",
                (
                    notice("10-12 09:30", "reminder-1", 10_000_000, "A"),
                    notice("10-19 09:30", "reminder-2", 10_000_000, "A"),
                    notice("10-29 09:30", "notice", 10_000_000, "A"),
                    notice("11-23 09:30", "final-notice", 10_000_000, "A"),
                ),
            ),
        ),
        happened=(
            happened(C_1, "11-23 09:30", "debit_note_issued"),
            happened(C_1, "11-24 11:00", "invoice_settled"),
            happened(C_1, "11-24 11:00", "invoice_partly_paid"),
        ),
    ),
)

DISPUTED_PART_BEARS_NONE = Scenario(
    name="what_is_disputed_bears_no_interest_and_a_fee_may_be_waived",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "100000.00", "10-09"),
        by_finance(on("10-13 10:00"), a.Dispute(number="A", minor=4_000_000, reason="quality")),
        by_finance(on("10-20 12:00"), a.Resolve(number="A", outcome="reject", reason="as agreed")),
        # 37 days of 50.00 and, while the dispute lasted, 8 of 30.00.
        by_finance(on("11-24 10:00"), a.Credit(number="DN-2026-000001", minor=30_000, reason="a gesture")),
        paid(on("11-24 11:00"), "1", "2090.00", "DN-2026-000001"),
    ),
    until=on("11-30 12:00"),
    promised=Promised(
        open=(("C-1", 10_000_000),),
        notices=(
            (
                "C-1",
                (
                    notice("10-12 09:30", "reminder-1", 10_000_000, "A"),
                    notice("10-19 09:30", "reminder-2", 6_000_000, "A"),
                    notice("10-29 09:30", "notice", 10_000_000, "A"),
                    notice("11-23 09:30", "final-notice", 10_000_000, "A"),
                ),
            ),
        ),
        happened=(
            happened(C_1, "11-23 09:30", "debit_note_issued"),
            happened(C_1, "11-24 10:00", "invoice_credited"),
            happened(C_1, "11-24 11:00", "invoice_settled"),
        ),
    ),
)

SCENARIOS = (COSTS_FIRST, DISPUTED_PART_BEARS_NONE)
