"""The ledger in memory and the one in the database give the same answer and the same refusal to everything."""

import asyncio
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from domain.account.effects import ApplyReceipt
from domain.receivables.entries import Movement
from domain.refusal import Refused
from simulation.ledger import MemoryLedger
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from tests.domain.account.run import Run
from tests.domain.account.test_money_properties import Receivables


class BothLedgers(MemoryLedger):
    """Asks the database what it asks the memory, and compares."""

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._loop, self._database = loop, Database(f"sqlite:///{path}")
        loop.run_until_complete(self._database.__aenter__())
        stored = LedgerBooks(self._database)
        for name in ("issue_invoice", "load_case", "operate", "judge_promise", "plan_notice", "record_notice"):
            setattr(self, name, self._both(getattr(self, name), getattr(stored, name)))

    def close(self) -> None:
        self._loop.run_until_complete(self._database.__aexit__(None, None, None))

    def _both(self, memory: Callable[..., Any], stored: Callable[..., Any]) -> Callable[..., Any]:
        async def ask(*asked: Any) -> Any:
            told, refused = await _answer(memory(*asked))
            again, refused_again = self._loop.run_until_complete(_answer(stored(*asked)))
            assert _code(refused) == _code(refused_again)
            assert _comparable(told, asked) == _comparable(again, asked)
            if refused is not None:
                raise refused
            return told

        return ask


async def _answer(work: Any) -> tuple[Any, Refused | None]:
    try:
        return await work, None
    except Refused as refused:
        return None, refused


def _code(refused: Refused | None) -> str:
    return "" if refused is None else refused.code


def _comparable(answer: Any, asked: tuple[Any, ...]) -> Any:
    """Leave out what says nothing: the order of the changes, and invoices named by a receipt but not changed by it."""
    if not isinstance(answer, Movement):
        return answer
    changes = sorted(answer.changes, key=lambda change: change.number)
    if isinstance(asked[-1], ApplyReceipt):
        changes = [change for change in changes if change.open_minor != change.before_minor]
    return answer.model_copy(update={"changes": tuple(changes)})


def test_they_agree_on_everything_people_do(tmp_path: Path, migrated_file: Path) -> None:
    loop, names = asyncio.new_event_loop(), count()

    def both() -> BothLedgers:
        path = tmp_path / f"{next(names)}.db"
        shutil.copy(migrated_file, path)
        return BothLedgers(path, loop)

    class OnBoth(Receivables):
        def new_run(self, account_terms: Any) -> Run:
            return Run(account_terms, ledger=both())

        def teardown(self) -> None:
            super().teardown()
            if hasattr(self, "run"):
                ledger = self.run.ledger
                assert isinstance(ledger, BothLedgers)
                ledger.close()

    few = settings(max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(OnBoth, settings=few)
    loop.close()
