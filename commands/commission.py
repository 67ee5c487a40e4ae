"""Commission is reckoned anew from the ledger each time; none of it is stored."""

from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from commands.data_folder import BooksDir
from commands.figures import database_url
from commands.scope import check_scope
from commands.tables import name, number, show, table
from connectors.policy_files.loading import load
from domain.commission.fold import commission
from domain.commission.statement import CommissionStatement, statement
from domain.money import Money
from mendable import Mendable
from settings import Settings
from storage.database import Database
from storage.queries.commission import commission_facts

app = typer.Typer()


@app.command("commission", epilog="Example: ./ltc commission --from 2026-11-01 --to 2026-11-30 --agent liu.yang")
def command(
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.", show_default="all")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.", show_default="all")
    ] = None,
    agent: Annotated[str, typer.Option(help="One person's statement, line by line.")] = "",
    entity: Annotated[str, typer.Option(help="Only this legal entity.")] = "",
    policy: Annotated[Path | None, typer.Option(help="By the rules of this policy; else the settings' own.")] = None,
    data_dir: BooksDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, amounts in minor units.")] = False,
) -> None:
    """Reckon what salespeople earned and what was taken back, from the ledger and the policy's rules."""
    loaded = load((policy or _policy_of(data_dir)).resolve())
    rules = loaded.policy.commission.rules
    if not rules:
        raise Mendable(f"{loaded.name} has no commission rules; write commission: {{rules: […]}}")
    with closing(Database(database_url(data_dir))) as database:
        database.look(check_scope, entity)
        facts = database.look(commission_facts, loaded.policy, loaded.org.people, entity)
    lines = commission(facts.sales, facts.changes, rules)
    found = statement(lines, loaded.name, _day(since), _day(until), agent)
    if as_json:
        typer.echo(found.model_dump_json())
    else:
        _show(found, Console(), bool(agent))


def _policy_of(data_dir: Path | None) -> Path:
    """Return the policy that ``./ltc up`` last ran with in a folder, else the settings' own."""
    if data_dir is None:
        return Settings.load().policy_file
    known = Settings.remembered(data_dir.resolve())
    if known is None:
        raise Mendable(f"./ltc up never ran in {data_dir}: name the policy whose rules count, --policy FILE")
    return known.policy_file


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _show(found: CommissionStatement, console: Console, with_lines: bool) -> None:
    if with_lines:
        rows = _table("day", "deal", "invoice", "document", "rule")
        for line in found.lines:
            amounts = _amounts(line.currency, line.base_minor, line.minor)
            rows.add_row(str(line.on), line.deal_id, line.number, line.document, line.rule, *amounts)
        show(rows, console)
    rows = _table("agent", "entity", "rule")
    for one in found.totals:
        rows.add_row(one.agent, one.entity, one.rule, *_amounts(one.currency, one.base_minor, one.minor))
    show(rows, console)
    console.print(f"{len(found.lines)} lines by {found.policy}", highlight=False, soft_wrap=True)


def _table(*names: str) -> Table:
    return table(*map(name, names), number("base 基数"), number("commission 提成"))


def _amounts(currency: str, base_minor: int, minor: int) -> tuple[str, str]:
    return str(Money(minor=base_minor, currency=currency)), str(Money(minor=minor, currency=currency))
