"""Whatever people and time do to an account in the real ledger, in any order, M1 to M12 hold after every step."""

import shutil
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from storage.database import Database
from tests.storage.emptying import empty
from tests.storage.money_exchanges import ExchangeSteps


def held(emptied: Callable[[], str], examples: int, steps: int) -> None:
    """Run the machine on databases without a row."""
    machine = type("Held", (ExchangeSteps,), {"emptied": staticmethod(emptied)})
    few = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine, settings=few)


def test_on_sqlite(tmp_path: Path, migrated_file: Path) -> None:
    names = count()

    def emptied() -> str:
        path = tmp_path / f"{next(names)}.db"
        shutil.copy(migrated_file, path)
        return f"sqlite:///{path}"

    held(emptied, examples=15, steps=40)


async def test_on_postgresql(emptied_postgres: Callable[[], Awaitable[str]]) -> None:
    url = await emptied_postgres()

    def emptied() -> str:
        database = Database(url)
        database.transact(empty)
        database.close()
        return url

    held(emptied, examples=4, steps=40)
