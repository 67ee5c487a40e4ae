"""What the log refuses is a task and a mark in the read model, until the next fact is recorded."""

from datetime import timedelta

from domain.deal.events import FollowedUp
from domain.logged import RecordAlarm
from domain.value import Text
from storage.database import Database
from storage.operations.records import Log
from storage.queries.deals import deal
from storage.queries.log_checks import log_checks
from storage.queries.work import stuck, tasks
from tests.storage.samples import NOW, deal_record, deal_row

ALARM = RecordAlarm(workflow_id="deal/d1", what=Text(en="it refuses", zh="被拒绝"), command="adopt_log")
FIRST, SECOND = FollowedUp(channel="call", note="1"), FollowedUp(channel="call", note="2")


async def test_an_alarm_is_seen_until_a_fact_is_recorded(database: Database, log: Log) -> None:
    await log.append_deal(deal_record("d1", [FIRST]))
    assert not database.look(deal, "d1").attention

    for _ in range(2):
        await log.raise_alarm(ALARM)

    seen = database.look(stuck, NOW, NOW - timedelta(days=14))
    assert [row.deal_id for row in seen.deals] == ["d1"]
    assert [(one.owner_workflow, one.who, one.what_zh, one.command) for one in seen.recordings] == [
        ("deal/d1", "role:ops", "被拒绝", "adopt_log")
    ]
    assert seen.recordings[0].task_id in {one.task_id for one in database.look(tasks, ["role:ops"], 10)}
    assert [check.name for check in database.look(log_checks) if not check.holds] == []

    await log.append_deal(deal_record("d1", [SECOND], first=2))

    after = database.look(stuck, NOW, NOW - timedelta(days=14))
    assert (after.deals, after.recordings) == ((), ())
    assert database.look(deal, "d1") == deal_row("d1", 2)


async def test_an_alarm_of_what_the_log_has_nothing_of_is_a_task_all_the_same(database: Database, log: Log) -> None:
    await log.raise_alarm(ALARM.model_copy(update={"workflow_id": "account/CN01/c-1/CNY", "command": ""}))

    seen = database.look(stuck, NOW, NOW - timedelta(days=14))
    assert [one.owner_workflow for one in seen.recordings] == ["account/CN01/c-1/CNY"]
    assert (seen.deals, seen.accounts) == ((), ())
    assert await log.head("account/CN01/c-1/CNY") == 0
