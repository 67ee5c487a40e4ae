"""Why a deal, an account or an invoice is where it is can be read from log and ledger alone, with no server running."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from sqlalchemy import Connection

from commands.data_folder import DataDir, settings_in
from commands.scope import check_scope
from domain.deal.explain import explain as explained
from domain.deal.folding import folded
from domain.deal.state import Deal
from domain.machine import Blocker, Explanation
from domain.receivables.collecting import Collection
from domain.refusal import Code, Refused, refuse
from domain.value import Text
from mendable import WrongCall
from settings import Settings
from simulation.clocks import wall
from storage.database import Database
from storage.queries.business_time import business_time
from storage.queries.collecting import collection_of_account, collection_of_deal, collection_of_invoice
from storage.queries.facts import deal_facts

app = typer.Typer()
Found = tuple[Deal | None, Collection | None, datetime]


@app.command("explain", epilog="Example: ./ltc explain D-20260907-4X2K --language zh")
def explain(
    what: Annotated[str, typer.Argument(help="A deal's id, an invoice's number, or ENTITY/CUSTOMER/CURRENCY.")],
    language: Annotated[str, typer.Option(help="en or zh.")] = "en",
    entity: Annotated[str, typer.Option(help="Whose invoice it is, where several have the number.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Say who blocks a deal, what is owed for it, what time alone will do, what would move it, and by which clause."""
    if language.lower().split("-")[0] not in ("en", "zh"):
        raise WrongCall(f"{language!r} is not spoken here; write --language en or --language zh")
    deal, owed, now = asyncio.run(_read(settings_in(data_dir), what, entity))
    lines = () if deal is None else told(deal, explained(deal, now), language)
    for line in (*lines, *(() if owed is None else told_owed(owed, language))):
        Console().print(line, highlight=False, soft_wrap=True)


def told(state: Deal, explanation: Explanation, language: str) -> tuple[str, ...]:
    """Return the explanation as lines in one of the two languages."""
    zh = _is_chinese(language)
    return (
        f"[bold]{escape(state.deal_id)}[/]  {escape(state.customer.name)}  [bold]{explanation.stage}[/]",
        *_waiting(explanation.waiting, language),
        *_timers(explanation.timers, language),
        ("可执行：" if zh else "It can be moved by: ") + (", ".join(explanation.moves) or ("无" if zh else "nothing")),
        escape(("依据：" if zh else "By: ") + explanation.clause),
    )


def told_owed(owed: Collection, language: str) -> tuple[str, ...]:
    """Return what is owed, and what collects it, as lines in one of the two languages."""
    zh = _is_chinese(language)
    more = () if not owed.left_out else (f"  … {owed.left_out}",)
    return (
        f"[bold]{escape(owed.account)}[/]  [bold]{owed.stage}[/]",
        "未清应收：" if zh else "Still owed:",
        *(f"  {escape(one.what.of(language))}" for one in owed.receivables),
        *(more if owed.receivables else (_nothing(language),)),
        *_waiting(owed.waiting, language),
        *_timers(owed.timers, language),
    )


def _is_chinese(language: str) -> bool:
    return language.lower().startswith("zh")


def _nothing(language: str) -> str:
    return "  无" if _is_chinese(language) else "  nothing"


def _waiting(waiting: Iterable[Blocker], language: str) -> tuple[str, ...]:
    lines = tuple(
        escape(f"  {one.who}: {one.what.of(language)}" + (f"  ({one.by:%Y-%m-%d %H:%M %Z})" if one.by else ""))
        for one in waiting
    )
    nobody = "  无人" if _is_chinese(language) else "  nobody"
    return ("等待：" if _is_chinese(language) else "It waits for:", *(lines or (nobody,)))


def _timers(timers: Iterable[tuple[datetime, Text]], language: str) -> tuple[str, ...]:
    lines = tuple(escape(f"  {at:%Y-%m-%d %H:%M %Z}  {why.of(language)}") for at, why in timers)
    return ("到期事项：" if _is_chinese(language) else "Time alone will do:", *(lines or (_nothing(language),)))


async def _read(settings: Settings, what: str, entity: str) -> Found:
    async with Database(settings.database_url) as database:
        if entity:
            await database.read(check_scope, entity)
        return await database.read(found, what, wall(), entity)


def found(connection: Connection, what: str, now: datetime, entity: str = "") -> Found:
    """Return the deal of this id with what is owed for it, or what is owed on this invoice or account.

    Raises:
        Refused: there is none (E_NOTFOUND), or several entities have an invoice of that number (E_STATE).
    """
    at = business_time(connection, now)
    deal = folded(deal_facts(connection, what.removeprefix("deal/")))
    if deal is not None:
        return deal, collection_of_deal(connection, deal.deal_id, at), at
    try:
        return None, collection_of_invoice(connection, what, entity, at), at
    except Refused as refused:
        if refused.code is not Code.NOTFOUND:
            raise
    entity, _, rest = what.removeprefix("account/").partition("/")
    customer, _, currency = rest.rpartition("/")
    if entity and customer and currency:
        return None, collection_of_account(connection, (entity, customer, currency), at), at
    raise refuse(
        Code.NOTFOUND,
        f"there is no deal, invoice or account {what}; write an account as ENTITY/CUSTOMER/CURRENCY",
        f"没有商机、发票或账户 {what}；账户写作 主体/客户/币种",
    )
