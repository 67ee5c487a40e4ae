"""How work is timed: processor time of this process alone, since other work on the machine takes the clock's."""

import gc
from collections.abc import Awaitable, Callable
from time import perf_counter, process_time
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Took(NamedTuple):
    """What work took where others (a database, a server) work with it: both ours and everybody's time matter.

    Attributes:
        core_s: processor seconds of this process.
        wall_s: seconds by the clock; other work on the machine makes them more.
    """

    core_s: float
    wall_s: float


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return the processor seconds that work takes, and its result.

    The cyclic collector is off meanwhile: values make no cycles, and it would only walk all of them again and again.
    """
    gc.collect()
    gc.disable()
    try:
        began = process_time()
        result = work()
        return process_time() - began, result
    finally:
        gc.enable()


async def taken(work: Callable[[], Awaitable[T]]) -> tuple[Took, T]:
    """Return what work takes in which others take part, and its result."""
    gc.collect()
    core, wall = process_time(), perf_counter()
    result = await work()
    return Took(process_time() - core, perf_counter() - wall), result
