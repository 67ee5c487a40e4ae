"""Money that comes in: named or not, whole, in parts, too much, too little, too late, and back again."""

from domain.account import commands as a
from domain.refusal import Code
from simulation.scenario import (
    Opening,
    Promised,
    Scenario,
    account,
    by_finance,
    claimed,
    cny,
    customer,
    deal,
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

PARTIAL_THEN_FULL = Scenario(
    name="an_invoice_paid_in_parts_is_settled_by_the_last",
    customers=(customer(),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"),),
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        paid(on("10-05 11:00"), "1", "5000.00", invoice(1)),
        paid(on("10-06 11:00"), "2", "6300.00", invoice(1)),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        happened=(
            happened(C_1, "10-05 11:00", "invoice_partly_paid"),
            happened(C_1, "10-06 11:00", "invoice_settled"),
            happened(deal("D-1"), "10-06 11:00", "deal_closed"),
        ),
    ),
)

SPLIT_OVER_TWO_DEALS = Scenario(
    name="one_receipt_pays_invoices_of_two_deals",
    customers=(customer(),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"), Opening(deal_id="D-2", customer_id="C-1")),
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        *invoiced(on("09-08 10:00"), "D-2", "20000.00"),
        paid(on("10-06 11:00"), "1", "16300.00", invoice(1), invoice(2)),
        paid(on("10-07 11:00"), "2", "17600.00", reference=f"付款 {invoice(2)}"),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"), ("D-2", "closed.paid")),
        happened=(
            happened(C_1, "10-06 11:00", "invoice_settled"),
            happened(C_1, "10-06 11:00", "invoice_partly_paid"),
            happened(deal("D-1"), "10-06 11:00", "deal_closed"),
            happened(deal("D-2"), "10-07 11:00", "deal_closed"),
        ),
    ),
)

OVERPAYMENT = Scenario(
    name="what_was_paid_too_much_pays_the_next_invoice",
    customers=(customer(),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"), Opening(deal_id="D-2", customer_id="C-1")),
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        paid(on("09-20 11:00"), "1", "12000.00", invoice(1)),
        *invoiced(on("09-22 10:00"), "D-2", "20000.00"),
        by_finance(
            on("09-23 10:00"),
            a.Allocate(source="bank", external_id="1", shares=(a.Share(number=invoice(2), minor=70_001),)),
            refused=Code.AMOUNT,
        ),
        by_finance(
            on("09-23 10:05"),
            a.Allocate(source="bank", external_id="1", shares=(a.Share(number=invoice(2), minor=70_000),)),
        ),
        paid(on("09-28 11:00"), "2", "21900.00", invoice(2)),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"), ("D-2", "closed.paid")),
        happened=(
            happened(C_1, "09-23 10:00", "command_refused"),
            happened(C_1, "09-23 10:05", "receipt_allocated"),
            happened(deal("D-2"), "09-28 11:00", "deal_closed"),
        ),
    ),
)

RETURNED = Scenario(
    name="a_returned_payment_opens_the_invoice_with_its_old_due_date",
    customers=(customer(),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"),),
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        paid(on("09-30 11:00"), "1", "11300.00", invoice(1)),
        by_finance(
            on("10-20 11:00"),
            a.ReverseReceiptNow(source="bank", external_id="1", amount=cny("11300.00"), reason="no funds"),
        ),
        paid(on("10-28 15:00"), "2", "11300.00", invoice(1)),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        notices=(
            (
                "C-1",
                (notice("10-20 11:00", "reminder-1", 1_130_000), notice("10-27 09:30", "reminder-2", 1_130_000)),
            ),
        ),
        happened=(
            happened(deal("D-1"), "09-30 11:00", "deal_closed"),
            happened(C_1, "10-20 11:00", "invoice_reopened"),
            happened(deal("D-1"), "10-20 11:00", "deal_reopened"),
            happened(deal("D-1"), "10-28 15:00", "deal_closed"),
        ),
    ),
)

RETURNED_IN_PART = Scenario(
    name="a_part_that_is_returned_reopens_that_part_alone",
    customers=(customer(),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"), Opening(deal_id="D-2", customer_id="C-1")),
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        *invoiced(on("09-08 10:00"), "D-2", "20000.00"),
        paid(on("09-30 11:00"), "1", "33900.00", invoice(1), invoice(2)),
        by_finance(
            on("10-10 11:00"),
            a.ReverseReceiptNow(source="bank", external_id="1", amount=cny("2600.00"), reason="charged back"),
        ),
    ),
    until=on("10-13 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"), ("D-2", "active")),
        open=(("C-1", 260_000),),
        notices=(("C-1", (notice("10-12 09:30", "reminder-1", 260_000, invoice(2)),)),),
        never=((deal("D-1"), "deal_reopened"),),
    ),
)

TOLERANCE = Scenario(
    name="a_small_shortfall_is_written_off_and_a_larger_one_is_not",
    customers=(customer(),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"), Opening(deal_id="D-2", customer_id="C-1")),
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        *invoiced(on("09-08 10:00"), "D-2", "20000.00"),
        paid(on("09-30 11:00"), "1", "11290.00", invoice(1)),
        paid(on("09-30 11:05"), "2", "22589.99", invoice(2)),
    ),
    until=on("09-30 18:00"),
    promised=Promised(stages=(("D-1", "closed.paid"), ("D-2", "active")), open=(("C-1", 1_001),)),
)

COVERING_SETS = Scenario(
    name="a_receipt_that_names_nothing_pays_only_what_it_alone_can_mean",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "1000.00", "10-09"),
        imported(on("09-07 10:05"), "B", "1500.00", "10-09"),
        imported(on("09-07 10:10"), "C", "1500.00", "10-09"),
        paid(on("09-10 11:00"), "1", "2500.00"),
        by_finance(
            on("09-11 11:00"),
            a.Allocate(
                source="bank",
                external_id="1",
                shares=(a.Share(number="A", minor=100_000), a.Share(number="B", minor=150_000)),
            ),
        ),
        paid(on("09-14 11:00"), "2", "1500.00"),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        happened=(
            happened(C_1, "09-10 11:00", "receipt_recorded"),
            happened(C_1, "09-11 11:00", "invoice_settled", times=2),
            happened(C_1, "09-14 11:00", "invoice_settled"),
        ),
        never=((C_1, "invoice_partly_paid"),),
    ),
)

LEVEL_DAY = Scenario(
    name="a_payment_before_the_hour_stops_the_notice_of_that_day_and_one_after_it_does_not",
    customers=(customer("C-1"), customer("C-2")),
    start=START,
    steps=(
        imported(START, "A", "1000.00", "10-09"),
        imported(START, "B", "2000.00", "10-09", "C-2"),
        paid(on("10-12 09:00"), "1", "1000.00", "A"),
        paid(on("10-12 10:00"), "2", "2000.00", "B", customer_id="C-2"),
    ),
    until=on("12-31 12:00"),
    promised=Promised(notices=(("C-2", (notice("10-12 09:30", "reminder-1", 200_000, "B"),)),)),
)

SAME_RECEIPT_TWICE = Scenario(
    name="the_same_receipt_counts_once_and_other_content_under_its_name_is_refused",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "1000.00", "10-09"),
        imported(on("09-07 10:05"), "B", "1000.00", "10-09"),
        paid(on("09-10 11:00"), "1", "1000.00", "A"),
        paid(on("09-10 11:05"), "1", "1000.00", "A").model_copy(update={"at": on("09-10 11:30")}),
        paid(on("09-10 12:00"), "1", "900.00", "A").model_copy(update={"refused": Code.IDEM}),
    ),
    until=on("09-10 18:00"),
    promised=Promised(
        open=(("C-1", 100_000),),
        happened=(
            happened(C_1, "09-10 11:00", "receipt_recorded"),
            happened(C_1, "09-10 11:30", "effect_completed"),
            happened(C_1, "09-10 12:00", "command_refused"),
        ),
    ),
)

CLAIMED = Scenario(
    name="a_receipt_of_the_wrong_customer_moves_once_and_pays_where_it_belongs",
    customers=(customer("C-1"), customer("C-2")),
    start=START,
    steps=(
        imported(START, "A", "1000.00", "10-09", "C-2"),
        imported(on("09-07 10:05"), "B", "500.00", "10-09"),
        paid(on("09-10 11:00"), "1", "1000.00"),
        claimed(on("09-11 11:00"), "1", "C-2"),
        claimed(on("09-11 12:00"), "1", "C-2", refused=Code.NOTFOUND),
        paid(on("09-14 11:00"), "2", "500.00", "B"),
        claimed(on("09-14 12:00"), "2", "C-2", refused=Code.STATE),
        by_finance(on("09-14 13:00"), a.Unallocate(source="bank", external_id="2", reason="of C-2")),
        claimed(on("09-14 14:00"), "2", "C-2"),
    ),
    until=on("09-14 18:00"),
    promised=Promised(
        open=(("C-1", 50_000),),
        unapplied=(("C-2", 50_000),),
        happened=(
            happened(C_1, "09-11 11:00", "receipt_claimed"),
            happened(account("C-2"), "09-11 11:00", "receipt_taken_over"),
            happened(account("C-2"), "09-11 11:00", "invoice_settled"),
            happened(C_1, "09-11 12:00", "command_refused"),
            happened(C_1, "09-14 12:00", "command_refused"),
            happened(account("C-2"), "09-14 14:00", "receipt_taken_over"),
        ),
    ),
)

SCENARIOS = (
    PARTIAL_THEN_FULL,
    SPLIT_OVER_TWO_DEALS,
    OVERPAYMENT,
    RETURNED,
    RETURNED_IN_PART,
    TOLERANCE,
    COVERING_SETS,
    LEVEL_DAY,
    SAME_RECEIPT_TWICE,
    CLAIMED,
)
