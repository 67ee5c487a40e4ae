"""Money that takes two people: written off, credited or claimed only when another has agreed."""

from connectors.simulated.vendor_book import Vendor, Way
from domain.account import commands as a
from domain.account.refunds import RefundNow, SayRefund
from domain.approval.requests import Recall
from domain.refusal import Code
from simulation.scenario import (
    ASKED,
    CHEN,
    HUANG,
    WU,
    ZHOU,
    Away,
    Do,
    Opening,
    Promised,
    Scenario,
    VendorRejects,
    account,
    agreed,
    by_finance,
    claimed,
    cny,
    customer,
    day,
    deal,
    happened,
    imported,
    invoice,
    invoiced,
    on,
    paid,
)

C_1 = account("C-1")
START = on("09-07 10:00")


def refund(external_id: str, amount: str) -> RefundNow:
    """Ask for a refund of a receipt."""
    return RefundNow(source="bank", external_id=external_id, amount=cny(amount), reason="paid twice")


def said(external_id: str, number: int) -> SayRefund:
    """Say that a refund of a receipt failed."""
    return SayRefund(refund_id=f"bank/{external_id}-R{number}", outcome="failed", evidence="the bank has nothing")


WRITTEN_OFF_BY_TWO = Scenario(
    name="a_large_write_off_waits_for_another_person_and_then_closes_the_deal",
    customers=(customer(),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"),),
    start=START,
    steps=(
        *invoiced(START, "D-1", "30000.00"),
        by_finance(on("09-08 10:00"), a.WriteOffNow(number=invoice(1), reason="insolvent"), refused=Code.GATE),
        by_finance(on("09-08 10:05"), a.WriteOffNow(number=invoice(1), reason="insolvent", evidence="court file 7")),
        agreed(on("09-08 11:00"), WU, refused=Code.SOD),
        agreed(on("09-08 11:05"), CHEN, refused=Code.AUTH),
        agreed(on("09-08 14:00"), ZHOU),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.written_off"),),
        happened=(
            happened(C_1, "09-08 10:05", "request_raised"),
            happened(C_1, "09-08 14:00", "request_agreed"),
            happened(C_1, "09-08 14:00", "invoice_written_off"),
            happened(C_1, "09-08 14:00", "request_ended"),
            happened(deal("D-1"), "09-08 14:00", "deal_closed"),
        ),
    ),
)

RECOVERED = Scenario(
    name="what_was_written_off_and_comes_in_after_all_is_recovered_bad_debt",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "1000.00", "10-09"),
        imported(on("09-07 10:05"), "B", "500.00", "10-09"),
        by_finance(on("09-08 10:00"), a.WriteOffNow(number="A", reason="insolvent")),
        by_finance(on("09-08 10:05"), a.WriteOffNow(number="B", minor=20_000, reason="settled for less")),
        paid(on("09-09 10:00"), "1", "400.00", "A"),
        paid(on("09-10 10:00"), "2", "600.00", reference="for B"),
        by_finance(
            on("09-10 11:00"),
            a.Allocate(source="bank", external_id="2", shares=(a.Share(number="A", minor=60_001),)),
            refused=Code.AMOUNT,
        ),
        by_finance(
            on("09-10 12:00"),
            a.Allocate(source="bank", external_id="2", shares=(a.Share(number="A", minor=10_000),)),
        ),
    ),
    until=on("09-30 12:00"),
    promised=Promised(
        happened=(
            happened(C_1, "09-09 10:00", "bad_debt_recovered"),
            happened(C_1, "09-10 10:00", "bad_debt_recovered"),
            happened(C_1, "09-10 12:00", "bad_debt_recovered"),
        ),
    ),
)

REFUNDED = Scenario(
    name="money_paid_twice_goes_back_once_and_a_large_amount_by_two_people",
    customers=(customer(),),
    start=START,
    steps=(
        paid(on("09-08 09:00"), "1", "9000.00"),
        by_finance(on("09-08 10:00"), refund("1", "9000.01"), refused=Code.AMOUNT),
        by_finance(on("09-08 10:05"), refund("1", "2000.00")),
        by_finance(on("09-08 10:10"), refund("1", "3000.01")),
        agreed(on("09-08 11:00"), WU, refused=Code.SOD),
        agreed(on("09-08 11:05"), ZHOU),
    ),
    until=on("09-15 12:00"),
    promised=Promised(
        unapplied=(("C-1", 399_999),),
        happened=(
            happened(C_1, "09-08 10:05", "refund_paid"),
            happened(C_1, "09-08 10:10", "request_raised"),
            happened(C_1, "09-08 11:05", "refund_paid"),
        ),
    ),
)

REFUND_UNKNOWN = Scenario(
    name="a_refund_of_which_nobody_knows_is_asked_again_and_then_said_by_another_person",
    customers=(customer(),),
    start=START,
    steps=(
        paid(on("09-08 09:00"), "1", "300.00"),
        VendorRejects(at=on("09-08 09:30"), vendor=Vendor.PAYOUTS, way=Way.LOST_ANSWER),
        by_finance(on("09-08 10:00"), refund("1", "100.00")),
        VendorRejects(at=on("09-08 11:30"), vendor=Vendor.PAYOUTS),
        by_finance(on("09-08 12:00"), refund("1", "60.00")),
        VendorRejects(at=on("09-08 12:30"), vendor=Vendor.PAYOUTS, way=Way.TIMEOUT),
        by_finance(on("09-08 13:00"), refund("1", "40.00")),
        by_finance(on("09-15 10:00"), said("1", 3), refused=Code.SOD),
        Do(at=on("09-15 11:00"), to=C_1, who=CHEN, command=said("1", 3)),
    ),
    until=on("09-30 12:00"),
    promised=Promised(
        unapplied=(("C-1", 20_000),),
        happened=(
            happened(C_1, "09-08 10:00", "refund_unknown"),
            happened(C_1, "09-08 10:05", "refund_paid"),
            happened(C_1, "09-08 12:00", "refund_failed"),
            happened(C_1, "09-11 20:05", "refund_unknown"),
            happened(C_1, "09-15 11:00", "refund_failed"),
        ),
    ),
)

LET_OFF = Scenario(
    name="a_promise_on_what_is_written_off_is_broken_and_not_kept",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "1000.00", "09-09"),
        by_finance(on("09-10 10:00"), a.Promise(number="A", on=day("09-15"))),
        by_finance(on("09-11 10:00"), a.WriteOffNow(number="A", reason="insolvent")),
    ),
    until=on("09-30 12:00"),
    promised=Promised(
        happened=(happened(C_1, "09-11 10:00", "invoice_written_off"),),
        never=((C_1, "promise_kept"),),
    ),
)

TWO_TIERS = Scenario(
    name="a_very_large_write_off_takes_the_cfo_after_the_head_of_finance",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "300000.00", "12-09"),
        by_finance(on("09-08 10:00"), a.WriteOffNow(number="A", reason="insolvent", evidence="court file 8")),
        agreed(on("09-08 11:00"), ZHOU),
        agreed(on("09-08 14:00"), CHEN),
    ),
    until=on("09-30 12:00"),
    promised=Promised(
        happened=(
            happened(C_1, "09-08 11:00", "seat_decided"),
            happened(C_1, "09-08 14:00", "invoice_written_off"),
        ),
    ),
)

CREDIT_TURNED_DOWN = Scenario(
    name="a_credit_turned_down_or_taken_back_changes_nothing_and_a_small_one_is_done_at_once",
    customers=(customer(),),
    start=START,
    steps=(
        imported(START, "A", "100000.00", "12-09"),
        by_finance(on("09-08 10:00"), a.Credit(number="A", minor=6_000_000, reason="damaged")),
        agreed(on("09-08 11:00"), HUANG, verdict="reject"),
        agreed(on("09-08 11:30"), ZHOU, refused=Code.STATE),
        by_finance(on("09-08 14:00"), a.Credit(number="A", minor=6_000_000, reason="damaged, see photo")),
        by_finance(on("09-08 15:00"), Recall(approval_id=ASKED, reason="they keep it")),
        by_finance(on("09-08 16:00"), a.Credit(number="A", minor=5_000_000, reason="a gesture")),
        by_finance(on("09-08 16:30"), a.Credit(number="A", minor=1, reason="one more")),
    ),
    until=on("09-15 12:00"),
    promised=Promised(
        open=(("C-1", 5_000_000),),
        happened=(
            happened(C_1, "09-08 11:00", "approval_rejected"),
            happened(C_1, "09-08 15:00", "approval_recalled"),
            happened(C_1, "09-08 16:00", "invoice_credited"),
            happened(C_1, "09-08 16:30", "request_raised"),
        ),
    ),
)

CLAIMED_BY_TWO = Scenario(
    name="a_large_receipt_is_claimed_by_two_people_and_late_ones_are_reminded",
    customers=(customer("C-1"), customer("C-2")),
    start=START,
    steps=(
        imported(START, "A", "60000.00", "12-09", "C-2"),
        paid(on("09-08 09:00"), "1", "60000.00"),
        claimed(on("09-08 10:00"), "1", "C-2"),
        Away(at=on("09-08 11:00"), person=ZHOU),
        Do(at=on("09-08 11:30"), to=C_1, who=WU, command=agreed(on("09-08 11:30"), WU).command, refused=Code.SOD),
        agreed(on("09-09 15:00"), HUANG),
    ),
    until=on("09-15 12:00"),
    promised=Promised(
        happened=(
            happened(C_1, "09-08 11:00", "seats_questioned"),
            happened(C_1, "09-08 15:30", "step_warned"),
            happened(C_1, "09-09 15:00", "receipt_claimed"),
            happened(account("C-2"), "09-09 15:00", "invoice_settled"),
        ),
    ),
)

SCENARIOS = (
    WRITTEN_OFF_BY_TWO,
    RECOVERED,
    LET_OFF,
    REFUNDED,
    REFUND_UNKNOWN,
    TWO_TIERS,
    CREDIT_TURNED_DOWN,
    CLAIMED_BY_TWO,
)
