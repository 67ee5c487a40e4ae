"""Reminders go out on their days, about what is owed then; disputes, promises and pauses hold them, and end."""

from domain.account import commands as a
from domain.deal import commands as c
from domain.refusal import Code
from simulation.scenario import (
    AGENT,
    CUSTOMER,
    LIU,
    UTC,
    Do,
    Opening,
    Promised,
    Scenario,
    account,
    by_finance,
    customer,
    day,
    deal,
    happened,
    imported,
    invoice,
    invoiced,
    line,
    notice,
    on,
    ordered,
    paid,
    quoted,
)

C_1 = account("C-1")
START = on("09-07 10:00")

DISPUTE_OF_A_PART = Scenario(
    name="dunning_resumes_with_the_whole_after_the_dispute_of_a_part_ends",
    customers=(customer(),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"),),
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        by_finance(on("10-13 10:00"), a.Dispute(number=invoice(1), minor=500_000, reason="quality")),
        by_finance(on("10-20 12:00"), a.Resolve(number=invoice(1), outcome="reject", reason="as agreed")),
    ),
    until=on("10-30 12:00"),
    promised=Promised(
        stages=(("D-1", "active"),),
        open=(("C-1", 1_130_000),),
        notices=(
            (
                "C-1",
                (
                    notice("10-12 09:30", "reminder-1", 1_130_000),
                    notice("10-19 09:30", "reminder-2", 630_000),
                    notice("10-28 09:30", "notice", 1_130_000),
                ),
            ),
        ),
        happened=(
            happened(C_1, "10-13 10:00", "dispute_opened"),
            happened(deal("D-1"), "10-13 10:00", "invoice_open_changed"),
            happened(C_1, "10-20 12:00", "dispute_resolved"),
            happened(deal("D-1"), "10-20 12:00", "invoice_open_changed"),
            happened(C_1, "10-28 09:30", "credit_hold_set"),
        ),
    ),
)

DISPUTE_OF_THE_WHOLE = Scenario(
    name="a_level_that_falls_into_a_dispute_follows_on_the_day_after_it_ends",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "1000.00", "10-09"),
        by_finance(on("10-13 10:00"), a.Dispute(number="A", reason="price")),
        by_finance(on("10-13 10:05"), a.Dispute(number="A", reason="weather"), refused=Code.GATE),
        by_finance(on("10-21 14:00"), a.Resolve(number="A", outcome="withdrawn")),
    ),
    until=on("10-29 12:00"),
    promised=Promised(
        open=(("C-1", 100_000),),
        notices=(
            (
                "C-1",
                (
                    notice("10-12 09:30", "reminder-1", 100_000, "A"),
                    notice("10-22 09:30", "reminder-2", 100_000, "A"),
                    notice("10-29 09:30", "notice", 100_000, "A"),
                ),
            ),
        ),
    ),
)

DISPUTE_ACCEPTED = Scenario(
    name="an_accepted_dispute_is_credited_and_only_the_rest_is_claimed",
    customers=(customer(),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"),),
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        by_finance(on("09-21 10:00"), a.Dispute(number=invoice(1), minor=113_000, reason="quantity")),
        by_finance(on("09-22 10:00"), a.Resolve(number=invoice(1), outcome="accept", reason="one piece missing")),
        paid(on("10-12 11:00"), "1", "10170.00", invoice(1)),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        notices=(("C-1", (notice("10-12 09:30", "reminder-1", 1_017_000),)),),
        happened=(
            happened(C_1, "09-22 10:00", "invoice_credited"),
            happened(deal("D-1"), "10-12 11:00", "deal_closed"),
        ),
    ),
)

PAID_WHILE_DISPUTED = Scenario(
    name="a_disputed_invoice_that_is_paid_has_no_dispute_any_more",
    customers=(customer(),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"),),
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        by_finance(on("09-21 10:00"), a.Dispute(number=invoice(1), reason="quality")),
        paid(on("09-28 11:00"), "1", "11300.00", invoice(1)),
    ),
    until=on("12-31 12:00"),
    promised=Promised(stages=(("D-1", "closed.paid"),), happened=(happened(C_1, "09-28 11:00", "dispute_resolved"),)),
)

_USD = {"policy": "ref1.yaml", "entity": "REF1", "currency": "USD"}
_REF = account("C-1", "REF1", "USD")

SKIPPED = Scenario(
    name="levels_that_fall_into_a_dispute_are_dropped_where_the_policy_says_so",
    customers=(customer(class_id=""),),
    start=on("01-05 09:00", UTC),
    steps=(
        Do(
            at=on("01-05 09:00", UTC),
            to=_REF,
            who=AGENT,
            command=a.ImportOpenItem.model_validate(
                {
                    "number": "A",
                    "issued_on": day("01-05"),
                    "instalments": (
                        {"index": 1, "due_on": day("02-04"), "amount": {"minor": 90_000, "currency": "USD"}},
                    ),
                }
            ),
        ),
        Do(at=on("02-05 12:00", UTC), to=_REF, who=AGENT, command=a.Dispute(number="A", reason="other")),
        Do(at=on("02-20 12:00", UTC), to=_REF, who=AGENT, command=a.Resolve(number="A", outcome="reject")),
    ),
    until=on("03-07 12:00", UTC),
    promised=Promised(
        open=(("C-1", 90_000),),
        notices=(
            (
                "C-1",
                (
                    notice("02-24 09:00", "L2", 90_000, "A", zone=UTC),
                    notice("03-06 09:00", "L3", 90_000, "A", zone=UTC),
                ),
            ),
        ),
        happened=(
            happened(_REF, "02-07 09:00", "level_skipped", zone=UTC),
            happened(_REF, "02-14 09:00", "level_skipped", zone=UTC),
        ),
    ),
    **_USD,  # type: ignore[arg-type]  # texts all
)

PER_CUSTOMER = Scenario(
    name="a_notice_claims_all_that_is_overdue_and_no_two_come_too_close",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "1000.00", "10-09"),
        imported(on("09-07 10:05"), "B", "2000.00", "10-14"),
        imported(on("09-07 10:10"), "C", "3000.00", "11-30"),
    ),
    until=on("10-31 12:00"),
    promised=Promised(
        open=(("C-1", 600_000),),
        notices=(
            (
                "C-1",
                (
                    notice("10-12 09:30", "reminder-1", 100_000, "A"),
                    notice("10-19 09:30", "reminder-2", 300_000, "A", "B"),
                    notice("10-29 09:30", "notice", 300_000, "A", "B"),
                ),
            ),
        ),
    ),
)

RE_ANCHORED = Scenario(
    name="the_ladder_begins_again_on_the_next_item_when_the_oldest_is_paid",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "1000.00", "10-12"),
        imported(on("09-07 10:05"), "B", "2000.00", "10-18"),
        paid(on("10-20 09:00"), "1", "1000.00", "A"),
    ),
    until=on("10-31 12:00"),
    promised=Promised(
        open=(("C-1", 200_000),),
        notices=(
            (
                "C-1",
                (
                    notice("10-15 09:30", "reminder-1", 100_000, "A"),
                    notice("10-22 09:30", "reminder-1", 200_000, "B"),
                    notice("10-29 09:30", "reminder-2", 200_000, "B"),
                ),
            ),
        ),
    ),
)

PAUSED = Scenario(
    name="a_pause_by_hand_holds_every_notice_and_ends_by_itself",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "1000.00", "10-09"),
        by_finance(on("10-12 09:00"), a.PauseDunning(reason="the owner is in hospital", until=on("10-14 08:00"))),
        by_finance(on("10-22 10:00"), a.PauseDunning(reason="a talk is under way")),
        by_finance(on("10-27 16:00"), a.ResumeDunning()),
    ),
    until=on("10-31 12:00"),
    promised=Promised(
        open=(("C-1", 100_000),),
        notices=(
            (
                "C-1",
                (
                    notice("10-14 09:30", "reminder-1", 100_000, "A"),
                    notice("10-21 09:30", "reminder-2", 100_000, "A"),
                    notice("10-29 09:30", "notice", 100_000, "A"),
                ),
            ),
        ),
        happened=(happened(C_1, "10-14 08:00", "dunning_resumed"), happened(C_1, "10-27 16:00", "dunning_resumed")),
    ),
)

TO_THE_END = Scenario(
    name="a_customer_who_never_pays_gets_every_level_once_and_is_handed_over",
    customers=(customer("C-1", "NEW"),),
    start=START,
    steps=(
        imported(START, "A", "1000.00", "10-09"),
        by_finance(on("11-20 10:00"), a.WriteOffNow(number="A", reason="insolvent")),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        notices=(
            (
                "C-1",
                (
                    notice("09-29 09:30", "-3bd", 100_000, "A"),
                    notice("10-08 09:30", "-1bd", 100_000, "A"),
                    notice("10-10 09:30", "reminder-1", 100_000, "A"),
                    notice("10-19 09:30", "reminder-2", 100_000, "A"),
                    notice("10-26 09:30", "final-notice", 100_000, "A"),
                    notice("11-09 09:30", "hand-over", 100_000, "A"),
                ),
            ),
        ),
        happened=(
            happened(C_1, "10-26 09:30", "credit_hold_set"),
            happened(C_1, "11-09 09:30", "handed_over"),
            happened(C_1, "11-20 10:00", "invoice_written_off"),
            happened(C_1, "11-20 10:00", "credit_hold_lifted"),
        ),
    ),
)

BILLED_ON_HOLD = Scenario(
    name="a_credit_hold_never_keeps_what_was_delivered_from_being_invoiced",
    customers=(customer(),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"),),
    start=START,
    steps=(
        *quoted(START, "D-1", (line("10000.00"),)),
        *ordered(on("09-07 10:01"), "D-1"),
        imported(on("09-07 10:02"), "A", "1000.00", "10-09"),
        Do(at=on("10-28 10:00"), to=deal("D-1"), who=LIU, command=c.RecordDelivery()),
        Do(at=on("10-30 10:00"), to=deal("D-1"), who=CUSTOMER, command=c.AcceptDelivery(accepted_by="仓库")),
    ),
    until=on("10-30 12:00"),
    promised=Promised(
        stages=(("D-1", "active"),),
        open=(("C-1", 1_230_000),),
        notices=(
            (
                "C-1",
                (
                    notice("10-12 09:30", "reminder-1", 100_000, "A"),
                    notice("10-19 09:30", "reminder-2", 100_000, "A"),
                    notice("10-29 09:30", "notice", 100_000, "A"),
                ),
            ),
        ),
        happened=(
            happened(C_1, "10-29 09:30", "credit_hold_set"),
            happened(deal("D-1"), "10-30 10:00", "invoice_issued"),
            happened(deal("D-1"), "10-30 10:00", "invoice_sent"),
        ),
        never=((C_1, "credit_hold_lifted"),),
    ),
)

CREDITED = Scenario(
    name="a_credit_note_over_a_part_leaves_the_rest_due",
    customers=(customer(),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"),),
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        by_finance(on("09-15 10:00"), a.Credit(number=invoice(1), minor=113_000, reason="a gesture")),
        by_finance(
            on("09-15 10:05"), a.Credit(number=invoice(1), minor=1_017_001, reason="too much"), refused=Code.AMOUNT
        ),
        paid(on("09-30 11:00"), "1", "10170.00", invoice(1)),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        happened=(
            happened(C_1, "09-15 10:00", "invoice_credited"),
            happened(deal("D-1"), "09-15 10:00", "invoice_open_changed"),
        ),
    ),
)

SCENARIOS = (
    DISPUTE_OF_A_PART,
    DISPUTE_OF_THE_WHOLE,
    DISPUTE_ACCEPTED,
    PAID_WHILE_DISPUTED,
    SKIPPED,
    PER_CUSTOMER,
    RE_ANCHORED,
    PAUSED,
    TO_THE_END,
    BILLED_ON_HOLD,
    CREDITED,
)
