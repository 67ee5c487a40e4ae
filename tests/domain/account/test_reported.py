"""What a source reports is booked, refused before it is acknowledged, or waits for a person: it is never lost."""

from datetime import UTC, timedelta
from typing import Any

import pytest

from domain.account import commands as c
from domain.account import events as e
from domain.account.decide import decide
from domain.account.reported import FIRST_DAY, FORWARD_VALUE, LAST_DAY, check_webhook
from domain.machine import SYSTEM, Actor
from domain.refusal import Code, Refused
from domain.value import Text
from tests.domain.account.run import DAY_0, FINANCE, Run, cny, on

BANK = Actor(id="webhook:bank", via="webhook")


def report(external_id: str = "1", minor: int = 100, **more: Any) -> c.RecordReceipt:
    told = {"source": "bank", "external_id": external_id, "amount": cny(minor), "value_date": on(0)}
    return c.RecordReceipt.model_validate(told | more)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"minor": 0}, Code.AMOUNT),
        ({"minor": -1}, Code.AMOUNT),
        ({"value_date": on(0) + FORWARD_VALUE + timedelta(days=1)}, Code.GATE),
        ({"value_date": FIRST_DAY - timedelta(days=1)}, Code.GATE),
        ({"value_date": LAST_DAY + timedelta(days=1)}, Code.GATE),
        ({"source": "exchange"}, Code.STATE),
    ],
)
def test_what_no_account_takes_is_refused_to_its_source(wrong: dict[str, Any], code: Code) -> None:
    with pytest.raises(Refused, match=code):
        check_webhook(report(**wrong), DAY_0)


@pytest.mark.parametrize("hours", [-14, 0, 12])
def test_what_a_source_was_not_refused_is_not_refused_by_a_place_whose_day_is_another(hours: int) -> None:
    run = Run()
    latest = report(value_date=run.now.astimezone(UTC).date() + FORWARD_VALUE)
    check_webhook(latest, run.now.astimezone(UTC).date())
    run.now += timedelta(hours=hours)
    run.send(latest, BANK)
    assert run.book.balances == {"cash": 100, "unapplied": -100}
    with pytest.raises(Refused, match=Code.GATE):
        decide(run.account, report("2", value_date=latest.value_date + timedelta(days=2)), FINANCE, run.now)


def refused(run: Run, actor: Actor) -> str:
    """Report money that the ledger refuses, as where a rate is absurd; returns the effect."""
    run.apply(report(), actor, "told")
    (pending,) = run.account.pending
    refusal = c.AccountRefusal(code=Code.AMOUNT, text=Text(en="what it is worth is too large", zh="折算金额过大"))
    run.apply(c.EffectDone(effect_id=pending.id, result=refusal), SYSTEM, pending.id)
    return pending.id


def test_what_the_ledger_refuses_of_a_source_waits_for_a_person_and_is_booked_when_it_can_be() -> None:
    run = Run()
    effect_id = refused(run, BANK)

    (waiting,) = run.account.pending
    assert waiting.parked == "E_AMOUNT: what it is worth is too large"
    assert run.events(e.CommandRefused) == []

    run.send(c.RetryEffect(effect_id=effect_id))
    assert run.account.pending == ()
    assert run.book.balances == {"cash": 100, "unapplied": -100}


def test_a_person_is_answered_at_once() -> None:
    run = Run()
    refused(run, FINANCE)
    assert [event.code for event in run.events(e.CommandRefused)] == [Code.AMOUNT]
    assert run.account.pending == ()
