"""Statements as people read them: where each stands, why it is held, and what became of every line."""

from datetime import date, datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, func, select

from domain.money import Money
from domain.refusal import Code, refuse
from domain.statements.problem import Problem
from domain.value import Text, Value
from storage.json_text import words
from storage.queries.paging import after, before, cursor_of, limited, place_of
from storage.rows import AnyRow, AnySelect
from storage.tables.bank import BANK_ACCOUNT, BANK_LINE, BANK_STATEMENT
from storage.tables.edge import FILE

OF_BANK = "bank statement"
"""The name of every file that was handed in as a statement, whatever became of it."""

_REASONS = TypeAdapter(tuple[Problem, ...])
_COLUMNS = (
    BANK_STATEMENT.c.id, BANK_STATEMENT.c.known_as, BANK_STATEMENT.c.workflow_id, BANK_STATEMENT.c.kind,
    BANK_STATEMENT.c.statement_id, BANK_STATEMENT.c.number, BANK_STATEMENT.c.status, BANK_STATEMENT.c.reasons,
    BANK_STATEMENT.c.entries, BANK_STATEMENT.c.booked, BANK_STATEMENT.c.repeated, BANK_STATEMENT.c.file,
    BANK_STATEMENT.c.taken_by, BANK_STATEMENT.c.taken_at, BANK_STATEMENT.c.decision, BANK_STATEMENT.c.decided_by,
    BANK_STATEMENT.c.decided_reason, BANK_STATEMENT.c.decided_at,
)  # fmt: skip


class LineCounts(Value):
    """How many lines of a statement are where."""

    ready: int = 0
    posted: int = 0
    asked: int = 0
    set_aside: int = 0
    same: int = 0


class StatementLine(Value):
    """A statement as it stands.

    Attributes:
        row: ours.
        status: ``posting``, ``posted``, ``quarantined``, ``asked`` or ``discarded``.
        reasons: why it is held.
        entries: movements in it, booked or not.
        booked: how many of them are counted by it.
        repeated: how many booked entries another message had counted before.
        lines: the payments of what it counts.
        file: the SHA-256 of the file, for ``GET /api/files/{sha256}``.
    """

    row: int
    entity: str
    account: str
    known_as: str
    workflow_id: str
    kind: str
    statement_id: str
    number: str
    status: str
    reasons: tuple[Problem, ...]
    entries: int
    booked: int
    repeated: int
    lines: LineCounts
    file: str
    taken_by: str
    taken_at: datetime
    decision: str = ""
    decided_by: str = ""
    decided_reason: str = ""
    decided_at: datetime | None = None


class StatementPage(Value):
    """Some statements, and the cursor of the next page; empty at the end."""

    statements: tuple[StatementLine, ...]
    next: str = ""


class PaymentLine(Value):
    """One payment of a statement, and what became of it.

    Attributes:
        external_id: of the receipt that it became, whose source is ``bank``.
        rule: what decided whose money it is.
        flagged: who paid is not shown to be the customer.
        reason: why a person is asked, or why it is nothing of receivables.
    """

    line_id: int
    external_id: str
    movement: str
    amount: Money
    value_date: date
    payer_name: str
    payer_account: str
    reference: str
    return_code: str
    status: str
    entity: str
    customer_id: str
    rule: str
    evidence: tuple[str, ...]
    flagged: bool
    reason: Text


class PaymentPage(Value):
    """A statement with some of its lines, and the cursor of the next ones; empty at the end."""

    statement: StatementLine
    payments: tuple[PaymentLine, ...]
    next: str = ""


def statements(
    connection: Connection, status: str = "", entity: str = "", cursor: str = "", limit: int = 50
) -> StatementPage:
    """Return a page of statements, the last taken in first; ``held`` are those that wait for a decision."""
    query = _statements().order_by(BANK_STATEMENT.c.id.desc())
    if status == "held":
        query = query.where(BANK_STATEMENT.c.status.in_(("quarantined", "asked")))
    elif status:
        query = query.where(BANK_STATEMENT.c.status == status)
    if entity:
        query = query.where(BANK_ACCOUNT.c.entity == entity)
    if cursor:
        query = query.where(before((BANK_STATEMENT.c.id,), place_of(cursor, (int,))))
    rows = connection.execute(query.limit(limited(limit) + 1)).all()
    page = tuple(_statement(connection, row) for row in rows[: limited(limit)])
    return StatementPage(statements=page, next=cursor_of(page[-1].row) if len(rows) > len(page) else "")


def statement(connection: Connection, row: int) -> StatementLine:
    """Return one statement (E_NOTFOUND)."""
    found = connection.execute(_statements().where(BANK_STATEMENT.c.id == row)).first()
    if found is None:
        raise refuse(Code.NOTFOUND, f"there is no statement {row}", f"没有对账单 {row}")
    return _statement(connection, found)


def payments(connection: Connection, row: int, cursor: str = "", limit: int = 50) -> PaymentPage:
    """Return a statement with a page of its lines in their order (E_NOTFOUND)."""
    query = select(BANK_LINE).where(BANK_LINE.c.statement_row == row).order_by(BANK_LINE.c.id)
    if cursor:
        query = query.where(after((BANK_LINE.c.id,), place_of(cursor, (int,))))
    rows = connection.execute(query.limit(limited(limit) + 1)).all()
    page = tuple(payment_line(one) for one in rows[: limited(limit)])
    more = cursor_of(page[-1].line_id) if len(rows) > len(page) else ""
    return PaymentPage(statement=statement(connection, row), payments=page, next=more)


def payment_line(row: AnyRow) -> PaymentLine:
    """Read a line."""
    return PaymentLine.model_validate(
        row._asdict()
        | {
            "line_id": row.id,
            "amount": Money(minor=row.minor, currency=row.currency),
            "evidence": words(row.evidence),
            "reason": Text(en=row.reason_en, zh=row.reason_zh),
        }
    )


def entity_of_account(connection: Connection, account: str) -> str:
    """Return the legal entity whose bank account a number is, empty where no statement of it was taken in yet."""
    found: str | None = connection.execute(
        select(BANK_ACCOUNT.c.entity).where(BANK_ACCOUNT.c.account == account)
    ).scalar()
    return found or ""


def _statements() -> AnySelect:
    return select(*_COLUMNS, BANK_ACCOUNT.c.account, BANK_ACCOUNT.c.entity).join(
        BANK_ACCOUNT, BANK_ACCOUNT.c.id == BANK_STATEMENT.c.bank_account_id
    )


def _statement(connection: Connection, row: AnyRow) -> StatementLine:
    counts = connection.execute(
        select(BANK_LINE.c.status, func.count()).where(BANK_LINE.c.statement_row == row.id).group_by(BANK_LINE.c.status)
    )
    return StatementLine.model_validate(
        row._asdict()
        | {
            "row": row.id,
            "reasons": _REASONS.validate_json(row.reasons),
            "lines": {status: int(count) for status, count in counts},
        }
    )


def entities_of_file(connection: Connection, digest: str) -> frozenset[str] | None:
    """Return the legal entities whose accounts the statements of a file are of; none when it is no file of a bank."""
    of_bank = (
        select(BANK_ACCOUNT.c.entity)
        .join(BANK_STATEMENT, BANK_STATEMENT.c.bank_account_id == BANK_ACCOUNT.c.id)
        .where(BANK_STATEMENT.c.file == digest)
    )
    found = frozenset(connection.execute(of_bank).scalars())
    if found:
        return found
    handed_in = select(FILE.c.sha256).where(FILE.c.sha256 == digest, FILE.c.name == OF_BANK)
    return None if connection.execute(handed_in).first() is None else found
