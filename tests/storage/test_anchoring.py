"""The log is sealed once a day, by whichever worker comes first, and the seal is told to the worker's own log."""

import asyncio
import logging
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from domain.deal.events import FollowedUp
from domain.refusal import Refused
from storage.anchoring import anchored_daily
from storage.database import Database
from storage.operations.anchors import anchor_day
from storage.operations.records import Log
from storage.queries.log_checks import log_checks
from storage.tables.records import ANCHOR
from tests.storage.samples import deal_record

NOW = datetime(2026, 3, 1, 23, tzinfo=UTC)
DAY = NOW.date()


def sealed(database: Database) -> dict[date, tuple[int, str]]:
    rows = database.look(lambda connection: connection.execute(select(ANCHOR).order_by(ANCHOR.c.day)).all())
    return {row.day: (row.heads, row.hash) for row in rows}


async def noted(log: Log, deal_id: str, seq: int = 1) -> None:
    await log.append_deal(deal_record(deal_id, [FollowedUp(channel="mail", note=deal_id)], first=seq))


async def test_of_many_at_once_one_seals_a_day_and_all_are_told_the_same(database: Database, log: Log) -> None:
    await noted(log, "d1")
    said = await asyncio.gather(*(database.write(anchor_day, DAY, NOW) for _ in range(10)))
    assert len({*said}) == 1
    assert sealed(database) == {DAY: (1, said[0])}
    await noted(log, "d2")
    assert await database.write(anchor_day, DAY, NOW) == said[0]
    later = await database.write(anchor_day, DAY + timedelta(days=1), NOW)
    assert sealed(database) == {DAY: (1, said[0]), DAY + timedelta(days=1): (1, later)}
    assert [check.name for check in database.look(log_checks) if not check.holds] == []


async def test_a_day_before_the_last_that_is_sealed_is_refused_and_leaves_nothing(database: Database) -> None:
    await database.write(anchor_day, DAY, NOW)
    with pytest.raises(Refused, match="E_PERIOD"):
        await database.write(anchor_day, DAY - timedelta(days=1), NOW)
    assert [*sealed(database)] == [DAY]


async def test_a_worker_seals_day_after_day_until_it_stops(
    database: Database, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "storage.anchoring")
    await noted(log, "d1")
    stop, looks = asyncio.Event(), 0

    def now() -> datetime:
        nonlocal looks
        looks += 1
        if looks == 4:
            stop.set()
        return NOW + timedelta(hours=looks)  # 1, then 2, 3 and 4 hours on: all of the next day

    await anchored_daily(database, now, stop, every_s=0.001)
    assert [*sealed(database)] == [DAY + timedelta(days=1)]
    ((_, digest),) = sealed(database).values()
    assert caplog.messages == [f"the log up to {DAY + timedelta(days=1)} is sealed by {digest}"]


async def test_a_worker_that_stops_at_once_seals_nothing(database: Database) -> None:
    stop = asyncio.Event()
    stop.set()
    await anchored_daily(database, lambda: NOW, stop, every_s=60)
    assert sealed(database) == {}
