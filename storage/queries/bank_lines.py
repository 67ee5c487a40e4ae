"""A line of a statement, and the receipts that it may take back."""

from sqlalchemy import ColumnElement, Connection, ScalarSelect, exists, func, select

from domain.money import Money
from domain.receivables.exchange import Rate
from domain.statements.incoming import Movement
from domain.statements.posting import SOURCE, Line, Reversible
from domain.statements.statement import Party
from storage.rows import AnyRow, AnySelect
from storage.tables.bank import BANK_ACCOUNT, BANK_LINE, BANK_STATEMENT
from storage.tables.ledger import RECEIPT, RECEIPT_RETURN
from storage.tables.records import ACCOUNT

_SHOWN = 5
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

    Money that was reported before a statement showed it is found by its amount. A reference under which a line was said
    to be such money proves nothing: what goes back may be that.
    """
    if line.chosen:
        name = line.chosen.removeprefix("receipt:")
        booked = _receipts(connection, line).where(BANK_LINE.c.external_id == name)
        told = _reported(line).where(RECEIPT.c.external_id == name)
        return tuple(_reversible(row, "chosen") for query in (booked, told) for row in connection.execute(query))
    shared = {
        "the bank's reference": (BANK_LINE.c.servicer_reference, line.servicer_reference),
        "the payer's reference": (BANK_LINE.c.end_to_end_id, line.end_to_end_id),
    }
    of_amount = _reported(line).where(RECEIPT.c.minor == -line.amount.minor).limit(_SHOWN)
    for because, (column, value) in shared.items():
        if value:
            found = connection.execute(_receipts(connection, line).where(column == value)).all()
            said = _said_same(connection, line, column, value)
            if found and not said:
                return tuple(_reversible(row, because) for row in found)
            if found or said:
                return tuple(_reversible(row, "") for row in (*found, *connection.execute(of_amount)))
    same = _receipts(connection, line).where(BANK_LINE.c.minor == -line.amount.minor).limit(_SHOWN)
    return tuple(_reversible(row, "") for query in (same, of_amount) for row in connection.execute(query))


def _own_account(line: Line) -> ScalarSelect[int]:
    return select(BANK_LINE.c.bank_account_id).where(BANK_LINE.c.id == line.line_id).scalar_subquery()


def _said_same(connection: Connection, line: Line, column: ColumnElement[str], value: str) -> bool:
    """Tell whether a line under this reference was said to be money that was counted otherwise."""
    own = BANK_LINE.c.bank_account_id == _own_account(line)
    query = select(BANK_LINE.c.id).where(own, column == value, BANK_LINE.c.status == "same").limit(1)
    return connection.execute(query).first() is not None


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
        asked_by=row.rule if row.answers else "",
    )  # fmt: skip
