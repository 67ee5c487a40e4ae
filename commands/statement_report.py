"""What ``./ltc statement --figures`` prints: one line a statement for a person, all figures as JSON for a program."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from rich.table import Column, Table

from domain.statements.figures import StatementFigures, Tally, figures
from domain.statements.judging import Verdict, judge
from domain.statements.problem import Problem
from domain.statements.statement import Statement, StatementFile, StatementKind
from domain.value import Value

_SWIFT = frozenset({StatementKind.MT940, StatementKind.MT942})
_SHOWN = {True: "yes", False: "NO", None: "unknown"}


class StatementReport(Value):
    """The figures of one statement; amounts are decimals in text, balances signed.

    Attributes:
        id: the bank's id; MT940 and MT942 call it ``reference`` too.
        parsed_entries: entries with an amount.
        details: MT940 and MT942: ``:86:`` blocks; None for other formats.
        posting: what would become of it.
        reasons: why it would not be posted.
    """

    id: str
    reference: str
    account: str
    number: str
    ccy: str | None
    entries: int
    bad_entries: int
    parsed_entries: int
    credits_n: int
    debits_n: int
    credits: str
    debits: str
    entry_ccys: dict[str, int]
    status: dict[str, int]
    reversals: int
    txdtls: int
    opening: str | None
    closing: str | None
    balances: dict[str, tuple[str, ...]]
    balance_ok: bool | None
    end_to_end_ids: int
    structured_refs: int
    unstructured: int
    details: int | None
    posting: Verdict
    reasons: tuple[Problem, ...]
    notes: tuple[Problem, ...]


class FileReport(Value):
    """One file: its statements, or why it cannot be read."""

    file: str
    kind: str | None = None
    namespace: str | None = None
    encoding: str | None = None
    profile: str | None = None
    wellformed: bool
    problem: Problem | None = None
    statements: tuple[StatementReport, ...] = ()


class Totals(Value):
    """What all files hold together."""

    files: int
    statements: int
    entries: int
    balance_ok: int
    balance_wrong: int
    balance_unknown: int
    not_wellformed: tuple[str, ...]


class Report(Value):
    """All files that were named."""

    totals: Totals
    files: tuple[FileReport, ...]


def report_of(files: Sequence[FileReport]) -> Report:
    """Add the totals."""
    statements = [statement for file in files for statement in file.statements]
    totals = Totals(
        files=len(files),
        statements=len(statements),
        entries=sum(statement.entries for statement in statements),
        balance_ok=sum(statement.balance_ok is True for statement in statements),
        balance_wrong=sum(statement.balance_ok is False for statement in statements),
        balance_unknown=sum(statement.balance_ok is None for statement in statements),
        not_wellformed=tuple(file.file for file in files if not file.wellformed),
    )
    return Report(totals=totals, files=tuple(files))


def read_report(name: str, file: StatementFile) -> FileReport:
    """Report a file that could be read."""
    return FileReport(
        file=name,
        kind=".".join(part for part in (file.kind, file.version) if part),
        namespace=file.namespace,
        encoding=file.encoding,
        profile=file.profile or None,
        wellformed=True,
        statements=tuple(_statement(statement) for statement in file.statements),
    )


def table_of(file: FileReport) -> Table:
    """Lay the figures of a file out, one statement a line."""
    names = ("statement", "account", "", "entries", "credits", "debits", "opening", "closing", "adds up", "posting")
    # What is too wide goes on in the next line: an amount is never cut.
    table = Table(*(Column(name, overflow="fold") for name in names))
    for one in file.statements:
        bad = f" ({one.bad_entries} bad)" if one.bad_entries else ""
        sides = (f"{one.credits_n}: {one.credits}", f"{one.debits_n}: {one.debits}")
        ends = (one.opening or "-", one.closing or "-", _SHOWN[one.balance_ok])
        table.add_row(one.id, one.account, one.ccy or "-", f"{one.entries}{bad}", *sides, *ends, one.posting)
    return table


def reasons_of(file: FileReport) -> Iterator[str]:
    """List why statements of a file would not be posted."""
    for one in file.statements:
        for reason in one.reasons:
            yield f"{one.id} {one.number}: {reason} / {reason.text.zh}"


def _statement(statement: Statement) -> StatementReport:
    found, judged = figures(statement), judge(statement)
    is_swift = statement.kind in _SWIFT
    return StatementReport(
        id=statement.statement_id,
        reference=statement.statement_id,
        account=statement.account,
        number=statement.number,
        ccy=statement.currency,
        entries=found.entries,
        bad_entries=found.bad_entries,
        parsed_entries=found.entries - found.bad_entries,
        credits_n=found.credits_n,
        debits_n=found.debits_n,
        credits=f"{found.credits:f}",
        debits=f"{found.debits:f}",
        entry_ccys=_counts(found.currencies),
        status=_counts(found.states),
        reversals=found.reversals,
        txdtls=found.payments,
        opening=_text(found.opening),
        closing=_text(found.closing),
        balances=_balances(found),
        balance_ok=found.balance_ok,
        end_to_end_ids=found.end_to_end_ids,
        structured_refs=found.structured_refs,
        unstructured=found.unstructured,
        details=found.information_blocks if is_swift else None,
        posting=judged.verdict,
        reasons=judged.reasons,
        notes=statement.notes,
    )


def _counts(tallies: tuple[Tally, ...]) -> dict[str, int]:
    return {tally.name: tally.count for tally in tallies}


def _balances(found: StatementFigures) -> dict[str, tuple[str, ...]]:
    return {kind.code: tuple(f"{amount:f}" for amount in kind.amounts) for kind in found.balances}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
