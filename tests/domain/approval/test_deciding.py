"""One vote at a time: who may cast it, on which content, how often, and what a step makes of it."""

from datetime import timedelta

import pytest

from domain.approval import events as e
from domain.approval import machine
from domain.approval.evolve import evolve
from domain.approval.seats import Approval, Candidate, Verdict
from domain.machine import Actor
from domain.money import Money
from domain.refusal import Code, Refused
from domain.terms import ApprovalTerms
from domain.value import Value
from tests.domain.approval.case import HASH, START, SUBJECT, Case, kinds, step

MANAGER = step("mgr", 10, ["wang"])
HEAD = step("head", 20, ["zhao"])


def test_the_request_waits_for_its_seats_and_nobody_can_decide_before() -> None:
    asked = machine.request("D-1-q1", SUBJECT, ApprovalTerms())
    assert asked == (e.ApprovalRequested(approval_id="D-1-q1", subject=SUBJECT, terms=ApprovalTerms()),)
    case = Case(MANAGER)
    case.approval = evolve(None, asked[0], START)
    assert (case.status, case.open()) == ("resolving", ())
    case.refused(Code.STATE, "wang")


def test_an_event_before_the_request_is_an_error_of_the_owner() -> None:
    with pytest.raises(ValueError, match="before the approval was requested"):
        evolve(None, e.ApprovalExpired(approval_id="D-1-q1"), START)


def test_steps_follow_each_other_and_the_last_one_grants() -> None:
    case = Case(HEAD, MANAGER)
    assert kinds(case.resolved) == ("seats_resolved", "step_opened")
    assert case.open() == ("mgr.1",)
    case.refused(Code.AUTH, "zhao")  # a band is no shortcut: the higher step comes after the lower one
    assert case.decide("wang") == (
        e.SeatDecided(
            approval_id="D-1-q1",
            step="mgr",
            seat="mgr.1",
            person="wang",
            verdict="approve",
            content_hash=HASH,
            reason="why",
        ),
        e.StepOpened(approval_id="D-1-q1", rank=20),
    )
    assert case.vote("wang") == ("seat_decided", "step_opened")
    assert (case.status, case.open()) == ("pending", ("head.1",))
    assert case.decide("zhao")[1:] == (e.ApprovalGranted(approval_id="D-1-q1", content_hash=HASH),)
    assert case.vote("zhao") == ("seat_decided", "approval_granted")
    assert (case.status, case.open()) == ("approved", ())


def test_equal_ranks_run_side_by_side_and_the_next_waits_for_all() -> None:
    case = Case(MANAGER, step("fin", 10, ["chen"]), HEAD)
    assert case.open() == ("mgr.1", "fin.1")
    assert case.vote("chen") == ("seat_decided",)
    assert (case.step("fin").passed, case.step("mgr").passed, case.open()) == (True, False, ("mgr.1",))
    assert case.vote("wang") == ("seat_decided", "step_opened")
    assert case.open() == ("head.1",)


def test_one_person_in_two_parallel_steps_decides_each() -> None:
    case = Case(MANAGER, step("fin", 10, ["wang"]))
    assert case.vote("wang") == ("seat_decided",)
    assert case.open() == ("fin.1",)
    assert case.vote("wang") == ("seat_decided", "approval_granted")


@pytest.mark.parametrize(
    ("needed", "voters"),
    [(1, ["zhao"]), (2, ["zhao", "chen"]), (3, ["zhao", "chen", "wang"])],
    ids=["any", "2/3", "all"],
)
def test_a_step_passes_with_the_approvals_it_needs_and_not_before(needed: int, voters: list[str]) -> None:
    case = Case(step("cfo", 10, ["wang"], ["zhao"], ["chen"], needed=needed), HEAD.model_copy(update={"rank": 30}))
    for voter in voters[:-1]:
        assert case.vote(voter) == ("seat_decided",)
        assert (case.step("cfo").passed, case.approval.at_rank) == (False, 10)
    assert case.vote(voters[-1])[:2] == ("seat_decided", "step_opened")
    assert (case.step("cfo").passed, case.approval.at_rank) == (True, 30)


def test_who_was_not_needed_any_more_is_told_so() -> None:
    case = Case(step("cfo", 10, ["wang"], ["zhao"]), step("ceo", 20, ["gao"]))
    case.vote("wang")
    case.refused(Code.DECIDED, "zhao")


@pytest.mark.parametrize(
    ("needed", "rejections"), [(1, 3), (2, 2), (3, 1)], ids=["any needs them all", "2/3 needs two", "all needs one"]
)
def test_a_rejection_ends_the_approval_only_when_the_quorum_is_out_of_reach(needed: int, rejections: int) -> None:
    case = Case(step("cfo", 10, ["wang"], ["zhao"], ["chen"], needed=needed))
    voters = ["wang", "zhao", "chen"]
    for voter in voters[: rejections - 1]:
        assert case.vote(voter, "reject") == ("seat_decided",)
        assert case.status == "pending"
    last = voters[rejections - 1]
    assert case.decide(last, "reject")[1:] == (e.ApprovalRejected(approval_id="D-1-q1", reason="why"),)
    assert case.vote(last, "reject") == ("seat_decided", "approval_rejected")
    assert (case.status, case.open()) == ("rejected", ())


def test_a_rejection_in_a_quorum_leaves_the_approval_to_the_others() -> None:
    case = Case(step("cfo", 10, ["wang"], ["zhao"], ["chen"], needed=2))
    case.vote("wang", "reject")
    case.vote("zhao")
    assert case.vote("chen") == ("seat_decided", "approval_granted")


def test_a_return_ends_the_approval_whoever_else_approved() -> None:
    case = Case(step("cfo", 10, ["wang"], ["zhao"], ["chen"], needed=1))
    assert case.decide("zhao", "return", reason="price")[1:] == (
        e.ApprovalReturned(approval_id="D-1-q1", reason="price", by_clock=False),
    )
    assert case.vote("zhao", "return") == ("seat_decided", "approval_returned")
    assert (case.status, case.seat("cfo.2").status) == ("returned", "returned")


@pytest.mark.parametrize("verdict", ["reject", "return"])
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_refusal_to_approve_says_why(verdict: Verdict, reason: str) -> None:
    case = Case(MANAGER)
    assert case.refused(Code.GATE, "wang", verdict, reason=reason).details[0].value == "reason"
    assert case.vote("wang", "approve", reason="") == ("seat_decided", "approval_granted")


def test_a_decision_on_other_content_is_stale_and_changes_nothing() -> None:
    case = Case(MANAGER, HEAD)
    refused = case.refused(Code.STALE, "wang", seen="b" * 64)
    assert [(detail.name, detail.value) for detail in refused.details] == [("current", HASH)]
    case.vote("wang")
    case.refused(Code.STALE, "wang", seen="b" * 64)  # even from one who has decided on this content


@pytest.mark.parametrize("person", ["li", "sun", "qian"], ids=["requester", "owner", "editor"])
@pytest.mark.parametrize("verdict", ["approve", "reject", "return"])
def test_nobody_decides_on_what_they_had_a_part_in(person: str, verdict: Verdict) -> None:
    case = Case(step("mgr", 10, [person, "wang"]))
    case.refused(Code.SOD, person, verdict)
    assert case.status == "pending"


@pytest.mark.parametrize("behalf", ["", "sun"], ids=["silent", "named"])
def test_a_delegate_cannot_carry_the_owner_s_vote(behalf: str) -> None:
    for_owner = Candidate(person="feng", on_behalf_of="sun")
    case = Case(step("mgr", 10, [for_owner, "wang"]))
    case.refused(Code.SOD, "feng", behalf=behalf)
    assert case.vote("wang") == ("seat_decided", "approval_granted")


def test_a_delegate_of_two_decides_for_the_one_without_a_part() -> None:
    case = Case(
        step("mgr", 10, [Candidate(person="feng", on_behalf_of="sun"), Candidate(person="feng", on_behalf_of="wang")])
    )
    case.vote("feng")
    assert (case.status, case.seat("mgr.1").on_behalf_of) == ("approved", "wang")


def test_both_the_delegator_and_the_delegate_may_decide_until_one_does() -> None:
    both = step("mgr", 10, ["wang", Candidate(person="feng", on_behalf_of="wang")])
    for voter, behalf in (("wang", ""), ("feng", "wang")):
        case = Case(both, HEAD)
        case.vote(voter)
        assert (case.seat("mgr.1").decided_by, case.seat("mgr.1").on_behalf_of) == (voter, behalf)
        case.refused(Code.DECIDED, "feng" if voter == "wang" else "wang")


def test_a_vote_by_delegation_and_the_delegator_s_own_are_one_vote() -> None:
    wang_or_feng: list[str | Candidate] = ["wang", Candidate(person="feng", on_behalf_of="wang")]
    case = Case(step("two", 10, [*wang_or_feng, "zhao"], [*wang_or_feng, "chen"], needed=2))
    assert case.vote("feng") == ("seat_decided",)
    case.refused(Code.DECIDED, "wang")
    assert case.step("two").passed is False
    assert case.vote("chen") == ("seat_decided", "approval_granted")


def test_own_right_goes_before_delegation() -> None:
    case = Case(step("two", 10, [Candidate(person="feng", on_behalf_of="wang")], ["feng"], needed=1))
    case.vote("feng")
    assert (case.seat("two.1").status, case.seat("two.2").decided_by) == ("open", "feng")
    case = Case(step("two", 10, [Candidate(person="feng", on_behalf_of="wang")], ["feng"], needed=1))
    case.vote("feng", behalf="wang")
    assert (case.seat("two.1").decided_by, case.seat("two.2").status) == ("feng", "open")


def test_a_delegation_that_was_not_given_is_no_seat() -> None:
    case = Case(MANAGER)
    case.refused(Code.AUTH, "wang", behalf="zhao")


def test_a_decision_for_one_is_none_for_another() -> None:
    case = Case(step("mgr", 10, [Candidate(person="feng", on_behalf_of="wang")]), HEAD)
    case.vote("feng", behalf="wang")
    assert case.vote("feng", behalf="wang") == ()
    case.refused(Code.DECIDED, "feng", behalf="chen")


def test_a_delegation_holds_from_its_start_until_just_before_its_end() -> None:
    since, until = START + timedelta(hours=1), START + timedelta(hours=3)
    feng = Candidate(person="feng", on_behalf_of="wang", since=since, until=until)
    case = Case(step("mgr", 10, ["wang", feng]))
    for hours, holds in ((0, False), (1, True), (2.9, True), (3, False)):
        case.now = START + timedelta(hours=hours)
        if holds:
            assert kinds(case.decide("feng")) == ("seat_decided", "approval_granted")
        else:
            case.refused(Code.AUTH, "feng")
            case.refused(Code.AUTH, "feng", "reject")


def test_an_ended_delegation_does_not_hide_another_right() -> None:
    ended = Candidate(person="feng", on_behalf_of="wang", until=START)
    case = Case(step("two", 10, [ended, "wang"], [Candidate(person="feng", on_behalf_of="zhao")]))
    case.vote("feng")
    assert case.seat("two.2").on_behalf_of == "zhao"


@pytest.mark.parametrize(
    ("amount", "limit", "within"),
    [
        ("50000.00", "50000.00", True),
        ("50000.01", "50000.00", False),
        ("-50000.01", "50000.00", False),  # a credit as large is as large
        ("-50000.00", "50000.00", True),
        ("0.00", "0.00", True),
    ],
)
def test_authority_reaches_the_amount_or_the_approval_is_refused(amount: str, limit: str, *, within: bool) -> None:
    subject = SUBJECT.model_copy(update={"amount": Money.of(amount, "CNY")})
    case = Case(step("mgr", 10, [Candidate(person="wang", limit=Money.of(limit, "CNY")), "zhao"]), subject=subject)
    if within:
        assert case.vote("wang") == ("seat_decided", "approval_granted")
    else:
        case.refused(Code.LIMIT, "wang")
        assert case.vote("wang", "reject") == ("seat_decided", "approval_rejected")  # saying no needs no authority


def test_authority_in_another_currency_is_none() -> None:
    case = Case(step("mgr", 10, [Candidate(person="wang", limit=Money.of("9999999.00", "EUR")), "zhao"]))
    case.refused(Code.LIMIT, "wang")


def test_the_seat_with_enough_authority_is_taken() -> None:
    small = Candidate(person="feng", on_behalf_of="wang", limit=Money.of("1.00", "CNY"))
    case = Case(step("two", 10, [small, "wang"], [Candidate(person="feng", on_behalf_of="zhao")]))
    case.vote("feng")
    assert (case.seat("two.1").status, case.seat("two.2").on_behalf_of) == ("open", "zhao")


def test_a_vote_goes_where_it_leaves_the_others_their_seats() -> None:
    case = Case(step("two", 10, ["wang", "zhao"], ["wang"], needed=2))
    case.vote("wang")
    assert (case.seat("two.1").status, case.seat("two.2").decided_by) == ("open", "wang")
    assert case.vote("zhao") == ("seat_decided", "approval_granted")


def test_one_person_is_one_vote_in_a_step() -> None:
    case = Case(step("two", 10, ["wang"], ["wang", "zhao"], ["chen"], needed=2))
    assert case.vote("wang") == ("seat_decided",)
    assert case.vote("wang") == ()
    assert case.step("two").passed is False
    case.refused(Code.DECIDED, "wang", "reject")


def test_the_same_decision_again_is_answered_as_the_first_and_the_opposite_is_refused() -> None:
    case = Case(MANAGER, HEAD)
    case.vote("wang")
    assert case.vote("wang") == ()
    assert case.refused(Code.DECIDED, "wang", "reject").details[0].value == "approve"
    case.refused(Code.DECIDED, "wang", "return")
    case.vote("zhao", "return")
    assert case.status == "returned"
    assert case.vote("wang") == ()
    assert case.vote("zhao", "return") == ()
    case.refused(Code.DECIDED, "zhao", "approve")


def test_the_last_word_counts_where_a_person_said_two_things() -> None:
    case = Case(step("a", 10, ["wang"], ["chen"]), step("b", 10, ["wang"], ["zhao"], needed=2))
    case.vote("wang")
    case.wait(hours=1)
    assert case.vote("wang", "reject") == ("seat_decided", "approval_rejected")
    assert case.vote("wang", "reject") == ()
    case.refused(Code.DECIDED, "wang", "approve")


def test_a_decided_seat_is_nobody_else_s() -> None:
    case = Case(step("mgr", 10, ["wang", "feng"]), HEAD)
    case.vote("wang")
    case.refused(Code.DECIDED, "feng")
    case.refused(Code.AUTH, "nobody")


ENDS: tuple[tuple[str, Value], ...] = (
    ("approved", e.ApprovalGranted(approval_id="D-1-q1", content_hash=HASH)),
    ("approved", e.ApprovalNotNeeded(approval_id="D-1-q1")),
    ("rejected", e.ApprovalRejected(approval_id="D-1-q1", reason="why")),
    ("returned", e.ApprovalReturned(approval_id="D-1-q1", reason="why")),
    ("recalled", e.ApprovalRecalled(approval_id="D-1-q1")),
    ("expired", e.ApprovalExpired(approval_id="D-1-q1")),
    ("superseded", e.ApprovalSuperseded(approval_id="D-1-q1")),
)


@pytest.mark.parametrize(("status", "end"), ENDS)
def test_what_is_over_is_decided_recalled_and_resolved_no_more(status: str, end: Value) -> None:
    case = Case(MANAGER)
    case.fold((end,))
    assert (case.status, case.open()) == (status, ())
    for verdict in ("approve", "reject", "return"):
        case.refused(Code.STATE, "wang", verdict)
        case.refused(Code.STATE, "li", verdict, seen="b" * 64)
    with pytest.raises(Refused, match="cannot be recalled"):
        machine.recall(case.approval, actor=Actor(id="li"), reason="")
    assert case.again(MANAGER) == ()
    assert case.status == status


@pytest.mark.parametrize(
    ("person", "by_owner", "allowed"),
    [("li", True, True), ("li", False, True), ("sun", True, True), ("sun", False, False), ("wang", True, False)],
)
def test_who_asked_may_recall_and_the_owner_where_the_policy_says_so(
    person: str, *, by_owner: bool, allowed: bool
) -> None:
    case = Case(MANAGER, HEAD, terms=ApprovalTerms(recall_by_owner=by_owner))
    case.vote("wang")
    if allowed:
        found = machine.recall(case.approval, actor=Actor(id=person), reason="wrong price")
        assert found == (e.ApprovalRecalled(approval_id="D-1-q1", reason="wrong price"),)
        case.fold(found)
        assert (case.status, case.open()) == ("recalled", ())
    else:
        assert _recall_code(case.approval, person) == Code.AUTH


def test_nobody_at_all_may_recall_what_nobody_asked_for() -> None:
    case = Case(MANAGER, subject=SUBJECT.model_copy(update={"requester": "", "owner": ""}))
    assert _recall_code(case.approval, "") == Code.AUTH


def test_the_stuck_and_the_unresolved_can_be_recalled() -> None:
    assert Case(step("mgr", 10, [])).status == "stuck"
    unresolved = evolve(None, machine.request("D-1-q1", SUBJECT, ApprovalTerms())[0], START)
    for approval in (Case(step("mgr", 10, [])).approval, unresolved):
        assert kinds(machine.recall(approval, actor=Actor(id="li"), reason="")) == ("approval_recalled",)


def _recall_code(approval: Approval, person: str) -> Code:
    with pytest.raises(Refused) as caught:
        machine.recall(approval, actor=Actor(id=person), reason="")
    return caught.value.code
