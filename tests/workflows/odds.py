"""Ways in which an event log and its workflow come to be at odds, done to the database by hand."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from domain.account.events import NoticeVoid
from domain.account.evolve import AccountFact
from domain.account.evolve import evolve as evolve_account
from domain.account.rows import row_of as account_row
from domain.deal.events import FollowedUp
from domain.deal.evolve import DealFact, evolve
from domain.deal.rows import row_of
from domain.machine import Actor
from domain.ports import AccountRecord, DealRecord
from simulation.clocks import wall
from storage.operations.records import append_account, append_deal
from storage.tables.records import CHAIN, DEAL, EVENT
from tests.workflows.harness import Company
from tests.workflows.journeys import Journey

STRANGER = Actor(id="stranger", roles=("ops",))
NOTE = "written by another system"


async def written_by_another(journey: Journey, workflow_id: str) -> None:
    """Let another system write the next fact of a deal or account, as one that shares the database would."""
    database = journey.company.database
    told: dict[str, Any] = {"at": wall(), "actor": STRANGER, "cause": "elsewhere"}
    made: dict[str, Any] = {"workflow_id": workflow_id, "run": "another run", "as_of": told["at"]}
    if workflow_id == journey.id:
        deal = await journey.deal()
        fact = DealFact(seq=deal.version + 1, event=FollowedUp(channel="letter", note=NOTE), **told)
        row = row_of(evolve(deal, fact), told["at"])
        await database.write(append_deal, DealRecord(facts=(fact,), row=row, **made))
        return
    case = await journey.case()
    # A fact that asks nothing of the outside: what the log says is taken over, and nothing moves for it.
    void = AccountFact(seq=case.version + 1, event=NoticeVoid(stage=NOTE, level=1), **told)
    account = account_row(evolve_account(case, void), told["at"])
    await database.write(append_account, AccountRecord(facts=(void,), row=account, **made))


Rows = Sequence[dict[str, Any]]


async def made_older(ltc: Company, workflow_id: str, by: int) -> Rows:
    """Take the last facts of a deal away, as an older backup would; returns them."""
    return await ltc.database.write(_made_older, workflow_id, by)


async def made_newer(ltc: Company, workflow_id: str, rows: Rows) -> None:
    """Put the facts back."""
    await ltc.database.write(_made_newer, workflow_id, rows)


def _made_older(connection: Connection, workflow_id: str, by: int) -> Rows:
    ours = EVENT.c.workflow_id == workflow_id
    found = connection.execute(select(EVENT).where(ours).order_by(EVENT.c.seq.desc()).limit(by + 1)).all()
    rows = [dict(row._mapping) for row in found]
    last = rows.pop()
    connection.execute(delete(EVENT).where(ours, EVENT.c.seq > last["seq"]))
    _set_head(connection, workflow_id, last)
    return rows


def _made_newer(connection: Connection, workflow_id: str, rows: Rows) -> None:
    connection.execute(insert(EVENT), list(rows))
    _set_head(connection, workflow_id, rows[0])


def _set_head(connection: Connection, workflow_id: str, last: dict[str, Any]) -> None:
    head = {"seq": last["seq"], "hash": last["hash"], "approvals_digest": "", "tasks_digest": "?"}
    connection.execute(update(CHAIN).where(CHAIN.c.workflow_id == workflow_id).values(**head))
    deal_id = workflow_id.removeprefix("deal/")
    connection.execute(update(DEAL).where(DEAL.c.deal_id == deal_id).values(version=last["seq"]))
