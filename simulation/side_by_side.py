"""Work on many workflows goes on side by side, as much of it as keeps two cores busy."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Hashable, Iterable
from contextlib import asynccontextmanager
from typing import Any

SIDE_BY_SIDE = 24
"""Workflows under way at once: two cores are busy with about so many."""


async def side_by_side(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Await all, a bounded number at a time; the first error stops the rest."""
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(coroutine: Coroutine[Any, Any, None]) -> None:
        async with gate:
            await coroutine

    await together(one(coroutine) for coroutine in work)


async def together(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Await all at once; the first error stops the rest."""
    try:
        async with asyncio.TaskGroup() as group:
            for coroutine in work:
                group.create_task(coroutine)
    except ExceptionGroup as errors:
        first = errors.exceptions[0]
        raise first from first.__cause__


class Turns:
    """Lets a day's work go on side by side, yet takes what shares a queue in its order, whoever is ready first.

    Who waits for a turn holds no place among those under way, so nobody waits for one who cannot begin.
    """

    def __init__(self) -> None:
        self._gate = asyncio.Semaphore(SIDE_BY_SIDE)
        self._before: dict[Hashable, asyncio.Event] = {}
        self._done: dict[Hashable, asyncio.Event] = {}
        self._last: dict[str, asyncio.Event] = {}

    def queue(self, queue: str, work: Hashable) -> None:
        """Put a piece of work at the end of a queue."""
        done = asyncio.Event()
        if queue in self._last:
            self._before[work] = self._last[queue]
        self._last[queue] = self._done[work] = done

    @asynccontextmanager
    async def of(self, work: Hashable) -> AsyncIterator[None]:
        """Wait until all before it in its queue is done; what was never queued waits for nobody."""
        before = self._before.get(work)
        if before is not None:
            await before.wait()
        async with self._gate:
            yield
        if work in self._done:
            self._done[work].set()
