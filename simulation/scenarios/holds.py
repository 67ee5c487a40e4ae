"""Who does not pay gets nothing more, until it is paid or credit says otherwise; what is delivered is invoiced (P4)."""

from domain.account.hold_commands import ReleaseHold
from domain.deal import commands as c
from domain.refusal import Code
from simulation.scenario import (
    CUSTOMER,
    LIU,
    TANG,
    WU,
    Do,
    Opening,
    Promised,
    Scenario,
    account,
    customer,
    deal,
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
from simulation.scenarios.selling import by

C_1, D_1, D_2, D_3, D_4 = account("C-1"), deal("D-1"), deal("D-2"), deal("D-3"), deal("D-4")
START = on("09-07 10:00")
DEALS = tuple(Opening(deal_id=f"D-{n}", customer_id="C-1") for n in (1, 2, 3, 4))
ONE_OF_TWO = c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="1"),))
LATE = (
    notice("10-12 09:30", "reminder-1", 1_130_000),
    notice("10-19 09:30", "reminder-2", 1_130_000),
    notice("10-28 09:30", "notice", 1_130_000),
)


def to(workflow_id: str, step: Do) -> Do:
    """Return a step that goes to another workflow."""
    return step.model_copy(update={"to": workflow_id})


BEFORE = (
    *invoiced(START, "D-1", "10000.00"),
    *quoted(on("09-08 10:00"), "D-2", (line("1000.00", "2"),)),
    *ordered(on("09-08 10:05"), "D-2"),
    *quoted(on("09-08 11:00"), "D-3", (line("2000.00"),)),
    *ordered(on("09-08 11:05"), "D-3"),
    to(D_2, by(LIU, "10-20 10:00", ONE_OF_TWO)),
    to(D_3, by(LIU, "10-20 10:30", c.RecordDelivery())),
)
"""Of D-2 a half is delivered, D-3 is delivered and not accepted, when D-1 is not paid."""

KEPT_BACK = Scenario(
    name="a_credit_hold_keeps_orders_and_deliveries_back_until_it_is_paid_and_no_invoice",
    customers=(customer(),),
    deals=DEALS,
    start=START,
    steps=(
        *BEFORE,
        to(D_2, by(LIU, "10-29 10:00", ONE_OF_TWO, Code.CREDIT)),
        to(D_3, by(CUSTOMER, "10-29 11:00", c.AcceptDelivery(accepted_by="仓库"))),
        *quoted(on("10-29 12:00"), "D-4", (line("500.00"),)),
        *ordered(on("10-29 12:05"), "D-4"),
        paid(on("10-30 10:00"), "1", "11300.00", invoice(1)),
        to(D_2, by(LIU, "10-30 11:00", ONE_OF_TWO)),
        to(D_2, by(CUSTOMER, "10-30 12:00", c.AcceptDelivery(accepted_by="仓库"))),
    ),
    until=on("10-30 18:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"), ("D-2", "active"), ("D-3", "active"), ("D-4", "active")),
        open=(("C-1", 452_000),),
        notices=(("C-1", LATE),),
        happened=(
            happened(C_1, "10-28 09:30", "credit_hold_set"),
            happened(D_2, "10-28 09:30", "account_hold_began"),
            happened(D_3, "10-28 09:30", "account_hold_began"),
            happened(D_3, "10-29 11:00", "invoice_issued"),
            happened(D_3, "10-29 11:00", "invoice_sent"),
            happened(D_4, "10-29 12:05", "account_hold_began"),
            happened(D_4, "10-29 12:05", "credit_held"),
            happened(C_1, "10-30 10:00", "credit_hold_lifted"),
            happened(D_2, "10-30 10:00", "account_hold_ended"),
            happened(D_4, "10-30 10:00", "account_hold_ended"),
            happened(D_4, "10-30 10:00", "credit_cleared"),
            happened(D_4, "10-30 10:00", "order_created"),
            happened(D_2, "10-30 12:00", "invoice_issued"),
        ),
        never=((D_2, "credit_released"), (D_4, "credit_released"), (D_2, "delivered_on_hold")),
    ),
)

RELEASED = Scenario(
    name="a_hold_is_released_by_credit_alone_for_one_deal_or_for_all",
    customers=(customer(),),
    deals=DEALS,
    start=START,
    steps=(
        *BEFORE,
        *quoted(on("10-29 10:00"), "D-4", (line("500.00"),)),
        *ordered(on("10-29 10:05"), "D-4"),
        to(D_2, by(LIU, "10-29 10:10", c.ReleaseCredit(reason="please"), Code.AUTH)),
        to(D_2, by(TANG, "10-29 10:20", c.ReleaseCredit(reason="a guarantee is here"))),
        to(D_2, by(LIU, "10-29 10:30", ONE_OF_TWO)),
        to(C_1, by(WU, "10-29 11:00", ReleaseHold(reason="please"), Code.AUTH)),
        to(C_1, by(TANG, "10-29 11:10", ReleaseHold(reason="the payment is seen at their bank"))),
        to(C_1, by(TANG, "10-29 11:20", ReleaseHold(reason="once more"), Code.STATE)),
    ),
    until=on("10-29 18:00"),
    promised=Promised(
        stages=(("D-1", "active"), ("D-2", "active"), ("D-3", "active"), ("D-4", "active")),
        open=(("C-1", 1_130_000),),
        notices=(("C-1", LATE),),
        happened=(
            happened(D_4, "10-29 10:05", "credit_held"),
            happened(D_2, "10-29 10:20", "credit_released"),
            happened(D_2, "10-29 10:30", "delivery_recorded"),
            happened(C_1, "10-29 11:10", "credit_hold_lifted"),
            happened(D_3, "10-29 11:10", "account_hold_ended"),
            happened(D_4, "10-29 11:10", "order_created"),
        ),
        never=((D_2, "account_hold_ended"), (D_4, "credit_released")),
    ),
)

SCENARIOS = (KEPT_BACK, RELEASED)
