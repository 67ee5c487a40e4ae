"""Long work shows how far it is: as a bar where somebody looks on, as a line now and then in a log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

LINE_EVERY_S = 15.0


class Shown(Protocol):
    """Is told how far the work is."""

    def __call__(self, done: float, where: str) -> None:
        """Show that so much of the total is done, and where the work is."""


@contextmanager
def showing(console: Console, what: str, total: float) -> Iterator[Shown]:
    """Show the progress of a piece of work until it ends."""
    if not console.is_terminal:
        yield _Lines(console, what, total)
        return
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
        console=console,
    )  # fmt: skip
    with bar:
        task = bar.add_task(what, total=total)
        yield lambda done, where: bar.update(task, completed=done, description=f"{what} {where}")


class _Lines:
    """A line every few seconds, for those who read it later."""

    def __init__(self, console: Console, what: str, total: float) -> None:
        self._console = console
        self._what = what
        self._total = total
        self._began = self._said = time.monotonic()

    def __call__(self, done: float, where: str) -> None:
        now = time.monotonic()
        if now - self._said < LINE_EVERY_S:
            return
        self._said = now
        self._console.print(
            f"{self._what} {where}: {done:.0f} of {self._total:.0f} in {now - self._began:.0f} s", highlight=False
        )
