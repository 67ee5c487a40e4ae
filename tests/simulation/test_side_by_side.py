"""A day goes on side by side; what shares a queue keeps its order, whoever is ready first, and nothing hangs."""

import asyncio
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.side_by_side import SIDE_BY_SIDE, Turns, together

LIMIT_S = 20


class Work(NamedTuple):
    """One piece of work; the order of time goes round by round over the tasks."""

    place: int
    task: int
    queue: str
    number: int


def numbered(tasks: list[list[str]]) -> list[Work]:
    """Number the work task by task; returns it in the order of time."""
    places = [(place, which, queue) for which, task in enumerate(tasks) for place, queue in enumerate(task)]
    return sorted(Work(*place, number) for number, place in enumerate(places))


def played(tasks: list[list[str]], slow: set[int]) -> list[tuple[str, int]]:
    """Play work, each piece with its queue, task by task; returns (queue, number) as they were done."""
    turns, done, in_time = Turns(), list[tuple[str, int]](), numbered(tasks)
    for work in in_time:
        if work.queue:
            turns.queue(work.queue, work.number)

    async def one(task: int) -> None:
        for work in (work for work in in_time if work.task == task):
            async with turns.of(work.number):
                for _ in range(5 if work.number in slow else 1):
                    await asyncio.sleep(0)
                done.append((work.queue, work.number))

    async def all_of() -> None:
        async with asyncio.timeout(LIMIT_S):
            await together(one(task) for task in range(len(tasks)))

    asyncio.run(all_of())
    return done


def test_what_is_later_in_a_queue_waits_though_it_could_begin() -> None:
    """Another deal's delivery at 17:00 let a reminder of 09:00 go out before the payment of 08:00 had come in."""
    done = played([["", "account"], ["account"]], slow={0})
    assert done == [("account", 2), ("", 0), ("account", 1)]
    done = played([["account"], ["account"]], slow={0})
    assert done == [("account", 0), ("account", 1)]


def test_many_who_wait_for_one_leave_it_room() -> None:
    """More tasks than may go on at once wait for the last one's work."""
    waiting = [["", "account"] for _ in range(SIDE_BY_SIDE * 2)]
    done = played([*waiting, ["account"]], slow=set())
    assert len(done) == SIDE_BY_SIDE * 4 + 1
    assert next(one for one in done if one[0]) == ("account", SIDE_BY_SIDE * 4)


@given(
    tasks=st.lists(st.lists(st.sampled_from(["", "a", "b"]), max_size=4), max_size=40),
    slow=st.sets(st.integers(0, 159)),
)
def test_every_queue_is_done_in_its_order(tasks: list[list[str]], slow: set[int]) -> None:
    done = played(tasks, slow)

    for queue in ("a", "b"):
        expected = [work.number for work in numbered(tasks) if work.queue == queue]
        assert [number for of, number in done if of == queue] == expected
    assert len(done) == sum(map(len, tasks))


def test_the_first_error_stops_the_rest_and_is_raised_as_it_is() -> None:
    async def fails() -> None:
        raise LookupError("this one")

    async def waits() -> None:
        await asyncio.Event().wait()

    with pytest.raises(LookupError, match="this one"):
        asyncio.run(together([fails(), waits()]))
