"""A worker seals the log once a day; the hash goes to its own log, which is kept elsewhere than the database."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from storage.database import Database, DatabaseAway
from storage.operations.anchors import anchor_day

LOG = logging.getLogger(__name__)
EVERY_S = 3600.0
"""How often a worker looks, the first time when it has worked that long: what a crash had lost is done again by then,
and a fact under an anchor can give way to nothing any more."""


async def anchored_daily(
    database: Database, now: Callable[[], datetime], stop: asyncio.Event, every_s: float = EVERY_S
) -> None:
    """Seal each day until told to stop; days of UTC, by the real clock.

    Raises:
        Refused: the clock has gone back to a day before the last that is sealed (E_PERIOD).
    """
    told = ""
    while not await _is_set(stop, every_s):
        at = now()
        try:
            sealed = await database.write(anchor_day, at.date(), at)
        except DatabaseAway as error:
            LOG.warning("the log of %s is not sealed yet: %s", at.date(), error)
            continue
        if sealed != told:
            LOG.info("the log up to %s is sealed by %s", at.date(), sealed)
        told = sealed


async def _is_set(stop: asyncio.Event, within_s: float) -> bool:
    try:
        async with asyncio.timeout(within_s):
            return await stop.wait()
    except TimeoutError:
        return False
