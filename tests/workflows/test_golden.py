"""G15 and G17 through the real workflows, on both databases; tests/test_golden_vectors.py says where the others are."""

import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.account import commands as a
from domain.account.refunds import RefundNow
from domain.money import Money
from embedded.temporal_server import TemporalServer
from tests.workflows.harness import Company, company
from tests.workflows.journeys import Journey
from tests.workflows.money import balances, billed, pay, policy_with
from tests.workflows.test_late_claims import Debtor

DAY_0 = date(2026, 9, 7)
LADDER = {
    "levels": [
        {"id": "first", "day": 3},
        {"id": "second", "day": 10},
        {"id": "third", "day": 30, "interest": True},
    ]
}
"""A Monday: days 3, 9 and 16 are business days of the customer."""


def day(offset: int) -> date:
    return DAY_0 + timedelta(days=offset)


class Owing(Debtor):
    """A customer who owes several amounts."""

    async def notices(self) -> list[tuple[date, str, int, list[str]]]:
        """Return what was sent: (day, stage, level, invoices)."""
        events = [event for event in await self.ltc.events(self.account) if event.kind == "notice_sent"]
        told = [json.loads(event.data) for event in events]
        return [
            (event.at.date(), one["stage"], one["level"], one["invoices"])
            for event, one in zip(events, told, strict=True)
        ]


@pytest.mark.parametrize("min_gap", [None, "5d"])
async def test_g15_the_ladder_re_anchors_on_what_is_left_and_skips_nothing(
    temporal_server: TemporalServer, tmp_path: Path, min_gap: str | None, database_url: str
) -> None:
    policy = policy_with(
        tmp_path / "policy",
        (("dunning", "min_gap"), min_gap),
        *((("dunning", "ladders", name), LADDER) for name in ("gentle", "standard", "strict")),
    )
    async with company(temporal_server, tmp_path, policy_file=policy, database_url=database_url) as ltc:
        debtor = Owing(ltc, "CN01", "CNY", "C")
        await debtor.owes("FIRST", "1000.00", day(0))
        await debtor.owes("SECOND", "1000.00", day(6))
        await debtor.until(day(8))
        assert await debtor.notices() == [(day(3), "first", 1, ["FIRST"])]
        receipt = a.RecordReceipt(
            source="bank", external_id="1", amount=Money.of("1000.00", "CNY"), value_date=day(8), invoices=("FIRST",)
        )
        await debtor.send(receipt)
        await debtor.until(day(20))
        assert (await debtor.notices())[1:] == [
            (day(9), "first", 1, ["SECOND"]),
            (day(16), "second", 2, ["SECOND"]),
        ]
        assert await debtor.told("level_skipped") == []
        await ltc.assert_sound()
        await ltc.assert_healthy(debtor.account)


@pytest.fixture
async def ltc(temporal_server: TemporalServer, tmp_path: Path, database_url: str) -> AsyncIterator[Company]:
    policy = policy_with(tmp_path / "policy")
    async with company(temporal_server, tmp_path, policy_file=policy, database_url=database_url) as opened:
        yield opened


async def test_g17_a_credit_offsets_what_is_open_and_frees_what_was_paid_beyond(ltc: Company) -> None:
    journey = Journey(ltc, await ltc.customer())
    invoice = await billed(journey, "1000.00", tax_code="Z")
    assert invoice.gross == Money.of("1000.00", "CNY")
    await pay(journey, "1", "400.00", invoice.issued_on)
    assert await balances(journey) == {"cash": 40_000, "receivable": 60_000, "revenue": -100_000}

    await journey.send_account(a.Credit(number=invoice.number, minor=70_000, reason="damaged"))

    # 700.00 = 600.00 that were open and 100.00 that had been paid, which are the customer's again.
    assert await balances(journey) == {"cash": 40_000, "unapplied": -10_000, "revenue": -30_000}
    (credited,) = await told(journey, "invoice_credited")
    assert credited["minor"] == 70_000
    state = await journey.case()
    assert (state.case.open_minor, state.case.unapplied_minor) == (0, 10_000)

    refund = RefundNow(
        source="bank", external_id=f"{journey.deal_id}-1", amount=Money.of("100.00", "CNY"), reason="credited"
    )
    await journey.send_account(refund)
    assert await balances(journey) == {"cash": 30_000, "revenue": -30_000}
    await ltc.assert_sound()


async def told(journey: Journey, kind: str) -> list[dict[str, Any]]:
    events = await journey.company.events(journey.account)
    return [json.loads(event.data) for event in events if event.kind == kind]
