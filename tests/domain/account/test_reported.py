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


def refused(run: Run, actor: Actor, code: Code) -> str:
    """Report money that the ledger refuses, as where a rate is absurd or a name is taken; returns the effect."""
    run.apply(report(), actor, "told")
    (pending,) = run.account.pending
    refusal = c.AccountRefusal(code=code, text=Text(en="it cannot be booked", zh="无法入账"))
    run.apply(c.EffectDone(effect_id=pending.id, result=refusal), SYSTEM, pending.id)
    return pending.id


@pytest.mark.parametrize("code", list(Code))
def test_what_the_ledger_refuses_of_a_source_waits_for_a_person_and_is_booked_when_it_can_be(code: Code) -> None:
    run = Run()
    effect_id = refused(run, BANK, code)

    (waiting,) = run.account.pending
    assert waiting.parked == f"{code}: it cannot be booked"
    assert run.events(e.CommandRefused) == []

    run.send(c.RetryEffect(effect_id=effect_id))
    assert run.account.pending == ()
    assert run.book.balances == {"cash": 100, "unapplied": -100}


def test_other_words_for_money_that_is_booked_wait_until_a_person_has_seen_them() -> None:
    run = Run()
    run.send(report(), BANK)
    run.send(report(), BANK)
    assert run.events(e.AttentionNeeded) == []
    run.send(report(minor=200), BANK)
    (waiting,) = run.account.pending
    assert str(waiting.parked).startswith("E_IDEM: ")
    run.send(c.SkipEffect(effect_id=waiting.id, reason="the source gave one id twice; reported by hand as 1b"))
    assert run.account.pending == ()
    assert run.book.balances == {"cash": 100, "unapplied": -100}


@pytest.mark.parametrize("code", list(Code))
def test_a_person_is_answered_at_once(code: Code) -> None:
    run = Run()
    refused(run, FINANCE, code)
    assert [event.code for event in run.events(e.CommandRefused)] == [code]
    assert run.account.pending == ()
