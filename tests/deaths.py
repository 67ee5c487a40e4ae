"""A process of a whole run that dies is no verdict on the code: the run ends with a code of its own.

The native part of the Temporal SDK now and then takes a process down that runs many workers (see the closing words of
`cli.py`). ``./ltc test`` says so and runs all once more; a test that fails beside it, or a second death, fails.
"""

from typing import Any

import pytest

from commands.test import PROCESS_DIED

DEATHS = pytest.StashKey[int]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Count the processes that ended before their work was done."""
    if error:
        node.config.stash[DEATHS] = node.config.stash.get(DEATHS, 0) + 1


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell a run in which nothing else failed than the tests in which processes died."""
    deaths = session.config.stash.get(DEATHS, 0)
    if deaths and session.testsfailed <= deaths:
        session.exitstatus = PROCESS_DIED
