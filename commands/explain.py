"""Why a deal is where it is can be read from the event log alone, with no server running."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console

from commands.embedded_server import DataDir, settings_in
from domain.deal.explain import explain as explained
from domain.deal.folding import folded
from domain.deal.state import Deal
from domain.machine import Explanation
from domain.refusal import Code, refuse
from mendable import WrongCall
from settings import Settings
from simulation.clocks import wall
from simulation.jump_store import DatabaseJumpStore
from storage.database import Database
from storage.operations.records import Log

app = typer.Typer()


@app.command("explain", epilog="Example: ./ltc explain D-20260907-4X2K --language zh")
def explain(
    deal: Annotated[str, typer.Argument(help="The deal's id.")],
    language: Annotated[str, typer.Option(help="en or zh.")] = "en",
    data_dir: DataDir = None,
) -> None:
    """Say who blocks a deal, what time alone will do, what would move it, and by which clause."""
    if language.lower().split("-")[0] not in ("en", "zh"):
        raise WrongCall(f"{language!r} is not spoken here; write --language en or --language zh")
    state, now = asyncio.run(_read(settings_in(data_dir), deal))
    for line in told(state, explained(state, now), language):
        Console().print(line, highlight=False, soft_wrap=True)


def told(state: Deal, explanation: Explanation, language: str) -> tuple[str, ...]:
    """Return the explanation as lines in one of the two languages."""
    zh = language.lower().startswith("zh")
    waiting = [
        f"  {blocker.who}: {blocker.what.of(language)}" + (f"  ({blocker.by:%Y-%m-%d %H:%M %Z})" if blocker.by else "")
        for blocker in explanation.waiting
    ]
    timers = [f"  {at:%Y-%m-%d %H:%M %Z}  {why.of(language)}" for at, why in explanation.timers]
    nobody, nothing = ("  无人", "  无") if zh else ("  nobody", "  nothing")
    return (
        f"[bold]{state.deal_id}[/]  {state.customer.name}  [bold]{explanation.stage}[/]",
        "等待：" if zh else "It waits for:",
        *(waiting or (nobody,)),
        "到期事项：" if zh else "Time alone will do:",
        *(timers or (nothing,)),
        ("可执行：" if zh else "It can be moved by: ") + (", ".join(explanation.moves) or nothing.strip()),
        ("依据：" if zh else "By: ") + explanation.clause,
    )


async def _read(settings: Settings, deal_id: str) -> tuple[Deal, datetime]:
    async with Database(settings.database_url) as database:
        state = folded(await Log(database).deal_facts(deal_id))
        ahead_s = await DatabaseJumpStore(database).offset_s()
    if state is None:
        raise refuse(Code.NOTFOUND, f"there is no deal {deal_id}", f"没有商机 {deal_id}")
    return state, wall() + timedelta(seconds=ahead_s)
