"""What goes wrong on the way: cancellations before, with and after the invoice, and vendors that say no."""

from connectors.simulated.vendor_book import Vendor
from domain.account import commands as a
from domain.deal import commands as c
from domain.refusal import Code
from simulation.scenario import (
    LIN,
    LIU,
    PARKED,
    Answer,
    Opening,
    Promised,
    Scenario,
    VendorRejects,
    Withhold,
    account,
    by_finance,
    customer,
    deal,
    delivered,
    happened,
    invoice,
    invoiced,
    line,
    on,
    ordered,
    paid,
    quoted,
)
from simulation.scenarios.selling import by

D_1, D_2, C_1 = deal("D-1"), deal("D-2"), account("C-1")
START = on("09-07 10:00")
ONE = (Opening(deal_id="D-1", customer_id="C-1"),)
TWO = (*ONE, Opening(deal_id="D-2", customer_id="C-1"))

RACE = Scenario(
    name="a_cancellation_that_meets_an_invoice_on_its_way_credits_it",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("10000.00"),)),
        *ordered(on("09-07 10:10"), "D-1"),
        Withhold(at=on("09-08 10:00"), effect="issue_invoice"),
        *delivered(on("09-08 10:00"), "D-1"),
        by(LIU, "09-08 10:00", c.Cancel(reason="the customer withdrew"), Code.GATE),
        by(LIU, "09-08 10:00", c.Cancel(reason="the customer withdrew", delivered="credited")),
        by(LIU, "09-08 10:00", c.RecordDelivery(), Code.STATE),
        Answer(at=on("09-08 10:00"), effect="issue_invoice"),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.cancelled"),),
        happened=(
            happened(D_1, "09-08 10:00", "cancel_requested"),
            happened(D_1, "09-08 10:00", "invoice_issued"),
            happened(D_1, "09-08 10:00", "invoice_credited"),
            happened(D_1, "09-08 10:00", "deal_cancelled"),
        ),
    ),
)

CANCELLED_AFTER = Scenario(
    name="a_deal_cancelled_after_its_invoice_is_credited_and_what_was_paid_is_the_customers",
    customers=(customer(),),
    deals=TWO,
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        paid(on("09-09 10:00"), "1", "3000.00", invoice(1)),
        by(LIU, "09-10 10:00", c.Cancel(reason="the machine does not fit", delivered="credited")),
        by(LIU, "09-10 10:10", c.Cancel(reason="again"), Code.STATE),
        *invoiced(on("09-14 10:00"), "D-2", "2000.00"),
        by_finance(
            on("09-15 10:00"),
            a.Allocate(source="bank", external_id="1", shares=(a.Share(number=invoice(2), minor=226_000),)),
        ),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.cancelled"), ("D-2", "closed.paid")),
        unapplied=(("C-1", 74_000),),
        happened=(
            happened(D_1, "09-10 10:00", "invoice_credited"),
            happened(D_1, "09-10 10:00", "deal_cancelled"),
            happened(D_2, "09-15 10:00", "deal_closed"),
        ),
    ),
)

CANCELLED_BEFORE = Scenario(
    name="a_deal_cancelled_before_delivery_is_never_billed",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("10000.00"),)),
        *ordered(on("09-07 10:10"), "D-1"),
        by(LIU, "09-08 10:00", c.Cancel(reason="the customer withdrew")),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.cancelled"),),
        happened=(happened(D_1, "09-08 10:00", "deal_cancelled"),),
        never=((D_1, "invoice_issued"),),
    ),
)

ATTENTION = Scenario(
    name="an_order_that_the_erp_rejects_waits_for_a_person_and_is_tried_again",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("10000.00"),)),
        VendorRejects(at=on("09-07 10:10"), vendor=Vendor.ERP, times=2),
        *ordered(on("09-07 10:20"), "D-1"),
        by(LIU, "09-07 11:00", c.RetryEffect(effect_id=PARKED), Code.AUTH),
        by(LIN, "09-07 11:10", c.RetryEffect(effect_id=PARKED)),
        by(LIN, "09-07 12:00", c.RetryEffect(effect_id=PARKED)),
        *delivered(on("09-08 10:00"), "D-1"),
    ),
    until=on("09-08 18:00"),
    promised=Promised(
        stages=(("D-1", "active"),),
        open=(("C-1", 1_130_000),),
        happened=(
            happened(D_1, "09-07 10:20", "attention_needed"),
            happened(D_1, "09-07 11:10", "attention_needed"),
            happened(D_1, "09-07 12:00", "order_booked"),
            happened(D_1, "09-08 10:00", "invoice_issued"),
        ),
    ),
)

SKIPPED = Scenario(
    name="a_deal_goes_on_without_a_crm_that_does_not_answer",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("10000.00"),)),
        VendorRejects(at=on("09-07 10:10"), vendor=Vendor.CRM),
        *ordered(on("09-07 10:20"), "D-1"),
        *delivered(on("09-07 10:30"), "D-1"),
        paid(on("09-08 10:00"), "1", "11300.00", invoice(1)),
        by(LIN, "09-09 10:00", c.SkipEffect(effect_id=PARKED, reason="entered by hand")),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        happened=(happened(D_1, "09-08 10:00", "deal_closed"), happened(D_1, "09-09 10:00", "effect_skipped")),
    ),
)

SCENARIOS = (
    RACE,
    CANCELLED_AFTER,
    CANCELLED_BEFORE,
    ATTENTION,
    SKIPPED,
)
