"""A promise that is withdrawn is neither kept nor broken, and a payment plan takes the place of one."""

from datetime import date

import pytest

from domain.account import commands as c
from domain.account.plan_commands import Plan, PlanPart
from domain.account.plan_events import PlanMade
from domain.account.promise_commands import WithdrawPromise
from domain.account.promise_events import PromiseWithdrawn
from domain.machine import Actor
from domain.refusal import Code, Refused
from domain.terms import PlanTerms
from tests.domain.account.run import LedgerRefused, Run, at, dunning, on, terms

PLANS = PlanTerms(max_instalments=12, first_within=30, max_days=180)
UNITS = pytest.mark.parametrize("unit", ["customer", "invoice"])


def debtor(unit: str = "customer") -> Run:
    run = Run(terms(dunning(unit=unit, on_broken="next_level"), plan=PLANS))
    run.imported("A", 10_000, due_day=0)
    return run


def plan(*parts: tuple[date, int]) -> Plan:
    return Plan(number="A", instalments=tuple(PlanPart(due_on=day, minor=minor) for day, minor in parts))


@UNITS
def test_withdrawn_the_ladder_goes_on_where_it_was_and_nothing_is_broken(unit: str) -> None:
    run = debtor(unit)
    run.send(c.Promise(number="A", on=on(20)), moment=at(4))
    run.send(WithdrawPromise(number="A", reason="they take it back"), moment=at(12, 12))
    assert run.events(PromiseWithdrawn) == [PromiseWithdrawn(promise_id="A-P1", number="A", reason="they take it back")]
    assert (run.account.case.promised_minor, run.account.case.promises, run.account.case.promises_broken) == (0, 0, 0)
    run.until(at(40))
    assert [stage for _, stage in run.stages()][:3] == ["reminder", "L1", "L2"]
    assert run.stages()[1][0] == at(12, 12)
    assert {"promise_broken", "promise_kept"}.isdisjoint(run.kinds())


def test_one_is_named_where_there_are_several_and_none_is_withdrawn_twice() -> None:
    run = debtor()
    for day in (20, 21):
        run.send(c.Promise(number="A", minor=1_000, on=on(day)), moment=at(1))
    with pytest.raises(LedgerRefused) as several:
        run.send(WithdrawPromise(number="A", reason="which?"))
    assert several.value.args == (Code.STATE,)
    run.send(WithdrawPromise(number="A", promise_id="A-P2", reason="that one"))
    with pytest.raises(LedgerRefused) as again:
        run.send(WithdrawPromise(number="A", promise_id="A-P2", reason="once more"))
    assert again.value.args == (Code.NOTFOUND,)
    run.send(WithdrawPromise(number="A", reason="the last"))
    with pytest.raises(Refused) as none:
        run.send(WithdrawPromise(number="A", reason="nothing is left"))
    assert none.value.code is Code.STATE
    assert [one.promise_id for one in run.events(PromiseWithdrawn)] == ["A-P2", "A-P1"]


def test_a_person_without_a_role_withdraws_nothing() -> None:
    run = debtor()
    run.send(c.Promise(number="A", on=on(20)), moment=at(1))
    with pytest.raises(Refused) as refused:
        run.send(WithdrawPromise(number="A", reason="no"), actor=Actor(id="eve", roles=("warehouse",)))
    assert refused.value.code is Code.AUTH
    assert run.account.case.promises == 1


def test_a_plan_takes_the_place_of_a_promise() -> None:
    run = debtor()
    run.send(c.Promise(number="A", on=on(20)), moment=at(1))
    run.send(plan((on(10), 4_000), (on(40), 6_000)), moment=at(2))
    (made,) = run.events(PlanMade)
    assert (made.replaces, made.minor) == (("A-P1",), 10_000)
    assert (run.account.case.promises, run.account.case.promised_minor) == (2, 10_000)
    run.until(at(9))
    run.pay("r1", 4_000, "A")
    run.until(at(39))
    run.pay("r2", 6_000, "A")
    run.until(at(60))
    # The day of the promise passed without a word of it.
    assert run.kinds().count("plan_instalment_paid") == 2
    assert {"promise_broken", "promise_kept", "plan_broken", "notice_sent"}.isdisjoint(run.kinds())


def test_a_plan_does_not_take_the_place_of_a_plan_nor_is_an_instalment_withdrawn() -> None:
    run = debtor()
    run.send(plan((on(10), 4_000), (on(40), 6_000)), moment=at(2))
    with pytest.raises(LedgerRefused) as second:
        run.send(plan((on(12), 5_000), (on(42), 5_000)))
    assert second.value.args == (Code.STATE,)
    with pytest.raises(LedgerRefused) as part:
        run.send(WithdrawPromise(number="A", reason="not this"))
    assert part.value.args == (Code.STATE,)
    assert run.account.case.promises == 2
