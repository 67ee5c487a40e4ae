"""A promise whose end is under way when its day comes is not judged: nothing is parked, and the ladder goes on."""

from collections.abc import Callable

import pytest

from domain.account import commands as c
from domain.account import events as e
from domain.account.agenda import agenda
from domain.account.plan_commands import WithdrawPlan
from domain.account.promise_commands import WithdrawPromise
from domain.machine import CLOCK
from domain.value import Value
from tests.domain.account.run import FINANCE, Run, at, on
from tests.domain.account.test_withdrawn_promises import debtor, plan

End = tuple[Callable[[Run], None], Value]


def promised(run: Run) -> None:
    run.send(c.Promise(number="A", on=on(5)), moment=at(1))


def planned(run: Run) -> None:
    run.send(plan((on(5), 4_000), (on(20), 6_000)), moment=at(1))


ENDS = pytest.mark.parametrize(
    ("end", "broken"),
    [
        ((promised, WithdrawPromise(number="A", reason="they take it back")), 0),
        # The plan in its place is missed later, on a day of its own.
        ((promised, plan((on(12), 4_000), (on(20), 6_000))), 1),
        ((planned, WithdrawPlan(number="A", reason="another one")), 0),
    ],
    ids=["withdrawn", "replaced", "plan_withdrawn"],
)


@ENDS
def test_nothing_is_judged_and_the_account_goes_on_as_if_its_day_had_not_come(end: End, broken: int) -> None:
    make, command = end
    run, other = debtor(), debtor()
    for one in (run, other):
        make(one)
    due = agenda(run.account)[0]
    run.until(at(2))
    run.now = due.at
    run.apply(command, FINANCE, "cmd-x")
    run.apply(due.command, CLOCK, "timer")
    assert [pending.effect.kind for pending in run.account.pending][1:] == ["judge_promise"]
    run.perform()
    assert (run.account.pending, run.events(e.AttentionNeeded)) == ((), [])
    assert [event.effect for event in run.events(e.EffectCompleted)] == ["judge_promise"]
    other.send(command, moment=at(2))
    for one in (run, other):
        one.until(at(60))
        assert {"promise_kept", "plan_instalment_paid", "promise_broken"}.isdisjoint(one.kinds())
    assert [stage for _, stage in run.stages()] == [stage for _, stage in other.stages()]
    assert [one.account.case.promises_broken for one in (run, other)] == [broken, broken]
    assert run.stages() != []
