"""A refusal says why in that very state, and names to be done instead only what can be done there."""

from collections.abc import Callable
from typing import get_args

import pytest

from domain.deal import commands as c
from domain.deal.evolve import evolve
from domain.deal.moves import check_state, moves, possible
from domain.deal.requests import PublicDealCommand
from domain.deal.state import Deal, Stage
from domain.deal.why_not import why_not
from domain.refusal import Code, Refused
from tests.domain.deal.driver import Driver, line

KINDS = [one.model_fields["kind"].default for one in get_args(get_args(PublicDealCommand)[0])]


def delivered_and_cancelled() -> Driver:
    driver = Driver().booked(line(1, "10"))
    driver.do(c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="4"),)))
    driver.do(c.Cancel(reason="withdrawn"))
    return driver


def rejected() -> Driver:
    driver = Driver().pending()
    driver.vote("wang", "reject", "too cheap")
    return driver


STORIES: list[Callable[[], Driver]] = [
    lambda: Driver().billed(),
    delivered_and_cancelled,
    rejected,
]


def states() -> list[Deal]:
    found = []
    for story in STORIES:
        driver = story()
        deal = driver.first
        for fact in driver.facts:
            deal = evolve(deal, fact)
            found.append(deal)
    return found


STATES = states()
REFUSED = [
    (deal, kind)
    for deal in STATES
    for kind in KINDS
    if deal.opened and not deal.stage.closed and deal.hold is None and kind != "capture" and not possible(deal, kind)
]


def test_the_stories_pass_through_every_open_stage_that_matters() -> None:
    assert {deal.stage for deal in STATES} >= {
        Stage.LEAD_ASSIGNED, Stage.OPPORTUNITY, Stage.QUOTE_DRAFT, Stage.QUOTE_PENDING, Stage.QUOTE_APPROVED,
        Stage.QUOTE_SENT, Stage.ACTIVE,
    }  # fmt: skip
    assert len({kind for _, kind in REFUSED}) > 20


def test_every_refusal_has_a_reason_and_names_only_what_is_possible_there() -> None:
    for deal, kind in REFUSED:
        why = why_not(deal, kind)
        assert why.en
        assert why.zh
        assert not why.instead or why.instead in moves(deal), (deal.stage, kind, why)
        with pytest.raises(Refused) as told:
            check_state(deal, kind)
        said = f"{kind} is not possible in {deal.stage} ({why.text.en}); possible are: {', '.join(moves(deal))}"
        if told.value.code is Code.STATE:
            assert told.value.text.en == said


def test_while_a_cancellation_is_weighed_another_says_so() -> None:
    """It said "before there is an order, lose or disqualify the deal"."""
    driver = delivered_and_cancelled()
    told = driver.refused(c.Cancel(reason="again"), Code.STATE)
    assert told.text.en.startswith(
        "cancel is not possible in active (the ledger is weighing or carrying out cancellation 1: wait until it has "
        "answered); possible are: "
    )
    assert "lose" not in told.text.en


@pytest.mark.parametrize(
    ("begun", "kind", "says"),
    [
        (lambda: Driver().open(), "cancel", "there is no order to cancel, only a lead: disqualify"),
        (lambda: Driver().open(), "lose", "a lead is not lost: disqualify"),
        (lambda: Driver().qualified(), "cancel", "there is no order to cancel yet: lose"),
        (lambda: Driver().qualified(), "edit_quote", "there is no quote yet: create_quote"),
        (lambda: Driver().drafted(), "send_quote", "the version is not approved yet: submit_quote"),
        (lambda: Driver().drafted(), "create_quote", "there is a version already: edit_quote"),
        (lambda: Driver().pending(), "submit_quote", "the version is being approved"),
        (lambda: Driver().approved(), "accept_quote", "the version is approved and not sent yet: send_quote"),
        (lambda: Driver().quoted(), "send_quote", "the version is sent and waits for the customer"),
        (lambda: Driver().quoted(), "amend", "there is no order yet"),
        (lambda: Driver().booked(), "lose", "an order is not lost: cancel"),
        (lambda: Driver().booked(), "disqualify", "there is an order: cancel"),
        (lambda: Driver().booked(), "accept_delivery", "not everything is delivered yet"),
        (lambda: Driver().booked(), "end_recurring", "nothing is billed again and again"),
        (lambda: Driver().booked(), "release_credit", "credit holds nothing of this deal back"),
        (lambda: Driver().booked(), "retry_effect", "nothing waits for attention"),
        (lambda: Driver().booked(), "release", "the deal is not on hold"),
        (lambda: Driver().booked(), "decide", "nothing is being approved"),
        (lambda: Driver().delivered(), "create_quote", "the quote is accepted"),
    ],
)
def test_the_reason_is_that_of_the_state(begun: Callable[[], Driver], kind: str, says: str) -> None:
    assert why_not(begun().deal, kind).text.en == says
