"""Interest, fees and the order in which money pays them, exact to the cent through real workflows (G6, G7)."""

import json
import shutil
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from connectors.einvoice.official_rules import OfficialRules
from domain.account import commands as a
from domain.account.state import Account
from domain.einvoice.findings import Syntax
from domain.machine import Actor, Submission
from domain.money import Money
from domain.receivables.entries import Instalment
from embedded.temporal_server import TemporalServer
from simulation.clocks import wall
from simulation.standard_deal import FINANCE
from storage.entries import CustomerCard
from storage.operations.customers import put_customer
from storage.operations.edge import stored_file
from storage.queries.invoices import invoice
from tests.sources import ROOT
from tests.workflows.harness import Company, company, fresh
from workflows.client import account_workflow_id

BEGINS_AT = datetime.fromisoformat("2026-09-07T10:00:00+08:00")
ONE_LEVEL = {
    "gentle": "{levels: [{id: late, day: 30, interest: true}]}",
    "standard": '{levels: [{id: late, day: 45, fee: "40.00 EUR", interest: true}]}',
    "strict": '{levels: [{id: late, day: 60, fee: "10.00 CNY", interest: true}]}',
}


@pytest.fixture
async def ltc(temporal_server: TemporalServer, tmp_path: Path, database_url: str) -> AsyncIterator[Company]:
    """A company whose ladders have one level each."""
    policies = tmp_path / "policies"
    shutil.copytree(ROOT / "policies", policies)
    standard = policies / "standard.yaml"
    before, ladders, _ = standard.read_text().partition("  ladders:\n")
    standard.write_text(before + ladders + "".join(f"    {name}: {rules}\n" for name, rules in ONE_LEVEL.items()))
    async with company(temporal_server, tmp_path, database_url=database_url, policy_file=standard) as opened:
        yield opened


class Debtor:
    """A customer of a class who owes one amount to a legal entity."""

    def __init__(self, ltc: Company, entity: str, currency: str, class_id: str) -> None:
        self.ltc, self.entity, self.currency, self.class_id = ltc, entity, currency, class_id
        self.customer_id = fresh()
        self.numbers = count(1)
        self.account = account_workflow_id(entity, self.customer_id, currency)

    async def owes(self, number: str, amount: str, due_on: date) -> None:
        card = CustomerCard(
            customer_id=self.customer_id,
            name=self.customer_id,
            language="en",
            zone="Europe/Berlin" if self.entity == "DE01" else "Asia/Shanghai",
            country=self.entity[:2],
            email=f"{self.customer_id.lower()}@customer.example",
            class_override=self.class_id,
        )
        await self.ltc.database.write(put_customer, card, wall())
        part = Instalment(index=1, due_on=due_on, amount=Money.of(amount, self.currency))
        await self.send(a.ImportOpenItem(number=number, issued_on=BEGINS_AT.date(), instalments=(part,)))

    async def send(self, command: Any, actor: Actor = FINANCE) -> None:
        submission = Submission[Any](id=f"{self.customer_id}/{next(self.numbers)}", actor=actor, command=command)
        offset = self.ltc.clocks.offset_s(BEGINS_AT)
        names = (self.entity, self.customer_id, self.currency)
        await self.ltc.workflows.submit_account(*names, submission, clock_offset_s=offset)
        await self.ltc.settled(self.account)

    async def until(self, day: date) -> None:
        now = await self.ltc.clocks.now_of(self.account)
        assert now is not None
        await self.ltc.pass_time(self.account, datetime(day.year, day.month, day.day, 12, tzinfo=now.tzinfo) - now)

    async def told(self, kind: str) -> list[dict[str, Any]]:
        return [json.loads(event.data) for event in await self.ltc.events(self.account) if event.kind == kind]

    async def open_minor(self) -> int:
        return (await self.ltc.ask(self.account, "state", Account)).case.open_minor


@pytest.mark.parametrize(
    ("entity", "currency", "class_id", "amount", "due_on", "days", "fee", "interest"),
    [
        ("CN01", "CNY", "A", "100000.00", date(2026, 9, 14), 30, 0, 150_000),
        ("DE01", "EUR", "C", "10000.00", date(2026, 10, 9), 45, 4_000, 12_514),
    ],
)
async def test_interest_and_the_lump_sum_are_exact(
    ltc: Company,
    entity: str,
    currency: str,
    class_id: str,
    amount: str,
    due_on: date,
    days: int,
    fee: int,
    interest: int,
) -> None:
    """G6; in Germany the debit note goes out as an electronic invoice that the official rules accept."""
    debtor = Debtor(ltc, entity, currency, class_id)
    await debtor.owes("OLD-1", amount, due_on)
    await debtor.until(due_on + timedelta(days=days))

    (issued,) = await debtor.told("debit_note_issued")
    assert issued["note"] == {
        "number": "DN-2026-000001",
        "gross": {"minor": fee + interest, "currency": currency},
        "fee_minor": fee,
        "interest_minor": interest,
        "invoices": ["OLD-1"],
    }
    assert [done["reference"] for done in await debtor.told("effect_completed")].count("DN-2026-000001") == 1
    assert await debtor.open_minor() == Money.of(amount, currency).minor + fee + interest
    digest = (await ltc.database.read(invoice, "DN-2026-000001", entity)).xml
    assert bool(digest) == (entity == "DE01")
    if digest:
        xml = (await ltc.database.read(stored_file, digest)).content
        assert b"<ram:TypeCode>383</ram:TypeCode>" in xml
        assert OfficialRules().findings(xml, Syntax.CII) == ()
    await ltc.assert_sound()


async def test_costs_are_paid_before_interest_and_interest_before_what_was_sold(ltc: Company) -> None:
    """G7."""
    debtor = Debtor(ltc, "CN01", "CNY", "NEW")
    await debtor.owes("OLD-1", "1000.00", date(2026, 9, 14))
    await debtor.until(date(2026, 11, 13))
    (issued,) = await debtor.told("debit_note_issued")
    assert (issued["note"]["fee_minor"], issued["note"]["interest_minor"]) == (1_000, 3_000)

    await debtor.send(
        a.RecordReceipt(
            source="bank",
            external_id="1",
            amount=Money.of("500.00", "CNY"),
            value_date=date(2026, 11, 13),
            reference="payment for OLD-1",
        )
    )

    (received,) = await debtor.told("receipt_recorded")
    assert [(part["number"], part["instalment"], part["minor"]) for part in received["match"]["allocations"]] == [
        ("DN-2026-000001", 1, 1_000),
        ("DN-2026-000001", 2, 3_000),
        ("OLD-1", 1, 46_000),
    ]
    assert (received["unapplied_minor"], await debtor.open_minor()) == (0, 54_000)
    await ltc.assert_sound()
    await ltc.assert_healthy(debtor.account)
