"""Whoever asks why a deal is where it is hears of what is owed for it, of promises, and of the next notice."""

from datetime import timedelta

import pytest

from commands.explain import found, told_owed
from domain.account import commands as a
from domain.refusal import Code, Refused
from simulation.clocks import wall
from tests.workflows.conftest import Begin
from tests.workflows.harness import Company


async def test_an_overdue_deal_with_a_promise_says_so(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")
    (item,) = (await journey.deal()).billing
    due_on = (await journey.case()).case.oldest_due_on
    assert due_on is not None
    await ltc.pass_time(journey.account, timedelta(days=48))
    now = (await journey.case()).timeline[-1].at
    promised_on = due_on + timedelta(days=30)
    await journey.send_account(a.Promise(number=item.number, on=promised_on, minor=10_000_00))
    state = await journey.case()
    assert state.case.next is not None
    assert state.case.judge is not None

    deal, owed, _ = await ltc.database.read(found, journey.deal_id, now)
    assert deal is not None
    assert owed is not None
    (one,) = owed.receivables
    assert (owed.account, owed.stage, owed.left_out) == (journey.account, "reminder-2", 0)
    assert (one.number, one.open.minor, one.promised.minor) == (item.number, 142_380_00, 10_000_00)
    assert (one.due_on, one.promised_on, one.days_late) == (due_on, promised_on, (now.date() - due_on).days)
    assert {state.case.next.at, state.case.judge.at} == {at for at, _ in owed.timers}

    lines = told_owed(owed, "en")
    late = f"{item.number}: 142,380.00 CNY open, {one.days_late} days late, 10,000.00 CNY promised for {promised_on}"
    assert f"  {late}" in lines
    coming = state.case.next
    assert f"  {coming.at:%Y-%m-%d %H:%M %Z}  {coming.stage} for {item.number}, {coming.days_late} days late" in lines
    chinese = f"  {item.number}：未清 142,380.00 CNY，逾期 {one.days_late} 天，承诺 {promised_on} 付款 10,000.00 CNY"
    assert chinese in told_owed(owed, "zh")

    for name in (item.number, journey.account, journey.account.removeprefix("account/")):
        assert (await ltc.database.read(found, name, now))[:2] == (None, owed)


async def test_what_is_paid_is_owed_no_more(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")
    (item,) = (await journey.deal()).billing
    await journey.pay()
    now = (await journey.deal()).timeline[-1].at

    assert (await ltc.database.read(found, journey.deal_id, now))[1] is None
    owed = (await ltc.database.read(found, item.number, now))[1]
    assert owed is not None
    assert owed.receivables == ()
    assert "  nothing" in told_owed(owed, "en")


@pytest.mark.parametrize("name", ["D-NONE", "INV-NONE", "CN01/C-NONE/CNY", "account/CN01/C-NONE/CNY", "a/b"])
async def test_what_is_not_there_is_not_explained(ltc: Company, name: str) -> None:
    with pytest.raises(Refused) as refused:
        await ltc.database.read(found, name, wall())
    assert refused.value.code is Code.NOTFOUND
