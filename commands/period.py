"""Finance close the books of a legal entity month by month, and open the last closed month again."""

from contextlib import closing
from datetime import date, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from sqlalchemy import Connection

from commands.data_folder import DataDir, settings_in
from commands.of_finance import check_of_finance
from commands.tables import name, number, table, text
from commands.tables import show as show_table
from connectors.policy_files.loading import LoadedPolicy, load
from domain.billing_periods import Period
from domain.local_time import local_day
from domain.money import Money
from domain.receivables.closing import month_named
from mendable import WrongCall
from simulation.clocks import wall
from storage.database import Database
from storage.operations.periods import close_period, reopen_period
from storage.queries.business_time import business_time
from storage.queries.periods import PeriodView, closed_period, periods, reopened_period

app = typer.Typer()
period = typer.Typer(
    no_args_is_help=True,
    help="The months of the books.",
    epilog="Example: ./ltc period close CN01-2026-03 --by wu.ting",
)
app.add_typer(period, name="period")
Which = Annotated[str, typer.Argument(help="The legal entity and the month, e.g. CN01-2026-03.")]
By = Annotated[str, typer.Option(help="Who of finance says so, by their id in the organisation file.")]


@period.callback()
def group() -> None:
    """The months of the books."""


@period.command("list", epilog="Example: ./ltc period list --entity CN01")
def show(entity: Annotated[str, typer.Option(help="Only this legal entity.")] = "", data_dir: DataDir = None) -> None:
    """List the months: closed, open once they are over, running; and who opened one again."""
    settings = settings_in(data_dir)
    loaded = load(settings.policy_file)

    def read(connection: Connection) -> tuple[PeriodView, ...]:
        now = business_time(connection, wall())
        return periods(connection, entity, lambda name: _today(loaded, name, now)).periods

    with closing(Database(settings.database_url)) as database:
        _print(database.look(read))


@period.command("close", epilog="Example: ./ltc period close CN01-2026-03 --by wu.ting")
def close(which: Which, by: By, data_dir: DataDir = None) -> None:
    """Close a month that is over, the oldest first, with the empty ones before it: they stay as they are."""
    settings = settings_in(data_dir)
    loaded = load(settings.policy_file)
    entity, month = _named(which, loaded, by)

    def done(connection: Connection) -> PeriodView:
        now = business_time(connection, wall())
        close_period(connection, entity, month, _today(loaded, entity, now), now, by)
        return closed_period(connection, entity, month)

    with closing(Database(settings.database_url)) as database:
        _print((database.transact(done),))


@period.command("reopen", epilog="Example: ./ltc period reopen CN01-2026-03 --by lin.hao --evidence 'audit letter 7'")
def reopen(
    which: Which,
    by: By,
    evidence: Annotated[str, typer.Option(help="What shows that it must be open, e.g. an auditor's letter.")],
    data_dir: DataDir = None,
) -> None:
    """Open the last closed month again, if somebody else closed it; what stood in it at its close is kept."""
    settings = settings_in(data_dir)
    entity, month = _named(which, load(settings.policy_file), by)

    def done(connection: Connection) -> PeriodView:
        reopen_period(connection, entity, month, evidence, business_time(connection, wall()), by)
        return reopened_period(connection, entity, month)

    with closing(Database(settings.database_url)) as database:
        _print((database.transact(done),))


def _named(which: str, loaded: LoadedPolicy, by: str) -> tuple[str, Period]:
    """Read the name of a month, and refuse who may not close it (`WrongCall`)."""
    entity, month = which[: -len("-2026-03")], which[-len("2026-03") :]
    if entity not in loaded.policy.entities:
        known = ", ".join(sorted(loaded.policy.entities))
        raise WrongCall(f"{which!r} names no month of the books; write e.g. CN01-2026-03, of one of {known}")
    check_of_finance(loaded, by)
    try:
        return entity, month_named(month)
    except ValueError as error:
        raise WrongCall(f"{month!r} is no month; write e.g. 2026-03") from error


def _today(loaded: LoadedPolicy, entity: str, now: datetime) -> date:
    known = loaded.policy.entities
    return local_day(known.get(entity, known[loaded.policy.default_entity]).zone, now)


def _print(found: tuple[PeriodView, ...]) -> None:
    rows = table(name("month"), name("status"), name("by"), number("posted 入账"), text("opened again 重新打开"))
    for one in found:
        posted = "\n".join(str(Money(minor=total.debit_minor, currency=total.currency)) for total in one.totals)
        again = "; ".join(f"{told.reopened_by}: {told.evidence}" for told in one.reopened)
        rows.add_row(one.id, one.status, one.closed_by, posted, escape(again))
    show_table(rows, Console())
