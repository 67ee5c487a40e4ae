"""The lines of a statement as `domain.statements.ports.BankBook`: each has one outcome, kept when it is known."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from domain.money import Money
from domain.nobody import UNIDENTIFIED
from domain.statements.incoming import Movement
from domain.statements.ports import Payer
from domain.statements.posting import Line, Outcome, Progress, Reversible
from domain.statements.told_before import ToldBefore
from domain.value import Text
from storage.database import Database
from storage.entries import CustomerCard
from storage.json_text import words_text
from storage.operations.bank_statements import keep_question_task
from storage.operations.customers import keep_customer
from storage.queries.bank_lines import LINES, line_of, reversible
from storage.queries.payers import payer_of
from storage.queries.told_before import told_before
from storage.tables.bank import BANK_LINE, BANK_STATEMENT

NOBODY_YET = CustomerCard(customer_id=UNIDENTIFIED, name="Unidentified receipts 待认领收款")
_SHOWN = 5
# Money that went back may be in the same statement as the money it takes back, so it comes last.
_READY = (
    LINES.where(BANK_LINE.c.statement_row == bindparam("statement"), BANK_LINE.c.status == "ready")
    .order_by(BANK_LINE.c.movement == Movement.TAKEN_BACK, BANK_LINE.c.id)
    .limit(bindparam("most"))
)
_DONE = (
    update(BANK_LINE)
    .where(BANK_LINE.c.id == bindparam("w_id"))
    .values({name: bindparam(f"new_{name}") for name in (
        "status", "entity", "customer_id", "rule", "evidence", "flagged", "reason_en", "reason_zh", "at", "told",
    )})
)  # fmt: skip


class StoredBankBook:
    """`domain.statements.ports.BankBook` over the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ready(self, statement: int, limit: int) -> tuple[Line, ...]:
        """Return the next lines that are to be posted."""
        return await self._database.read(_ready, statement, limit)

    async def payers(self, lines: Sequence[Line], at: datetime) -> tuple[Payer, ...]:
        """Return what is on record about each payer; whoever is not known has an account to be booked in."""
        return await self._database.write(_payers, lines, at)

    async def told_before(self, line: Line) -> tuple[ToldBefore, ...]:
        """Return the receipts about a line's day that no statement has shown, and what its booking was said to be."""
        return await self._database.read(told_before, line)

    async def reversible(self, line: Line) -> tuple[Reversible, ...]:
        """Return the receipts that a reversal may be about."""
        return await self._database.read(reversible, line)

    async def choose(self, line: Line, chosen: str) -> None:
        """Keep what is about to be done with a line."""
        await self._database.write(_choose, line.line_id, chosen)

    async def done(self, line: Line, outcome: Outcome, at: datetime) -> None:
        """Keep what became of a line."""
        await self._database.write(keep_outcome, line.line_id, outcome, at)

    async def progress(self, statement: int, at: datetime) -> Progress:
        """Sum up a statement; one with no line left to post is posted."""
        return await self._database.write(_progress, statement, at)


def keep_outcome(connection: Connection, line_id: int, outcome: Outcome, at: datetime) -> None:
    """Keep what became of a line."""
    reason = outcome.reason or Text(en="", zh="")
    row = {
        "new_status": outcome.status, "new_entity": outcome.entity, "new_customer_id": outcome.customer_id,
        "new_rule": outcome.rule, "new_evidence": words_text(outcome.evidence), "new_flagged": outcome.flagged,
        "new_reason_en": reason.en, "new_reason_zh": reason.zh, "new_at": at,
        "new_told": words_text(outcome.told) if outcome.told else None,
    }  # fmt: skip
    connection.execute(_DONE, {"w_id": line_id} | row)


def _choose(connection: Connection, line_id: int, chosen: str) -> None:
    connection.execute(update(BANK_LINE).where(BANK_LINE.c.id == line_id).values(chosen=chosen))


def _ready(connection: Connection, statement: int, limit: int) -> tuple[Line, ...]:
    return tuple(line_of(row) for row in connection.execute(_READY, {"statement": statement, "most": limit}))


def _payers(connection: Connection, lines: Sequence[Line], at: datetime) -> tuple[Payer, ...]:
    keep_customer(connection, NOBODY_YET, at)
    return tuple(payer_of(connection, line) for line in lines)


def _progress(connection: Connection, statement: int, at: datetime) -> Progress:
    counts = {
        status: int(count)
        for status, count in connection.execute(
            select(BANK_LINE.c.status, func.count())
            .where(BANK_LINE.c.statement_row == statement)
            .group_by(BANK_LINE.c.status)
        )
    }
    _keep_status(connection, statement, counts.get("ready", 0))
    return Progress.model_validate(
        counts
        | {
            "lines": sum(counts.values()),
            "received": _received(connection, statement),
            "last": _last(connection, statement),
        }
    )


def _keep_status(connection: Connection, statement: int, ready: int) -> None:
    workflow_id = connection.execute(
        select(BANK_STATEMENT.c.workflow_id).where(BANK_STATEMENT.c.id == statement)
    ).scalar_one()
    keep_question_task(connection, workflow_id)
    if not ready:
        connection.execute(
            update(BANK_STATEMENT)
            .where(BANK_STATEMENT.c.id == statement, BANK_STATEMENT.c.status == "posting")
            .values(status="posted")
        )


def _received(connection: Connection, statement: int) -> tuple[Money, ...]:
    rows = connection.execute(
        select(BANK_LINE.c.currency, func.sum(BANK_LINE.c.minor))
        .where(BANK_LINE.c.statement_row == statement, BANK_LINE.c.status == "posted")
        .group_by(BANK_LINE.c.currency)
        .order_by(BANK_LINE.c.currency)
    )
    return tuple(Money(minor=int(minor), currency=currency) for currency, minor in rows)


def _last(connection: Connection, statement: int) -> tuple[str, ...]:
    rows = connection.execute(
        select(BANK_LINE)
        .where(BANK_LINE.c.statement_row == statement, BANK_LINE.c.status.in_(("posted", "asked")))
        .order_by(BANK_LINE.c.at.desc(), BANK_LINE.c.id.desc())
        .limit(_SHOWN)
    )
    return tuple(
        f"{Money(minor=row.minor, currency=row.currency)} {row.payer_name or '–'} → {row.customer_id or row.status}"
        for row in rows
    )
