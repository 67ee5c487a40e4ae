"""A customer without an e-mail address gets a letter that a person posts; exact through real workflows."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from domain.account.notice_commands import SayNotice
from domain.account.state import Account
from embedded.temporal_server import TemporalServer
from simulation.clocks import wall
from storage.entries import CustomerCard
from storage.operations.customers import put_customer
from storage.tables.ledger import NOTICE
from tests.workflows.harness import Company, company
from tests.workflows.money import policy_with
from tests.workflows.test_late_claims import Debtor

LADDER = {
    "levels": [
        {"id": "letter", "day": 3, "channels": ["email", "letter", "call_task"], "fee": "10.00 CNY"},
        {"id": "last", "day": 30, "interest": True},
    ]
}


@pytest.fixture
async def ltc(temporal_server: TemporalServer, tmp_path: Path, database_url: str) -> AsyncIterator[Company]:
    """A company whose first level falls back to a letter and a call."""
    policy = policy_with(tmp_path / "policies", (("dunning", "ladders", "standard"), LADDER))
    async with company(temporal_server, tmp_path, database_url=database_url, policy_file=policy) as opened:
        yield opened


async def test_a_letter_counts_with_its_fee_on_the_day_on_which_it_is_posted(ltc: Company) -> None:
    debtor = Debtor(ltc, "CN01", "CNY", "C")
    await debtor.owes("OLD-1", "1000.00", date(2026, 9, 14))
    card = CustomerCard(
        customer_id=debtor.customer_id, name="无邮箱", zone="Asia/Shanghai", country="CN", class_override="C"
    )
    await ltc.database.write(put_customer, card, wall())
    await debtor.until(date(2026, 9, 21))
    await ltc.settled(debtor.account)
    (held,) = await debtor.told("notice_in_hand")
    assert (held["channel"], held["left"], await debtor.told("notice_sent")) == ("letter", ["call_task"], [])
    assert (await ltc.ask(debtor.account, "state", Account)).case.level == 0

    await debtor.send(SayNotice(outcome="failed", note="the address does not exist"))
    assert [one["channel"] for one in await debtor.told("notice_in_hand")] == ["letter", "call_task"]
    await debtor.until(date(2026, 9, 23))
    await debtor.send(SayNotice(outcome="done", note="spoke to their accountant"))
    assert [(one["channel"], one["level"]) for one in await debtor.told("notice_sent")] == [("call_task", 1)]
    (issued,) = await debtor.told("debit_note_issued")
    assert issued["note"]["fee_minor"] == 1_000
    assert await debtor.open_minor() == 101_000

    rows = await ltc.database.read(lambda connection: connection.execute(NOTICE.select()).all())
    assert sorted((row.outcome, row.channel) for row in rows) == [("sent", "call_task"), ("undeliverable", "")]
    await ltc.assert_sound()
    await ltc.assert_healthy(debtor.account)
