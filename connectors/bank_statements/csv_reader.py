"""CSV files by the profile of their bank: one statement for each account, its running balance its checksum."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise

from connectors.bank_statements.csv_entries import Line, RowReader
from connectors.bank_statements.csv_profile import BankProfile
from connectors.bank_statements.csv_table import Row, Table, damage_of, table_of
from connectors.bank_statements.findings import NO_CURRENCY, Findings
from domain.statements.problem import ProblemKind, UnreadableFile
from domain.statements.statement import (
    Balance,
    BalanceKind,
    Entry,
    Statement,
    StatementFile,
    StatementKind,
    UnreadableEntry,
)

_DIGEST = 16


def read_csv(content: bytes, profiles: Sequence[BankProfile], wanted: str = "") -> StatementFile:
    """Read a file by the profile that fits, or by the one that is wanted.

    Raises:
        UnreadableFile: no profile fits, several do, or the file cannot be read to its end.
    """
    chosen = [profile for profile in profiles if wanted in ("", profile.name)]
    fitting = [(profile, table) for profile in chosen if (table := table_of(content, profile)) is not None]
    names = ", ".join(profile.name for profile in chosen) or "none"
    if not fitting:
        for profile in chosen:
            if (damage := damage_of(content, profile)) is not None:
                raise damage
        raise UnreadableFile(
            ProblemKind.FORMAT,
            "",
            f"neither camt nor MT940/942, and no bank profile finds its headings (tried: {names}); add one",
            f"既非 camt 也非 MT940/942，且没有银行模板匹配其表头（已尝试：{names}）；请添加模板",
        )
    if len(fitting) > 1:
        several = ", ".join(profile.name for profile, _ in fitting)
        raise UnreadableFile(
            ProblemKind.FORMAT,
            "",
            f"several bank profiles fit ({several}); choose one with --profile",
            f"有多个银行模板匹配（{several}）；请用 --profile 指定",
        )
    profile, table = fitting[0]
    digest = sha256(content).hexdigest()[:_DIGEST]
    groups = _by_account(table, profile)
    statements = tuple(_statement(table, profile, account, rows, digest) for account, rows in groups.items())
    return StatementFile(kind=StatementKind.CSV, encoding=table.encoding, profile=profile.name, statements=statements)


def _by_account(table: Table, profile: BankProfile) -> dict[str, list[Row]]:
    place = table.place(profile.columns.account)
    outside = table.labelled(profile.account)
    groups: dict[str, list[Row]] = {} if place is not None else {outside: []}
    for row in table.rows:
        if profile.footer and row.cells[0].startswith(profile.footer):
            continue
        account = row.cells[place] if place is not None and place < len(row.cells) else outside
        groups.setdefault(account, []).append(row)
    return groups


def _statement(table: Table, profile: BankProfile, account: str, rows: list[Row], digest: str) -> Statement:
    found = Findings()
    currency = table.labelled(profile.currency_label).upper() or profile.currency or ""
    reader = RowReader(table, profile, currency or NO_CURRENCY, found)
    if not currency and profile.columns.currency is None:
        found.problem(
            ProblemKind.CURRENCY,
            "",
            "the currency stands nowhere; give it in the profile",
            "未注明币种，请在模板中指定",
        )
    lines = [reader.line(row, index) for index, row in enumerate(rows, 1)]
    balances = _balances(lines, found) if profile.columns.balance else ()
    return Statement(
        kind=StatementKind.CSV,
        statement_id=f"{profile.name}-{digest}",
        account=account,
        currency=currency or None,
        balances=balances,
        entries=tuple(line.entry for line in lines if isinstance(line.entry, Entry)),
        unreadable=tuple(line.entry for line in lines if isinstance(line.entry, UnreadableEntry)),
        problems=tuple(found.problems),
        notes=tuple(found.notes),
    )


def _balances(lines: list[Line], found: Findings) -> tuple[Balance, ...]:
    """Make opening and closing of the running balance, which must lead from each row to the next, up or down."""
    for line in lines:
        if line.balance is None:
            found.problem(ProblemKind.CHAIN, f"line {line.row.line}", "the balance is missing", "缺少余额")
            return ()
    if not lines or any(isinstance(line.entry, UnreadableEntry) for line in lines):
        return ()
    breaks = {order: _break(ordered) for order, ordered in (("down", lines), ("up", lines[::-1]))}
    if all(breaks.values()):
        broken = min((line for line in breaks.values() if line), key=lambda line: line.row.line)
        found.problem(
            ProblemKind.CHAIN,
            f"line {broken.row.line}",
            "the balance does not follow from the row before",
            "余额与前一行不连续",
        )
    ordered = lines if not breaks["down"] or breaks["up"] else lines[::-1]
    return _ends(ordered[0], ordered[-1])


def _break(lines: list[Line]) -> Line | None:
    """Return the first row whose balance does not follow from the one before it."""
    for before, line in pairwise(lines):
        entry = line.entry
        if (
            isinstance(entry, Entry)
            and before.balance is not None
            and line.balance is not None
            and (before.balance.currency != entry.amount.currency or before.balance.plus(entry.amount) != line.balance)
        ):
            return line
    return None


def _ends(first: Line, last: Line) -> tuple[Balance, ...]:
    if first.balance is None or last.balance is None or not isinstance(first.entry, Entry):
        return ()
    if not isinstance(last.entry, Entry) or first.balance.currency != first.entry.amount.currency:
        return ()
    opening = first.balance.minus(first.entry.amount)
    return (
        Balance(code=BalanceKind.OPENING_BOOKED, amount=opening, on=first.entry.booked_on),
        Balance(code=BalanceKind.CLOSING_BOOKED, amount=last.balance, on=last.entry.booked_on),
    )
