"""From acceptance to the last invoice: contract, credit, deliveries in parts and billing."""

from domain.deal import commands as c
from domain.refusal import Code
from simulation.scenario import (
    CUSTOMER,
    HASH,
    LIU,
    TANG,
    WANG,
    WU,
    ZHAO,
    Opening,
    Promised,
    Scenario,
    account,
    approve,
    customer,
    deal,
    delivered,
    happened,
    invoice,
    invoiced,
    line,
    notice,
    on,
    ordered,
    paid,
    quoted,
)
from simulation.scenarios.approving import pumps
from simulation.scenarios.selling import by

D_1, D_2, C_1 = deal("D-1"), deal("D-2"), account("C-1")
START = on("09-07 10:00")
ONE = (Opening(deal_id="D-1", customer_id="C-1"),)
TWO = (*ONE, Opening(deal_id="D-2", customer_id="C-1"))
LARGE = (line("300000.33", "2"), line("0.35", "1", position=2))
"""600,001.01 in all: three shares of it are no whole cents."""

STANDARD = Scenario(
    name="the_standard_deal_goes_from_lead_to_paid_over_two_reminders",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", pumps("21000.00")),
        approve(on("09-07 10:10"), "D-1", WANG),
        approve(on("09-07 10:20"), "D-1", ZHAO),
        *ordered(on("09-07 10:30"), "D-1"),
        *delivered(on("09-07 10:40"), "D-1"),
        paid(on("10-25 10:00"), "1", "142380.00", invoice(1)),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        notices=(
            (
                "C-1",
                (notice("10-12 09:30", "reminder-1", 14_238_000), notice("10-19 09:30", "reminder-2", 14_238_000)),
            ),
        ),
        happened=(happened(D_1, "09-07 10:40", "invoice_issued"), happened(D_1, "10-25 10:00", "deal_closed")),
    ),
)

CONTRACT = Scenario(
    name="a_contract_needs_both_signatures_and_three_invoices_add_up_to_the_order",
    customers=(customer("C-1", "A"),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", LARGE),
        approve(on("09-07 10:10"), "D-1", WANG),
        approve(on("09-07 10:20"), "D-1", WU),
        approve(on("09-07 10:30"), "D-1", TANG),
        by(LIU, "09-07 10:40", c.SendQuoteNow()),
        by(CUSTOMER, "09-07 10:50", c.AcceptQuote(content_hash=HASH, accepted_by="采购部"), Code.GATE),
        by(CUSTOMER, "09-07 11:00", c.AcceptQuote(content_hash=HASH, accepted_by="采购部", po_reference="PO-7")),
        by(LIU, "09-07 11:10", c.RecordDelivery(), Code.STATE),
        by(CUSTOMER, "09-18 10:00", c.SignContract(side="theirs", signed_by="王总")),
        by(CUSTOMER, "09-18 10:10", c.SignContract(side="theirs", signed_by="王总"), Code.DECIDED),
        by(LIU, "09-18 11:00", c.SignContract(side="ours", signed_by="李娜")),
        by(LIU, "09-21 10:00", c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="1"),))),
        by(LIU, "09-21 10:10", c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="2"),)), Code.AMOUNT),
        by(CUSTOMER, "09-21 10:20", c.AcceptDelivery(accepted_by="仓库"), Code.STATE),
        by(LIU, "09-22 10:00", c.RecordDelivery()),
        by(CUSTOMER, "09-24 10:00", c.AcceptDelivery(accepted_by="仓库")),
    ),
    until=on("09-24 18:00"),
    promised=Promised(
        stages=(("D-1", "active"),),
        # 600,001.01 and 13 % of each share: 20,340,034 + 27,120,046 + 20,340,034.
        open=(("C-1", 67_800_114),),
        happened=(
            happened(D_1, "09-17 11:00", "contract_overdue"),
            happened(D_1, "09-18 11:00", "invoice_issued"),
            happened(D_1, "09-22 10:00", "invoice_issued"),
            happened(D_1, "09-24 10:00", "invoice_issued"),
        ),
    ),
)

NEVER_SIGNED = Scenario(
    name="a_contract_that_nobody_signs_lets_the_quote_expire",
    customers=(customer("C-1", "A"),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", LARGE),
        approve(on("09-07 10:10"), "D-1", WANG),
        approve(on("09-07 10:20"), "D-1", WU),
        approve(on("09-07 10:30"), "D-1", TANG),
        *ordered(on("09-07 11:00"), "D-1", po_reference="PO-7"),
        by(LIU, "09-10 10:00", c.SignContract(side="ours", signed_by="李娜")),
    ),
    until=on("09-30 12:00"),
    promised=Promised(
        stages=(("D-1", "quote.expired"),),
        happened=(
            happened(D_1, "09-17 11:00", "contract_overdue"),
            happened(D_1, "09-27 11:00", "quote_expired"),
        ),
        never=((D_1, "order_created"),),
    ),
)

CREDIT = Scenario(
    name="an_order_above_the_limit_is_held_until_credit_releases_it",
    customers=(customer(),),
    deals=TWO,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("90000.00"),)),
        *ordered(on("09-07 10:10"), "D-1"),
        *invoiced(on("09-08 10:00"), "D-2", "90000.00"),
        *quoted(on("09-09 10:00"), "D-3", (line("90000.00"),)),
        *ordered(on("09-09 10:10"), "D-3"),
        by(LIU, "09-09 10:20", c.RecordDelivery()).model_copy(update={"to": deal("D-3"), "refused": Code.STATE}),
        by(LIU, "09-09 10:30", c.ReleaseCredit(reason="please")).model_copy(
            update={"to": deal("D-3"), "refused": Code.AUTH}
        ),
        by(TANG, "09-09 10:40", c.ReleaseCredit(reason="a bank guarantee is here")).model_copy(
            update={"to": deal("D-3")}
        ),
    ),
    until=on("09-09 18:00"),
    promised=Promised(
        stages=(("D-1", "active"), ("D-2", "active"), ("D-3", "active")),
        open=(("C-1", 10_170_000),),
        happened=(
            happened(D_2, "09-08 10:01", "credit_cleared"),
            happened(deal("D-3"), "09-09 10:10", "credit_held"),
            happened(deal("D-3"), "09-09 10:40", "order_created"),
        ),
    ),
).model_copy(update={"deals": (*TWO, Opening(deal_id="D-3", customer_id="C-1"))})

OVERDUE_BLOCK = Scenario(
    name="a_customer_who_is_long_overdue_gets_no_new_order_by_itself",
    customers=(customer(),),
    deals=TWO,
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        *quoted(on("11-10 10:00"), "D-2", (line("1000.00"),)),
        *ordered(on("11-10 10:10"), "D-2"),
    ),
    until=on("11-10 18:00"),
    promised=Promised(
        stages=(("D-1", "active"), ("D-2", "credit_hold")),
        open=(("C-1", 1_130_000),),
        notices=(
            (
                "C-1",
                (
                    notice("10-12 09:30", "reminder-1", 1_130_000),
                    notice("10-19 09:30", "reminder-2", 1_130_000),
                    notice("10-28 09:30", "notice", 1_130_000),
                ),
            ),
        ),
        happened=(happened(D_2, "11-10 10:10", "credit_held"),),
    ),
)

HALVES = Scenario(
    name="a_new_customer_pays_half_upon_the_order_and_the_rest_upon_acceptance",
    customers=(customer("C-1", "NEW"),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("10000.01"),)),
        *ordered(on("09-07 10:30"), "D-1"),
        paid(on("09-10 10:00"), "1", "5650.01", invoice(1)),
        *delivered(on("09-11 10:00"), "D-1"),
        paid(on("09-14 10:00"), "2", "5650.00", invoice(2)),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        notices=(("C-1", (notice("09-09 09:30", "-3bd", 565_001),)),),
        happened=(
            happened(D_1, "09-07 10:30", "invoice_issued"),
            happened(D_1, "09-11 10:00", "invoice_issued"),
            happened(D_1, "09-14 10:00", "deal_closed"),
        ),
    ),
)

REJECTED = Scenario(
    name="a_rejected_delivery_is_done_again_and_then_counts_as_accepted_by_silence",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("10000.00"),)),
        *ordered(on("09-07 10:10"), "D-1"),
        by(LIU, "09-07 11:00", c.RecordDelivery()),
        by(CUSTOMER, "09-09 10:00", c.RejectDelivery(reason="scratched")),
        by(LIU, "09-14 10:00", c.RecordDelivery(reference="replacement")),
    ),
    until=on("09-30 12:00"),
    promised=Promised(
        stages=(("D-1", "active"),),
        open=(("C-1", 1_130_000),),
        happened=(
            happened(D_1, "09-09 10:00", "delivery_rejected"),
            happened(D_1, "09-22 10:00", "acceptance_noticed"),
            happened(D_1, "09-28 10:00", "delivery_accepted"),
            happened(D_1, "09-28 10:00", "invoice_issued"),
        ),
    ),
)

AMENDED = Scenario(
    name="an_order_that_is_amended_is_billed_as_amended",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("1000.00", "10"),)),
        *ordered(on("09-07 10:10"), "D-1"),
        by(LIU, "09-08 10:00", c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="6"),))),
        by(LIU, "09-08 10:10", c.Amend(lines=(line("1000.00", "5"),), reason="fewer"), Code.AMOUNT),
        by(LIU, "09-08 10:20", c.Amend(lines=(line("1000.00", "8"),), reason="fewer")),
        *delivered(on("09-09 10:00"), "D-1"),
    ),
    until=on("09-09 18:00"),
    promised=Promised(
        stages=(("D-1", "active"),),
        open=(("C-1", 904_000),),
        happened=(happened(D_1, "09-08 10:20", "order_amended"), happened(D_1, "09-09 10:00", "invoice_issued")),
    ),
)

OUTGROWN = Scenario(
    name="an_order_runs_on_as_approved_until_a_larger_one_is_approved",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("1000.00", "10"),)),
        *ordered(on("09-07 10:10"), "D-1"),
        by(LIU, "09-08 10:00", c.Amend(lines=(line("800.00", "10", "1000.00"),), reason="cheaper")),
        by(LIU, "09-08 10:05", c.Decide(approval_id="D-1-a1", verdict="approve", content_hash=HASH), Code.SOD),
        by(LIU, "09-08 10:10", c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="6"),))),
        by(WANG, "09-08 10:20", c.Decide(approval_id="D-1-a1", verdict="reject", content_hash=HASH, reason="too low")),
        by(LIU, "09-08 10:30", c.Amend(lines=(line("900.00", "10", "1000.00"),), reason="cheaper")),
        by(WANG, "09-08 10:40", c.Decide(approval_id="D-1-a2", verdict="approve", content_hash=HASH)),
        *delivered(on("09-09 10:00"), "D-1"),
    ),
    until=on("09-09 18:00"),
    promised=Promised(
        stages=(("D-1", "active"),),
        open=(("C-1", 1_017_000),),
        happened=(
            happened(D_1, "09-08 10:20", "amendment_dropped"),
            happened(D_1, "09-08 10:40", "order_amended"),
            happened(D_1, "09-09 10:00", "invoice_issued"),
        ),
    ),
)

SCENARIOS = (
    STANDARD,
    CONTRACT,
    NEVER_SIGNED,
    CREDIT,
    OVERDUE_BLOCK,
    HALVES,
    REJECTED,
    AMENDED,
    OUTGROWN,
)
