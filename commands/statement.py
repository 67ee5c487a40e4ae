"""Bank statements: what a file says, before anything is posted from it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from commands.programs import ROOT
from commands.statement_report import FileReport, read_report, reasons_of, report_of, table_of
from connectors.bank_statements.csv_profile import BankProfile, load_profiles
from connectors.bank_statements.reading import read
from domain.statements.problem import UnreadableFile
from mendable import Mendable, WrongCall

app = typer.Typer()


@app.command("statement", epilog="Example: ./ltc statement --figures camt053.xml umsaetze.sta")
def command(
    files: Annotated[list[Path], typer.Argument(help="camt.052, .053, .054, MT940, MT942, or CSV of a known bank.")],
    figures: Annotated[bool, typer.Option("--figures", help="Print what each statement holds; post nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as one JSON document.")] = False,
    profiles: Annotated[Path, typer.Option(help="How the banks write their CSV files.")] = ROOT / "policies/banks.yaml",
    profile: Annotated[str, typer.Option(help="The bank profile of CSV files, where several fit.")] = "",
) -> None:
    """Read bank statements; a file that cannot be read is told and the others go on (exit code 1)."""
    if not figures:
        raise WrongCall("give --figures; posting from a statement is not there yet")
    known = load_profiles(profiles)
    if profile and profile not in {one.name for one in known}:
        raise WrongCall(f"no bank profile {profile!r}: use one of {', '.join(one.name for one in known)}")
    report = report_of([_report(file, known, profile) for file in files])
    if as_json:
        typer.echo(report.model_dump_json(indent=1))
    else:
        _print(report.files)
    if report.totals.not_wellformed:
        raise typer.Exit(1)


def _report(file: Path, profiles: tuple[BankProfile, ...], profile: str) -> FileReport:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Mendable(f"{file} cannot be read: {error.strerror}") from None
    try:
        return read_report(str(file), read(content, profiles, profile))
    except UnreadableFile as unreadable:
        return FileReport(file=str(file), wellformed=False, problem=unreadable.problem)


def _print(files: tuple[FileReport, ...]) -> None:
    console = Console()
    for file in files:
        if file.problem is not None:
            console.print(f"{file.file}: {file.problem} / {file.problem.text.zh}", highlight=False, markup=False)
            continue
        console.print(f"{file.file}: {file.kind}", highlight=False, markup=False)
        console.print(table_of(file))
        for reason in reasons_of(file):
            console.print(f"  {reason}", highlight=False, markup=False)
