"""What a scenario came to on the real shell is read from the database and the post alone, never from a workflow."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from domain.account.decide import open_account
from domain.account.events import AccountEvent
from domain.account.evolve import fold as fold_account
from domain.account.state import Account
from domain.deal.events import DealEvent
from domain.deal.folding import folded
from domain.deal.state import Deal
from domain.machine import Fact
from simulation.scenario_play import State
from storage.queries.events import LoggedEvent, events_of
from storage.tables.billing import PAYABLE
from storage.tables.ledger import (
    ALLOCATION,
    INSTALMENT,
    INVOICE,
    NOTICE,
    POSTING,
    RECEIPT,
    RECEIPT_RETURN,
)
from storage.tables.records import ACCOUNT
from tests.scenarios.observed import EFFECT, Observed, notices_in, sums, told
from tests.scenarios.on_temporal import OnTemporal

Values = list[dict[str, Any]]


async def of_temporal(shell: OnTemporal) -> Observed:
    """Return what a scenario came to on the real workflows."""
    database, names = shell.company.database, shell.names
    facts: dict[str, Values] = {}
    for workflow_id in shell.scenario.workflow_ids:
        logged = await database.read(events_of, names.workflow_id(workflow_id))
        if logged:
            facts[workflow_id] = json.loads(names.told(json.dumps([fact_of(one) for one in logged])))
    sent = notices_in(facts)
    assert await database.read(_notices) == sorted(minor for *_, minor in sent), "each notice is a row of the ledger"
    balances = await database.read(_balances)
    summed, last_sums = sums(facts)
    return Observed(
        told=told(facts),
        balances={(names.told(customer), account): minor for (customer, account), minor in balances.items()},
        open=await database.read(_open),
        unapplied=await database.read(_unapplied),
        notices=sent,
        letters=_letters([names.told(key) for key in shell.company.postbox.mails]),
        sums=summed,
        last_sums=last_sums,
    )


def fact_of(event: LoggedEvent) -> dict[str, Any]:
    """Return a line of the log as the fact that it is."""
    actor = {
        "id": event.actor,
        "roles": tuple(filter(None, event.roles.split(","))),
        "via": event.via,
        "on_behalf_of": event.on_behalf_of or None,
    }
    return {
        "seq": event.seq,
        "at": event.at.isoformat(),
        "actor": actor,
        "cause": event.cause,
        "event": json.loads(event.data),
    }


async def folded_state(shell: OnTemporal, workflow_id: str) -> State | None:
    """Fold the log of a workflow, of its last run where an account was started again."""
    logged = await shell.company.database.read(events_of, shell.names.workflow_id(workflow_id))
    values = [fact_of(one) for one in logged]
    if workflow_id.startswith("deal/"):
        deal: Deal | None = folded([Fact[DealEvent].model_validate(value) for value in values])
        return deal
    if not values:
        return None
    begun = max(place for place, value in enumerate(values) if value["event"]["kind"] == "account_opened")
    blank, _ = open_account(*shell.names.workflow_id(workflow_id).split("/")[1:])
    start: Account = blank.model_copy(update={"version": begun})
    return fold_account(start, [Fact[AccountEvent].model_validate(value) for value in values[begun:]])


def _letters(keys: Sequence[str]) -> dict[str, int]:
    """Count the effects that wrote to somebody; a message to several people is one."""
    effects = {found.group() for key in keys if (found := EFFECT.match(key))}
    assert all(EFFECT.match(key) for key in keys), keys
    return dict(sorted(Counter(effect.rpartition("/")[2].partition("-")[0] for effect in effects).items()))


def _balances(connection: Connection) -> dict[tuple[str, str], int]:
    rows = connection.execute(
        select(ACCOUNT.c.customer_id, POSTING.c.account, func.sum(POSTING.c.minor))
        .join(ACCOUNT, ACCOUNT.c.id == POSTING.c.account_id)
        .group_by(ACCOUNT.c.customer_id, POSTING.c.account)
    )
    return {(customer, account): int(minor) for customer, account, minor in rows if minor}


def _open(connection: Connection) -> dict[str, int]:
    rows = connection.execute(
        select(INVOICE.c.number, PAYABLE, func.coalesce(func.sum(ALLOCATION.c.minor), 0))
        .join(INSTALMENT, INSTALMENT.c.invoice_id == INVOICE.c.id)
        .outerjoin(ALLOCATION, ALLOCATION.c.instalment_id == INSTALMENT.c.id)
        .group_by(INVOICE.c.number, PAYABLE)
    )
    return {number: gross - int(settled) for number, gross, settled in rows}


def _unapplied(connection: Connection) -> dict[str, int]:
    paid = (
        select(func.coalesce(func.sum(ALLOCATION.c.minor), 0))
        .where(ALLOCATION.c.receipt_id == RECEIPT.c.id, ALLOCATION.c.kind == "cash")
        .scalar_subquery()
    )
    returned = (
        select(func.coalesce(func.sum(RECEIPT_RETURN.c.minor), 0))
        .where(RECEIPT_RETURN.c.receipt_id == RECEIPT.c.id)
        .scalar_subquery()
    )
    rows = connection.execute(select(RECEIPT.c.source, RECEIPT.c.external_id, RECEIPT.c.minor, paid, returned))
    return {f"{source}/{name}": minor - int(spent) - int(back) for source, name, minor, spent, back in rows}


def _notices(connection: Connection) -> list[int]:
    return sorted(connection.execute(select(NOTICE.c.open_minor).where(NOTICE.c.outcome == "sent")).scalars())
