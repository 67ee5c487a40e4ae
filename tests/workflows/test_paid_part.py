"""G17: what had been paid of a credit is unapplied or paid back, by explicit choice in the same command."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from domain.account import commands as a
from domain.approval.machine import seats_open
from domain.approval.requests import Decide
from domain.deal import commands as c
from domain.machine import Actor
from domain.money import Money
from domain.receivables.entries import Invoice
from domain.refusal import Code, Refused
from embedded.temporal_server import TemporalServer
from simulation.standard_deal import FINANCE
from tests.workflows.harness import Company, company
from tests.workflows.journeys import Journey
from tests.workflows.money import balances, billed, pay, policy_with


@pytest.fixture
async def ltc(temporal_server: TemporalServer, tmp_path: Path, database_url: str) -> AsyncIterator[Company]:
    policy = policy_with(tmp_path / "policy")
    async with company(temporal_server, tmp_path, policy_file=policy, database_url=database_url) as opened:
        yield opened


async def told(journey: Journey, kind: str) -> list[dict[str, Any]]:
    events = await journey.company.events(journey.account)
    return [json.loads(event.data) for event in events if event.kind == kind]


async def test_g17_the_paid_part_goes_back_to_its_payer_in_one_command(ltc: Company) -> None:
    journey = Journey(ltc, await ltc.customer())
    invoice = await billed(journey, "1000.00", tax_code="Z")
    await pay(journey, "1", "400.00", invoice.issued_on)

    await journey.send_account(a.Credit(number=invoice.number, minor=70_000, reason="damaged", paid_part="refund"))

    # 700.00 = 600.00 that were open and 100.00 that had been paid and went back.
    assert await balances(journey) == {"cash": 30_000, "revenue": -30_000}
    (credited,), (taken,), (paid,) = [
        await told(journey, kind) for kind in ("invoice_credited", "refund_taken", "refund_paid")
    ]
    assert credited["minor"] == 70_000
    assert (taken["amount"]["minor"], taken["external_id"], taken["by"]) == (10_000, f"{journey.deal_id}-1", "wu.ting")
    assert taken["reason"] == f"{credited['credit_note']}: damaged"
    assert paid["refund_id"] == taken["refund_id"]
    await ltc.assert_sound()


async def test_a_refund_above_the_amount_takes_a_second_person_though_the_credit_does_not(ltc: Company) -> None:
    journey = Journey(ltc, await ltc.customer())
    invoice = await billed(journey, "20000.00", tax_code="Z")
    await pay(journey, "1", "15000.00", invoice.issued_on)

    await journey.send_account(a.Credit(number=invoice.number, minor=1_200_000, reason="damaged", paid_part="refund"))

    assert await balances(journey) == {"cash": 1_500_000, "unapplied": -700_000, "revenue": -800_000}
    assert await told(journey, "refund_taken") == []
    await ltc.restart()
    await agree(journey)
    assert await balances(journey) == {"cash": 800_000, "revenue": -800_000}
    assert [one["amount"]["minor"] for one in await told(journey, "refund_paid")] == [700_000]
    await ltc.assert_sound()


async def test_a_cancelled_order_pays_back_what_had_been_paid_if_that_is_asked(ltc: Company) -> None:
    journey = Journey(ltc, await ltc.customer())
    invoice = await billed(journey, "20000.00", tax_code="Z")
    await pay(journey, "1", "4000.00", invoice.issued_on)

    wanted = c.Cancel(reason="the machine does not fit", delivered="credited", paid_part="refund")
    with pytest.raises(Refused, match=Code.AUTH):
        await journey.send(wanted)
    await journey.send(wanted, FINANCE)
    await ltc.settled(journey.account)

    assert await ltc.handle(journey.id).result() == "closed.cancelled"
    assert await balances(journey) == {}
    (taken,) = await told(journey, "refund_taken")
    assert (taken["amount"], taken["by"]) == (Money.of("4000.00", "CNY").model_dump(mode="json"), FINANCE.id)
    await ltc.assert_sound()


async def test_many_receipts_of_a_cancelled_order_go_back_as_one_amount(ltc: Company) -> None:
    """Each is below the refund limit of 5,000, both together are not."""
    journey = Journey(ltc, await ltc.customer())
    invoice = await billed(journey, "9000.00", tax_code="Z")
    for name in "12":
        await pay(journey, name, "4000.00", invoice.issued_on)

    await journey.send(c.Cancel(reason="it does not fit", delivered="credited", paid_part="refund"), FINANCE)
    await ltc.settled(journey.account)

    assert await told(journey, "refund_taken") == []
    assert await balances(journey) == {"cash": 800_000, "unapplied": -800_000}
    await agree(journey)
    await agree(journey)
    assert [one["amount"]["minor"] for one in await told(journey, "refund_paid")] == [400_000] * 2
    assert await balances(journey) == {}
    await ltc.assert_sound()


async def test_the_deal_hears_that_its_bad_debt_was_paid_after_all(ltc: Company) -> None:
    journey = Journey(ltc, await ltc.customer())
    invoice = await billed(journey, "1000.00", tax_code="Z")
    off = a.WriteOffNow(number=invoice.number, reason="insolvent", evidence="file 7")
    await journey.send_account(off)
    await ltc.ended(journey.id)
    assert await ltc.handle(journey.id).result() == "closed.written_off"

    await journey.send_account(received(journey, invoice, "1", 40_000))
    await ltc.ended(journey.id)
    assert await ltc.handle(journey.id).result() == "closed.written_off"
    await journey.send_account(received(journey, invoice, "2", 60_000))
    await ltc.ended(journey.id)

    assert await ltc.handle(journey.id).result() == "closed.paid"
    kinds = await journey.kinds()
    assert [kinds.count(kind) for kind in ("deal_reopened", "debt_recovered", "deal_closed")] == [2, 2, 3]
    assert await balances(journey) == {
        "cash": 100_000, "revenue": -100_000, "bad_debt": 100_000, "bad_debt_recovered": -100_000
    }  # fmt: skip
    await ltc.assert_sound()


def received(journey: Journey, invoice: Invoice, external_id: str, minor: int) -> a.RecordReceipt:
    return a.RecordReceipt(
        source="bank",
        external_id=f"{journey.deal_id}-{external_id}",
        amount=Money(minor=minor, currency="CNY"),
        value_date=invoice.issued_on,
        invoices=(invoice.number,),
    )


async def test_a_credit_above_the_amount_is_answered_with_its_approval_also_when_it_is_sent_again(ltc: Company) -> None:
    journey = Journey(ltc, await ltc.customer())
    invoice = await billed(journey, "80000.00", tax_code="Z")
    sent = journey.submission(a.Credit(number=invoice.number, minor=6_000_000, reason="damaged"), FINANCE)
    names = (journey.entity, journey.customer_id, journey.currency)
    first = await journey.workflows.submit_account(*names, sent)
    (request,) = (await journey.case()).requests
    assert first.approval_id == request.id
    await ltc.restart()
    assert (await journey.workflows.submit_account(*names, sent)).approval_id == request.id
    await agree(journey)
    assert await balances(journey) == {"receivable": 2_000_000, "revenue": -2_000_000}


async def agree(journey: Journey) -> None:
    """Let the first person who may decide on the account's request agree."""
    request = next(one for one in (await journey.case()).requests if one.waits)
    assert request.approval is not None
    _, seat = seats_open(request.approval)[0]
    decision = Decide(
        approval_id=request.id, verdict="approve", content_hash=request.approval.subject.content_hash, reason="as filed"
    )
    await journey.send_account(decision, Actor(id=seat.candidates[0].person))
