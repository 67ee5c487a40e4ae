"""A line of a statement, and the receipts that it may take back."""

import json
from typing import NamedTuple

from sqlalchemy import Column, Connection, ScalarSelect, exists, func, or_, select

from domain.money import Money
from domain.receivables.exchange import Rate
from domain.statements.incoming import Movement
from domain.statements.posting import SOURCE, Line, Reversible
from domain.statements.statement import Party
from domain.statements.told_before import ASKED
from storage.json_text import words
from storage.operations.bank_statements import HELD
from storage.queries.payers import known_as
from storage.rows import AnyRow, AnySelect
from storage.tables.bank import BANK_ACCOUNT, BANK_LINE, BANK_STATEMENT
from storage.tables.ledger import RECEIPT, RECEIPT_RETURN
from storage.tables.records import ACCOUNT

_SHOWN = 5
_COMES_IN = (Movement.RECEIPT, Movement.CAME_BACK)
LINES = (
    select(BANK_LINE, BANK_ACCOUNT.c.entity.label("own_entity"), BANK_STATEMENT.c.taken_by)
    .join(BANK_ACCOUNT, BANK_ACCOUNT.c.id == BANK_LINE.c.bank_account_id)
    .join(BANK_STATEMENT, BANK_STATEMENT.c.id == BANK_LINE.c.statement_row)
)
_RETURNED = (
    select(func.coalesce(func.sum(RECEIPT_RETURN.c.minor), 0))
    .where(RECEIPT_RETURN.c.receipt_id == RECEIPT.c.id, ~RECEIPT_RETURN.c.kind.startswith("exchange"))
    .correlate(RECEIPT)
    .scalar_subquery()
)
_REVERSIBLE = (
    RECEIPT.c.external_id, ACCOUNT.c.entity, ACCOUNT.c.customer_id, RECEIPT.c.currency,
    (RECEIPT.c.minor - _RETURNED).label("left"),
)  # fmt: skip


def line_by_id(connection: Connection, line_id: int) -> Line | None:
    """Return one line, none when there is none."""
    row = connection.execute(LINES.where(BANK_LINE.c.id == line_id)).first()
    return None if row is None else line_of(row)


def reversible(connection: Connection, line: Line) -> tuple[Reversible, ...]:
    """Return the chosen receipt, else those of this bank account with a reference of the line, else of its amount.

    Money that was reported before a statement showed it is found by its amount. A reference proves which receipt goes
    back (``because``) only where no other money came in under it that it may be, and nothing under it has gone back:
    that may be this, told by hand. Payers use theirs again, as for a rent: it proves something only where it was used
    once.
    """
    if line.chosen:
        name = line.chosen.removeprefix("receipt:")
        booked = _receipts(connection, line).where(BANK_LINE.c.external_id == name)
        told = _reported(line).where(RECEIPT.c.external_id == name)
        return tuple(_reversible(row, "chosen") for query in (booked, told) for row in connection.execute(query))
    of_amount = _reported(line).where(RECEIPT.c.minor == -line.amount.minor).limit(_SHOWN)
    for shared in _SHARED:
        under = _under(connection, line, shared)
        found = [row for row in under if row.external_id is not None]
        whole = found and len(found) == len(under) and all(row.left == row.minor for row in found)
        if whole and (shared.again or _is_alone(connection, line, found)):
            return tuple(_reversible(row, shared.because) for row in found)
        if found:
            return tuple(_reversible(row, "") for row in (*found, *connection.execute(of_amount)))
        if under:
            break
    same = _receipts(connection, line).where(BANK_LINE.c.minor == -line.amount.minor).limit(_SHOWN)
    return tuple(_reversible(row, "") for query in (same, of_amount) for row in connection.execute(query))


class _Shared(NamedTuple):
    """A reference that what goes back shares with what came in.

    Attributes:
        again: it may stand for several payments, of which only one is large enough.
    """

    column: Column[str]
    because: str
    again: bool


_SHARED = (
    _Shared(BANK_LINE.c.servicer_reference, "the bank's reference", True),
    _Shared(BANK_LINE.c.end_to_end_id, "the payer's reference", False),
)


def _own_account(line: Line) -> ScalarSelect[int]:
    return select(BANK_LINE.c.bank_account_id).where(BANK_LINE.c.id == line.line_id).scalar_subquery()


def _under(connection: Connection, line: Line, shared: _Shared) -> list[AnyRow]:
    """Return what came in under a reference of a line, the newest first; of what is no receipt its columns are null.

    That is what waits or is a question, and what a person said to be the same or nothing of receivables.
    """
    value = getattr(line, shared.column.name)
    if not value:
        return []
    not_later = or_(BANK_LINE.c.id < line.line_id, BANK_LINE.c.value_date <= line.value_date)
    query = (
        select(*_REVERSIBLE, RECEIPT.c.minor, BANK_LINE.c.payer_name, BANK_LINE.c.payer_account)
        .select_from(BANK_LINE)
        .outerjoin(RECEIPT, (RECEIPT.c.external_id == BANK_LINE.c.external_id) & (RECEIPT.c.source == SOURCE))
        .outerjoin(ACCOUNT, ACCOUNT.c.id == RECEIPT.c.account_id)
        .where(
            BANK_LINE.c.bank_account_id == _own_account(line), shared.column == value, not_later,
            BANK_LINE.c.movement.in_(_COMES_IN), BANK_LINE.c.minor > 0, BANK_LINE.c.currency == line.amount.currency,
        )
        .order_by(BANK_LINE.c.id.desc())
    )  # fmt: skip
    return list(connection.execute(query))


def _is_alone(connection: Connection, line: Line, found: list[AnyRow]) -> bool:
    """Tell whether one payment ever came in under the payer's reference, and nothing says that another went back.

    A bounce that names another customer is theirs.
    """
    if len(found) != 1:
        return False
    (one,) = found
    payer = (line.payer.name, line.payer.account)
    known = known_as(connection, line.payer) if payer != (one.payer_name, one.payer_account) else frozenset()
    return (not known or one.customer_id in known) and not _is_held(connection, line)


def _is_held(connection: Connection, line: Line) -> bool:
    """Tell whether a statement of this bank account that a person must let go first has the payer's reference."""
    written = json.dumps(line.end_to_end_id, ensure_ascii=False)
    query = select(BANK_STATEMENT.c.id).where(
        BANK_STATEMENT.c.status.in_(sorted(HELD)), BANK_STATEMENT.c.bank_account_id == _own_account(line),
        BANK_STATEMENT.c.body.contains(written, autoescape=True),
    )  # fmt: skip
    return connection.execute(query.limit(1)).first() is not None


def _receipts(connection: Connection, line: Line) -> AnySelect:
    return (
        select(*_REVERSIBLE)
        .select_from(BANK_LINE)
        .join(RECEIPT, (RECEIPT.c.external_id == BANK_LINE.c.external_id) & (RECEIPT.c.source == SOURCE))
        .join(ACCOUNT, ACCOUNT.c.id == RECEIPT.c.account_id)
        .where(BANK_LINE.c.bank_account_id == _own_account(line), RECEIPT.c.currency == line.amount.currency)
        .order_by(BANK_LINE.c.id.desc())
    )  # fmt: skip


def _reported(line: Line) -> AnySelect:
    """Select receipts that were reported as the bank's, of the line's legal entity and currency, by hand."""
    shown = exists().where(BANK_LINE.c.external_id == RECEIPT.c.external_id)
    return (
        select(*_REVERSIBLE)
        .join(ACCOUNT, ACCOUNT.c.id == RECEIPT.c.account_id)
        .where(RECEIPT.c.source == SOURCE, RECEIPT.c.currency == line.amount.currency, ACCOUNT.c.entity == line.entity)
        .where(~shown)
        .order_by(RECEIPT.c.id.desc())
    )  # fmt: skip


def _reversible(row: AnyRow, because: str) -> Reversible:
    return Reversible(
        entity=row.entity, customer_id=row.customer_id, external_id=row.external_id,
        left=Money(minor=int(row.left), currency=row.currency), because=because,
    )  # fmt: skip


def line_of(row: AnyRow) -> Line:
    """Read a line."""
    return Line(
        line_id=row.id, entity=row.own_entity, external_id=row.external_id, movement=Movement(row.movement),
        amount=Money(minor=row.minor, currency=row.currency), value_date=row.value_date,
        payer=Party(name=row.payer_name, account=row.payer_account), own_account=row.own_account,
        reference=row.reference, end_to_end_id=row.end_to_end_id, servicer_reference=row.servicer_reference,
        return_code=row.return_code, by=row.answered_by or row.taken_by,
        chosen=row.chosen, answers=row.answers, rate=Rate.model_validate_json(row.rate) if row.rate else None,
        asked_about=words(row.evidence) if row.answers and row.rule == ASKED else (),
    )  # fmt: skip
