"""Time moves for every deal and account at once, so that one can watch dunning happen."""

import asyncio
import re
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from temporalio.service import RPCError

from commands.data_folder import DataDir, settings_in
from commands.embedded_server import connected, sender_of, skipper_of
from commands.progress import showing
from mendable import Mendable, WrongCall
from settings import Settings
from simulation.clocks import Clocks, wall
from simulation.jump_store import DatabaseJumpStore
from simulation.jumping import Jump
from storage.database import Database

app = typer.Typer()
_SPAN = re.compile(r"([0-9]{1,4})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
LONGEST = timedelta(days=730)
"""Calendars are compiled for the coming years only."""


def span_of(text: str) -> timedelta:
    """Read a span such as ``30d``; `WrongCall` says what is allowed."""
    found = _SPAN.fullmatch(text)
    span = timedelta() if found is None else int(found[1]) * _UNITS[found[2]]
    if not timedelta() < span <= LONGEST:
        raise WrongCall(f"{text!r} is no jump; write hours, days or weeks up to two years: 12h, 30d or 6w")
    return span


@app.command("jump", epilog="Example: ./ltc jump 30d", context_settings={"ignore_unknown_options": True})
def jump(
    span: Annotated[str, typer.Argument(help="How far: 12h, 30d or 6w.")],
    data_dir: DataDir = None,
) -> None:
    """Move all open deals and accounts forward together; everything that falls due meanwhile happens, in order."""
    far = span_of(span)
    asyncio.run(_jump(settings_in(data_dir), far, Console()))


async def _jump(settings: Settings, span: timedelta, console: Console) -> None:
    client = await connected(settings)
    skipper = skipper_of(client)
    async with Database(settings.database_url) as database:
        store = DatabaseJumpStore(database)
        start = wall() + timedelta(seconds=await store.offset_s())
        moving = Jump(sender_of(settings, skipper.client, database, Clocks(skipper)), store)
        try:
            await _shown(moving, start, start + span, console)
        except RPCError as error:
            if "Time-Skipping" not in str(error):
                raise
            raise Mendable("this Temporal server skips no time; a jump is for what ./ltc up started") from error
        waiting = [one for one in await store.waiting() if one not in moving.wedged]
    for one in waiting:
        console.print(f"{one} waits for a person: ./ltc explain {_explained(one)} says for what", soft_wrap=True)
    if moving.wedged:
        raise Mendable("\n".join(str(wedged) for wedged in moving.wedged.values()))
    console.print(f"it is {start + span:%a %Y-%m-%d %H:%M} UTC now for every deal")


def _explained(workflow_id: str) -> str:
    """Return how ``./ltc explain`` names a deal or an account."""
    return workflow_id.partition("/")[2]


async def _shown(moving: Jump, start: datetime, end: datetime, console: Console) -> None:
    with showing(console, "jump", (end - start) / timedelta(hours=1)) as shown:
        await moving.run(start, end, lambda at: shown((at - start) / timedelta(hours=1), f"{at:%Y-%m-%d}"))
