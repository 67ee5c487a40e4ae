"""A decision is taken over within its envelope, or into the very next seat of the same person, and no further."""

import pytest

from domain.approval import events as e
from domain.approval.seats import Approval, ApprovalStatus, Candidate, Exclusion, Seat, Step, Subject
from domain.money import Money
from domain.terms import ApprovalTerms
from domain.value import Text
from tests.domain.approval.case import HASH, SUBJECT, Case, kinds, step

NEXT = "b" * 64


def version(number: int, **changes: object) -> Subject:
    return SUBJECT.model_copy(update={"content_hash": str(number) * 64, "reference": f"quote {number}", **changes})


def after(before: Case, *steps: Step, terms: ApprovalTerms | None = None, subject: Subject | None = None) -> Case:
    """Submit the next version, as its owner does: what was approved is superseded."""
    before.fold((e.ApprovalSuperseded(approval_id="D-1-q1"),))
    return Case(*steps, terms=terms, subject=subject or version(2), previous=before.approval)


def carried(case: Case) -> list[tuple[str, str]]:
    return [(event.seat, event.person) for event in case.resolved if isinstance(event, e.SeatDecided)]


# The next seat of the same person.


def test_a_a_b_a_carries_only_the_second() -> None:
    case = Case(*(step(name, rank, [who]) for name, rank, who in _RANKS))
    assert case.decide("wang")[1:] == (
        e.StepOpened(approval_id="D-1-q1", rank=20),
        e.SeatDecided(
            approval_id="D-1-q1",
            step="b",
            seat="b.1",
            person="wang",
            verdict="approve",
            content_hash=HASH,
            carried=True,
        ),
        e.StepOpened(approval_id="D-1-q1", rank=30),
    )
    case.vote("wang")
    assert case.open() == ("c.1",)
    assert case.vote("zhao") == ("seat_decided", "step_opened")  # another person's seat was between: asked again
    assert case.open() == ("d.1",)
    assert case.vote("wang") == ("seat_decided", "approval_granted")
    assert [case.seat(f"{name}.1").carried for name in "abcd"] == [False, True, False, False]


_RANKS = (("a", 10, "wang"), ("b", 20, "wang"), ("c", 30, "zhao"), ("d", 40, "wang"))


def test_three_in_a_row_are_one_decision() -> None:
    case = Case(step("a", 10, ["wang"]), step("b", 20, ["wang"]), step("c", 30, ["wang"]))
    assert case.vote("wang") == (
        "seat_decided",
        "step_opened",
        "seat_decided",
        "step_opened",
        "seat_decided",
        "approval_granted",
    )
    assert case.vote("wang") == ()


def test_nothing_is_carried_where_the_policy_forbids_it() -> None:
    case = Case(step("a", 10, ["wang"]), step("b", 20, ["wang"]), terms=ApprovalTerms(carry_same_person=False))
    assert case.vote("wang") == ("seat_decided", "step_opened")
    assert case.open() == ("b.1",)


def test_two_people_are_each_carried_into_a_seat_of_their_own() -> None:
    case = Case(
        step("a", 10, ["wang"], ["zhao"], needed=2), step("b", 20, ["wang", "zhao"], ["zhao", "wang"], needed=2)
    )
    case.vote("wang")
    assert case.vote("zhao") == ("seat_decided", "step_opened", "seat_decided", "seat_decided", "approval_granted")
    assert {case.seat("b.1").decided_by, case.seat("b.2").decided_by} == {"wang", "zhao"}


def test_no_more_is_carried_than_a_step_needs() -> None:
    case = Case(step("a", 10, ["wang"], ["zhao"], needed=2), step("b", 20, ["wang"], ["zhao"], needed=1))
    case.vote("wang")
    case.vote("zhao")
    assert (case.status, case.seat("b.1").carried, case.seat("b.2").status) == ("approved", True, "open")


def test_a_carried_vote_still_leaves_the_quorum_to_others() -> None:
    case = Case(step("a", 10, ["wang"]), step("b", 20, ["wang"], ["zhao"], needed=2))
    assert case.vote("wang") == ("seat_decided", "step_opened", "seat_decided")
    assert (case.status, case.open()) == ("pending", ("b.2",))


def test_one_person_is_carried_into_one_seat_of_a_step() -> None:
    case = Case(step("a", 10, ["wang"]), step("b", 20, ["wang"], ["wang", "zhao"], needed=2))
    assert case.vote("wang") == ("seat_decided", "step_opened", "seat_decided")
    assert (case.seat("b.1").decided_by, case.seat("b.2").decided_by) == ("wang", "")


def test_a_candidate_who_approved_before_is_never_carried_for_another() -> None:
    case = Case(step("a", 10, ["wang", "zhao"]), step("b", 20, ["zhao"]))
    assert case.vote("wang") == ("seat_decided", "step_opened")
    assert case.open() == ("b.1",)


@pytest.mark.parametrize(
    "seated",
    [
        Candidate(person="wang", limit=Money.of("49999.99", "CNY")),
        Candidate(person="wang", limit=Money.of("90000.00", "EUR")),
        Candidate(person="wang", on_behalf_of="sun"),
    ],
    ids=["limit", "currency", "owner's delegate"],
)
def test_what_the_person_could_not_approve_is_not_carried(seated: Candidate) -> None:
    case = Case(step("a", 10, ["wang"]), step("b", 20, [seated, "zhao"]))
    assert case.vote("wang") == ("seat_decided", "step_opened")
    assert case.open() == ("b.1",)


def test_the_carried_vote_says_for_whom_it_is_in_its_own_seat() -> None:
    case = Case(step("a", 10, [Candidate(person="feng", on_behalf_of="wang")]), step("b", 20, ["feng"]))
    case.vote("feng")
    assert (case.seat("a.1").on_behalf_of, case.seat("b.1").on_behalf_of) == ("wang", "")


# The envelope.


def test_g16_only_the_rules_that_are_not_covered_run_again() -> None:
    def rules(discount_bp: int) -> tuple[Step, ...]:
        fired = (step("mgr", 10, ["wang"], discount=discount_bp), step("size", 20, ["gao"], total=5_000_000))
        above = (step("head", 20, ["zhao"], discount=discount_bp),) if discount_bp > 1250 else ()
        return (*fired, *above)

    first = Case(*rules(1200))
    first.vote("wang")
    first.vote("gao")
    assert first.status == "approved"

    second = after(first, *rules(1000))
    assert kinds(second.resolved) == ("seats_resolved", "seat_decided", "seat_decided", "approval_granted")
    assert second.resolved[1] == e.SeatDecided(
        approval_id="D-1-q1",
        step="mgr",
        seat="mgr.1",
        person="wang",
        verdict="approve",
        content_hash="2" * 64,
        carried=True,
        inherited=True,
    )
    assert (second.status, carried(second)) == ("approved", [("mgr.1", "wang"), ("size.1", "gao")])

    third = after(second, *rules(1300), subject=version(3))
    assert carried(third) == [("size.1", "gao")]
    assert (third.status, third.open()) == ("pending", ("mgr.1",))
    assert third.vote("wang", seen="3" * 64) == ("seat_decided", "step_opened")
    assert third.open() == ("head.1",)  # gao is not asked again
    assert third.vote("zhao", seen="3" * 64) == ("seat_decided", "approval_granted")


_AT_12 = {"max_discount_bp": 1200, "total_minor": 88, "list_total_minor": 100}


@pytest.mark.parametrize(
    ("now", "taken_over"),
    [
        ({"max_discount_bp": 1000, "total_minor": 90, "list_total_minor": 100}, True),  # less is given away
        ({"max_discount_bp": 1200, "total_minor": 79, "list_total_minor": 90}, True),  # less is sold
        ({"max_discount_bp": 0, "total_minor": 100, "list_total_minor": 100}, True),  # at list
        ({"max_discount_bp": 1000, "total_minor": 99, "list_total_minor": 110}, False),  # more is sold
        ({"max_discount_bp": 0, "total_minor": 101, "list_total_minor": 100}, False),  # above list
        ({"max_discount_bp": 1300, "total_minor": 87, "list_total_minor": 100}, False),  # more is given away
        ({"max_discount_bp": 1000, "total_minor": 90}, False),  # what it would be at list is not known
    ],
)
def test_g16_an_amount_may_grow_by_giving_less_away(now: dict[str, int], *, taken_over: bool) -> None:
    first = Case(step("mgr", 10, ["wang"], **_AT_12))
    first.vote("wang")
    second = after(first, step("mgr", 10, ["wang"], **now))
    assert carried(second) == ([("mgr.1", "wang")] if taken_over else [])
    assert second.status == ("approved" if taken_over else "pending")


def test_what_was_approved_at_its_worst_stays_approved_up_to_there() -> None:
    first = Case(step("mgr", 10, ["wang"], discount=1200))
    first.vote("wang")
    second = after(first, step("mgr", 10, ["wang"], discount=1000))
    third = after(second, step("mgr", 10, ["wang"], discount=1150), subject=version(3))
    assert (third.status, carried(third)) == ("approved", [("mgr.1", "wang")])
    fourth = after(third, step("mgr", 10, ["wang"], discount=1201), subject=version(4))
    assert (fourth.status, carried(fourth)) == ("pending", [])


def test_a_new_vote_narrows_the_envelope_to_what_it_saw() -> None:
    two = (step("fin", 10, ["wang"], ["chen", "sun"], needed=2, days=60),)
    first = Case(*two)
    first.vote("wang")
    first.vote("chen")
    second = after(first, step("fin", 10, ["wang"], ["gao"], needed=2, days=30))
    assert (second.open(), carried(second)) == (("fin.2",), [("fin.1", "wang")])
    second.vote("gao", seen="2" * 64)
    third = after(second, step("fin", 10, ["wang"], ["gao"], needed=2, days=45), subject=version(3))
    assert carried(third) == []


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"discount": 1200, "total": 10}, {"discount": 1100, "total": 11}),  # one is better, one is worse
        ({"discount": 1200}, {"discount": 1200, "days": 1}),  # a measure nobody looked at
        ({}, {}),  # a rule that compares no measures
        ({"discount": 1200}, {}),
    ],
)
def test_a_rule_is_covered_only_if_each_measure_is_no_larger(before: dict[str, int], now: dict[str, int]) -> None:
    first = Case(step("mgr", 10, ["wang"], **before))
    first.vote("wang")
    second = after(first, step("mgr", 10, ["wang"], **now))
    assert (second.status, carried(second)) == ("pending", [])


def test_an_equal_measure_is_covered() -> None:
    first = Case(step("mgr", 10, ["wang"], discount=1200, total=10))
    first.vote("wang")
    assert after(first, step("mgr", 10, ["wang"], discount=1200, total=10)).status == "approved"


def test_a_policy_of_full_reapproval_carries_nothing() -> None:
    first = Case(step("mgr", 10, ["wang"], discount=1200))
    first.vote("wang")
    second = after(first, step("mgr", 10, ["wang"], discount=1), terms=ApprovalTerms(reapproval="full"))
    assert (second.status, carried(second)) == ("pending", [])


def test_a_step_that_had_not_passed_is_decided_anew() -> None:
    steps = (step("mgr", 10, ["wang"], d=1), step("fin", 20, ["chen"], ["gao"], needed=2, d=1))
    first = Case(*steps)
    first.vote("wang")
    first.vote("chen")
    second = after(first, *steps)
    assert (carried(second), second.open()) == ([("mgr.1", "wang")], ("fin.1", "fin.2"))


def test_rejecting_seats_are_not_carried_beside_the_approving_ones() -> None:
    steps = (step("cfo", 10, ["wang"], ["zhao"], ["chen"], needed=2, d=1),)
    first = Case(*steps)
    first.vote("wang", "reject")
    first.vote("zhao")
    first.vote("chen")
    assert carried(after(first, *steps)) == [("cfo.2", "zhao"), ("cfo.3", "chen")]


def _excluded(seat_id: str, person: str) -> Seat:
    return Seat(
        id=seat_id,
        role="role",
        candidates=(Candidate(person="gao"),),
        excluded=(Exclusion(person=person, why=Text(en="left", zh="已离职")),),
    )


@pytest.mark.parametrize(
    ("seat_now", "subject"),
    [
        (_excluded("mgr.1", "wang"), version(2)),
        (step("mgr", 10, ["wang", "gao"]).seats[0], version(2, editors=("wang",))),
        (
            step("mgr", 10, [Candidate(person="wang", limit=Money.of("60000.00", "CNY")), "gao"]).seats[0],
            version(2, amount=Money.of("60000.01", "CNY")),
        ),
        (step("mgr", 10, [Candidate(person="wang", on_behalf_of="sun"), "gao"]).seats[0], version(2)),
    ],
    ids=["gone", "edited this version", "beyond authority now", "stands in for the owner now"],
)
def test_who_could_not_decide_today_is_not_carried(seat_now: Seat, subject: Subject) -> None:
    first = Case(step("mgr", 10, ["wang"], discount=1200))
    first.vote("wang")
    second = after(first, step("mgr", 10, seat_now, discount=1100), subject=subject)
    assert (second.status, carried(second), second.open()) == ("pending", [], ("mgr.1",))
    assert second.vote("gao", seen="2" * 64) == ("seat_decided", "approval_granted")


def test_two_votes_of_the_version_before_are_not_one_person_s_now() -> None:
    first = Case(step("fin", 10, ["wang"], [Candidate(person="feng", on_behalf_of="chen")], needed=2, d=1))
    first.vote("wang")
    first.vote("feng")
    now = step("fin", 10, ["wang"], [Candidate(person="feng", on_behalf_of="wang"), "gao"], needed=2, d=1)
    second = after(first, now)
    assert (carried(second), second.open()) == ([("fin.1", "wang")], ("fin.2",))


@pytest.mark.parametrize(
    ("status", "same_content", "taken_over"),
    [
        ("approved", False, True),
        ("superseded", False, True),
        ("expired", False, True),
        ("returned", False, False),
        ("returned", True, True),
        ("rejected", True, False),
        ("recalled", True, False),
        ("pending", False, False),
    ],
)
def test_what_became_of_the_version_before_decides_whether_its_votes_count(
    status: ApprovalStatus, *, same_content: bool, taken_over: bool
) -> None:
    first = Case(step("mgr", 10, ["wang"], d=1), step("head", 20, ["zhao"], d=1))
    first.vote("wang")
    before: Approval = first.approval.model_copy(update={"status": status})
    subject = SUBJECT if same_content else version(2)
    second = Case(step("mgr", 10, ["wang"], d=1), step("head", 20, ["zhao"], d=1), subject=subject, previous=before)
    assert carried(second) == ([("mgr.1", "wang")] if taken_over else [])
    assert second.status == "pending"


# Both together.


def test_what_was_taken_over_from_another_version_fills_no_seat_outside_its_envelope() -> None:
    steps = (step("mgr", 0, ["wang"], discount=1200), step("size", 10, ["wang"], total=10))
    first = Case(*steps)
    first.vote("wang")
    assert first.status == "approved"
    second = after(first, step("mgr", 0, ["wang"], discount=1100), step("size", 10, ["wang"], total=11))
    assert (carried(second), second.open()) == ([("mgr.1", "wang")], ("size.1",))


def test_a_rank_taken_over_stands_between_two_seats_of_one_person() -> None:
    def steps(discount_bp: int) -> tuple[Step, ...]:
        return (
            step("a", 10, ["wang"], discount=discount_bp),
            step("b", 20, ["zhao"], total=10),
            step("c", 30, ["wang"], discount=discount_bp),
        )

    first = Case(*steps(1200))
    for voter in ("wang", "zhao", "wang"):
        first.vote(voter)
    second = after(first, *steps(1300))
    assert carried(second) == [("b.1", "zhao")]
    assert second.vote("wang", seen="2" * 64) == ("seat_decided", "step_opened")
    assert second.open() == ("c.1",)


def test_the_taken_over_may_not_say_the_opposite_but_may_repeat_themselves() -> None:
    first = Case(step("mgr", 10, ["wang"], d=1), step("head", 20, ["zhao"], d=1))
    first.vote("wang")
    first.vote("zhao")
    second = after(first, step("mgr", 10, ["wang"], d=1), step("head", 20, ["zhao"], d=2))
    assert second.vote("wang", seen="2" * 64) == ()
    assert second.open() == ("head.1",)
