"""A plan adds up to what is open and undisputed, within the policy's bounds, and its instalments follow one another."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.receivables.claims import OpenPromise, still_promised
from domain.receivables.entries import OpenItem
from domain.receivables.plans import Planned, plan_of
from domain.receivables.second_person import Second, Weighed
from domain.refusal import Code, Refused
from domain.terms import PlanTerms
from tests.domain.account.run import terms
from tests.domain.receivables.samples import item

TODAY = date(2026, 3, 2)
RULES = PlanTerms(max_instalments=3, first_within=10, max_days=60, max_minor=100_000)


BEYOND = (
    ((11, 900),),
    ((1, 100), (61, 800)),
    ((1, 100), (2, 100), (3, 100), (4, 600)),
)


def answer(
    *parts: tuple[int, int], items: tuple[OpenItem, ...] = (item("a", 900),), running: tuple[OpenPromise, ...] = (),
    rules: PlanTerms | None = RULES, **asked: Any,
) -> tuple[OpenPromise, ...] | Weighed:  # fmt: skip
    schedule = tuple((TODAY + timedelta(days=day), minor) for day, minor in parts)
    told = Planned(plan_id="a-PL1", schedule=schedule, **asked)
    return plan_of(items, running, told, terms(plan=rules), TODAY)


def plan(*parts: tuple[int, int], **changed: Any) -> tuple[OpenPromise, ...]:
    made = answer(*parts, **changed)
    assert not isinstance(made, Weighed)
    return made


def refusal(*parts: tuple[int, int], **changed: Any) -> Code:
    with pytest.raises(Refused) as refused:
        answer(*parts, **changed)
    return refused.value.code


def test_its_instalments_are_promises_that_follow_one_another() -> None:
    made = plan((10, 300), (20, 200), (30, 400))
    assert [(one.promise_id, one.minor, one.open_at_most) for one in made] == [
        ("a-PL1/01", 300, 600),
        ("a-PL1/02", 200, 400),
        ("a-PL1/03", 400, 0),
    ]
    assert {one.plan for one in made} == {"a-PL1"}


@pytest.mark.parametrize("paid", [0, 1, 299, 300, 301, 500, 899, 900])
def test_whatever_was_paid_all_that_is_open_is_under_the_plan(paid: int) -> None:
    parts = [(one.minor, one.open_at_most) for one in plan((10, 300), (20, 200), (30, 400))]
    assert still_promised(900 - paid, parts) == 900 - paid


def test_what_does_not_add_up_is_refused() -> None:
    assert refusal((10, 300), (20, 599)) == Code.AMOUNT
    assert refusal((10, 300), (20, 601)) == Code.AMOUNT
    assert refusal((10, 901), (20, -1)) == Code.AMOUNT
    disputed = (item("a", 900, disputed_minor=100),)
    assert refusal((10, 900), items=disputed) == Code.AMOUNT
    assert plan((10, 800), items=disputed)[0].open_at_most == 100


def test_what_goes_back_in_time_or_beyond_the_policy_is_refused() -> None:
    assert refusal((-1, 900)) == Code.STATE
    assert refusal((5, 450), (5, 450)) == Code.STATE
    assert {refusal(*parts) for parts in BEYOND} == {Code.LIMIT}
    assert refusal((1, 100_001), items=(item("a", 100_001),)) == Code.LIMIT
    assert refusal((1, 900), rules=None) == Code.GATE


def test_an_invoice_has_one_plan_or_promise_at_a_time() -> None:
    running = plan((10, 900))
    assert refusal((10, 900), running=running) == Code.STATE
    other = running[0].model_copy(update={"number": "b"})
    assert len(plan((10, 900), running=(other,))) == 1


@pytest.mark.parametrize("parts", BEYOND)
def test_beyond_the_policy_a_second_person_decides(parts: tuple[tuple[int, int], ...]) -> None:
    asks = Second(over_minor=10**9, by="wu.ting")
    assert answer(*parts, second=asks, reason="season") == Weighed(minor=900, in_all_minor=900)
    assert refusal(*parts, second=asks, reason=" ") == Code.GATE
    assert refusal(*parts, second=asks.model_copy(update={"full": True}), reason="season") == Code.LIMIT
    assert [one.minor for one in plan(*parts, agreed="a.1")] == [minor for _, minor in parts]


def test_a_plan_over_too_much_is_asked_about_too_and_one_within_the_bounds_is_not() -> None:
    asks = Second(over_minor=0, by="wu.ting")
    large = (item("a", 100_001),)
    assert answer((1, 100_001), items=large, second=asks, reason="x") == Weighed(minor=100_001, in_all_minor=100_001)
    assert len(plan((1, 100_000), items=(item("a", 100_000),), second=asks)) == 1


def test_what_was_agreed_to_still_adds_up_and_begins_today_at_the_earliest() -> None:
    assert refusal((11, 901), agreed="a.1") == Code.AMOUNT
    assert refusal((-1, 900), agreed="a.1") == Code.STATE
