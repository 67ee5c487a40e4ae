"""How work is timed: processor time of this process alone, since other work on the machine takes the clock's."""

import gc
from collections.abc import Callable
from time import process_time
from typing import TypeVar

T = TypeVar("T")


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
