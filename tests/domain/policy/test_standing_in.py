"""Nobody decides in somebody's place without a role that could be asked: by delegation, by hand or beside a seat."""

from itertools import product
from typing import get_args

import pytest

from domain.approval.questions import CheckSigner
from domain.approval.seats import Candidate, Purpose, SubjectKind
from domain.policy.document import Policy
from domain.policy.resolve_steps import approval_steps, signer
from domain.policy.standing_in import OF_ACCOUNTS, place_of
from domain.terms import RequestKind
from tests.domain.policy.shipped import CEL, NOW, absence, changed, delegation, org, shipped, standard, subject

MONEY = sorted(OF_ACCOUNTS)
TIERS = [
    {"id": "low", "over": ["1.00 CNY"], "seats": ["finance_head"]},
    {"id": "high", "over": ["2.00 CNY"], "seats": ["cfo"]},
]
WHOLE = ("approvals", "delegation", "same_authority")
EVERY = dict.fromkeys(get_args(RequestKind), TIERS)
OPEN_TO = {"low": {"finance_head", "cfo", "ceo"}, "high": {"cfo", "ceo"}}
"""Whose role may take a seat of a tier: its own, a later tier's, the fallback's."""
BOARD = ("cfo", "ceo", "finance_head")


def tiered(same_authority: bool = True) -> Policy:
    return changed((("account_approvals",), EVERY), (WHOLE, same_authority))


@pytest.mark.parametrize(("kind", "whole"), list(product(MONEY, (True, False))))
def test_a_delegate_for_money_holds_a_role_that_could_be_asked_whatever_the_policy_says(
    kind: SubjectKind, whole: bool
) -> None:
    holders = [one.id for one in shipped().org.people if "finance_head" in one.roles]
    asked = subject(minor=500, kind=kind, requester="wu.ting", owner="", editors=())
    for delegate in (one for one in shipped().org.people if one.id not in (*holders, "wu.ting")):
        people = org(delegations=(delegation("huang.min", delegate.id),))
        low = approval_steps(tiered(whole), people, asked, CEL, NOW)[0]
        seated = {one.person: one.on_behalf_of for one in low.seats[0].candidates}
        fit = bool(OPEN_TO["low"].intersection(delegate.roles))
        assert seated == dict.fromkeys(holders, "") | ({delegate.id: "huang.min"} if fit else {}), delegate.id
        left_out = {one.person: one.why.en for one in low.seats[0].excluded}
        why = "holds none of the roles that may decide here (ceo, cfo, finance_head)"
        assert left_out == ({} if fit else {delegate.id: why}), delegate.id


@pytest.mark.parametrize(("kind", "purpose", "whole"), list(product(MONEY, get_args(Purpose), (True, False))))
def test_a_seat_for_money_goes_to_or_is_signed_beside_only_by_who_could_be_asked(
    kind: SubjectKind, purpose: Purpose, whole: bool
) -> None:
    asked = subject(minor=500, kind=kind, requester="wu.ting", owner="", editors=())
    for (step, role), person in product((("low", "finance_head"), ("high", "cfo")), shipped().org.people):
        check = CheckSigner(
            approval_id="a", policy="p", subject=asked, who=person.id, step=step, role=role, purpose=purpose
        )
        found = signer(tiered(whole), org(), check, NOW)
        fit = bool(OPEN_TO[step].intersection(person.roles)) and person.id != "wu.ting"
        assert isinstance(found, Candidate) is fit, (step, person.id, found)


def test_a_chain_of_delegations_ends_at_who_could_not_be_asked() -> None:
    asked = subject(minor=500, kind="refund", requester="wu.ting", owner="", editors=())
    chain = (delegation("huang.min", "liu.yang"), delegation("liu.yang", "chen.wei"))
    away = (absence("huang.min"), absence("zhou.qiang"))
    low = approval_steps(tiered(), org(delegations=chain, absences=away), asked, CEL, NOW)[0]
    assert "chen.wei" not in {one.person for one in low.seats[0].candidates if one.on_behalf_of}


@pytest.mark.parametrize(
    ("step", "role", "expected"),
    [
        ("mgr", "sales_manager", {"sales_manager", "sales_head", "finance", "credit", "legal", *BOARD}),
        ("head", "sales_head", {"sales_head", *BOARD}),
        ("legal", "legal", {"legal", *BOARD}),
        ("board", "cfo", {"cfo", "ceo"}),
        ("gone", "cfo", {"cfo", "ceo"}),
    ],
)  # fmt: skip
def test_a_role_of_the_matrix_passes_to_its_equals_those_of_higher_ranks_and_the_fallback(
    step: str, role: str, expected: set[str]
) -> None:
    assert place_of(standard(), "quote", step, role).open_to == expected
    assert place_of(standard(), "amendment", step, role).open_to == expected
    assert place_of(changed((WHOLE, False)), "quote", step, role).open_to == frozenset()
    without = changed((("approvals", "fallback_role"), None), (("approvals", "matrix", 4, "of"), ["amendment"]))
    assert place_of(without, "quote", step, role).open_to <= expected - ({"ceo"} if role != "ceo" else set())


def test_who_signs_beside_a_seat_of_a_quote_needs_no_role_and_who_takes_it_over_does() -> None:
    quote = subject(0, 20_000_000)
    beside = CheckSigner(
        approval_id="a", policy="p", subject=quote, who="guo.li", step="mgr", role="sales_manager", purpose="after"
    )
    assert isinstance(signer(standard(), org(), beside, NOW), Candidate)
    over = beside.model_copy(update={"purpose": "transfer"})
    found = signer(standard(), org(), over, NOW)
    assert not isinstance(found, Candidate)
    assert found.en.startswith("guo.li holds none of the roles that may decide here (ceo, cfo, credit, finance")
    assert isinstance(signer(changed((WHOLE, False)), org(), over, NOW), Candidate)
