"""What has happened in the demo before its first day: deals in every stage, as steps on days counted from today."""

from typing import NamedTuple

DAY_MINUTES = 24 * 60


class Step(NamedTuple):
    """One action: how long after the lead, and what; ``rest`` is its detail."""

    after_minutes: int
    do: str
    rest: str = ""


class Story(NamedTuple):
    """One deal.

    Attributes:
        name: where it is left.
        customer_class: of its customer, as the policy names it.
        days_ago: when the lead came, before the day of the demo.
        total_cny: about what the quote is worth, before tax.
        discount_bp: off every line.
    """

    name: str
    customer_class: str
    days_ago: int
    steps: tuple[Step, ...] = ()
    total_cny: int = 60_000
    discount_bp: int = 300


def _on(day: int, do: str, rest: str = "", minutes: int = 0) -> Step:
    return Step(day * DAY_MINUTES + minutes, do, rest)


_ANSWERED = (_on(0, "respond", minutes=20),)
_QUALIFIED = (*_ANSWERED, _on(1, "qualify"))
_DRAFTED = (*_QUALIFIED, _on(2, "quote"))
_ASKED = (*_DRAFTED, _on(2, "submit", minutes=15))
_APPROVED = (*_ASKED, _on(2, "approve", minutes=60))
_SENT = (*_APPROVED, _on(2, "send", minutes=90))
_ORDERED = (*_SENT, _on(5, "accept"))
_DELIVERED = (*_ORDERED, _on(9, "deliver"))
_INVOICED = (*_DELIVERED, _on(11, "confirm"))


def _then(steps: tuple[Step, ...], *more: Step) -> tuple[Step, ...]:
    return (*steps, *more)


STORIES = (
    # Leads
    Story("new lead", "C", 0),
    Story("new lead", "NEW", 0),
    Story("lead of a blocked customer", "X", 1, _ANSWERED),
    Story("working on it", "C", 2, _ANSWERED),
    Story("working on it", "NEW", 1, _then(_ANSWERED, _on(0, "follow_up", "phone", 45))),
    Story("nurtured", "NEW", 12, _then(_ANSWERED, _on(1, "nurture"))),
    Story("disqualified", "NEW", 9, _then(_ANSWERED, _on(2, "disqualify", "no_budget"))),
    Story("disqualified", "C", 20, _then(_ANSWERED, _on(1, "disqualify", "no_need"))),
    # Opportunities
    Story("verifying the need", "C", 3, _QUALIFIED),
    Story("showing the solution", "B", 8, _then(_QUALIFIED, _on(4, "advance"))),
    Story("stalled", "C", 25, _then(_QUALIFIED, _on(3, "advance"))),
    Story("lost on price", "B", 30, _then(_SENT, _on(14, "lose", "price"))),
    Story("lost to a competitor", "NEW", 18, _then(_QUALIFIED, _on(9, "lose", "competitor"))),
    # Quotes
    Story("quote drafted", "B", 4, _DRAFTED),
    Story("waits for the manager", "B", 3, _ASKED, 180_000, 800),
    Story("waits for the manager", "C", 2, _ASKED, 140_000, 600),
    Story("waits for the head of sales", "B", 3, _then(_ASKED, _on(2, "vote", minutes=50)), 260_000, 1_800),
    Story("waits for the board", "A", 4, _then(_ASKED, _on(2, "vote", minutes=50)), 6_000_000, 1_200),
    Story("approved", "C", 4, _APPROVED, 120_000, 700),
    Story("approved", "B", 3, _APPROVED, 320_000, 1_700),
    Story("quote sent", "B", 6, _SENT, 150_000, 900),
    Story("quote sent", "NEW", 5, _SENT),
    Story("quote sent, soon to expire", "C", 28, _SENT, 45_000),
    Story("quote expired", "NEW", 40, _SENT, 30_000),
    # Orders
    Story("contract to be signed", "A", 14, _ORDERED, 900_000, 400),
    Story("contract signed by us", "B", 12, _then(_ORDERED, _on(6, "sign", "ours")), 700_000, 900),
    Story("credit hold", "NEW", 9, _ORDERED, 380_000, 600),
    Story("to be delivered", "B", 9, _ORDERED, 160_000, 500),
    Story("on hold", "C", 15, _then(_ORDERED, _on(7, "hold", "the customer rebuilds the site")), 70_000),
    Story("cancelled", "C", 35, _then(_ORDERED, _on(12, "cancel", "the customer withdrew")), 55_000),
    Story(
        "cancelled after invoicing, by two people",
        "C",
        50,
        _then(_INVOICED, _on(15, "cancel", "wrong model"), _on(15, "approve", minutes=60)),
        40_000,
    ),
    Story("waits for acceptance", "B", 11, _DELIVERED, 210_000, 1_000),
    Story("waits for acceptance", "A", 13, _DELIVERED, 380_000, 300),
    # Money
    Story("invoiced", "B", 13, _INVOICED, 130_000, 700),
    Story("invoiced, half paid before", "NEW", 14, _then(_INVOICED, _on(12, "pay", "10000"))),
    Story("partly paid", "C", 30, _then(_INVOICED, _on(25, "pay", "4000")), 110_000, 500),
    Story("disputed", "C", 45, _then(_INVOICED, _on(40, "dispute", "quality")), 80_000),
    Story("promised", "B", 90, _then(_INVOICED, _on(88, "promise", "12")), 170_000, 800),
    Story("first reminder", "C", 46, _INVOICED, 65_000),
    Story("second reminder", "C", 54, _INVOICED, 90_000, 500),
    Story("final notice, credit hold", "NEW", 45, _INVOICED, 50_000),
    Story("written off", "C", 120, _then(_INVOICED, _on(110, "write_off")), 12_000),
    Story("write-off waits for a second person", "C", 64, _then(_INVOICED, _on(60, "write_off")), 85_000),
    Story("paid", "B", 70, _then(_INVOICED, _on(60, "pay", "10000")), 240_000, 1_600),
    Story("paid in two parts", "C", 60, _then(_INVOICED, _on(30, "pay", "5000"), _on(44, "pay", "10000")), 75_000),
    Story(
        "paid early",
        "A",
        55,
        _then(_INVOICED, _on(15, "pay", "10000"), _on(16, "pay", "10000"), _on(18, "pay", "10000")),
    ),
    Story("paid", "C", 40, _then(_INVOICED, _on(33, "pay", "10000")), 35_000),
    # Questions of finance
    Story("half delivered", "B", 12, _then(_ORDERED, _on(9, "deliver_half")), 150_000, 600),
    Story(
        "money that may pay either of two invoices", "A", 22, _then(_INVOICED, _on(16, "pay_unnamed", "10000")), 200_000
    ),
    Story(
        "paid in dollars, a part of which waits",
        "C",
        30,
        _then(_INVOICED, _on(20, "pay_dollars"), _on(21, "exchange")),
        55_000,
    ),
)
"""Every stage has at least one; who buys and what is drawn by `simulation.demo_parties`."""
