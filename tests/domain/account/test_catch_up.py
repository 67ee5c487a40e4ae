"""What is missed while nobody is there is sent step by step, or, where the policy says so, the highest level alone."""

import pytest

from domain.account import commands as c
from domain.account.events import CreditHoldSet, LevelSkipped
from domain.span import Clock, Span
from domain.terms import LadderLevel
from tests.domain.account.run import Run, at, dunning, terms
from tests.domain.account.test_dunning_dates import WEEKDAYS

UNITS = pytest.mark.parametrize("unit", ["customer", "invoice"])


def debtor(unit: str, **ladder: object) -> Run:
    return Run(terms(dunning(unit=unit, **({"catch_up": "skip"} | ladder))))


@UNITS
def test_step_by_step_an_old_item_goes_through_every_level(unit: str) -> None:
    run = debtor(unit, catch_up="step")
    run.until(at(50, 12))
    run.imported("A", 100, due_day=0)
    run.until(at(90))
    assert [stage for _, stage in run.stages()] == ["reminder", "L1", "L2", "L3", "collections"]
    assert [day.date() for day, _ in run.stages()] == [at(day).date() for day in (50, 51, 52, 53, 54)]


@UNITS
def test_an_old_item_is_sent_the_level_of_its_age_at_once(unit: str) -> None:
    run = debtor(unit)
    run.until(at(33, 12))
    run.imported("A", 100, due_day=0)
    run.until(at(33, 13))
    assert run.stages() == [(at(33, 12), stage) for stage in ("-reminder", "-L1", "-L2", "L3")]
    assert [(one.stage, one.level, one.invoices) for one in run.events(LevelSkipped)] == [
        ("reminder", 1, ("A",)), ("L1", 2, ("A",)), ("L2", 3, ("A",)),
    ]  # fmt: skip
    run.until(at(90))
    assert run.stages()[4:] == [(at(45), "collections")]


@UNITS
def test_after_the_system_was_down_the_level_of_that_day_comes(unit: str) -> None:
    run = debtor(unit)
    run.imported("A", 100, due_day=0)
    run.until(at(4))
    run.now = at(35)
    run.until(at(36))
    assert run.stages() == [(at(3), "reminder"), (at(35), "-L1"), (at(35), "-L2"), (at(35), "L3")]
    assert run.kinds().count("notice_undeliverable") == 0


@UNITS
def test_what_is_in_time_is_never_left_out(unit: str) -> None:
    run = debtor(unit)
    run.issue("d1", 100, due_day=0)
    run.until(at(90))
    assert run.stages() == [
        (at(3), "reminder"), (at(10), "L1"), (at(20), "L2"), (at(30), "L3"), (at(45), "collections"),
    ]  # fmt: skip


@UNITS
def test_what_a_dispute_held_up_keeps_its_level(unit: str) -> None:
    run = debtor(unit)
    run.imported("A", 100, due_day=0)
    run.send(c.Dispute(number="A", reason="price"), moment=at(5))
    run.send(c.Resolve(number="A", outcome="reject", reason="as agreed"), moment=at(35, 12))
    run.until(at(36, 12))
    assert run.stages() == [(at(3), "reminder"), (at(36), "L1")]


@UNITS
def test_what_the_gap_or_closed_hours_held_up_keeps_its_level(unit: str) -> None:
    # Day 5 is a Saturday.
    days = (LadderLevel(id="a", day=5), LadderLevel(id="b", day=6), LadderLevel(id="c", day=8))
    run = debtor(unit, levels=days, contact=WEEKDAYS)
    run.imported("A", 100, due_day=0)
    run.until(at(60))
    assert [stage for _, stage in run.stages()] == ["a", "b", "c"]
    gap = debtor(unit, levels=days, min_gap=Span.parse("5d", Clock.WALL))
    gap.imported("A", 100, due_day=0)
    gap.until(at(60))
    assert gap.stages() == [(at(5), "a"), (at(10), "b"), (at(15), "c")]


@UNITS
def test_nobody_is_handed_over_who_was_not_written_to_and_what_was_left_out_still_holds_back(unit: str) -> None:
    levels = (
        LadderLevel(id="first", day=3),
        LadderLevel(id="hold", day=10, actions=("credit_hold",)),
        LadderLevel(id="final", day=20),
        LadderLevel(id="over", day=30, actions=("hand_over",)),
    )
    run = debtor(unit, levels=levels)
    run.until(at(80, 12))
    run.imported("A", 100, due_day=0)
    run.until(at(80, 13))
    assert run.stages()[-1] == (at(80, 12), "final")
    assert [one.stage for one in run.events(CreditHoldSet)] == ["final"]
    assert not run.account.handed_over
    run.until(at(82))
    assert run.account.handed_over


@UNITS
def test_explain_says_what_is_left_out(unit: str) -> None:
    run = debtor(unit, contact=WEEKDAYS)
    run.until(at(33, 20))
    run.imported("A", 100, due_day=0)
    step = run.account.case.next
    assert step is not None
    assert (step.stage, step.skips, step.at) == ("L3", 3, at(35, 9, 30))
