"""The log takes each fact once, in order, with the read model in the same transaction; a repeat changes nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import orjson
from pydantic import BaseModel
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from domain.account.events import AccountEvent, CaseLoaded
from domain.deal.events import DealEvent
from domain.logged import RecordAlarm
from domain.machine import Actor, Answer, Fact
from domain.ports import AccountRecord, ApprovalRow, DealRecord, RecordGap, TaskRow
from storage.chain import Sealed, digest, sealed_hash
from storage.database import Database
from storage.operations.alarms import raise_alarm
from storage.operations.answers import first_answer, keep_answers, take_back_answers
from storage.operations.exposure import concerned_by_hold
from storage.operations.statements import Upsert
from storage.queries.facts import account_facts, deal_facts
from storage.tables.records import ACCOUNT, APPROVAL, APPROVAL_ASSIGNEE, CHAIN, DEAL, EVENT, TASK

AnyFact = Fact[DealEvent] | Fact[AccountEvent]
AnyRecord = DealRecord | AccountRecord

_OPEN_CHAIN = Upsert(CHAIN, ["workflow_id"], changes=())
_PUT_DEAL = Upsert(DEAL, ["deal_id"], newer="version")
_PUT_APPROVAL = Upsert(APPROVAL, ["approval_id"])
_ACCOUNT_KEY = ("entity", "customer_id", "currency")
_ACCOUNT_LEDGER = ("id", "terms_hash", "counters", "revision")
_PUT_ACCOUNT = Upsert(
    ACCOUNT,
    _ACCOUNT_KEY,
    changes=[c.name for c in ACCOUNT.columns if c.name not in (*_ACCOUNT_KEY, *_ACCOUNT_LEDGER)],
    newer="version",
)
_KEPT = ("seq", "hash", "policy", "approvals_digest", "tasks_digest", "run", "run_from")
_HEAD = select(*(CHAIN.c[name] for name in _KEPT)).where(CHAIN.c.workflow_id == bindparam("w")).with_for_update()
_MOVE_HEAD = (
    update(CHAIN)
    .where(CHAIN.c.workflow_id == bindparam("w"))
    .values({name: bindparam(f"new_{name}") for name in _KEPT})
)
_BEFORE = select(EVENT.c.hash).where(EVENT.c.workflow_id == bindparam("w"), EVENT.c.seq == bindparam("before"))
_FROM = (EVENT.c.workflow_id == bindparam("w")) & (EVENT.c.seq >= bindparam("first"))
_NEWEST = select(func.max(EVENT.c.at)).where(_FROM)
_TAKE_BACK = delete(EVENT).where(_FROM)
_ANCHORED = select(CHAIN.c.anchored_seq).where(CHAIN.c.workflow_id == bindparam("w"))
_OVERLAP = (
    select(EVENT.c.seq, EVENT.c.policy, EVENT.c.data, EVENT.c.prev_hash, EVENT.c.hash)
    .where(EVENT.c.workflow_id == bindparam("w"), EVENT.c.seq.between(bindparam("low"), bindparam("high")))
    .order_by(EVENT.c.seq)
)
_SEQ = select(CHAIN.c.seq).where(CHAIN.c.workflow_id == bindparam("w"))
_DROP_TASKS = delete(TASK).where(TASK.c.owner_workflow == bindparam("w"))
_DROP_ASSIGNEES = delete(APPROVAL_ASSIGNEE).where(APPROVAL_ASSIGNEE.c.approval_id == bindparam("a"))
_PUT_EVENT = insert(EVENT)
_PUT_TASK = insert(TASK)
_PUT_ASSIGNEE = insert(APPROVAL_ASSIGNEE)


class RecordConflict(Exception):
    """The log holds another fact at this place; two writers used one workflow id, or the log was altered."""

    def __init__(self, workflow_id: str, seq: int) -> None:
        super().__init__(f"{workflow_id}: the log has another fact as number {seq}; compare it with the history")
        self.workflow_id = workflow_id
        self.seq = seq


class Head(NamedTuple):
    """The end of a workflow's log, locked, with digests of what was projected last."""

    seq: int
    hash: str
    policy: str
    approvals_digest: str
    tasks_digest: str
    run: str
    run_from: int


class Log:
    """The event log and the read model, as `domain.ports.Records`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append_deal(self, record: DealRecord) -> None:
        """Append what the log has not.

        Raises:
            RecordGap: the facts begin after the end of the log.
            RecordConflict: the log holds another fact at the same place, which is no older than what is sent.
            DatabaseAway: nothing is known to be written.
        """
        await self._database.write(append_deal, record)

    async def append_account(self, record: AccountRecord) -> None:
        """Append what the log has not; errors as for `append_deal`."""
        await self._database.write(append_account, record)

    async def head(self, workflow_id: str) -> int:
        """Return the seq of the last fact recorded, 0 for none."""
        return await self._database.read(lambda connection: connection.execute(_SEQ, {"w": workflow_id}).scalar() or 0)

    async def answer(self, workflow_id: str, command_id: str, run: str, recorded: int) -> Answer | None:
        """Return the first answer to a command id, none when it was never taken; see `domain.ports.Records`."""
        return await self._database.read(first_answer, workflow_id, command_id, run, recorded)

    async def deal_facts(self, deal_id: str) -> tuple[Fact[DealEvent], ...]:
        """Return all facts of a deal in order, to fold its state again; empty for an unknown deal."""
        return await self._database.read(deal_facts, deal_id)

    async def account_facts(self, workflow_id: str) -> tuple[Fact[AccountEvent], ...]:
        """Return all facts of an account in order, those of earlier runs included; empty for an unknown one."""
        return await self._database.read(account_facts, workflow_id)

    async def concerned_by_hold(self, customer_id: str) -> tuple[tuple[str, str], ...]:
        """Return (deal, customer) of the deals with an order, or soon, of a customer and those it was merged with."""
        return await self._database.read(concerned_by_hold, customer_id)

    async def raise_alarm(self, alarm: RecordAlarm) -> None:
        """Show in the read model that facts wait; the next that is recorded takes it back."""
        await self._database.write(raise_alarm, alarm)


def append_deal(connection: Connection, record: DealRecord) -> None:
    """Append the facts of a deal and move its read model on."""
    row = record.row
    head = _locked_head(connection, record.workflow_id)
    start = _agreed(connection, head, row.deal_id, record)
    end = _extended(connection, start, row.deal_id, record, row.policy)
    keep_answers(connection, record.workflow_id, record.answers, record.run, end.seq)
    if end.seq == start.seq and record.facts:
        return
    if start.seq < head.seq:
        connection.execute(update(DEAL).where(DEAL.c.deal_id == row.deal_id).values(version=start.seq))
    connection.execute(_PUT_DEAL.of(connection), dict(row))
    end = _put_approvals(connection, end, record.approvals)
    _close(connection, record.workflow_id, _put_tasks(connection, end, record.workflow_id, record.tasks))


def append_account(connection: Connection, record: AccountRecord) -> None:
    """Append the facts of an account and move its read model on."""
    row = record.row
    head = _locked_head(connection, record.workflow_id)
    subject = f"{row.entity}/{row.customer_id}/{row.currency}"
    loaded = [fact.event.terms.policy for fact in record.facts if isinstance(fact.event, CaseLoaded)]
    policy = loaded[-1] if loaded else head.policy
    start = _agreed(connection, head, subject, record)
    end = _extended(connection, start, subject, record, policy)
    keep_answers(connection, record.workflow_id, record.answers, record.run, end.seq)
    if end.seq == start.seq and record.facts:
        return
    if start.seq < head.seq:
        ours = (ACCOUNT.c[name] == getattr(row, name) for name in _ACCOUNT_KEY)
        connection.execute(update(ACCOUNT).where(*ours).values(version=start.seq))
    connection.execute(_PUT_ACCOUNT.of(connection), dict(row))
    end = _put_approvals(connection, end, record.approvals)
    _close(connection, record.workflow_id, _put_tasks(connection, end, record.workflow_id, record.tasks))


def _locked_head(connection: Connection, workflow_id: str) -> Head:
    row = connection.execute(_HEAD, {"w": workflow_id}).first()
    if row is None:
        connection.execute(
            _OPEN_CHAIN.of(connection), {"workflow_id": workflow_id, "seq": 0, "hash": "", "anchored_seq": 0}
        )
        row = connection.execute(_HEAD, {"w": workflow_id}).one()
    return Head(*row)


def _extended(connection: Connection, head: Head, subject: str, record: AnyRecord, policy: str) -> Head:
    """Write the facts after the head and return the new head; the facts up to it are those that are there."""
    workflow_id = record.workflow_id
    facts: Sequence[AnyFact] = record.facts
    known: list[AnyFact] = [fact for fact in facts if fact.seq <= head.seq]
    fresh = facts[len(known) :]
    expected = range(head.seq + 1, head.seq + 1 + len(fresh))
    if [fact.seq for fact in fresh] != list(expected):
        raise RecordGap(workflow_id, head.seq, next(f.seq for f, e in zip(fresh, expected, strict=True) if f.seq != e))
    rows, last = [], head.hash
    for fact in fresh:
        event = _sealed(workflow_id, subject, fact, policy)
        prev_hash, last = last, sealed_hash(last, event)
        rows.append(event._asdict() | {"prev_hash": prev_hash, "hash": last})
    if rows:
        connection.execute(_PUT_EVENT, rows)
    if fresh and record.run != head.run:
        head = head._replace(run=record.run, run_from=fresh[0].seq)
    return head._replace(seq=head.seq + len(fresh), hash=last, policy=policy)


def _sealed(workflow_id: str, subject: str, fact: AnyFact, policy: str) -> Sealed:
    actor: Actor = fact.actor
    at: datetime = fact.at
    return Sealed(
        workflow_id, fact.seq, subject, fact.event.kind, at, actor.id, ",".join(actor.roles), actor.via,
        actor.on_behalf_of or "", fact.cause, policy, fact.event.model_dump_json(),
    )  # fmt: skip


def _agreed(connection: Connection, head: Head, subject: str, record: AnyRecord) -> Head:
    """Return the end of what the log and the workflow agree on; what its run wrote beyond is taken back.

    A worker that dies after it has written, but before the server has heard of its task, leaves facts that never
    came to be: the task is done again, at a later time, with what is in it then. An anchor is never broken for it.

    Raises:
        RecordConflict: the log has another fact in a place, and it is of another run, anchored, or no older.
    """
    workflow_id, as_of = record.workflow_id, record.as_of
    known = [fact for fact in record.facts if fact.seq <= head.seq]
    other = _first_other(connection, workflow_id, subject, known) if known else None
    if other is None:
        return head
    beyond = {"w": workflow_id, "first": other}
    newest: datetime = connection.execute(_NEWEST, beyond).scalar_one()
    anchored: int = connection.execute(_ANCHORED, {"w": workflow_id}).scalar_one()
    ours = bool(record.run) and record.run == head.run and other >= head.run_from
    if not ours or as_of is None or newest >= as_of or other <= anchored:
        raise RecordConflict(workflow_id, other)
    connection.execute(_TAKE_BACK, beyond)
    take_back_answers(connection, workflow_id, other)
    last = connection.execute(_BEFORE, {"w": workflow_id, "before": other - 1}).scalar() or ""
    return head._replace(seq=other - 1, hash=last, approvals_digest="", tasks_digest="?")


def _first_other(connection: Connection, workflow_id: str, subject: str, facts: Sequence[AnyFact]) -> int | None:
    """Return the place of the first fact that is another one in the log, none when all are those that are there."""
    bounds = {"w": workflow_id, "low": facts[0].seq, "high": facts[-1].seq}
    stored = {row.seq: row for row in connection.execute(_OVERLAP, bounds)}
    for fact in facts:
        row = stored.get(fact.seq)
        if row is None:
            return fact.seq
        event = _sealed(workflow_id, subject, fact, row.policy)
        if sealed_hash(row.prev_hash, event) == row.hash:
            continue
        # A newer worker writes fields that the one before did not know; what it knew must be the same.
        told = event._replace(data=row.data)
        if (
            not _covers(orjson.loads(event.data), orjson.loads(row.data))
            or sealed_hash(row.prev_hash, told) != row.hash
        ):
            return fact.seq
    return None


def _covers(sent: object, stored: object) -> bool:
    if isinstance(sent, dict) and isinstance(stored, dict):
        return all(key in sent and _covers(sent[key], value) for key, value in stored.items())
    if isinstance(sent, list) and isinstance(stored, list):
        return len(sent) == len(stored) and all(map(_covers, sent, stored))
    return sent == stored


def _put_approvals(connection: Connection, head: Head, approvals: Sequence[ApprovalRow]) -> Head:
    now = _digest_of(approvals)
    if not approvals or now == head.approvals_digest:
        return head
    for approval in approvals:
        row = {name: value for name, value in approval if name not in ("amount", "assignees")}
        row |= {"amount_minor": approval.amount.minor, "currency": approval.amount.currency}
        connection.execute(_PUT_APPROVAL.of(connection), row)
        connection.execute(_DROP_ASSIGNEES, {"a": approval.approval_id})
        people = [
            {"approval_id": approval.approval_id, "person": person} for person in dict.fromkeys(approval.assignees)
        ]
        if people:
            connection.execute(_PUT_ASSIGNEE, people)
    return head._replace(approvals_digest=now)


def _put_tasks(connection: Connection, head: Head, workflow_id: str, tasks: Sequence[TaskRow]) -> Head:
    now = _digest_of(tasks) if tasks else ""
    if now == head.tasks_digest:
        return head
    connection.execute(_DROP_TASKS, {"w": workflow_id})
    if tasks:
        connection.execute(_PUT_TASK, [dict(task) for task in tasks])
    return head._replace(tasks_digest=now)


def _digest_of(rows: Sequence[BaseModel]) -> str:
    return digest([row.model_dump(mode="json") for row in rows])


def _close(connection: Connection, workflow_id: str, head: Head) -> None:
    connection.execute(
        _MOVE_HEAD, {"w": workflow_id} | {f"new_{name}": value for name, value in head._asdict().items()}
    )
