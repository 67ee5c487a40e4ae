"""What the books say, in forms that others read; nothing is changed, and the same books give the same bytes."""

import csv
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, TextIO

import orjson
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from commands.data_folder import BooksDir
from commands.figures import database_url
from commands.scope import check_scope
from commands.tables import name, number, show, table
from connectors.bookkeeping.beancount import beancount_lines
from domain.money import Money
from domain.receivables.journal import AccountBalance
from mendable import Mendable
from storage.database import Database
from storage.queries.book_tables import TABLES, book_table
from storage.queries.journal import journal, trial_balance

app = typer.Typer()
export = typer.Typer(
    no_args_is_help=True, help="Write the books for others.", epilog="Example: ./ltc export beancount --output ltc.bean"
)
app.add_typer(export, name="export")

Entity = Annotated[str, typer.Option(help="Only this legal entity.")]
Output = Annotated[Path | None, typer.Option(help="Write into this file.", show_default="standard output")]


@export.callback()
def group() -> None:
    """Write the books for others: trial balance, beancount, CSV."""


@export.command("trial-balance", epilog="Example: ./ltc export trial-balance --on 2026-12-31 --entity CN01")
def trial(
    data_dir: BooksDir = None,
    entity: Entity = "",
    currency: Annotated[str, typer.Option(help="Only this currency.")] = "",
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="At the end of this day.", show_default="all")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, amounts in minor units.")] = False,
) -> None:
    """Print what every account comes to, by legal entity and currency; debits and credits are equal."""
    with closing(Database(database_url(data_dir))) as database:
        database.look(check_scope, entity, currency)
        lines = database.look(trial_balance, entity, currency, on.date() if on else None)
    if as_json:
        typer.echo(orjson.dumps([line.model_dump() for line in lines]))
    else:
        show(_table(lines), Console())


@export.command("beancount", epilog="Example: ./ltc export beancount --data-dir replayed --output ltc.bean")
def beancount(data_dir: BooksDir = None, entity: Entity = "", output: Output = None) -> None:
    """Write every change of the ledger as a beancount file, with the balances it must come to."""
    with closing(Database(database_url(data_dir))) as database:
        database.look(check_scope, entity)
        entries = database.look(lambda connection: list(journal(connection, entity)))
    with _written(output) as file:
        file.writelines(f"{line}\n" for line in beancount_lines(entries))


@export.command("csv", epilog="Example: ./ltc export csv books --entity CN01")
def tables(
    folder: Annotated[Path, typer.Argument(help="Where the files go; made if it is not there.")],
    data_dir: BooksDir = None,
    entity: Entity = "",
) -> None:
    """Write invoices, receipts, allocations and postings as CSV files in UTF-8."""
    with closing(Database(database_url(data_dir))) as database:
        database.look(check_scope, entity)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Mendable(f"{folder} cannot be made: {error.strerror}") from error
        for name in TABLES:
            place = folder / f"{name}.csv"
            rows = database.look(_write_table, name, entity, place)
            print(f"{rows} {name}: {place}", file=sys.stderr)


def _write_table(connection: Connection, name: str, entity: str, place: Path) -> int:
    # The file is opened within the read, so that one that is tried again begins anew.
    with _written(place) as file:
        return book_table(connection, name, entity, csv.writer(file).writerow)


@contextmanager
def _written(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise Mendable(f"{output} cannot be written: {error.strerror}") from error


def _table(lines: Iterable[AccountBalance]) -> Table:
    names, amounts = ("entity", "currency", "account"), ("debit 借方", "credit 贷方", "balance 余额")
    rows = table(*map(name, names), *map(number, amounts))
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for line in lines:
        rows.add_row(
            line.entity, line.currency, line.account, *_amounts(line.currency, line.debit_minor, line.credit_minor)
        )
        debit, credit = sums.get((line.entity, line.currency), (0, 0))
        sums[line.entity, line.currency] = debit + line.debit_minor, credit + line.credit_minor
    for (entity, currency), (debit, credit) in sums.items():
        rows.add_row(entity, currency, "[bold]total 合计[/]", *_amounts(currency, debit, credit))
    return rows


def _amounts(currency: str, debit: int, credit: int) -> tuple[str, str, str]:
    debited, credited, balance = (
        str(Money(minor=minor, currency=currency)).removesuffix(f" {currency}")
        for minor in (debit, credit, debit - credit)
    )
    return debited, credited, balance
