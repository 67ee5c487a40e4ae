"""Bank statements: what a file says, and the posting of what is booked."""

import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from commands.data_folder import DataDir, settings_in
from commands.of_finance import check_of_finance
from commands.programs import ROOT
from commands.statement_posting import Read, post_files
from commands.statement_report import FileReport, read_report, reasons_of, report_of, table_of
from connectors.bank_statements.csv_profile import BankProfile, load_profiles
from connectors.bank_statements.reading import read
from connectors.policy_files.loading import load
from domain.statements.problem import UnreadableFile
from mendable import Mendable, WrongCall
from settings import Settings

app = typer.Typer()
_WIDE = 1_000
"""Columns of a line that no window shows: a table takes as many as it needs."""


@app.command("statement", epilog="Example: ./ltc statement --figures camt053.xml umsaetze.sta")
def command(
    files: Annotated[list[Path], typer.Argument(help="camt.052, .053, .054, MT940, MT942, or CSV of a known bank.")],
    figures: Annotated[bool, typer.Option("--figures", help="Print what each statement holds; post nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all as one JSON document.")] = False,
    profiles: Annotated[Path, typer.Option(help="How the banks write their CSV files.")] = ROOT / "policies/banks.yaml",
    profile: Annotated[str, typer.Option(help="The bank profile of CSV files, where several fit.")] = "",
    entity: Annotated[str, typer.Option(help="Whose bank account it is, if it is not known yet.")] = "",
    by: Annotated[
        str, typer.Option(help="Who of finance hands them in, by their id; else the user of this computer.")
    ] = "",
    data_dir: DataDir = None,
) -> None:
    """Post bank statements into what runs; a file that cannot be read is told and the others go on (exit code 1)."""
    known = load_profiles(profiles)
    if profile and profile not in {one.name for one in known}:
        raise WrongCall(f"no bank profile {profile!r}: use one of {', '.join(one.name for one in known)}")
    if figures:
        _figures([_report(file, known, profile) for file in files], as_json=as_json)
        return
    content = [Read(str(file), _content(file), known, profile) for file in files]
    settings = settings_in(data_dir)
    report = post_files(settings, content, entity=entity, by=poster(by, settings), console=Console(stderr=True))
    if as_json:
        typer.echo(report.model_dump_json(indent=1))
    else:
        report.print(Console())
    if report.failed:
        raise typer.Exit(1)


def poster(by: str, settings: Settings) -> str:
    """Return in whose name statements are posted (`WrongCall`)."""
    if not by:
        return getpass.getuser()
    check_of_finance(load(settings.policy_file), by)
    return by


def _figures(reports: list[FileReport], *, as_json: bool) -> None:
    report = report_of(reports)
    if as_json:
        typer.echo(report.model_dump_json(indent=1))
    else:
        _print(report.files)
    if report.totals.not_wellformed:
        raise typer.Exit(1)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Mendable(f"{file} cannot be read: {error.strerror}") from None


def _report(file: Path, profiles: tuple[BankProfile, ...], profile: str) -> FileReport:
    try:
        return read_report(str(file), read(_content(file), profiles, profile))
    except UnreadableFile as unreadable:
        return FileReport(file=str(file), wellformed=False, problem=unreadable.problem)


def _print(files: tuple[FileReport, ...]) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDE)
    for file in files:
        if file.problem is not None:
            console.print(f"{file.file}: {file.problem} / {file.problem.text.zh}", highlight=False, markup=False)
            continue
        console.print(f"{file.file}: {file.kind}", highlight=False, markup=False)
        console.print(table_of(file))
        for reason in reasons_of(file):
            console.print(f"  {reason}", highlight=False, markup=False)
