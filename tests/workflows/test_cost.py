"""What a standard deal costs on Temporal is a promise: its events, bytes and actions are counted from the history."""

import socket
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.deal import commands as c
from embedded.temporal_server import TemporalServer
from simulation.standard_deal import CURRENCY, ENTITY, FINANCE
from tests.workflows.harness import Company, company, eventually
from tests.workflows.journeys import Journey
from workflows.cost import Cost, cost_of

MOST_EVENTS, MOST_BYTES, MOST_ACTIONS = 185, 40 * 1024, 65
BEGINS_AT = datetime.fromisoformat("2026-09-07T10:00:00+08:00")
"""A Monday morning: over a weekend approvers are reminded more often."""
LONGEST_WAIT = timedelta(days=60)
"""Within this time the second reminder is due."""


async def test_a_standard_deal_stays_within_its_bars(
    temporal_server: TemporalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The machine's name stands in half of all events: every machine must count the same.
    monkeypatch.setattr(socket, "gethostname", lambda: "ltc")
    async with company(temporal_server, tmp_path) as ltc:
        deal = Journey(ltc, await ltc.customer("C-1"), deal_id="D-1", begins_at=BEGINS_AT)
        await lived_through(deal)
        costs = [await cost_of(ltc.client, workflow_id) for workflow_id in (deal.id, deal.account)]

    told = "\n".join(map(described, costs))
    assert [cost.runs for cost in costs] == [1, 1], told
    assert sum(cost.events for cost in costs) <= MOST_EVENTS, told
    assert sum(cost.size_bytes for cost in costs) <= MOST_BYTES, told
    assert sum(cost.billed for cost in costs) <= MOST_ACTIONS, told


def described(cost: Cost) -> str:
    actions = ", ".join(f"{action.count} {action.kind}" for action in cost.actions)
    return f"{cost.workflow_id}: {cost.events} events, {cost.size_bytes} bytes, {cost.billed} actions ({actions})"


async def lived_through(deal: Journey) -> None:
    """From the lead until it is paid after two reminders; a query while a task is under way would cost another."""
    ltc = deal.company
    for step in (deal.capture, deal.qualify, deal.quote, deal.approve, deal.order):
        await step()
    await deal.send(c.RecordDelivery())
    await deal.send(c.AcceptDelivery(accepted_by="客户"))
    await logged(ltc, deal.account, "invoice_entered", 1)
    for reminders in (1, 2):
        days = 0
        while (await ltc.kinds(deal.account)).count("notice_due") < reminders:
            days += 1
            assert timedelta(days=days) < LONGEST_WAIT
            await ltc.clocks.move(deal.account, BEGINS_AT + timedelta(days=days))
        await logged(ltc, deal.account, "notice_sent", reminders)
    state = await deal.deal()
    receipt = deal.submission(deal.receipt(state), FINANCE)
    await deal.workflows.submit_account(ENTITY, deal.customer_id, CURRENCY, receipt)
    await ltc.ended(deal.id)
    await ltc.ended(deal.account)
    assert (await deal.kinds())[-1] == "deal_closed"


async def logged(ltc: Company, workflow_id: str, kind: str, times: int) -> None:
    """Wait until the event log has an event so many times."""

    async def has() -> bool:
        return (await ltc.kinds(workflow_id)).count(kind) == times

    await eventually(has, 20, f"{workflow_id} to have {times} {kind}")
