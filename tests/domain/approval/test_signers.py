"""转交 and 加签: a seat changes hands, or signers are added beside it, without loops or a way around the rules."""

import pytest

from domain.approval import events as e
from domain.approval.seats import Candidate, Purpose, Seat, SignerQuestion
from domain.money import Money
from domain.refusal import Code
from domain.terms import ApprovalTerms
from domain.value import Text
from tests.domain.approval.case import Case, kinds, step

NO = Text(en="is absent", zh="不在岗")
DEEP = ApprovalTerms(signer_depth=2)


def test_a_transfer_asks_first_and_changes_nothing_until_the_answer() -> None:
    case = Case(step("mgr", 10, ["wang"]))
    assert case.ask("wang", "transfer", "feng") == ("signer_questioned",)
    asked = case.approval.question
    assert asked == SignerQuestion(step="mgr", seat="mgr.1", who="feng", purpose="transfer", by="wang", reason="why")
    assert case.people("mgr.1") == ("wang",)
    limit = Money.of("90000.00", "CNY")
    moved = case.answer(Candidate(person="feng", limit=limit))
    assert moved == (
        e.SeatTransferred(
            approval_id="D-1-q1",
            step="mgr",
            seat=Seat(
                id="mgr.1",
                role="role",
                candidates=(Candidate(person="feng", limit=limit),),
                handed=("wang", "feng"),
            ),
            by="wang",
        ),
    )
    assert case.people("mgr.1") == ("feng",)
    assert case.approval.question is None
    case.refused(Code.AUTH, "wang")
    assert case.vote("feng") == ("seat_decided", "approval_granted")


def test_only_the_giver_s_place_is_given_away() -> None:
    delegate = Candidate(person="he", on_behalf_of="wang")
    case = Case(step("mgr", 10, ["wang", "zhao", delegate]))
    case.sign("wang", "transfer", "feng")
    assert case.people("mgr.1") == ("zhao", "feng")


def test_the_organisation_s_no_is_kept_with_its_reason() -> None:
    case = Case(step("mgr", 10, ["wang"]))
    case.ask("wang", "transfer", "feng")
    assert case.answer(None, NO) == (e.SignerDeclined(approval_id="D-1-q1", who="feng", why=NO),)
    assert (case.people("mgr.1"), case.approval.question) == (("wang",), None)
    assert case.ask("wang", "transfer", "he") == ("signer_questioned",)


def test_an_answer_nobody_waits_for_is_nothing() -> None:
    case = Case(step("mgr", 10, ["wang"]))
    assert case.answer(Candidate(person="feng")) == ()
    case.ask("wang", "transfer", "feng")
    case.fold((e.ApprovalRecalled(approval_id="D-1-q1"),))
    assert case.answer(Candidate(person="feng")) == ()
    assert case.people("mgr.1") == ("wang",)


def test_one_question_at_a_time() -> None:
    case = Case(step("two", 10, ["wang"], ["zhao"], needed=2))
    case.ask("wang", "transfer", "feng")
    case.ask_refused(Code.STATE, "zhao", "transfer", "he")


@pytest.mark.parametrize("purpose", ["transfer", "before", "after"])
@pytest.mark.parametrize(
    ("person", "who", "code"),
    [
        ("nobody", "feng", Code.AUTH),
        ("gao", "feng", Code.AUTH),  # a later step is not open
        ("wang", "li", Code.SOD),
        ("wang", "sun", Code.SOD),
        ("wang", "qian", Code.SOD),
        ("wang", "wang", Code.DECIDED),
        ("wang", "zhao", Code.DECIDED),
    ],
)
def test_who_may_not_ask_and_whom_one_may_not_name(purpose: Purpose, person: str, who: str, code: Code) -> None:
    case = Case(step("two", 10, ["wang"], ["zhao"], needed=2), step("head", 20, ["gao"]))
    case.ask_refused(code, person, purpose, who)
    assert case.approval.question is None


def test_what_is_over_or_decided_changes_hands_no_more() -> None:
    case = Case(step("two", 10, ["wang"], ["zhao"], needed=2))
    case.vote("wang")
    case.ask_refused(Code.AUTH, "wang", "transfer", "feng")
    case.vote("zhao")
    assert case.status == "approved"
    case.ask_refused(Code.STATE, "wang", "transfer", "feng")


def test_a_seat_never_comes_back_to_who_gave_it_away() -> None:
    case = Case(step("mgr", 10, ["wang"]))
    case.sign("wang", "transfer", "feng")
    case.ask_refused(Code.STATE, "feng", "transfer", "wang")
    case.sign("feng", "transfer", "he")
    for who in ("wang", "feng"):
        case.ask_refused(Code.STATE, "he", "transfer", who)
    assert (case.people("mgr.1"), case.seat("mgr.1").handed) == (("he",), ("wang", "feng", "he"))


@pytest.mark.parametrize(
    "candidate",
    [
        Candidate(person="feng", on_behalf_of="li"),
        Candidate(person="feng", limit=Money.of("1.00", "CNY")),
        Candidate(person="feng", limit=Money.of("999999.00", "EUR")),
        Candidate(person="zhao"),
    ],
    ids=["for the requester", "authority", "currency", "sits there"],
)
@pytest.mark.parametrize("purpose", ["transfer", "before", "after"])
def test_the_machine_s_own_rules_hold_whatever_the_organisation_says(candidate: Candidate, purpose: Purpose) -> None:
    case = Case(step("two", 10, ["wang"], ["zhao"], needed=2))
    case.ask("wang", purpose, "feng")
    before = case.approval.steps
    assert kinds(case.answer(candidate)) == ("signer_declined",)
    assert (case.approval.steps, case.approval.question) == (before, None)


@pytest.mark.parametrize("purpose", ["transfer", "before", "after"])
def test_a_seat_decided_while_the_organisation_was_asked_stays_decided(purpose: Purpose) -> None:
    case = Case(step("two", 10, ["wang"], ["zhao"], needed=2), step("head", 20, ["gao"]))
    case.ask("wang", purpose, "feng")
    case.vote("wang")
    decided = case.step("two")
    (declined,) = case.answer(Candidate(person="feng"))
    assert declined == e.SignerDeclined(
        approval_id="D-1-q1", who="feng", why=Text(en="the seat was decided meanwhile", zh="该席位已被决定")
    )
    assert case.step("two") == decided
    assert case.vote("zhao") == ("seat_decided", "step_opened")


def test_a_step_passed_meanwhile_gets_no_signer() -> None:
    case = Case(step("any", 10, ["wang"], ["zhao"]), step("head", 20, ["gao"]))
    case.ask("wang", "before", "feng")
    case.vote("zhao")
    assert kinds(case.answer(Candidate(person="feng"))) == ("signer_declined",)
    assert (case.step("any").needed, len(case.step("any").seats), case.step("any").passed) == (1, 2, True)


def test_who_lost_the_seat_meanwhile_cannot_give_it() -> None:
    case = Case(step("mgr", 10, ["wang"]))
    case.ask("wang", "transfer", "feng")
    case.again(step("mgr", 10, ["zhao"]))
    assert kinds(case.answer(Candidate(person="feng"))) == ("signer_declined",)
    assert case.people("mgr.1") == ("zhao",)


def test_a_signer_before_decides_first() -> None:
    case = Case(step("mgr", 10, ["wang"]))
    case.ask("wang", "before", "feng")
    assert case.answer(Candidate(person="feng")) == (
        e.SignerAdded(
            approval_id="D-1-q1",
            step="mgr",
            seat=Seat(id="mgr.1-1", role="role", candidates=(Candidate(person="feng"),), depth=1),
            position="before",
            by="wang",
        ),
    )
    assert (case.step("mgr").needed, case.seat("mgr.1").waits_for) == (2, ("mgr.1-1",))
    case.refused(Code.STATE, "wang")
    assert case.vote("feng") == ("seat_decided",)
    assert case.vote("wang") == ("seat_decided", "approval_granted")


def test_a_signer_after_decides_second() -> None:
    case = Case(step("mgr", 10, ["wang"]))
    assert case.sign("wang", "after", "feng") == ("signer_added",)
    assert case.seat("mgr.1-1").waits_for == ("mgr.1",)
    case.refused(Code.STATE, "feng")
    assert case.vote("wang") == ("seat_decided",)
    assert (case.status, case.open()) == ("pending", ("mgr.1-1",))
    assert case.vote("feng") == ("seat_decided", "approval_granted")


@pytest.mark.parametrize("position", ["before", "after"])
def test_who_waits_may_still_say_no(position: Purpose) -> None:
    case = Case(step("mgr", 10, ["wang"]))
    case.sign("wang", position, "feng")
    waiting = "wang" if position == "before" else "feng"
    assert case.vote(waiting, "reject") == ("seat_decided", "approval_rejected")


def test_others_cannot_pass_the_step_around_an_added_signer() -> None:
    case = Case(step("any", 10, ["wang"], ["zhao"], ["chen"], needed=1))
    case.sign("wang", "before", "feng")
    assert case.step("any").needed == 2
    assert case.vote("zhao") == ("seat_decided",)
    assert case.vote("chen") == ("seat_decided",)  # two approvals, but not the added signer's
    assert (case.status, case.step("any").passed) == ("pending", False)
    assert case.vote("feng") == ("seat_decided", "approval_granted")


def test_the_no_of_an_added_signer_is_everybody_s() -> None:
    case = Case(step("any", 10, ["wang"], ["zhao"], ["chen"], needed=1))
    case.sign("wang", "before", "feng")
    assert case.vote("feng", "reject") == ("seat_decided", "approval_rejected")


def test_a_signer_after_need_not_wait_for_a_seat_that_said_no() -> None:
    case = Case(step("any", 10, ["wang"], ["zhao"], needed=1))
    case.sign("wang", "after", "feng")
    assert case.vote("wang", "reject") == ("seat_decided",)
    assert case.vote("feng") == ("seat_decided",)
    assert case.vote("zhao") == ("seat_decided", "approval_granted")


def test_signers_nest_as_deep_as_the_policy_says() -> None:
    case = Case(step("mgr", 10, ["wang"]), terms=DEEP)
    case.sign("wang", "before", "feng")
    case.sign("feng", "after", "he")
    assert [one.depth for one in case.step("mgr").seats] == [0, 1, 2]
    assert [one.id for one in case.step("mgr").seats] == ["mgr.1", "mgr.1-1", "mgr.1-1-2"]
    case.vote("feng")
    case.ask_refused(Code.LIMIT, "he", "before", "gao")
    assert case.sign("he", "transfer", "gao") == ("seat_transferred",)
    case.ask_refused(Code.LIMIT, "gao", "before", "lu")  # a transfer does not reset the depth
    case.vote("gao")
    assert (case.step("mgr").passed, case.step("mgr").needed) == (False, 3)
    assert case.vote("wang") == ("seat_decided", "approval_granted")


def test_a_policy_without_signers_still_has_transfers() -> None:
    case = Case(step("mgr", 10, ["wang"]), terms=ApprovalTerms(signer_depth=0))
    for position in ("before", "after"):
        case.ask_refused(Code.LIMIT, "wang", position, "feng")
    assert case.sign("wang", "transfer", "feng") == ("seat_transferred",)


def test_signers_cannot_add_each_other_in_a_ring() -> None:
    case = Case(step("mgr", 10, ["wang"]), terms=DEEP)
    case.sign("wang", "before", "feng")
    for purpose in ("before", "after", "transfer"):
        case.ask_refused(Code.DECIDED, "feng", purpose, "wang")
    assert case.vote("feng") == ("seat_decided",)
    assert case.vote("wang") == ("seat_decided", "approval_granted")


def test_who_was_given_the_seat_keeps_it_when_the_organisation_changes() -> None:
    case = Case(step("mgr", 10, ["wang"]))
    case.sign("wang", "transfer", "feng")
    case.again(step("mgr", 10, ["zhao"]))
    assert case.people("mgr.1") == ("zhao", "feng")
    assert case.vote("feng") == ("seat_decided", "approval_granted")


def test_an_added_signer_stays_when_the_organisation_changes() -> None:
    case = Case(step("mgr", 10, ["wang"]))
    case.sign("wang", "before", "feng")
    case.again(step("mgr", 10, ["zhao"]))
    assert (case.people("mgr.1"), case.people("mgr.1-1")) == (("zhao",), ("feng",))
    assert (case.step("mgr").needed, case.seat("mgr.1").waits_for) == (2, ("mgr.1-1",))
