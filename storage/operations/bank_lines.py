"""The lines of a statement as `domain.statements.ports.BankBook`: each has one outcome, kept when it is known."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from domain.account.reading import UNIDENTIFIED
from domain.money import Money
from domain.statements.incoming import Movement
from domain.statements.ports import Payer
from domain.statements.posting import SOURCE, Line, Outcome, Progress, Reversible
from domain.statements.statement import Party
from domain.value import Text
from storage.database import Database
from storage.entries import CustomerCard
from storage.json_text import words_text
from storage.operations.bank_statements import keep_question_task
from storage.operations.customers import keep_customer
from storage.queries.payers import payer_of
from storage.rows import AnyRow, AnySelect
from storage.tables.bank import BANK_ACCOUNT, BANK_LINE, BANK_STATEMENT
from storage.tables.ledger import RECEIPT, RECEIPT_RETURN
from storage.tables.records import ACCOUNT

NOBODY_YET = CustomerCard(customer_id=UNIDENTIFIED, name="Unidentified receipts 待认领收款")
_SHOWN = 5
_LINES = (
    select(BANK_LINE, BANK_ACCOUNT.c.entity.label("own_entity"), BANK_STATEMENT.c.taken_by)
    .join(BANK_ACCOUNT, BANK_ACCOUNT.c.id == BANK_LINE.c.bank_account_id)
    .join(BANK_STATEMENT, BANK_STATEMENT.c.id == BANK_LINE.c.statement_row)
)
# Money that went back may be in the same statement as the money it takes back, so it comes last.
_READY = (
    _LINES.where(BANK_LINE.c.statement_row == bindparam("statement"), BANK_LINE.c.status == "ready")
    .order_by(BANK_LINE.c.movement == Movement.TAKEN_BACK, BANK_LINE.c.id)
    .limit(bindparam("most"))
)
_DONE = (
    update(BANK_LINE)
    .where(BANK_LINE.c.id == bindparam("w_id"))
    .values({name: bindparam(f"new_{name}") for name in (
        "status", "entity", "customer_id", "rule", "evidence", "flagged", "reason_en", "reason_zh", "at",
    )})
)  # fmt: skip
_RETURNED = (
    select(func.coalesce(func.sum(RECEIPT_RETURN.c.minor), 0))
    .where(RECEIPT_RETURN.c.receipt_id == RECEIPT.c.id)
    .correlate(RECEIPT)
    .scalar_subquery()
)


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


def line_by_id(connection: Connection, line_id: int) -> Line | None:
    """Return one line, none when there is none."""
    row = connection.execute(_LINES.where(BANK_LINE.c.id == line_id)).first()
    return None if row is None else _line(row)


def keep_outcome(connection: Connection, line_id: int, outcome: Outcome, at: datetime) -> None:
    """Keep what became of a line."""
    reason = outcome.reason or Text(en="", zh="")
    row = {
        "new_status": outcome.status, "new_entity": outcome.entity, "new_customer_id": outcome.customer_id,
        "new_rule": outcome.rule, "new_evidence": words_text(outcome.evidence), "new_flagged": outcome.flagged,
        "new_reason_en": reason.en, "new_reason_zh": reason.zh, "new_at": at,
    }  # fmt: skip
    connection.execute(_DONE, {"w_id": line_id} | row)


def reversible(connection: Connection, line: Line) -> tuple[Reversible, ...]:
    """Return the chosen receipt, else those of this bank account with a reference of the line, else of its amount."""
    if line.chosen:
        named = BANK_LINE.c.external_id == line.chosen.removeprefix("receipt:")
        return tuple(_reversible(row, "chosen") for row in connection.execute(_receipts(connection, line).where(named)))
    shared = {
        "the bank's reference": (BANK_LINE.c.servicer_reference, line.servicer_reference),
        "the payer's reference": (BANK_LINE.c.end_to_end_id, line.end_to_end_id),
    }
    for because, (column, value) in shared.items():
        if value:
            found = connection.execute(_receipts(connection, line).where(column == value)).all()
            if found:
                return tuple(_reversible(row, because) for row in found)
    same = _receipts(connection, line).where(BANK_LINE.c.minor == -line.amount.minor).limit(_SHOWN)
    return tuple(_reversible(row, "") for row in connection.execute(same))


def _choose(connection: Connection, line_id: int, chosen: str) -> None:
    connection.execute(update(BANK_LINE).where(BANK_LINE.c.id == line_id).values(chosen=chosen))


def _ready(connection: Connection, statement: int, limit: int) -> tuple[Line, ...]:
    return tuple(_line(row) for row in connection.execute(_READY, {"statement": statement, "most": limit}))


def _payers(connection: Connection, lines: Sequence[Line], at: datetime) -> tuple[Payer, ...]:
    keep_customer(connection, NOBODY_YET, at)
    return tuple(payer_of(connection, line) for line in lines)


def _receipts(connection: Connection, line: Line) -> AnySelect:
    own = select(BANK_LINE.c.bank_account_id).where(BANK_LINE.c.id == line.line_id).scalar_subquery()
    return (
        select(
            BANK_LINE.c.external_id, ACCOUNT.c.entity, ACCOUNT.c.customer_id, RECEIPT.c.currency,
            (RECEIPT.c.minor - _RETURNED).label("left"),
        )
        .join(RECEIPT, (RECEIPT.c.external_id == BANK_LINE.c.external_id) & (RECEIPT.c.source == SOURCE))
        .join(ACCOUNT, ACCOUNT.c.id == RECEIPT.c.account_id)
        .where(BANK_LINE.c.bank_account_id == own, RECEIPT.c.currency == line.amount.currency)
        .order_by(BANK_LINE.c.id.desc())
    )  # fmt: skip


def _reversible(row: AnyRow, because: str) -> Reversible:
    return Reversible(
        entity=row.entity, customer_id=row.customer_id, external_id=row.external_id,
        left=Money(minor=int(row.left), currency=row.currency), because=because,
    )  # fmt: skip


def _line(row: AnyRow) -> Line:
    return Line(
        line_id=row.id, entity=row.own_entity, external_id=row.external_id, movement=Movement(row.movement),
        amount=Money(minor=row.minor, currency=row.currency), value_date=row.value_date,
        payer=Party(name=row.payer_name, account=row.payer_account), own_account=row.own_account,
        reference=row.reference, end_to_end_id=row.end_to_end_id, servicer_reference=row.servicer_reference,
        return_code=row.return_code, by=row.answered_by or row.taken_by,
        chosen=row.chosen, answers=row.answers,
    )  # fmt: skip


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
