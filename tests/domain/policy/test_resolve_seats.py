"""Seats are filled by role, minus who may not decide, through delegations and managers; with nobody they stay empty."""

from datetime import timedelta
from typing import Any

import pytest

from domain.approval.seats import Seat, Subject
from domain.organisation import OrgSnapshot
from domain.policy.document import Policy
from domain.policy.eligibility import question
from domain.policy.resolve_seats import seat
from domain.policy.standing_in import place_of
from tests.domain.policy.shipped import NOW, absence, changed, delegation, org, person, standard, subject

ASKED = subject(minor=100_00)
HOUR = timedelta(hours=1)
NO_FALLBACK = changed((("approvals", "fallback_role"), None))


def filled(people: OrgSnapshot, of: Subject = ASKED, policy: Policy = NO_FALLBACK, role: str = "boss") -> Seat:
    return seat(question(policy, people, of, NOW), "mgr.1", place_of(policy, of.kind, "mgr", role))


def who(found: Seat) -> list[tuple[str, str]]:
    return [(one.person, one.on_behalf_of) for one in found.candidates]


def why(found: Seat) -> dict[str, str]:
    return {one.person: one.why.en for one in found.excluded}


def test_everybody_with_the_role_may_decide_up_to_their_own_limit() -> None:
    found = filled(org(person("ann", "boss"), person("bob", "boss", limit="500.00 CNY"), person("cy", "clerk")))
    assert who(found) == [("ann", ""), ("bob", "")]
    assert [str(one.limit) for one in found.candidates] == ["None", "500.00 CNY"]
    assert found.excluded == ()


@pytest.mark.parametrize("part", ["requester", "owner", "editors", "former_owners"])
def test_who_asked_owns_or_edited_is_excluded_with_the_reason_in_two_languages(part: str) -> None:
    names: dict[str, Any] = {
        "requester": "x",
        "owner": "x",
        "editors": (),
        part: ("ann",) if part in ("editors", "former_owners") else "ann",
    }
    barred = subject(minor=1, **names)
    found = filled(org(person("ann", "boss"), person("bob", "boss")), barred)
    assert who(found) == [("bob", "")]
    assert {one.person for one in found.excluded} == {"ann"}
    assert found.excluded[0].why.en
    assert found.excluded[0].why.zh


def test_absent_and_inactive_people_are_excluded_and_say_until_when() -> None:
    people = org(
        person("ann", "boss"), person("bob", "boss", active=False), person("cy", "boss"),
        absences=(absence("ann", NOW - HOUR, NOW + HOUR), absence("cy", NOW - 2 * HOUR, NOW)),
    )  # fmt: skip
    found = filled(people)
    assert who(found) == [("cy", "")]
    assert why(found) == {"ann": "is absent until 2026-03-04 03:00 UTC", "bob": "no longer works here"}


def test_a_delegate_may_decide_beside_the_delegator_while_it_holds() -> None:
    until = NOW + 5 * HOUR
    people = org(
        person("ann", "boss"), person("dan", "legal"), delegations=(delegation("ann", "dan", NOW - HOUR, until),)
    )
    found = filled(people)
    assert who(found) == [("ann", ""), ("dan", "ann")]
    assert (found.candidates[1].since, found.candidates[1].until) == (NOW - HOUR, until)


def test_a_delegation_that_has_ended_or_not_begun_counts_for_nothing() -> None:
    ended, ahead = delegation("ann", "dan", NOW - HOUR, NOW), delegation("ann", "eve", NOW + HOUR)
    assert who(filled(org(person("ann", "boss"), person("dan"), person("eve"), delegations=(ended, ahead)))) == [
        ("ann", "")
    ]


def test_a_chain_of_three_delegations_is_followed_and_a_fourth_is_not() -> None:
    people = [person("ann", "boss"), *(person(name, "legal") for name in "bcdef")]
    chain = tuple(delegation(a, b) for a, b in (("ann", "b"), ("b", "c"), ("c", "d"), ("d", "e")))
    away = tuple(absence(name) for name in ("ann", "b", "c"))
    assert who(filled(org(*people, delegations=chain, absences=away))) == [("d", "ann")]
    assert who(filled(org(*people, delegations=chain, absences=(*away, absence("d"))))) == []


def test_a_circle_of_delegations_ends() -> None:
    circle = (delegation("ann", "b"), delegation("b", "c"), delegation("c", "ann"))
    assert who(filled(org(person("ann", "boss"), person("b", "legal"), person("c", "legal"), delegations=circle))) == [
        ("ann", ""), ("b", "ann"), ("c", "ann"),
    ]  # fmt: skip


def test_a_chain_ends_at_who_asked_and_nobody_decides_for_who_asked() -> None:
    through = (delegation("ann", "liu.yang"), delegation("liu.yang", "dan"))
    people = (person("ann", "boss"), person("liu.yang", "boss"), person("dan", "legal"))
    found = filled(org(*people, delegations=through))
    assert who(found) == [("ann", "")]
    assert why(found) == {"liu.yang": "asked for the approval"}


def test_the_smaller_authority_of_the_chain_counts_unless_the_policy_lets_it_pass_whole() -> None:
    people = org(
        person("ann", "boss", limit="200.00 CNY"), person("dan", "legal", limit="50.00 CNY"),
        absences=(absence("ann"),), delegations=(delegation("ann", "dan"),),
    )  # fmt: skip
    found = filled(people)
    assert who(found) == []
    assert why(found)["dan"] == "may approve 50.00 CNY at most, this is 100.00 CNY"
    whole = changed((("approvals", "delegation", "same_authority"), False))
    assert [(one.person, str(one.limit)) for one in filled(people, policy=whole).candidates] == [("dan", "200.00 CNY")]


def test_authority_in_another_currency_is_compared_at_the_dated_rate_and_without_a_rate_is_nothing() -> None:
    people = org(person("ann", "boss", limit="785.00 CNY"))
    assert str(filled(people, subject(minor=100_00, currency="EUR")).candidates[0].limit) == "100.00 EUR"
    assert who(filled(people, subject(minor=100_01, currency="EUR"))) == []
    assert why(filled(people, subject(minor=1, currency="SEK"))) == {
        "ann": "may approve 0.00 SEK at most, this is 0.01 SEK"
    }


def test_without_a_candidate_the_managers_are_asked_upwards_and_passed_over_ones_are_named() -> None:
    people = org(
        person("ann", "boss", manager="m1", limit="1.00 CNY"), person("m1", manager="m2"), person("m2", manager="m3"),
        person("m3"), absences=(absence("m1"),),
    )  # fmt: skip
    found = filled(people)
    assert who(found) == [("m2", "")]
    assert set(why(found)) == {"ann", "m1"}
    assert found.manager == "m3"


def test_then_the_fallback_role_then_nobody() -> None:
    people = org(person("ann", "boss", active=False), person("top", "ceo"))
    assert who(filled(people, policy=standard())) == [("top", "")]
    assert who(filled(people)) == []
    assert who(filled(people, role="nobody_has_it")) == []


def test_the_seat_names_the_first_eligible_manager_who_does_not_sit_there() -> None:
    people = org(person("ann", "boss", manager="liu.yang"), person("liu.yang", manager="top"), person("top"))
    assert filled(people).manager == "top"
    assert filled(org(person("ann", "boss"))).manager == ""


def test_the_manager_who_is_put_in_keeps_a_limit_of_their_own() -> None:
    people = org(
        person("ann", "boss", manager="low"), person("low", manager="mid", limit="99.99 CNY"),
        person("mid", manager="top", limit="100.00 CNY"), person("top"),
    )  # fmt: skip
    found = filled(people)
    assert (found.manager, str(found.manager_limit)) == ("mid", "100.00 CNY")
    assert (filled(people, subject(minor=100_01)).manager, filled(people, subject(minor=100_01)).manager_limit) == (
        "top", None,
    )  # fmt: skip


def test_managers_in_a_ring_end() -> None:
    people = org(person("ann", "boss", manager="b", active=False), person("b", manager="ann", active=False))
    assert who(filled(people)) == []
