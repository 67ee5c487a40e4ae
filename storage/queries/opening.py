"""Which invoices the ledger has already under the numbers of a list that is to be imported."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, select

from domain.money import Money
from domain.opening import KnownInvoice
from storage.tables.ledger import INSTALMENT, INVOICE
from storage.tables.records import ACCOUNT

_AT_ONCE = 5_000
_KNOWN = (
    select(
        INVOICE.c.entity, INVOICE.c.number, INVOICE.c.deal_id, INVOICE.c.issued_on, INVOICE.c.gross_minor,
        INVOICE.c.currency, ACCOUNT.c.customer_id,
        func.coalesce(func.min(INSTALMENT.c.due_on), INVOICE.c.issued_on).label("due_on"),
    )
    .join(ACCOUNT, ACCOUNT.c.id == INVOICE.c.account_id)
    .outerjoin(INSTALMENT, INSTALMENT.c.invoice_id == INVOICE.c.id)
    .where(INVOICE.c.number.in_(bindparam("numbers", expanding=True)))
    .group_by(INVOICE.c.id, ACCOUNT.c.customer_id)
)  # fmt: skip


def known_invoices(connection: Connection, numbers: Sequence[str]) -> tuple[KnownInvoice, ...]:
    """Return the invoices that have one of these numbers, of any legal entity."""
    found = []
    for start in range(0, len(numbers), _AT_ONCE):
        for row in connection.execute(_KNOWN, {"numbers": numbers[start : start + _AT_ONCE]}):
            known = KnownInvoice(
                entity=row.entity,
                number=row.number,
                customer_id=row.customer_id,
                issued_on=row.issued_on,
                due_on=row.due_on,
                gross=Money(minor=row.gross_minor, currency=row.currency),
                imported=row.deal_id is None,
            )
            found.append(known)
    return tuple(found)
