"""Recorded histories of whole journeys: a worker of today must be able to go on with every deal of yesterday."""

import gzip
from collections.abc import Awaitable, Callable
from pathlib import Path

from temporalio.client import WorkflowHistory

from activities.statements import LINES_AT_ONCE
from domain.account import commands as a
from domain.deal import commands as c
from tests.statements_made import credit, statement_of
from tests.workflows.banking import hand_in
from tests.workflows.harness import Company
from tests.workflows.journeys import Journey
from workflows.client import statement_workflow_id

FOLDER = Path(__file__).parent / "histories"


async def standard_deal(journey: Journey) -> None:
    """Lead to cash, with two approvals and two reminders."""
    await journey.until("pay")


async def lost_lead(journey: Journey) -> None:
    """A lead that is put aside, comes back, and is no customer after all; decided by signal."""
    await journey.capture()
    journey.by = "signal"
    await journey.send(c.Respond(note="called back"))
    await journey.send(c.SendQuoteNow())
    await journey.send(c.Disqualify(reason="no_budget"))


async def cancelled_while_invoicing(journey: Journey) -> None:
    """An order that is cancelled while its invoice is under way."""
    await journey.until("order")
    await journey.send(c.RecordDelivery())
    await journey.workflows.submit_deal(journey.deal_id, journey.submission(c.AcceptDelivery(accepted_by="客户")))
    withdrawn = c.Cancel(reason="withdrawn", delivered="credited")
    await journey.workflows.submit_deal(journey.deal_id, journey.submission(withdrawn))
    await journey.company.settled(journey.account)


async def disputed_account(journey: Journey) -> None:
    """An invoice of which a part is disputed, a promise that is broken, and money in two parts."""
    await journey.until("deliver")
    number = (await journey.deal()).billing[0].number
    await journey.send_account(a.Dispute(number=number, minor=1_000_000, reason="quality"))
    await journey.fall_behind()
    await journey.send_account(a.Resolve(number=number, outcome="reject"))
    today = (await journey.case()).timeline[-1].at.date()
    await journey.send_account(a.Promise(number=number, on=today.replace(day=min(today.day + 2, 28))))
    await journey.pay(minor=5_000_000, external_id=f"{journey.deal_id}/1")
    await journey.fall_behind(days=10)
    await journey.pay(external_id=f"{journey.deal_id}/2")


JOURNEYS: tuple[Callable[[Journey], Awaitable[None]], ...] = (
    standard_deal,
    lost_lead,
    cancelled_while_invoicing,
    disputed_account,
)


STATEMENT = "bank_statement"
"""What the history of a bank statement is called."""


async def record(ltc: Company, folder: Path) -> None:
    """Live every journey and keep the histories of its deal and its account."""
    for number, live in enumerate(JOURNEYS, 1):
        journey = Journey(ltc, await ltc.customer(f"C-{number}"), deal_id=f"D-{number}")
        await live(journey)
        await ltc.ended(journey.id)
        for part, workflow_id in (("deal", journey.id), ("account", journey.account)):
            if await ltc.kinds(workflow_id):
                await ltc.ended(workflow_id)
                await keep(ltc, workflow_id, folder / f"{live.__name__}-{part}.json.gz")
    await record_statement(ltc, folder)


async def record_statement(ltc: Company, folder: Path) -> None:
    """Post a bank statement of several activities, one of its lines a question."""
    entries = [credit(minor, payer="Nobody", reference=f"R{minor}") for minor in range(1, LINES_AT_ONCE + 10)]
    back = credit(-7_00, reference="R0", is_reversal=True)
    await hand_in(ltc, statement_of([*entries, back], account="RECORDED"))
    await keep(ltc, statement_workflow_id("RECORDED", "S-1"), folder / f"{STATEMENT}-statement.json.gz")


async def keep(ltc: Company, workflow_id: str, path: Path) -> None:
    """Write a history down, always the same bytes for the same history."""
    history = await ltc.handle(workflow_id).fetch_history()
    path.write_bytes(gzip.compress(history.to_json().encode(), mtime=0))


def kept(folder: Path = FOLDER) -> list[WorkflowHistory]:
    """Read all histories, in the order of their names."""
    return [
        WorkflowHistory.from_json(path.name.removesuffix(".json.gz"), gzip.decompress(path.read_bytes()).decode())
        for path in sorted(folder.glob("*.json.gz"))
    ]
