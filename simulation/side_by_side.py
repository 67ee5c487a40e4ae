"""Work on many workflows goes on side by side, as much of it as keeps two cores busy."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

SIDE_BY_SIDE = 24
"""Workflows under way at once: two cores are busy with about so many."""


async def side_by_side(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Await all, a bounded number at a time; the first error stops the rest."""
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(coroutine: Coroutine[Any, Any, None]) -> None:
        async with gate:
            await coroutine

    try:
        async with asyncio.TaskGroup() as group:
            for coroutine in work:
                group.create_task(one(coroutine))
    except ExceptionGroup as errors:
        first = errors.exceptions[0]
        raise first from first.__cause__
