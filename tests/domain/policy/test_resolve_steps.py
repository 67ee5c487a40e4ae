"""Every rule that fires adds a step; what cannot be decided fires; the shipped process never lacks an approver."""

from itertools import product

import pytest

from domain.approval.questions import CheckSigner
from domain.approval.seats import Candidate, Step, Subject
from domain.policy.document import Policy
from domain.policy.resolve_steps import approval_steps, signer
from tests.domain.policy.shipped import CEL, NOW, absence, changed, delegation, org, shipped, standard, subject


def steps(of: Subject, policy: Policy | None = None, **more: str) -> tuple[Step, ...]:
    people = org()
    return approval_steps(policy or standard(), people, of, CEL, NOW, customer_class="B", **more)


@pytest.mark.parametrize(
    ("discount_bp", "minor", "expected"),
    [
        (500, 9_999_999, []),
        (501, 1, ["mgr"]),
        (0, 10_000_000, ["mgr"]),
        (1500, 99_999_999, ["mgr"]),
        (1501, 20_000_000, ["mgr", "head"]),
        (0, 100_000_000, ["mgr", "head"]),
        (3001, 1, ["mgr", "head", "board"]),
        (0, 500_000_000, ["mgr", "head", "board"]),
        (-500, 1, []),
    ],
)
def test_the_bands_of_the_shipped_matrix_to_the_fen(discount_bp: int, minor: int, expected: object) -> None:
    assert [step.id for step in steps(subject(discount_bp, minor))] == expected


def test_the_standard_deal_needs_two_people_in_two_steps() -> None:
    found = steps(subject(1600, 20_000_000))
    assert [(step.id, step.rank, step.needed, len(step.seats)) for step in found] == [
        ("mgr", 10, 1, 1),
        ("head", 20, 1, 1),
    ]
    managers, heads = ({one.person for one in step.seats[0].candidates} for step in found)
    assert managers == {"wang.fang", "sun.yu", "becker"}
    assert heads == {"zhao.lei", "weber"}
    assert found[0].clause == "max_discount_bp > 500 || total_minor >= 10000000"
    assert found[0].covers == (("max_discount_bp", 1600), ("total_minor", 20_000_000))
    assert [seat.id for seat in found[0].seats] == ["mgr.1"]


@pytest.mark.parametrize(
    ("measures", "fragment"),
    [((), "is absent"), ((("max_discount_bp", 2**63), ("total_minor", 1)), "leaves 64 bits")],
)
def test_a_rule_whose_input_is_absent_or_unusable_fires(measures: object, fragment: str) -> None:
    found = steps(subject(measures=measures))
    assert {"mgr", "head", "board"} <= {step.id for step in found}
    assert fragment in found[0].clause
    assert found[0].clause.startswith("max_discount_bp > 500")


def test_another_currency_is_compared_at_the_dated_rate_and_without_one_escalates() -> None:
    assert steps(subject(0, 1_273_885, "EUR")) == ()  # 99,999.97 CNY
    assert [step.id for step in steps(subject(0, 1_273_886, "EUR"))] == ["mgr"]  # 100,000.05 CNY
    unrated = steps(subject(0, 1, "SEK"))
    assert [step.id for step in unrated] == ["mgr", "head", "fin", "board"]
    assert "total_minor" in unrated[0].clause
    assert "is absent" in unrated[0].clause


def test_a_rate_that_is_not_yet_in_force_does_not_count() -> None:
    ahead = changed((("rates", 0, "on"), "2026-03-05"))
    assert "mgr" in {step.id for step in steps(subject(0, 1, "EUR"), ahead)}


def test_the_latest_rate_in_force_counts() -> None:
    newer = {"currency": "EUR", "rate": "8.00", "on": "2026-03-01"}
    policy = changed((("rates",), [{"currency": "EUR", "rate": "7.00", "on": "2026-01-01"}, newer]))
    assert [step.id for step in steps(subject(0, 1_250_000, "EUR"), policy)] == ["mgr"]
    assert steps(subject(0, 1_249_999, "EUR"), policy) == ()


def test_rules_of_quotes_are_asked_for_amendments_too_and_rules_of_amendments_for_those_alone() -> None:
    quote, amendment = subject(9000, 10**9), subject(9000, 10**9, kind="amendment")
    everyone = [step.id for step in steps(quote)]
    assert everyone[0] == "mgr"
    assert [step.id for step in steps(amendment)] == everyone
    policy = changed((("approvals", "matrix", 0, "of"), ["amendment"]))
    assert [step.id for step in steps(quote, policy)] == everyone[1:]
    assert [step.id for step in steps(amendment, policy)] == everyone


def test_all_and_quorum_say_how_many_are_needed() -> None:
    found = {step.id: step for step in steps(subject(0, 500_000_000, measures=()))}
    assert (found["fin"].needed, len(found["fin"].seats)) == (2, 2)
    assert (found["board"].needed, len(found["board"].seats)) == (2, 3)


def test_a_rule_that_reads_a_text_covers_nothing_so_its_decision_is_not_carried() -> None:
    policy = changed((("approvals", "matrix", 0, "when"), "customer_class == 'B' && total_minor > 0"))
    assert steps(subject(0, 5), policy)[0].covers == ()


def test_an_amount_is_covered_together_with_what_it_would_be_at_list() -> None:
    def mgr(policy: Policy, **measures: int) -> tuple[tuple[str, int], ...] | None:
        found = {step.id: step for step in steps(subject(measures=tuple(measures.items())), policy)}
        return found["mgr"].covers if "mgr" in found else None

    named = {"max_discount_bp": 600, "total_minor": 5, "gross_minor": 6, "list_total_minor": 7, "list_gross_minor": 8}
    assert mgr(standard(), **named) == (("list_total_minor", 7), ("max_discount_bp", 600), ("total_minor", 5))
    # A condition may read the amount at list by itself, and then nothing stands beside it.
    at_list = changed((("approvals", "matrix", 0, "when"), "list_total_minor >= 7 || gross_minor > 100"))
    assert mgr(at_list, **named) == (("gross_minor", 6), ("list_gross_minor", 8), ("list_total_minor", 7))
    assert mgr(at_list, **named | {"list_total_minor": 6}) is None


def test_no_single_absence_and_no_requester_leaves_the_shipped_process_without_approvers() -> None:
    people = [one.id for one in shipped().org.people]
    for requester, away in product(people, people):
        of = subject(4000, 600_000_000, requester=requester, owner=requester, editors=(requester,))
        for step in approval_steps(standard(), org(absences=(absence(away),)), of, CEL, NOW):
            able = [{one.person for one in seat.candidates} for seat in step.seats]
            assert all(able), (requester, away, step.id)
            assert len(set().union(*able)) >= step.needed, (requester, away, step.id)
            assert not {requester, away} & set().union(*able), (requester, away, step.id)


def test_who_is_asked_to_sign_must_exist_be_present_apart_and_of_enough_authority() -> None:
    of = subject(0, 600_000_000)
    people = org(absences=(absence("chen.wei"),), delegations=(delegation("li.na", "xu.jing"),))

    def answer(name: str) -> str:
        check = CheckSigner(approval_id="a", policy="p", subject=of, who=name, step="mgr", role="sales_manager")
        found = signer(standard(), people, check, NOW)
        return f"{found.person} {found.limit}" if isinstance(found, Candidate) else found.en

    assert answer("li.na") == "li.na None"
    assert answer("zhao.lei") == "zhao.lei 20,000,000.00 CNY"
    assert answer("wang.fang") == "wang.fang may approve 5,000,000.00 CNY at most, this is 6,000,000.00 CNY"
    assert answer("liu.yang") == "liu.yang asked for the approval"
    assert answer("chen.wei") == "chen.wei is absent"
    assert answer("stranger") == "stranger is not in the organisation"
