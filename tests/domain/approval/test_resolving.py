"""Seats are filled from the organisation; a step its people cannot pass is stuck, and the stuck approve nothing."""

import pytest

from domain.approval import events as e
from domain.approval.seats import Candidate, Exclusion, Seat, Step
from domain.money import Money
from domain.refusal import Code
from domain.terms import ApprovalTerms
from domain.value import Text
from tests.domain.approval.case import Case, kinds, seat, step

STANDS_IN = Candidate(person="feng", on_behalf_of="wang")
LITTLE = Money.of("1.00", "CNY")


def test_no_rule_no_approval() -> None:
    case = Case()
    assert case.resolved == (e.ApprovalNotNeeded(approval_id="D-1-q1"),)
    assert case.status == "approved"
    assert case.again() == ()


@pytest.mark.parametrize(
    ("a_step", "wanting"),
    [
        (step("mgr", 10, []), ("mgr.1",)),
        (step("fin", 10, ["wang"], [], needed=2), ("fin.2",)),
        (step("mgr", 10, ["li", "sun", "qian"]), ("mgr.1",)),
        (step("mgr", 10, [Candidate(person="feng", on_behalf_of="li")]), ("mgr.1",)),
        (step("mgr", 10, [Candidate(person="wang", limit=LITTLE)]), ("mgr.1",)),
        (step("fin", 10, ["wang"], ["wang"], needed=2), ("fin.1", "fin.2")),
        (step("fin", 10, ["wang", STANDS_IN], ["wang", STANDS_IN], needed=2), ("fin.1", "fin.2")),
        (
            step("fin", 10, [STANDS_IN], [Candidate(person="feng", on_behalf_of="zhao")], needed=2),
            ("fin.1", "fin.2"),
        ),
        (step("fin", 10, ["wang"], ["zhao"], needed=3), ("fin.1", "fin.2")),
        (step("nobody", 10), ("nobody",)),
        (step("two", 10, ["wang", "zhao"], ["wang", "zhao"], ["zhao", "wang"], needed=3), ("two.1", "two.2", "two.3")),
    ],
    ids=[
        "nobody",
        "one of all is empty",
        "all have a part in it",
        "the requester's delegate",
        "no authority",
        "one person twice",
        "a person and the delegate are one vote",
        "one delegate of two",
        "more needed than seats",
        "no seats",
        "three seats, two people",
    ],
)
def test_a_step_that_its_people_cannot_pass_is_stuck(a_step: Step, wanting: tuple[str, ...]) -> None:
    case = Case(a_step)
    assert kinds(case.resolved) == ("seats_resolved", "step_opened", "approval_stuck")
    assert case.resolved[-1] == e.ApprovalStuck(approval_id="D-1-q1", seats=wanting)
    assert case.status == "stuck"


@pytest.mark.parametrize(
    "a_step",
    [
        step("any", 10, ["wang"], []),
        step("two", 10, ["wang"], ["zhao"], [], needed=2),
        step("two", 10, ["wang"], ["wang", "zhao"], needed=2),
        step("two", 10, ["wang", "zhao", "chen"], ["wang", "zhao"], ["wang"], needed=3),
        step("any", 10, ["li", "wang"]),
    ],
    ids=["any", "quorum", "overlap", "three that fit only one way", "one of them may"],
)
def test_an_empty_seat_that_nobody_needs_is_no_matter(a_step: Step) -> None:
    case = Case(a_step)
    assert kinds(case.resolved) == ("seats_resolved", "step_opened")
    assert case.status == "pending"


def test_the_stuck_are_never_approved_by_anything_but_votes() -> None:
    case = Case(step("fin", 10, ["wang"], [], needed=2), terms=ApprovalTerms())
    assert case.vote("wang") == ("seat_decided",)
    assert case.status == "stuck"
    assert case.again() == ("seats_resolved", "approval_stuck")
    assert case.again(step("fin", 10, ["wang"], [], needed=2)) == ("seats_resolved", "approval_stuck")
    assert (case.status, case.step("fin").passed) == ("stuck", False)
    assert case.again(step("fin", 10, ["gao"], ["zhao"], needed=2)) == ("seats_resolved",)
    assert (case.status, case.open(), case.people("fin.1")) == ("pending", ("fin.2",), ("wang",))
    assert case.vote("zhao") == ("seat_decided", "approval_granted")


def test_a_later_step_without_people_is_said_at_once_and_still_when_its_turn_comes() -> None:
    case = Case(step("mgr", 10, ["wang"]), step("head", 20, []))
    assert kinds(case.resolved) == ("seats_resolved", "step_opened", "approval_stuck")
    assert case.open() == ("mgr.1",)
    assert case.vote("wang") == ("seat_decided", "step_opened", "approval_stuck")
    assert case.status == "stuck"


def test_a_rejection_that_leaves_seats_but_no_people_makes_the_approval_stuck() -> None:
    case = Case(step("two", 10, ["wang"], ["wang"], ["zhao"], needed=2))
    assert case.vote("zhao", "reject") == ("seat_decided", "approval_stuck")
    assert (case.status, case.open()) == ("stuck", ("two.1", "two.2"))


@pytest.mark.parametrize("needed", [0, -1])
def test_a_step_that_needs_nothing_needs_one_approval_and_no_rejection_passes_it(needed: int) -> None:
    case = Case(step("odd", 10, ["wang"], ["zhao"], needed=needed))
    assert case.status == "pending"
    assert case.vote("zhao", "reject") == ("seat_decided",)
    assert case.step("odd").passed is False
    assert case.vote("wang") == ("seat_decided", "approval_granted")
    case = Case(step("odd", 10, ["wang"], needed=needed))
    assert case.vote("wang", "reject") == ("seat_decided", "approval_rejected")


def test_the_organisation_changes_the_people_of_open_seats_and_nothing_else() -> None:
    before = (step("fin", 10, ["wang"], ["zhao"], needed=2), step("head", 20, ["gao"]))
    case = Case(*before)
    case.vote("wang")
    decided = case.seat("fin.1")
    why = Exclusion(person="zhao", why=Text(en="left", zh="已离职"))
    now = Seat(id="fin.2", role="role", candidates=(Candidate(person="chen"),), excluded=(why,), manager="gao")
    assert case.again(step("fin", 10, seat("fin.1", "chen"), now, needed=1), step("head", 20, ["he"])) == (
        "seats_resolved",
    )
    assert case.seat("fin.1") == decided
    assert case.seat("fin.2") == now
    assert (case.step("fin").needed, case.status, case.people("head.1")) == (2, "pending", ("he",))
    case.refused(Code.AUTH, "zhao")
    assert case.vote("chen") == ("seat_decided", "step_opened")
    assert case.vote("he") == ("seat_decided", "approval_granted")


def test_a_step_that_passed_keeps_the_people_of_its_open_seats() -> None:
    case = Case(step("any", 10, ["wang"], ["zhao"]), step("head", 20, ["gao"]))
    case.vote("wang")
    case.again(step("any", 10, ["he"], ["he"]), step("head", 20, ["gao"]))
    assert case.people("any.2") == ("zhao",)
    case.refused(Code.DECIDED, "zhao")


def test_a_second_resolution_never_approves_a_step_that_no_longer_fires() -> None:
    case = Case(step("mgr", 10, ["wang"]))
    assert case.again() == ("seats_resolved",)
    assert (case.status, case.people("mgr.1")) == ("pending", ("wang",))


def test_the_second_resolution_says_so() -> None:
    case = Case(step("mgr", 10, ["wang"]))
    assert isinstance(case.resolved[0], e.SeatsResolved)
    assert case.resolved[0].again is False
    case.again(step("mgr", 10, ["zhao"]))
    assert (case.people("mgr.1"), case.open()) == (("zhao",), ("mgr.1",))


@pytest.mark.parametrize(
    "steps",
    [
        (step("mgr", 10, seat("one", "wang"), seat("one", "zhao"), needed=2),),
        (step("mgr", 10, ["wang"]), step("mgr", 20, ["zhao"])),
    ],
    ids=["seats", "steps"],
)
def test_two_of_one_name_would_count_a_vote_twice(steps: tuple[Step, ...]) -> None:
    with pytest.raises(ValueError, match="would count twice: name them apart"):
        Case(*steps)
