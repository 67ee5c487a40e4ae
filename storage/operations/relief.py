"""What nobody will pay of an invoice, and its open promises as they stand after that."""

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select

from domain.receivables.claims import OpenPromise, Relief, relieved
from storage.rows import AnyRow
from storage.tables.ledger import ALLOCATION, INSTALMENT, PROMISE


def _given(kind: str, invoice_id: ColumnElement[int]) -> Select[int]:
    return (
        select(func.coalesce(func.sum(ALLOCATION.c.minor), 0))
        .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
        .where(INSTALMENT.c.invoice_id == invoice_id, ALLOCATION.c.kind == kind)
    )


def _sums(invoice_id: ColumnElement[int]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    credited, written_off = (
        _given(kind, invoice_id).correlate(PROMISE).scalar_subquery() for kind in ("credit", "writeoff")
    )
    return credited.label("credited"), written_off.label("written_off")


GIVEN = _sums(PROMISE.c.invoice_id)
"""What nobody will pay of the invoice of a promise that is selected."""

_OF_INVOICE = select(*_sums(bindparam("invoice_id")))


def relief_of(connection: Connection, invoice_id: int) -> Relief:
    """Return what nobody will pay of an invoice."""
    return given(connection.execute(_OF_INVOICE, {"invoice_id": invoice_id}).one())


def given(row: AnyRow) -> Relief:
    """Read what nobody will pay of an invoice from a row with `GIVEN`."""
    return Relief(credited_minor=int(row.credited), written_off_minor=int(row.written_off))


def before(row: AnyRow) -> Relief:
    """Read what nobody was to pay of an invoice when a promise was made from its row."""
    return Relief(credited_minor=row.credited_before, written_off_minor=row.let_off_before)


def promise_in(row: AnyRow) -> OpenPromise:
    """Read a promise, as it was made, from a row of its table and the number of its invoice."""
    return OpenPromise.model_validate(
        {
            "promise_id": row.promise_id,
            "number": row.number,
            "minor": row.minor,
            "on": row.promised_on,
            "until": row.until,
            "open_at_most": row.open_at_most,
            "plan": row.plan or "",
            "before": before(row),
        }
    )


def standing(row: AnyRow) -> OpenPromise:
    """Read a promise as it stands now from such a row with `GIVEN`."""
    return relieved(promise_in(row), given(row))
