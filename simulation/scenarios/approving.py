"""Who decides, who must not, who stands in, and what of an approval still counts when the quote changes."""

from domain.deal import commands as c
from domain.quotes import QuoteLine
from domain.refusal import Code
from simulation.scenario import (
    HASH,
    LIU,
    TANG,
    WANG,
    ZHAO,
    Away,
    Do,
    Opening,
    Promised,
    Scenario,
    StandIn,
    approve,
    customer,
    deal,
    happened,
    line,
    on,
    ordered,
    quoted,
)
from simulation.scenarios.selling import by

D_1 = deal("D-1")
START = on("09-07 10:00")
ONE = (Opening(deal_id="D-1", customer_id="C-1"),)
SUN, BECKER, LI_NA, CHEN, HE = "sun.yu", "becker", "li.na", "chen.wei", "he.xin"


def pumps(net: str, quantity: str = "6") -> tuple[QuoteLine, ...]:
    """Return pumps of 25,000 each at a net price."""
    return (line(net, quantity, listed="25000.00"),)


def decide(at: str, who: str, verdict: str, version: int = 1, reason: str = "", refused: Code | None = None) -> Do:
    """Decide on a version of the quote."""
    command = c.Decide.model_validate(
        {"approval_id": f"D-1-q{version}", "verdict": verdict, "content_hash": HASH, "reason": reason}
    )
    return by(who, at, command, refused)


SEPARATION = Scenario(
    name="nobody_decides_on_an_own_request_and_a_returned_one_is_asked_again",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", pumps("21000.00")),
        decide("09-07 10:10", LIU, "approve", refused=Code.SOD),
        decide("09-07 10:20", ZHAO, "approve", refused=Code.AUTH),
        by(WANG, "09-07 10:30", c.Decide(approval_id="D-1-q1", verdict="approve", content_hash="0" * 64), Code.STALE),
        decide("09-07 10:40", WANG, "return", refused=Code.GATE),
        decide("09-07 10:50", WANG, "return", reason="18 % is too much without a volume"),
        by(LIU, "09-07 11:00", c.EditQuote(lines=pumps("21000.00", "8"))),
        by(LIU, "09-07 11:10", c.SubmitQuote()),
        decide("09-07 11:20", WANG, "approve", version=2),
        decide("09-07 11:25", WANG, "approve", version=2),
        decide("09-07 11:30", ZHAO, "approve", version=2),
        *ordered(on("09-07 11:40"), "D-1"),
    ),
    until=on("09-07 18:00"),
    promised=Promised(
        stages=(("D-1", "active"),),
        happened=(
            happened(D_1, "09-07 10:50", "approval_returned"),
            happened(D_1, "09-07 11:20", "seat_decided"),
            happened(D_1, "09-07 11:30", "approval_granted"),
        ),
        never=((D_1, "approval_rejected"),),
    ),
)


def tenders(net: str, quantity: str = "10") -> tuple[QuoteLine, ...]:
    """Return what costs 10,000 each at list, at a net price."""
    return (line(net, quantity, listed="10000.00"),)


ENVELOPE = Scenario(
    name="a_better_quote_keeps_its_approval_and_a_worse_one_asks_again",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        # G16: at 12 % two rules fire, at 10 % nobody is asked although it is more money, at 13 % only who minds that.
        *quoted(START, "D-1", tenders("8800.00"), nonstandard_terms=True),
        approve(on("09-07 10:10"), "D-1", WANG),
        approve(on("09-07 10:15"), "D-1", HE),
        by(LIU, "09-07 10:20", c.EditQuote(lines=tenders("9000.00"), nonstandard_terms=True)),
        by(LIU, "09-07 10:30", c.SubmitQuote()),
        by(LIU, "09-07 10:40", c.EditQuote(lines=tenders("8700.00"), nonstandard_terms=True)),
        by(LIU, "09-07 10:50", c.SubmitQuote()),
        by(LIU, "09-07 11:00", c.SendQuoteNow(), refused=Code.STATE),
        approve(on("09-07 11:10"), "D-1", SUN, version=3),
        # More of it at the same price is asked again, too.
        by(LIU, "09-07 11:20", c.EditQuote(lines=tenders("8700.00", "11"), nonstandard_terms=True)),
        by(LIU, "09-07 11:30", c.SubmitQuote()),
        approve(on("09-07 11:40"), "D-1", SUN, version=4),
        by(LIU, "09-07 11:50", c.SendQuoteNow()),
    ),
    until=on("09-07 18:00"),
    promised=Promised(
        stages=(("D-1", "quote.sent"),),
        happened=(
            happened(D_1, "09-07 10:15", "approval_granted"),
            happened(D_1, "09-07 10:30", "approval_granted"),
            happened(D_1, "09-07 10:50", "approval_granted", times=0),
            happened(D_1, "09-07 11:10", "approval_granted"),
            happened(D_1, "09-07 11:30", "approval_granted", times=0),
            happened(D_1, "09-07 11:40", "approval_granted"),
        ),
    ),
)

REJECTED = Scenario(
    name="a_rejected_quote_is_recalled_or_edited_but_never_sent",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", pumps("21000.00")),
        decide("09-07 10:10", WANG, "reject", reason="no margin left"),
        by(LIU, "09-07 10:20", c.SendQuoteNow(), Code.STATE),
        decide("09-07 10:30", WANG, "approve", refused=Code.DECIDED),
        by(LIU, "09-07 10:40", c.EditQuote(lines=pumps("24000.00"))),
        by(LIU, "09-07 10:50", c.SubmitQuote()),
        by(LIU, "09-07 11:00", c.Recall(approval_id="D-1-q2", reason="the customer wants fewer")),
        by(LIU, "09-07 11:10", c.SubmitQuote()),
    ),
    until=on("09-07 12:00"),
    promised=Promised(
        stages=(("D-1", "quote.pending"),),
        happened=(
            happened(D_1, "09-07 10:10", "approval_rejected"),
            happened(D_1, "09-07 11:00", "approval_recalled"),
        ),
        never=((D_1, "quote_sent"),),
    ),
)

BOARD = Scenario(
    name="a_board_approves_when_two_of_its_members_do",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", pumps("17000.00", "2")),
        approve(on("09-07 10:10"), "D-1", WANG),
        approve(on("09-07 10:20"), "D-1", ZHAO),
        approve(on("09-07 10:30"), "D-1", CHEN),
        by(LIU, "09-07 10:40", c.SendQuoteNow(), Code.STATE),
        approve(on("09-07 10:50"), "D-1", LI_NA),
        by(LIU, "09-07 11:00", c.SendQuoteNow()),
    ),
    until=on("09-07 18:00"),
    promised=Promised(
        stages=(("D-1", "quote.sent"),),
        happened=(
            happened(D_1, "09-07 10:30", "seat_decided"),
            happened(D_1, "09-07 10:50", "approval_granted"),
        ),
    ),
)

LEAVES = Scenario(
    name="an_approver_who_leaves_decides_no_more_and_the_others_do",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", pumps("24000.00")),
        Away(at=on("09-07 10:10"), person=WANG),
        decide("09-07 10:20", WANG, "approve", refused=Code.AUTH),
        approve(on("09-07 10:30"), "D-1", SUN),
    ),
    until=on("09-07 18:00"),
    promised=Promised(
        stages=(("D-1", "quote.approved"),),
        happened=(
            happened(D_1, "09-07 10:10", "seats_questioned"),
            happened(D_1, "09-07 10:30", "approval_granted"),
        ),
    ),
)

DELEGATES = Scenario(
    name="whoever_stands_in_decides_on_behalf_and_only_while_it_holds",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", pumps("24000.00")),
        decide("09-07 10:05", ZHAO, "approve", refused=Code.AUTH),
        StandIn(at=on("09-07 10:10"), delegator=WANG, delegate=ZHAO, until=on("09-08 10:00")),
        Away(at=on("09-07 10:20"), person=SUN, until=on("09-20 10:00")),
        Away(at=on("09-07 10:30"), person=BECKER, until=on("09-20 10:00")),
        decide("09-07 10:40", SUN, "approve", refused=Code.AUTH),
        decide("09-07 10:50", ZHAO, "approve"),
    ),
    until=on("09-07 18:00"),
    promised=Promised(
        stages=(("D-1", "quote.approved"),),
        happened=(
            happened(D_1, "09-07 10:10", "seats_questioned"),
            happened(D_1, "09-07 10:50", "approval_granted"),
        ),
    ),
)

BY_DATE = Scenario(
    name="an_announced_absence_and_who_stands_in_change_the_seats_on_their_day",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", pumps("24000.00")),
        Away(at=on("09-07 10:05"), person=SUN),
        Away(at=on("09-07 10:06"), person=BECKER, until=on("09-08 12:00")),
        Away(at=on("09-07 10:10"), person=WANG, since=on("09-08 00:00"), until=on("09-20 10:00")),
        StandIn(at=on("09-07 10:20"), delegator=WANG, delegate=HE, since=on("09-08 09:00"), until=on("09-08 10:00")),
        # Somebody of whom no seat wants anything comes and goes unnoticed.
        Away(at=on("09-07 10:30"), person=TANG, since=on("09-07 11:00"), until=on("09-07 12:00")),
        decide("09-07 13:00", HE, "approve", refused=Code.AUTH),
        decide("09-08 08:00", WANG, "approve", refused=Code.AUTH),
        decide("09-08 10:30", HE, "approve", refused=Code.AUTH),
        decide("09-08 11:00", BECKER, "approve", refused=Code.AUTH),
        decide("09-08 12:30", BECKER, "approve"),
    ),
    until=on("09-30 18:00"),
    promised=Promised(
        stages=(("D-1", "quote.approved"),),
        happened=(
            happened(D_1, "09-07 11:00", "seats_questioned", times=0),
            happened(D_1, "09-08 00:00", "seats_questioned"),
            happened(D_1, "09-08 09:00", "seats_questioned"),
            happened(D_1, "09-08 10:00", "seats_questioned"),
            happened(D_1, "09-08 12:00", "seats_questioned"),
            happened(D_1, "09-08 12:30", "approval_granted"),
            happened(D_1, "09-20 10:00", "seats_questioned", times=0),
        ),
    ),
)

ESCALATED = Scenario(
    name="an_approval_that_waits_too_long_is_brought_to_the_manager_and_to_operations",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", pumps("24000.00")),
        decide("09-09 14:00", ZHAO, "approve"),
    ),
    until=on("09-09 18:00"),
    promised=Promised(
        stages=(("D-1", "quote.approved"),),
        happened=(
            happened(D_1, "09-07 15:30", "step_warned"),
            happened(D_1, "09-08 09:42", "step_warned"),
            happened(D_1, "09-08 10:30", "step_escalated"),
            happened(D_1, "09-09 11:00", "approval_stuck"),
            happened(D_1, "09-09 14:00", "approval_granted"),
        ),
    ),
)

TRANSFERRED = Scenario(
    name="a_seat_goes_only_to_somebody_who_may_sit_in_it",
    customers=(customer(),),
    deals=ONE,
    start=START,
    steps=(
        *quoted(START, "D-1", pumps("24000.00")),
        by(WANG, "09-07 10:10", c.TransferSeat(approval_id="D-1-q1", to=LIU, reason="he knows"), Code.SOD),
        by(WANG, "09-07 10:15", c.TransferSeat(approval_id="D-1-q1", to="nobody", reason="he may"), Code.AUTH),
        by(WANG, "09-07 10:20", c.AddSigner(approval_id="D-1-q1", who=HE, position="after")),
        decide("09-07 10:30", WANG, "approve"),
        by(LIU, "09-07 10:40", c.SendQuoteNow(), Code.STATE),
        decide("09-07 10:50", HE, "approve"),
        by(LIU, "09-07 11:00", c.SendQuoteNow()),
    ),
    until=on("09-07 18:00"),
    promised=Promised(
        stages=(("D-1", "quote.sent"),),
        happened=(happened(D_1, "09-07 10:50", "approval_granted"),),
    ),
)

SCENARIOS = (
    SEPARATION,
    ENVELOPE,
    REJECTED,
    BOARD,
    LEAVES,
    DELEGATES,
    BY_DATE,
    ESCALATED,
    TRANSFERRED,
)
