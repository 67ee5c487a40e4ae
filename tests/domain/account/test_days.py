"""A day that nobody can mean is refused at the door: no ledger operation may try to count from it for ever."""

from datetime import date, timedelta

import pytest

from domain.account import commands as c
from domain.account.decide import decide
from domain.account.plan_commands import Plan, PlanPart
from domain.account.reported import FIRST_DAY, LAST_DAY
from domain.receivables.entries import Instalment
from domain.refusal import Code, Refused
from domain.value import Value
from tests.domain.account.run import FINANCE, Run, cny, on


def told(number: str, day: date) -> tuple[Value, ...]:
    part = Instalment(index=1, due_on=on(9), amount=cny(100))
    return (
        c.Promise(number=number, minor=None, on=day),
        Plan(number=number, instalments=(PlanPart(due_on=day, minor=100),)),
        c.RecordReceipt(source="bank", external_id="1", amount=cny(1), value_date=day),
        c.ImportOpenItem(number="OLD-2", issued_on=day, instalments=(part,)),
        c.ImportOpenItem(
            number="OLD-2", issued_on=on(0), instalments=(part, part.model_copy(update={"index": 2, "due_on": day}))
        ),
    )


@pytest.mark.parametrize("day", [date.min, date(1899, 12, 31), date(2200, 1, 1), date(9999, 12, 31)])
def test_no_command_with_a_day_outside_of_all_calendars_reaches_the_ledger(day: date) -> None:
    run = Run()
    number = run.imported("OLD-1", 100, 30)
    for command in told(number, day):
        with pytest.raises(Refused, match=Code.GATE):
            decide(run.account, command, FINANCE, run.now)


def test_an_open_item_of_a_day_to_come_is_refused_and_one_of_another_zone_is_not() -> None:
    run = Run()
    part = Instalment(index=1, due_on=on(30), amount=cny(100))
    today = run.now.date()
    command = c.ImportOpenItem(number="OLD-1", issued_on=today + timedelta(days=2), instalments=(part,))
    with pytest.raises(Refused, match="bring it in when it is issued") as told:
        decide(run.account, command, FINANCE, run.now)
    assert (told.value.code, "开票后导入" in told.value.text.zh) == (Code.GATE, True)
    run.send(c.ImportOpenItem(number="OLD-1", issued_on=today + timedelta(days=1), instalments=(part,)))
    assert run.account.case.open_minor == 100


@pytest.mark.parametrize("day", [FIRST_DAY, LAST_DAY])
def test_an_open_item_of_the_first_and_the_last_day_stops_no_account(day: date) -> None:
    run = Run()
    part = Instalment(index=1, due_on=day, amount=cny(100))
    run.send(c.ImportOpenItem(number="OLD-1", issued_on=min(day, on(0)), instalments=(part,)))
    run.pay("1", 100, "OLD-1")
    assert (run.account.case.open_minor, run.account.case.unapplied_minor) == (0, 0)
