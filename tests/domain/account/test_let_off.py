"""Who is let off has broken no promise: it ends at once and in silence, with what else of its plan is left."""

from typing import Any

import pytest

from domain.account import commands as c
from domain.account import events as e
from domain.account.plan_events import PlanBroken, PlanInstalmentPaid, PlanWithdrawn
from domain.account.promise_events import PromiseWithdrawn
from domain.value import Value
from tests.domain.account.run import Run, at, on, terms
from tests.domain.account.test_plan_approval import RULES, plan

WHY = "credited or written off / 已红冲或核销"
ENDS: tuple[type[Value], ...] = (
    e.PromiseKept, e.PromiseBroken, PromiseWithdrawn, PlanInstalmentPaid, PlanBroken, PlanWithdrawn,
)  # fmt: skip


def owing() -> tuple[Run, str]:
    run = Run(terms(plan=RULES))
    return run, run.issue("d1", 9_000, due_day=0)


def off(run: Run, number: str, minor: int | None) -> None:
    run.send(c.WriteOffNow(number=number, minor=minor, reason="insolvent"), moment=at(2))


def ended(run: Run) -> list[tuple[str, Any]]:
    """What ended, each with what is said for it."""
    told = [event for kind in ENDS for event in run.events(kind)]
    return [(type(event).__name__, getattr(event, "reason", getattr(event, "left", ""))) for event in told]


def promised(run: Run, number: str) -> None:
    run.send(c.Promise(number=number, on=on(5)), moment=at(1))


def planned(run: Run, number: str) -> None:
    run.send(plan(number, 5, 15), moment=at(1))


@pytest.mark.parametrize("credited", [False, True])
@pytest.mark.parametrize(
    ("make", "end"),
    [
        (promised, ("PromiseWithdrawn", WHY)),
        (planned, ("PlanWithdrawn", WHY)),
    ],
)
def test_all_is_credited_or_written_off_before_its_day(make: Any, end: tuple[str, str], credited: bool) -> None:
    run, number = owing()
    make(run, number)
    told = len(run.staff)
    if credited:
        run.send(c.Credit(number=number, minor=None, reason="damaged"), moment=at(2))
    else:
        off(run, number, None)
    run.until(at(40))
    assert ended(run) == [end]
    assert (run.staff[told:], run.account.case.promises_broken, run.book.promises) == ([], 0, {})
    assert (run.account.pending, run.events(e.AttentionNeeded)) == ((), [])


def test_the_last_instalment_is_written_off_and_the_first_is_paid() -> None:
    run, number = owing()
    planned(run, number)
    off(run, number, 4_500)
    assert ended(run) == []
    run.pay("1", 4_500, number)
    run.until(at(40))
    assert ended(run) == [("PlanInstalmentPaid", 1), ("PlanWithdrawn", WHY)]
    assert (run.account.case.promises_broken, run.account.case.open_minor) == (0, 0)


def test_the_last_instalment_is_written_off_and_the_first_is_missed() -> None:
    run, number = owing()
    planned(run, number)
    off(run, number, 4_500)
    run.until(at(10))
    assert ended(run) == [("PlanBroken", "")]
    assert run.account.case.promises_broken == 1
