"""Figures come from the event log and the ledger alone; the files they once came from may be gone."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from commands.data_folder import BooksDir
from commands.programs import ROOT
from domain.kpi.cases import case_figures
from domain.kpi.check import compare
from domain.kpi.checkfile import CheckFile, CheckFileError, inputs_of, names_asked, of_cases_alone, read_check
from domain.kpi.report import Figures, figures
from domain.kpi.tree import write
from domain.money import exponent
from mendable import Mendable
from settings import Settings
from storage.database import Database
from storage.queries.cases import cases
from storage.queries.figures import entities_and_currencies, facts

app = typer.Typer()


@app.command("figures", epilog="Example: ./ltc figures --check check_visible.json --data-dir replayed")
def command(
    check: Annotated[
        Path | None, typer.Option(help="Compare every figure with this file; exit 1 if one differs.")
    ] = None,
    data_dir: BooksDir = None,
    entity: Annotated[str | None, typer.Option(help="One legal entity, if there are several.")] = None,
    currency: Annotated[str | None, typer.Option(help="One currency, if there are several.")] = None,
    of_cases: Annotated[
        bool, typer.Option("--cases", help="The figures of replayed cases, each a customer of its own.")
    ] = False,
) -> None:
    """Print the figures as JSON, or compare them with a file."""
    wanted = _wanted(check) if check else CheckFile({})
    others: tuple[str, ...] = ()
    try:
        if of_cases:
            wanted, others = of_cases_alone(wanted)
            compute = partial(_case_figures, names=names_asked(wanted))
        else:
            compute = partial(_figures, wanted=wanted)
        computed = _of_database(database_url(data_dir), entity, currency, compute)
    except CheckFileError as error:
        raise Mendable(f"{check}: {error}") from error
    if check is None:
        typer.echo(write(computed.root, exponent(computed.currency)))
        return
    if not _compared(computed, wanted, others, check):
        raise typer.Exit(1)


def _compared(computed: Figures, wanted: CheckFile, others: tuple[str, ...], check: Path) -> bool:
    """Tell how figures differ from what a file has, each difference in a line of its own; true if none does."""
    began = time.monotonic()
    found = compare(computed, wanted)
    console = Console()
    if others:
        console.print(
            f"not figures of cases, not compared: {', '.join(others)}", highlight=False, markup=False, soft_wrap=True
        )
    for difference in found.differences:
        console.print(difference.text.en, highlight=False, markup=False, soft_wrap=True)
    told = f"{found.met} figures met, {len(found.differences)} differ ({time.monotonic() - began:.1f} s): {check}"
    console.print(told, highlight=False, markup=False, soft_wrap=True)
    return found.passed


def _wanted(check: Path) -> CheckFile:
    """Read the file to compare with; `Mendable` if it is none."""
    try:
        return read_check(check.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, CheckFileError) as error:
        raise Mendable(f"{check} cannot be read as a check file: {error}") from error


def database_url(data_dir: Path | None) -> str:
    """Return the database of a data folder, else the settings' own; `Mendable` if there is none.

    Where ``./ltc up`` ran it is the one that it ran with; a replay's is in the folder, and so is a copied folder's.
    """
    if data_dir is None:
        return Settings.load().database_url
    folder = data_dir.resolve()
    place, known = folder / "ltc.db", Settings.remembered(folder)
    if known is not None and (known.data_dir == folder or not place.exists()):
        return known.database_url
    if not place.exists():
        raise Mendable(f"{place} does not exist; name the folder of an up or a replay, e.g. {ROOT / '.ltc-replay'}")
    return f"sqlite:///{place}"


def _figures(database: Database, entity: str, currency: str, wanted: CheckFile) -> Figures:
    return figures(database.look(facts, entity, currency), inputs_of(wanted))


def _case_figures(database: Database, entity: str, currency: str, names: tuple[str, ...]) -> Figures:
    return Figures(case_figures(database.look(cases, entity, currency), names), currency)


def _of_database(
    url: str, entity: str | None, currency: str | None, compute: Callable[[Database, str, str], Figures]
) -> Figures:
    database = Database(url)
    try:
        known = database.look(entities_and_currencies)
        chosen = [(e, c) for e, c in known if entity in (None, e) and currency in (None, c)]
        if len(chosen) != 1:
            named = ", ".join(f"{e} {c}" for e, c in known) or "nothing"
            raise Mendable(f"the database holds {named}: choose one with --entity and --currency")
        return compute(database, *chosen[0])
    finally:
        database.close()
