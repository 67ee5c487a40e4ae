"""A plan that a person ends is neither kept nor broken: its invoice is claimed as before it, or agreed on anew."""

from datetime import date

import pytest

from domain.account.plan_commands import Plan, PlanPart, WithdrawPlan
from domain.account.plan_events import PlanMade, PlanWithdrawn
from domain.account.promise_commands import WithdrawPromise
from domain.machine import Actor
from domain.refusal import Code, Refused
from tests.domain.account.run import LedgerRefused, Run, at, on
from tests.domain.account.test_withdrawn_promises import UNITS, debtor

_END = WithdrawPlan(number="A", reason="another one is agreed on")


def plan(*parts: tuple[date, int]) -> Plan:
    return Plan(number="A", instalments=tuple(PlanPart(due_on=day, minor=minor) for day, minor in parts))


def on_plan(unit: str = "customer") -> Run:
    run = debtor(unit)
    run.send(plan((on(8), 4_000), (on(20), 6_000)), moment=at(4))
    return run


@UNITS
def test_the_ladder_goes_on_as_without_the_plan_and_nothing_is_broken(unit: str) -> None:
    run = on_plan(unit)
    run.send(_END, moment=at(12 - 5, 12))
    ended = PlanWithdrawn(plan_id="A-PL1", number="A", minor=10_000, reason="another one is agreed on")
    assert run.events(PlanWithdrawn) == [ended]
    assert (run.account.case.promised_minor, run.account.case.promises, run.account.case.promises_broken) == (0, 0, 0)
    run.until(at(40))
    assert [stage for _, stage in run.stages()][:3] == ["reminder", "L1", "L2"]
    assert {"plan_broken", "plan_instalment_paid", "promise_broken", "promise_kept"}.isdisjoint(run.kinds())


def test_another_plan_is_agreed_on_in_its_place() -> None:
    run = on_plan()
    with pytest.raises(LedgerRefused) as beside:
        run.send(plan((on(9), 10_000)))
    assert beside.value.args == (Code.STATE,)
    run.send(_END)
    run.send(plan((on(9), 10_000)))
    assert [(one.plan_id, one.minor) for one in run.events(PlanMade)] == [("A-PL1", 10_000), ("A-PL3", 10_000)]
    assert run.account.case.promised_minor == 10_000


def test_what_was_kept_of_it_stays_kept() -> None:
    run = on_plan()
    run.until(at(7))
    run.pay("b1", 4_000, "A")
    run.until(at(9))
    run.send(_END)
    assert [one.minor for one in run.events(PlanWithdrawn)] == [6_000]
    assert run.kinds().count("plan_instalment_paid") == 1


def test_it_is_ended_by_who_may_agree_to_one_and_only_where_there_is_one() -> None:
    run = debtor()
    with pytest.raises(Refused) as none:
        run.send(_END)
    assert none.value.code is Code.STATE
    run.send(plan((on(20), 10_000)), moment=at(4))
    for role, refused in (("sales", True), ("finance", False)):
        who = Actor(id="zhao", roles=(role,))
        if refused:
            with pytest.raises(Refused) as told:
                run.send(_END, actor=who)
            assert told.value.code is Code.AUTH
        else:
            run.send(_END, actor=who)
    with pytest.raises(Refused):
        run.send(WithdrawPromise(number="A", reason="nothing is left"))
    assert len(run.events(PlanWithdrawn)) == 1


def test_a_promise_of_another_invoice_is_no_plan_of_this_one() -> None:
    run = on_plan()
    run.imported("B", 500, due_day=0)
    with pytest.raises(LedgerRefused) as refused:
        run.send(WithdrawPlan(number="B", reason="which?"))
    assert refused.value.args == (Code.NOTFOUND,)
    assert run.account.case.promises == 2
