"""Every message that a cockpit shows is one that its workflow can read: nothing it needs is left out."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter

from domain.account import commands as account
from domain.account import exchanges, hold_commands
from domain.deal import commands as deal
from domain.machine import Blocker, Explanation
from domain.value import Text, Value
from tests.domain.account.run import Run
from workflows.account_machine import AccountMachine
from workflows.cockpit import Page, markdown
from workflows.sampling import commands_of, sample

UNIONS: dict[str, Any] = {"account": account.PublicAccountCommand, "deal": deal.PublicDealCommand}
EVERY = [(name, kind) for name, union in UNIONS.items() for kind in commands_of(union)]
SENT = re.compile(r"^`(\{.*\})`$", re.MULTILINE)


def read(union: str, message: Mapping[str, Any]) -> Value:
    adapter: TypeAdapter[Value] = TypeAdapter(UNIONS[union])
    return adapter.validate_json(json.dumps(dict(message)))


@pytest.mark.parametrize(("union", "kind"), EVERY)
def test_every_sample_can_be_read_as_it_stands(union: str, kind: str) -> None:
    found = read(union, sample(commands_of(UNIONS[union])[kind], {}))
    assert getattr(found, "kind", "") == kind


def test_what_is_known_is_filled_in_and_the_rest_stands_in_capitals() -> None:
    known = {"currency": "USD", "minor": 7, "on": "2026-03-01", "allocate.missing": "tolerance"}
    assert sample(account.Allocate, known) == {
        "kind": "allocate",
        "source": "SOURCE",
        "external_id": "EXTERNAL_ID",
        "shares": [{"number": "NUMBER", "minor": 7}],
        "missing": "tolerance",
    }
    assert sample(exchanges.ExchangeNow, known)["currency"] == "USD"
    assert sample(hold_commands.ReleaseHold, known) == {"kind": "release_hold", "reason": "REASON"}


@pytest.mark.parametrize(("union", "kind"), EVERY)
def test_the_page_shows_what_can_be_sent(union: str, kind: str) -> None:
    waiting = (Blocker(who="role:credit", what=Text(en="x", zh="x"), command=kind),)
    commands = tuple(commands_of(UNIONS[union]).values())
    explanation = Explanation(stage="", waiting=waiting, timers=(), moves=(), clause="")
    page = Page(title="", facts=(), explanation=explanation, invoices=(), timeline=(), attention=(), commands=commands)
    (shown,) = SENT.findall(markdown(page))
    assert getattr(read(union, json.loads(shown)["command"]), "kind", "") == kind


def test_an_account_asks_for_the_receipt_of_all_that_is_open() -> None:
    run = Run()
    run.issue("d1", 12345, due_day=30)
    machine = AccountMachine()
    (shown,) = SENT.findall(machine.cockpit(run.account, machine.explain(run.account, run.now), run.now))
    command = read("account", json.loads(shown)["command"])
    assert isinstance(command, account.RecordReceipt)
    assert (command.amount.minor, command.amount.currency, command.value_date) == (12345, "CNY", run.now.date())
