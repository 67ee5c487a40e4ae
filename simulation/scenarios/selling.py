"""From the lead to the accepted quote: clocks that run in working hours, stand still in a hold, and end what waits."""

from datetime import datetime

from domain.deal import commands as c
from domain.refusal import Code
from simulation.scenario import (
    CHINA,
    CUSTOMER,
    HASH,
    LIN,
    LIU,
    WANG,
    Do,
    Happened,
    Notice,
    Opening,
    Promised,
    Scenario,
    account,
    approve,
    customer,
    deal,
    delivered,
    happened,
    imported,
    line,
    on,
    ordered,
    paid,
    quoted,
)

D_1 = deal("D-1")
START = on("09-07 10:00")
ONE = (Opening(deal_id="D-1", customer_id="C-1"),)
SUN = "sun.yu"


def by(who: str, at: str, command: object, refused: Code | None = None) -> Do:
    """Let somebody send a command to the deal."""
    return Do.model_validate({"at": on(at), "to": D_1, "who": who, "command": command, "refused": refused})


CAPTURE = by(LIU, "09-07 10:00", c.Capture(source="referral", contact="张三", owner=LIU))

BREACH = Scenario(
    name="a_lead_that_nobody_answers_goes_to_the_next_once",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        by(LIU, "09-07 10:00", c.Capture(source="web", contact="张三")),
        by(SUN, "09-08 11:00", c.Respond(note="called back")),
    ),
    until=on("09-11 18:00"),
    promised=Promised(
        stages=(("D-1", "lead.working"),),
        happened=(
            happened(D_1, "09-07 14:30", "response_warned"),
            happened(D_1, "09-07 15:30", "response_breached"),
            happened(D_1, "09-07 15:30", "lead_assigned"),
            happened(D_1, "09-08 09:30", "response_warned"),
            happened(D_1, "09-08 10:30", "response_breached"),
            happened(D_1, "09-08 11:00", "lead_responded"),
        ),
        never=((D_1, "lead_unassignable"),),
    ),
)

NURTURE = Scenario(
    name="a_lead_that_is_put_aside_comes_back_on_its_day",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        CAPTURE,
        by(LIU, "09-07 10:10", c.Respond()),
        by(LIU, "09-07 10:20", c.Nurture(until=on("09-01 09:00")), refused=Code.GATE),
        by(LIU, "09-07 10:30", c.Nurture(until=on("09-21 09:00"))),
        by(LIU, "09-15 09:00", c.Qualify(), refused=Code.STATE),
        by(LIU, "09-22 09:00", c.Disqualify(reason="no_budget")),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.disqualified"),), happened=(happened(D_1, "09-21 09:00", "nurture_ended"),)
    ),
)

LOST_BY_CLOCK = Scenario(
    name="an_opportunity_that_never_moves_is_reported_and_then_lost",
    customers=(customer(),),
    deals=ONE,
    start=on("01-05 10:00"),
    steps=(
        by(LIU, "01-05 10:00", c.Capture(source="referral", contact="张三", owner=LIU)),
        by(LIU, "01-05 10:10", c.Qualify()),
        by(LIU, "01-06 10:00", c.Advance(met=("need_confirmed",)), refused=Code.GATE),
    ),
    until=on("05-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.lost"),),
        happened=(happened(D_1, "01-15 10:10", "deal_stalled"), happened(D_1, "05-05 10:10", "deal_lost")),
    ),
)

STALLED_ONCE = Scenario(
    name="a_stage_that_lasts_too_long_is_told_once_however_often_it_is_edited",
    customers=(customer(),),
    deals=ONE,
    start=on("01-05 10:00"),
    steps=(
        by(LIU, "01-05 10:00", c.Capture(source="referral", contact="张三", owner=LIU)),
        by(LIU, "01-05 10:10", c.Qualify()),
        by(LIU, "01-12 10:00", c.CreateQuote(lines=(line("10000.00"),))),
        by(LIU, "01-20 10:00", c.EditQuote(lines=(line("9900.00", listed="10000.00"),))),
        by(LIU, "01-20 11:00", c.EditQuote(lines=(line("9800.00", listed="10000.00"),))),
        by(LIU, "01-21 10:00", c.FollowUp(channel="call", note="they still want it")),
    ),
    until=on("02-05 12:00"),
    promised=Promised(
        stages=(("D-1", "quote.draft"),),
        # The stage is too old on its 14th day, and then the deal lies still for ten days after the last call.
        happened=(
            happened(D_1, "01-19 10:10", "deal_stalled"),
            *(happened(D_1, at, "deal_stalled", times=0) for at in ("01-20 10:00", "01-20 11:00", "01-21 10:00")),
            happened(D_1, "01-31 10:00", "deal_stalled"),
        ),
    ),
)


def later(text: str) -> datetime:
    """Return an instant of another year in China, e.g. ``2030-06-03 09:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


OUTLIVED = Scenario(
    name="a_lead_and_an_account_that_outlive_their_calendars_go_on_with_longer_ones",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        CAPTURE,
        by(LIU, "09-07 10:10", c.Respond()),
        by(LIU, "09-07 10:20", c.Nurture(until=later("2030-06-03 09:00"))),
        imported(on("09-07 10:30"), "OLD-1", "1000.00", later("2030-02-15 00:00").date()),
        paid(later("2030-02-20 10:00"), "bank-1", "1000.00", "OLD-1"),
        Do(at=later("2030-06-03 09:10"), to=D_1, who=LIU, command=c.Qualify()),
        Do(
            at=later("2030-06-03 09:20"),
            to=D_1,
            who=LIU,
            command=c.CreateQuote(lines=(line("9000.00", listed="10000.00"),)),
        ),
        Do(at=later("2030-06-03 09:30"), to=D_1, who=LIU, command=c.SubmitQuote()),
        approve(later("2030-06-03 15:30"), "D-1", WANG),
    ),
    until=later("2030-06-04 18:00"),
    promised=Promised(
        stages=(("D-1", "quote.approved"),),
        notices=(
            (
                "C-1",
                (Notice(at=later("2030-02-18 09:30"), stage="reminder-1", invoices=("OLD-1",), open_minor=100_000),),
            ),
        ),
        happened=(
            # Compiled in 2026 they end with 2029; they are extended 400 days before, or when a clock wants it.
            Happened(workflow_id=account("C-1"), at=later("2028-11-27 00:00"), kind="calendar_runs_out"),
            Happened(workflow_id=D_1, at=later("2030-06-03 09:00"), kind="nurture_ended"),
            Happened(workflow_id=D_1, at=later("2030-06-03 09:30"), kind="calendar_extended"),
            Happened(workflow_id=D_1, at=later("2030-06-03 15:00"), kind="step_warned"),
        ),
        never=((D_1, "attention_needed"), (account("C-1"), "attention_needed")),
    ),
)

EXPIRY = Scenario(
    name="a_quote_that_expires_is_reminded_of_and_can_be_renewed",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("10000.00"),)),
        by(LIU, "09-07 11:00", c.SendQuoteNow()),
        by(CUSTOMER, "10-09 10:00", c.AcceptQuote(content_hash=HASH, accepted_by="采购部"), refused=Code.EXPIRED),
        by(LIU, "10-09 11:00", c.CreateQuote(lines=(line("9800.00", listed="10000.00"),))),
        by(LIU, "10-09 11:10", c.SubmitQuote(valid_until=on("10-20 18:00"))),
        by(LIU, "10-09 11:20", c.SendQuoteNow()),
        by(CUSTOMER, "10-19 10:00", c.AcceptQuote(content_hash="0" * 64, accepted_by="采购部"), refused=Code.STALE),
        by(CUSTOMER, "10-20 17:00", c.AcceptQuote(content_hash=HASH, accepted_by="采购部")),
    ),
    until=on("10-31 12:00"),
    promised=Promised(
        stages=(("D-1", "active"),),
        happened=(
            # Both days lie in the national holiday, so that one reminder goes out on the last day before it.
            happened(D_1, "09-30 09:30", "quote_reminded"),
            happened(D_1, "10-08 00:00", "quote_expired"),
            happened(D_1, "10-14 09:30", "quote_reminded"),
            happened(D_1, "10-20 09:30", "quote_reminded"),
            happened(D_1, "10-20 17:00", "order_created"),
        ),
    ),
)

HOLD_ACROSS_DUE = Scenario(
    name="a_quote_whose_last_day_passes_in_a_hold_expires_when_it_is_released",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("10000.00"),)),
        by(LIU, "09-07 11:00", c.SendQuoteNow()),
        by(LIU, "09-20 10:00", c.HoldDeal(reason="the customer moves house")),
        by(CUSTOMER, "09-25 10:00", c.AcceptQuote(content_hash=HASH, accepted_by="采购部"), refused=Code.HOLD),
        by(LIN, "10-12 10:00", c.Release()),
    ),
    until=on("10-12 18:00"),
    promised=Promised(
        stages=(("D-1", "quote.expired"),),
        happened=(happened(D_1, "10-12 10:00", "deal_released"), happened(D_1, "10-12 10:00", "quote_expired")),
        never=((D_1, "quote_reminded"),),
    ),
)

HOLD_ACROSS_SLA = Scenario(
    name="a_response_clock_stands_still_in_a_hold_and_goes_on_with_what_it_had_left",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        CAPTURE,
        by(LIU, "09-07 11:20", c.HoldDeal(reason="is it a duplicate?", until=on("09-09 10:00"))),
        by(LIU, "09-07 11:30", c.Respond(), refused=Code.HOLD),
    ),
    until=on("09-09 12:30"),
    promised=Promised(
        stages=(("D-1", "lead.assigned"),),
        happened=(happened(D_1, "09-09 10:00", "deal_released"), happened(D_1, "09-09 11:40", "response_warned")),
        never=((D_1, "response_breached"),),
    ),
)

HOLD_BEFORE_DELIVERY = Scenario(
    name="a_hold_keeps_deliveries_back_and_a_release_lets_them_go",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("10000.00"),)),
        *ordered(on("09-08 10:00"), "D-1"),
        by(LIU, "09-09 10:00", c.HoldDeal(reason="the truck is broken")),
        by(LIU, "09-09 11:00", c.RecordDelivery(), refused=Code.HOLD),
        by(LIU, "09-10 10:00", c.Release()),
        *delivered(on("09-10 11:00"), "D-1"),
    ),
    until=on("09-10 18:00"),
    promised=Promised(
        stages=(("D-1", "active"),),
        open=(("C-1", 1_130_000),),
        happened=(happened(D_1, "09-10 11:00", "invoice_issued"),),
    ),
)

DECLINED = Scenario(
    name="a_customer_who_declines_is_lost_with_a_reason_of_the_policy",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", (line("10000.00"),)),
        by(LIU, "09-07 11:00", c.SendQuoteNow()),
        by(CUSTOMER, "09-08 10:00", c.DeclineQuote(reason="weather"), refused=Code.GATE),
        by(CUSTOMER, "09-08 10:10", c.DeclineQuote(reason="price", text="too dear")),
        by(LIU, "09-09 10:00", c.SendQuoteNow(), refused=Code.STATE),
    ),
    until=on("12-31 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.lost"),),
        happened=(happened(D_1, "09-08 10:10", "deal_lost"),),
        never=((D_1, "quote_expired"), (D_1, "quote_reminded")),
    ),
)

SCENARIOS = (
    BREACH,
    NURTURE,
    LOST_BY_CLOCK,
    STALLED_ONCE,
    OUTLIVED,
    EXPIRY,
    HOLD_ACROSS_DUE,
    HOLD_ACROSS_SLA,
    HOLD_BEFORE_DELIVERY,
    DECLINED,
)
