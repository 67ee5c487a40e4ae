"""The log takes each fact once and in order, whoever sends it again."""

from datetime import datetime

import pytest
from sqlalchemy import select

from domain.account.events import AccountOpened
from domain.deal.events import DealEvent, FollowedUp, LeadAssigned, LeadQualified
from domain.machine import SYSTEM, Fact
from domain.money import Money
from domain.ports import AccountRecord, AccountRow, ApprovalRow, RecordGap, TaskRow
from storage.database import Database
from storage.operations.records import Log, RecordConflict
from storage.queries.deals import deal
from storage.queries.events import events_of
from storage.queries.work import approval, approvals, tasks
from storage.tables.records import ACCOUNT, EVENT
from tests.storage.samples import CURRENCY, CUSTOMER, ENTITY, NOW, cny, deal_record, deal_row, facts

EVENTS: list[DealEvent] = [LeadAssigned(owner="bob"), LeadQualified(score=60), FollowedUp(channel="call", note="喂")]


def kinds(database: Database, workflow_id: str = "deal/d1") -> list[tuple[int, str]]:
    return [(event.seq, event.kind) for event in database.look(events_of, workflow_id)]


async def test_facts_are_appended_in_order_with_the_read_model(database: Database, log: Log) -> None:
    await log.append_deal(deal_record("d1", EVENTS[:2]))
    await log.append_deal(deal_record("d1", EVENTS[2:], first=3))
    assert kinds(database) == [(1, "lead_assigned"), (2, "lead_qualified"), (3, "followed_up")]
    assert database.look(deal, "d1") == deal_row("d1", 3)
    assert await log.head("deal/d1") == 3
    assert await log.head("deal/d2") == 0


async def test_facts_read_back_are_those_that_were_appended(log: Log) -> None:
    await log.append_deal(deal_record("d1", EVENTS))
    assert await log.deal_facts("d1") == facts(EVENTS)
    assert await log.deal_facts("d2") == ()


async def test_facts_sent_again_are_skipped_and_what_is_new_is_added(database: Database, log: Log) -> None:
    await log.append_deal(deal_record("d1", EVENTS[:2]))
    await log.append_deal(deal_record("d1", EVENTS[:2]))
    assert kinds(database) == [(1, "lead_assigned"), (2, "lead_qualified")]
    await log.append_deal(deal_record("d1", EVENTS))
    assert kinds(database)[2:] == [(3, "followed_up")]


async def test_an_older_record_that_comes_late_does_not_move_the_read_model_back(database: Database, log: Log) -> None:
    await log.append_deal(deal_record("d1", EVENTS))
    await log.append_deal(deal_record("d1", EVENTS[:1]))
    assert database.look(deal, "d1").version == 3


async def test_a_gap_is_named_and_nothing_is_written(database: Database, log: Log) -> None:
    await log.append_deal(deal_record("d1", EVENTS[:1]))
    with pytest.raises(RecordGap, match="the log ends at 1, the facts begin at 3; send from 2 on") as gap:
        await log.append_deal(deal_record("d1", EVENTS[2:], first=3))
    assert gap.value.head == 1
    assert kinds(database) == [(1, "lead_assigned")]
    assert database.look(deal, "d1").version == 1


async def test_a_hole_inside_a_record_is_a_gap(database: Database, log: Log) -> None:
    whole = facts(EVENTS)
    with pytest.raises(RecordGap, match="the log ends at 0, the facts begin at 3"):
        await log.append_deal(deal_record("d1", EVENTS, facts=(whole[0], whole[2])))
    assert kinds(database) == []


async def test_another_fact_in_the_same_place_is_a_conflict(database: Database, log: Log) -> None:
    await log.append_deal(deal_record("d1", EVENTS))
    with pytest.raises(RecordConflict, match="deal/d1: the log has another fact as number 1"):
        await log.append_deal(deal_record("d1", [LeadAssigned(owner="eve"), *EVENTS[1:]]))
    assert len(kinds(database)) == 3


async def test_a_fact_from_a_newer_worker_with_one_field_more_is_the_same_fact(database: Database, log: Log) -> None:
    class LeadAssignedLater(LeadAssigned):
        shift: str = "day"

    await log.append_deal(deal_record("d1", EVENTS))
    newer = Fact[LeadAssignedLater](
        seq=1, at=NOW, actor=facts(EVENTS)[0].actor, cause="c1", event=LeadAssignedLater(owner="bob")
    )
    await log.append_deal(deal_record("d1", EVENTS).model_copy(update={"facts": (newer, *facts(EVENTS)[1:])}))
    assert len(kinds(database)) == 3


async def test_every_event_names_the_policy_and_the_actor(database: Database, log: Log) -> None:
    await log.append_deal(deal_record("d1", EVENTS[:1]))
    (event,) = database.look(events_of, "deal/d1")
    assert (event.policy, event.actor, event.roles, event.via, event.cause) == (
        "standard@1", "bob", "sales,ops", "api", "c1",
    )  # fmt: skip
    assert event.at == NOW
    assert event.prev_hash == ""
    assert len(event.hash) == 64


def task(who: str, what: str = "respond") -> TaskRow:
    return TaskRow(
        task_id=what,
        owner_workflow="deal/d1",
        who=who,
        what_en="Respond",
        what_zh="首次响应",
        due_at=None,
        command=what,
    )


async def test_tasks_are_what_is_owed_now(database: Database, log: Log) -> None:
    await log.append_deal(deal_record("d1", EVENTS[:1], tasks=(task("bob"), task("eve", "assign"))))
    await log.append_deal(deal_record("d1", EVENTS[1:2], first=2, tasks=(task("bob"),)))
    assert database.look(tasks, ["eve"]) == ()
    assert [row.who for row in database.look(tasks)] == ["bob"]
    await log.append_deal(deal_record("d1", EVENTS[2:], first=3))
    assert database.look(tasks) == ()


def approval_row(status: str, people: tuple[str, ...]) -> ApprovalRow:
    return ApprovalRow(
        approval_id="d1-q1",
        owner_workflow="deal/d1",
        deal_id="d1",
        kind="quote",
        reference="quote 1",
        status=status,
        content_hash="h",
        amount=cny(10_000),
        requester="bob",
        assignees=people,
        opened_at=NOW,
        due_at=None,
    )


async def test_an_approval_is_in_the_inbox_of_who_may_decide_now(database: Database, log: Log) -> None:
    pending = approval_row("pending", ("carol", "dave"))
    await log.append_deal(deal_record("d1", EVENTS[:1], approvals=(pending,)))
    assert database.look(approvals, "carol").approvals == (pending,)
    moved = approval_row("pending", ("dave",))
    await log.append_deal(deal_record("d1", EVENTS[1:2], first=2, approvals=(moved,)))
    assert database.look(approvals, "carol").approvals == ()
    done = approval_row("approved", ())
    await log.append_deal(deal_record("d1", EVENTS[2:], first=3, approvals=(done,)))
    assert database.look(approvals, "dave").approvals == ()
    assert database.look(approval, "d1-q1") == done
    assert database.look(approvals, "", "approved").approvals == (done,)


def account_row(version: int, open_minor: int, updated_at: datetime = NOW) -> AccountRow:
    return AccountRow(
        entity=ENTITY,
        customer_id=CUSTOMER,
        customer_name="示例客户",
        currency=CURRENCY,
        version=version,
        open_minor=open_minor,
        overdue_minor=0,
        disputed_minor=0,
        promised_minor=0,
        unapplied_minor=0,
        stage="",
        next_at=None,
        credit_hold=True,
        attention=False,
        updated_at=updated_at,
    )


async def test_an_account_is_recorded_beside_what_the_ledger_keeps_in_its_row(database: Database, log: Log) -> None:
    event = AccountOpened(entity=ENTITY, customer_id=CUSTOMER, currency=CURRENCY)
    fact = Fact[AccountOpened](seq=1, at=NOW, actor=SYSTEM, cause="c1", event=event)
    workflow_id = f"account/{ENTITY}/{CUSTOMER}/{CURRENCY}"
    await log.append_account(
        AccountRecord.model_validate({"workflow_id": workflow_id, "facts": (fact,), "row": account_row(1, 700)})
    )
    row = database.look(lambda connection: connection.execute(select(ACCOUNT)).one())
    assert (row.version, row.open_minor, row.credit_hold, row.updated_at) == (1, 700, True, NOW)
    assert (row.counters, row.revision, row.terms_hash) == ("{}", 0, "")
    subject = database.look(lambda connection: connection.execute(select(EVENT.c.subject)).scalar_one())
    assert subject == f"{ENTITY}/{CUSTOMER}/{CURRENCY}"


async def test_money_in_the_read_model_keeps_its_currency(database: Database, log: Log) -> None:
    yen = approval_row("pending", ("carol",)).model_copy(update={"amount": Money(minor=7, currency="JPY")})
    await log.append_deal(deal_record("d1", EVENTS[:1], approvals=(yen,)))
    assert database.look(approval, "d1-q1").amount == Money(minor=7, currency="JPY")
