"""Class, score and assignee: first match, explained points, most room first; no error ever improves a class."""

import pytest

from domain.money import Money
from domain.organisation import OrgSnapshot
from domain.policy.document import Policy
from domain.policy.duplicates import duplicate_keys
from domain.policy.facts import lead_facts
from domain.policy.ports import OpenLeads
from domain.policy.resolve_assignee import assign
from domain.policy.resolve_class import classify
from domain.policy.resolve_score import score
from tests.domain.policy.shipped import CEL, NOW, absence, changed, customer, org, shipped, standard


def cny(minor: int) -> Money:
    return Money(minor=minor, currency="CNY")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "B"),
        ({"dbt_12m_days": 16}, "C"),
        ({"orders_12m": 0}, "NEW"),
        ({"orders_12m": 2}, "C"),
        ({"strategic": True}, "A"),
        ({"annual_revenue": cny(5_000_000_000)}, "A"),
        ({"annual_revenue": cny(4_999_999_999)}, "B"),
        ({"annual_revenue": Money(minor=636_942_676, currency="EUR")}, "A"),
        ({"strategic": True, "blacklisted": True}, "X"),
        ({"strategic": True, "bad_debt_24m": cny(1)}, "X"),
        ({"pinned_class": "A"}, "A"),
        ({"pinned_class": "C", "strategic": True}, "C"),
        ({"pinned_class": "A", "blacklisted": True}, "X"),
        ({"pinned_class": "gone", "strategic": True}, "A"),
    ],
)
def test_first_match_wins_and_exclusions_stand_first(facts: dict[str, object], expected: object) -> None:
    assert classify(standard(), customer(**facts), CEL, NOW).id == expected


def test_what_cannot_be_decided_excludes_or_does_not_match() -> None:
    unrated = Money(minor=1, currency="SEK")
    assert classify(standard(), customer(bad_debt_24m=unrated, strategic=True), CEL, NOW).id == "X"
    assert classify(standard(), customer(annual_revenue=unrated, strategic=True), CEL, NOW).id == "B"


def test_a_score_tells_where_every_point_comes_from_and_what_was_not_known() -> None:
    told = (("employees", "200"), ("budget_known", "yes"), ("title", "采购总监"), ("days_idle", "many"))
    facts = lead_facts(standard(), customer(), "B", "web", cny(50_000_000), told, NOW)
    found = score(standard(), "web", facts, CEL)
    assert found.points == 20 + 20 + 15 + 15 + 10
    assert found.reasons == (
        "+20 source web",
        "+20 size: employees >= 200",
        "+15 budget: budget_known",
        "+15 decides: title in ['CEO', 'CFO', 'Head of Purchasing', '采购总监']",
        "+10 large: value_minor >= 50000000",
        "+0 idle: days_idle is absent",
    )


def test_an_attribute_cannot_pass_itself_off_as_something_the_company_knows() -> None:
    facts = dict(lead_facts(standard(), customer(), "B", "web", None, (("strategic", "true"), ("source", "x")), NOW))
    assert (facts["strategic"], facts["source"], "value_minor" in facts) == (False, "web", False)


def chosen(
    policy: Policy | None = None,
    people: OrgSnapshot | None = None,
    load: tuple[OpenLeads, ...] = (),
    facts: dict[str, object] | None = None,
    named: str = "",
    not_to: tuple[str, ...] = (),
) -> str:
    one = customer(**(facts or {}))
    return assign(policy or standard(), people or org(), one, load, NOW, named=named, not_to=not_to)


def test_the_lead_goes_to_whoever_has_fewest_open_ones_in_the_territory() -> None:
    assert chosen() == "wang.fang"
    busy = tuple(OpenLeads(person=name, count=2) for name in ("wang.fang", "sun.yu", "liu.yang", "ma.chao"))
    assert chosen(load=busy) == "xu.jing"
    assert chosen(facts={"country": "DE"}) == "becker"
    assert chosen(load=(), not_to=("wang.fang", "sun.yu")) == "liu.yang"


def test_a_full_territory_spills_over_and_a_full_house_falls_back() -> None:
    china = ("wang.fang", "sun.yu", "liu.yang", "xu.jing", "ma.chao")
    full = tuple(OpenLeads(person=name, count=40) for name in china)
    assert chosen(load=full) == "zhao.lei"
    everybody = tuple(OpenLeads(person=one.id, count=40) for one in shipped().org.people)
    assert chosen(load=everybody) == "guo.li"
    assert chosen(changed((("lead", "assign", "fallback_role"), None)), load=everybody) == ""


def test_who_is_named_or_knows_the_customer_comes_first_if_they_are_here() -> None:
    assert chosen(named="klein") == "klein"
    assert chosen(facts={"owner": "hoffmann"}) == "hoffmann"
    assert chosen(facts={"owner": "hoffmann"}, named="klein") == "klein"
    assert chosen(named="nobody", facts={"owner": "hoffmann"}) == "hoffmann"
    assert chosen(people=org(absences=(absence("klein"),)), named="klein") == "wang.fang"
    assert chosen(facts={"owner": "hoffmann"}, not_to=("hoffmann",)) == "wang.fang"
    unsticky = changed((("lead", "assign", "sticky_owner"), False))
    assert chosen(unsticky, facts={"owner": "hoffmann"}) == "wang.fang"


def test_under_open_any_name_stands_and_no_name_is_nobody() -> None:
    ref1 = shipped("ref1").policy
    assert chosen(ref1, named="Darcel Schlecht") == "Darcel Schlecht"
    assert chosen(ref1) == ""


def test_duplicates_are_found_by_what_the_policy_names_however_it_is_typed() -> None:
    policy = changed((("lead", "dedupe"), ["tax_id", "email", "phone", "name"]))
    one = duplicate_keys(policy, name="GTX Pro", email=" A@Example.com", phone="+86 138-0000-0001", tax_id="91 31x")
    assert [(key.by, key.value) for key in one] == [
        ("tax_id", "9131X"), ("email", "a@example.com"), ("phone", "13800000001"), ("name", "gtxpro"),
    ]  # fmt: skip
    assert duplicate_keys(policy, name="ＧＴＸＰｒｏ")[0] == one[-1]
    assert duplicate_keys(shipped("ref1").policy, name="GTX Pro") == ()
    assert duplicate_keys(policy) == ()
