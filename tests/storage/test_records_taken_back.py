"""What a task wrote that never came to be gives way to what the workflow says later; nothing else ever does."""

from datetime import date, timedelta

import pytest

from domain.account.effects import LoadCase
from domain.account.events import AccountEvent, AccountOpened
from domain.deal.events import DealEvent, FollowedUp, LeadAssigned, LeadQualified
from domain.machine import SYSTEM, Fact
from domain.ports import AccountRecord, AccountRow, DealRecord
from storage.database import Database
from storage.operations.anchors import anchor_day
from storage.operations.ledger import LedgerBooks
from storage.operations.records import Log, RecordConflict
from storage.queries.deals import deal
from storage.queries.events import events_of
from storage.queries.log_checks import log_checks
from tests.storage.samples import CURRENCY, CUSTOMER, ENTITY, HASH, KEY, NOW, deal_record, deal_row, terms

LATER = NOW + timedelta(seconds=10)
FIRST: list[DealEvent] = [LeadAssigned(owner="bob")]
LOST: list[DealEvent] = [LeadQualified(score=60), FollowedUp(channel="call", note="lost")]


def again(events: list[DealEvent], first: int, *, after: timedelta = timedelta(seconds=10)) -> DealRecord:
    """Return a record of the same task done again."""
    record = written(events, first)
    at = NOW + after
    moved = tuple(fact.model_copy(update={"at": at}) for fact in record.facts)
    row = deal_row("d1", moved[-1].seq, owner="eve")
    return record.model_copy(update={"facts": moved, "as_of": at, "row": row})


def written(events: list[DealEvent], first: int, run: str = "run-1") -> DealRecord:
    """Return a record as a run writes it."""
    return deal_record("d1", events, first=first).model_copy(update={"run": run, "as_of": NOW})


async def test_a_task_done_again_later_stands_in_the_place_of_the_lost_one(database: Database, log: Log) -> None:
    await log.append_deal(written(FIRST, 1))
    await log.append_deal(written(LOST, 2))

    await log.append_deal(again([FollowedUp(channel="mail", note="kept")], first=2))

    assert [(event.seq, event.kind) for event in database.look(events_of, "deal/d1")] == [
        (1, "lead_assigned"),
        (2, "followed_up"),
    ]
    assert database.look(deal, "d1") == deal_row("d1", 2, owner="eve")
    assert [check.name for check in database.look(log_checks) if not check.holds] == []

    await log.append_deal(again([LeadQualified(score=60)], first=3, after=timedelta(seconds=20)))
    assert await log.head("deal/d1") == 3


async def test_what_is_no_later_than_the_log_is_a_conflict(database: Database, log: Log) -> None:
    await log.append_deal(written(FIRST, 1))
    await log.append_deal(again(LOST, first=2))

    for stale in (timedelta(seconds=10), timedelta(seconds=9)):
        with pytest.raises(RecordConflict, match="the log has another fact as number 2"):
            await log.append_deal(again([FollowedUp(channel="mail", note="stale")], first=2, after=stale))

    assert await log.head("deal/d1") == 3
    assert database.look(deal, "d1").version == 3


async def test_what_an_anchor_covers_is_never_taken_back(database: Database, log: Log) -> None:
    await log.append_deal(written([*FIRST, *LOST], 1))
    await database.write(anchor_day, date(2026, 3, 1), NOW)

    with pytest.raises(RecordConflict):
        await log.append_deal(again([FollowedUp(channel="mail", note="late")], first=3))

    assert [check.name for check in database.look(log_checks) if not check.holds] == []


async def test_what_another_run_wrote_is_never_taken_back(database: Database, log: Log) -> None:
    await log.append_deal(written(FIRST, 1, "run-0"))
    await log.append_deal(written(LOST[:1], 2, "run-1"))
    other: list[DealEvent] = [FollowedUp(channel="mail", note="another deal under the same name")]

    for record in (again(other, 1), again(other, 2).model_copy(update={"run": "run-2"}), again(other, 1)):
        with pytest.raises(RecordConflict):
            await log.append_deal(record)

    assert [event.kind for event in database.look(events_of, "deal/d1")] == ["lead_assigned", "lead_qualified"]


async def test_an_account_that_begins_again_counts_from_where_it_began(log: Log, ledger: LedgerBooks) -> None:
    load = LoadCase(**KEY)
    before = await ledger.load_case(load, NOW, terms("invoice", "pause"), HASH, "示例客户")
    assert before.version == 0
    await open_account(log, "run-1", 1)
    await open_account(log, "run-2", 2)

    versions = [
        (await ledger.load_case(LoadCase(run=run, **KEY), NOW, terms("invoice", "pause"), HASH, "示例客户")).version
        for run in ("", "run-1", "run-2", "run-3")
    ]

    assert versions == [2, 2, 1, 2]


async def open_account(log: Log, run: str, seq: int) -> None:
    opened = AccountOpened(entity=ENTITY, customer_id=CUSTOMER, currency=CURRENCY)
    fact = Fact[AccountEvent](seq=seq, at=NOW, actor=SYSTEM, cause="start", event=opened)
    workflow_id = f"account/{ENTITY}/{CUSTOMER}/{CURRENCY}"
    row = AccountRow(
        **KEY, customer_name="示例客户", version=seq, open_minor=0, overdue_minor=0, disputed_minor=0, promised_minor=0,
        unapplied_minor=0, stage="", next_at=None, credit_hold=False, attention=False, updated_at=NOW,
    )  # fmt: skip
    await log.append_account(AccountRecord(workflow_id=workflow_id, facts=(fact,), row=row, run=run))
