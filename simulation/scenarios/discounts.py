"""Who pays early takes the discount that was offered, who pays late does not, and a bounce takes it back."""

from domain.account import commands as a
from simulation.scenario import (
    Opening,
    Promised,
    Scenario,
    account,
    by_finance,
    cny,
    customer,
    deal,
    happened,
    invoice,
    invoiced,
    notice,
    on,
    paid,
)

C_1 = account("C-1")
START = on("09-07 10:00")
"""Class B takes 1 % off within ten days and a business day of grace: 113.00 of 11,300.00 until 18 September."""

EARLY_THEN_BOUNCED = Scenario(
    name="an_early_payment_takes_the_discount_and_its_bounce_takes_it_back",
    customers=(customer(class_id="B"),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"),),
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        paid(on("09-18 11:00"), "1", "11187.00"),
        by_finance(
            on("09-25 11:00"),
            a.ReverseReceiptNow(source="bank", external_id="1", amount=cny("11187.00"), reason="no funds"),
        ),
        paid(on("10-20 11:00"), "2", "11187.00", invoice(1)),
        paid(on("10-21 11:00"), "3", "113.00", invoice(1)),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        happened=(
            happened(deal("D-1"), "09-18 11:00", "deal_closed"),
            happened(C_1, "09-25 11:00", "invoice_reopened"),
            happened(C_1, "10-20 11:00", "invoice_partly_paid"),
            happened(deal("D-1"), "10-21 11:00", "deal_closed"),
        ),
    ),
)

TAKEN_LATE = Scenario(
    name="a_discount_that_is_taken_too_late_stays_open_and_is_reminded",
    customers=(customer(class_id="B"),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"),),
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        paid(on("09-21 11:00"), "1", "11187.00", invoice(1)),
        paid(on("11-03 11:00"), "2", "113.00", invoice(1)),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        notices=(("C-1", (notice("11-02 09:30", "reminder-1", 11_300),)),),
        happened=(
            happened(C_1, "09-21 11:00", "invoice_partly_paid"),
            happened(deal("D-1"), "11-03 11:00", "deal_closed"),
        ),
    ),
)

SCENARIOS = (EARLY_THEN_BOUNCED, TAKEN_LATE)
