"""What is invoiced when: deposits and what is deducted of them, retention, and their ends."""

from datetime import datetime

from domain.billing_periods import Every
from domain.deal import commands as c
from domain.quotes import QuoteLine
from domain.refusal import Code
from simulation.scenario import (
    CHINA,
    CUSTOMER,
    LIU,
    Do,
    Opening,
    Promised,
    Scenario,
    account,
    customer,
    day,
    deal,
    delivered,
    happened,
    invoice,
    line,
    notice,
    on,
    ordered,
    paid,
    quoted,
)
from simulation.scenarios.selling import by

D_1, C_1 = deal("D-1"), account("C-1")
START = on("09-07 10:00")
ONE = (Opening(deal_id="D-1", customer_id="C-1"),)
PROJECT = (*quoted(START, "D-1", (line("7000.00", "10"),)), *ordered(on("09-07 10:10"), "D-1"))
"""70,000.00 and 13 %: 79,100.00, of which the deposit is 23,730.00."""


def next_year(text: str) -> datetime:
    """Return an instant of 2027, e.g. ``09-22 10:00``."""
    return datetime.fromisoformat(f"2027-{text}").replace(tzinfo=CHINA)


RETENTION = Scenario(
    name="a_deposit_is_deducted_in_parts_and_the_retention_is_claimed_a_year_later",
    customers=(customer("C-1", "P"),),
    deals=ONE,
    start=START,
    steps=(
        *PROJECT,
        paid(on("09-10 10:00"), "1", "23730.00", invoice(1)),
        *delivered(on("09-22 10:00"), "D-1"),
        # 33,900.00 each, less 10,170.00 of the deposit.
        paid(on("10-15 10:00"), "2", "47460.00", invoice(2), invoice(3)),
        # 11,300.00 less 3,390.00: not late before its own day, whatever the payment terms.
        paid(next_year("09-28 10:00"), "3", "7910.00", invoice(4)),
    ),
    until=next_year("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        notices=(
            (
                "C-1",
                (
                    notice("09-27 09:30", "reminder-1", 791_000, invoice(4)).model_copy(
                        update={"at": next_year("09-27 09:30")}
                    ),
                ),
            ),
        ),
        happened=(
            happened(D_1, "09-22 10:00", "invoice_issued", times=3),
            happened(D_1, "09-07 10:10", "invoice_issued"),
        ),
        never=((D_1, "credit_required"),),
    ),
)

PAID_IN_PART = Scenario(
    name="a_deposit_that_is_paid_in_part_is_deducted_as_far_as_it_is_paid",
    customers=(customer("C-1", "P"),),
    deals=ONE,
    start=START,
    steps=(
        *PROJECT,
        paid(on("09-08 10:00"), "1", "10000.00", invoice(1)),
        by(LIU, "09-09 10:00", c.RecordDelivery()),
        paid(on("09-10 10:00"), "2", "5000.00", invoice(1)),
        by(CUSTOMER, "09-11 10:00", c.AcceptDelivery(accepted_by="仓库")),
    ),
    until=on("09-13 10:00"),
    promised=Promised(
        stages=(("D-1", "active"),),
        # 79,100.00 less 15,000.00 that was paid; the 8,730.00 that was not are credited with the last invoice.
        open=(("C-1", 6_410_000),),
        happened=(
            happened(D_1, "09-11 10:00", "credit_required"),
            happened(D_1, "09-11 10:00", "invoice_credited"),
        ),
    ),
)

CANCELLED = Scenario(
    name="a_deposit_that_was_deducted_is_the_customers_again_when_the_order_is_cancelled",
    customers=(customer("C-1", "P"),),
    deals=ONE,
    start=START,
    steps=(
        # 33,900.00 with tax: so much one person may give up alone, of which 10,170.00 is the deposit.
        *quoted(START, "D-1", (line("3000.00", "10"),)),
        *ordered(on("09-07 10:10"), "D-1"),
        paid(on("09-08 10:00"), "1", "10270.00", invoice(1)),
        by(LIU, "09-09 10:00", c.RecordDelivery()),
        by(LIU, "09-10 10:00", c.Cancel(reason="项目终止", delivered="credited")),
    ),
    until=on("10-31 10:00"),
    promised=Promised(
        stages=(("D-1", "closed.cancelled"),),
        unapplied=(("C-1", 1_027_000),),
        happened=(happened(D_1, "09-10 10:00", "invoice_credited", times=2),),
    ),
)

MONTHLY = line("1000.00", "3").model_copy(update={"every": Every.MONTH})
QUARTERLY = line("3000.00", "3").model_copy(update={"every": Every.QUARTER})


def seats(one: QuoteLine, quantity: str) -> QuoteLine:
    """Return a line of another quantity."""
    return one.model_copy(update={"quantity": quantity})


def amended(at: str, *lines: QuoteLine) -> Do:
    """Change the order."""
    return by(LIU, at, c.Amend(lines=lines, reason="客户要求变更"))


IN_ADVANCE = Scenario(
    name="a_monthly_service_is_billed_by_the_day_when_it_starts_changes_and_ends_within_a_month",
    customers=(customer("C-1", "P"),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (MONTHLY,)),
        *ordered(on("09-07 10:10"), "D-1"),
        # 15 of 30 days: 1,695.00 with tax; then 3,390.00 on the first of each month.
        *delivered(on("09-16 10:00"), "D-1"),
        paid(on("10-10 10:00"), "1", "5085.00", invoice(1), invoice(2)),
        # Half of November is 500.00 less: 565.00 are credited. Ten days of it are 333.33 more: 376.66.
        amended("11-16 10:00", seats(MONTHLY, "2")),
        amended("11-21 10:00", MONTHLY),
        paid(on("11-25 10:00"), "2", "3201.66", invoice(3), invoice(4)),
        by(LIU, "12-05 10:00", c.EndRecurring(on=day("11-30"), reason="到期"), Code.AMOUNT),
        # 21 of 31 days are credited: 2,296.45 of 3,390.00.
        by(LIU, "12-05 10:10", c.EndRecurring(on=day("12-11"), reason="到期")),
        paid(on("12-20 10:00"), "3", "1093.55", invoice(5)),
    ),
    until=next_year("03-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        happened=(
            happened(D_1, "09-16 10:00", "period_due"),
            happened(D_1, "10-01 00:00", "period_due"),
            happened(D_1, "11-01 00:00", "period_due"),
            happened(D_1, "12-01 00:00", "period_due"),
            happened(D_1, "11-16 10:00", "invoice_credited"),
            happened(D_1, "11-21 10:00", "delta_due"),
            happened(D_1, "12-05 10:10", "invoice_credited"),
            happened(D_1, "12-20 10:00", "deal_closed"),
        ),
    ),
)

IN_ARREARS = Scenario(
    name="a_quarterly_service_in_arrears_is_billed_as_it_was_priced_day_by_day",
    customers=(customer("C-1", "A"),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (QUARTERLY,)),
        *ordered(on("09-07 10:10"), "D-1", po_reference="PO-1"),
        # 15 of 92 days of each quarter at 9,000.00 are 1,658.15 with tax.
        *delivered(on("09-16 10:00"), "D-1"),
        amended("10-16 10:00", seats(QUARTERLY, "2")),
        # The 16 days after it at 6,000.00 are 1,179.13.
        by(LIU, "10-20 10:00", c.EndRecurring(item="service", on=day("11-01"), reason="到期")),
        paid(on("11-05 10:00"), "1", "4495.43", invoice(1), invoice(2), invoice(3)),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        happened=(
            happened(D_1, "10-01 00:00", "invoice_issued"),
            happened(D_1, "10-16 10:00", "invoice_issued"),
            happened(D_1, "11-01 00:00", "invoice_issued"),
        ),
        never=((D_1, "credit_required"),),
    ),
)

AMENDED = Scenario(
    name="an_order_amended_after_billing_is_billed_and_credited_by_the_difference",
    customers=(customer("C-1", "A"),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("1000.00", "50"),)),
        *ordered(on("09-07 10:10"), "D-1", po_reference="PO-1"),
        paid(on("09-07 11:00"), "1", "16950.00", invoice(1)),
        # 30 % of 10,000.00 less: 3,390.00 of what was paid are the customer's again.
        amended("09-08 10:00", line("1000.00", "40")),
        by(LIU, "09-09 10:00", c.RecordDelivery()),
        # Back to 50: 70 % of 10,000.00 more are 7,910.00.
        amended("09-10 10:00", line("1000.00", "50")),
        *delivered(on("09-11 10:00"), "D-1"),
        paid(on("09-12 10:00"), "2", "42940.00", invoice(2), invoice(3), invoice(4)),
    ),
    until=on("09-30 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        # 56,500.00 in all: 50,000.00 and 13 %.
        unapplied=(("C-1", 339_000),),
        happened=(
            happened(D_1, "09-08 10:00", "invoice_credited"),
            happened(D_1, "09-10 10:00", "delta_due"),
            happened(D_1, "09-12 10:00", "deal_closed"),
        ),
    ),
)

REDUCED = Scenario(
    name="every_credit_note_of_one_amendment_is_sent_to_the_customer",
    customers=(customer("C-1", "A"),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("1000.00", "50"),)),
        *ordered(on("09-07 10:10"), "D-1", po_reference="PO-1"),
        # 30 % of 10,000.00 more are billed, then 30 % of 30,000.00 less are credited: of the delta, and of the order.
        amended("09-08 10:00", line("1000.00", "60")),
        amended("09-09 10:00", line("1000.00", "30")),
    ),
    until=on("09-10 12:00"),
    promised=Promised(
        stages=(("D-1", "active"),),
        open=(("C-1", 1_017_000),),
        happened=(
            happened(D_1, "09-09 10:00", "invoice_credited", times=2),
            happened(C_1, "09-09 10:00", "credit_note_reported", times=2),
        ),
    ),
)

MIXED = Scenario(
    name="a_deal_with_deposit_shares_retention_and_a_service_stays_open_until_the_service_ends",
    customers=(customer("C-1", "P"),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("7000.00", "10"), MONTHLY.model_copy(update={"position": 2, "sku": "SKU-2"}))),
        *ordered(on("09-07 10:10"), "D-1"),
        paid(on("09-10 10:00"), "1", "23730.00", invoice(1)),
        by(LIU, "09-21 10:00", c.RecordDelivery()),
        by(CUSTOMER, "09-22 10:00", c.AcceptDelivery(accepted_by="仓库")),
        # Two shares of 23,730.00 and the retention of 7,910.00, 9 days of September and October.
        paid(on("10-05 10:00"), "2", "55370.00", invoice(2), invoice(3), invoice(4)),
        paid(on("10-05 10:10"), "3", "4407.00", invoice(5), invoice(6)),
        by(LIU, "10-08 10:00", c.EndRecurring(on=day("11-01"), reason="到期")),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        happened=(
            happened(D_1, "09-22 10:00", "invoice_issued", times=3),
            happened(D_1, "10-01 00:00", "invoice_issued"),
            happened(D_1, "10-08 10:00", "deal_closed"),
        ),
    ),
)

SCENARIOS = (RETENTION, PAID_IN_PART, CANCELLED, IN_ADVANCE, IN_ARREARS, AMENDED, REDUCED, MIXED)
