"""No letter claims nothing or less, whatever cash lies on the account; what is owed in all is the most it claims."""

from datetime import datetime
from typing import Any

import pytest

from domain.account import commands as c
from domain.account.explain import explain
from domain.ports import NoticePlan
from domain.span import Clock, Span
from domain.terms import LadderLevel
from simulation.ledger import MemoryLedger
from tests.domain.account.run import Run, at, cny, dunning, terms

LEVELS = (LadderLevel(id="first", day=3), LadderLevel(id="second", day=10))
Claimed = list[tuple[datetime, str, int, int]]


class Letters(MemoryLedger):
    """A ledger that remembers what its letters claimed: (when, stage, open, taken off)."""

    def __init__(self) -> None:
        super().__init__()
        self.claimed: Claimed = []

    async def plan_notice(self, key: str, at: datetime, effect: Any) -> NoticePlan | None:
        plan = await super().plan_notice(key, at, effect)
        if plan is not None:
            self.claimed.append((at, plan.stage, plan.open.minor, plan.unapplied.minor))
        return plan


def owing(unit: str = "invoice", **ladder: Any) -> tuple[Run, Letters]:
    letters = Letters()
    return Run(terms(dunning(levels=LEVELS, unit=unit, **ladder)), letters), letters


@pytest.mark.parametrize("unit", ["invoice", "customer"])
@pytest.mark.parametrize("cash", [10_001, 99_999])
def test_nothing_is_sent_while_cash_covers_what_is_open(unit: str, cash: int) -> None:
    run, letters = owing(unit)
    run.issue("d1", 4_000, due_day=0)
    run.issue("d2", 6_000, due_day=1)
    run.pay("1", cash, reference="nothing known")
    run.until(at(60))
    assert (letters.claimed, run.stages(), run.kinds().count("notice_void")) == ([], [], 0)
    assert [one.command for one in explain(run.account, run.now).waiting if one.who == "role:finance"] == ["allocate"]


def test_one_cent_less_of_it_and_one_cent_is_claimed() -> None:
    run, letters = owing()
    run.issue("d1", 10_000, due_day=0)
    run.pay("1", 9_999, reference="nothing known")
    run.until(at(12))
    assert letters.claimed == [(at(3), "first", 10_000, 9_999), (at(10), "second", 10_000, 9_999)]


def test_of_two_invoices_each_letter_takes_off_what_the_cash_does_not_pay_of_the_other() -> None:
    run, letters = owing()
    run.issue("d1", 10_000, due_day=0)
    run.issue("d2", 20_000, due_day=1)
    run.pay("1", 15_000, reference="nothing known")
    run.until(at(5))
    assert letters.claimed == [(at(3), "first", 10_000, 0), (at(4), "first", 20_000, 5_000)]


def test_when_the_cash_goes_the_ladder_goes_on() -> None:
    run, letters = owing()
    run.issue("d1", 10_000, due_day=0)
    other = run.issue("d2", 7_000, due_day=40)
    run.pay("1", 17_001, reference="nothing known")
    run.until(at(20))
    assert letters.claimed == []
    run.send(c.Allocate(source="bank", external_id="1", shares=(c.Share(number=other, minor=7_000),)))
    run.until(at(30))
    assert letters.claimed == []
    run.send(c.ReverseReceiptNow(source="bank", external_id="1", amount=cny(17_001), reason="no funds"))
    run.until(at(33))
    assert [stage for _, stage, *_ in letters.claimed] == ["first", "second"]


@pytest.mark.parametrize("unit", ["invoice", "customer"])
def test_a_reminder_before_the_due_date_claims_no_less_than_nothing_either(unit: str) -> None:
    run, letters = owing(unit, pre_due=(Span.parse("-2d", Clock.WALL),))
    run.issue("d1", 10_000, due_day=10)
    run.issue("d2", 20_000, due_day=20)
    run.pay("1", 15_000, reference="nothing known")
    run.until(at(19))
    assert letters.claimed[0] == (at(8), "-2d", 10_000, 0)
    assert [claimed - off for *_, claimed, off in letters.claimed if claimed <= off] == []
