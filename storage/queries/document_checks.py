"""Papers that went out are what they were: every hash is computed again, and every red letter has its blue invoice."""

from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import Connection, and_, func, select

from domain.value import Text
from storage.queries.checks import Check, checked
from storage.tables.edge import DOCUMENT, FILE
from storage.tables.ledger import CREDIT_NOTE, INVOICE
from storage.tables.papers import FISCAL_DOCUMENT

_AT_ONCE = 50


def document_checks(connection: Connection) -> tuple[Check, ...]:
    """Recount N4 from every byte that is kept, and what the tax office gave."""
    return _n4(connection), _red(connection)


def _n4(connection: Connection) -> Check:
    promise = Text(en="what was sent is kept as it was sent", zh="已发送的单据与发送时一致")
    counted: int = connection.execute(select(func.count()).select_from(DOCUMENT)).scalar_one()
    return checked("N4", promise, counted, _altered(connection))


def _altered(connection: Connection) -> Iterator[str]:
    rows = connection.execute(
        select(DOCUMENT.c.key, FILE.c.sha256, FILE.c.content).join(FILE, FILE.c.sha256 == DOCUMENT.c.sha256)
    )
    for row in rows.yield_per(_AT_ONCE):
        if sha256(row.content).hexdigest() != row.sha256:
            yield str(row.key)


def _red(connection: Connection) -> Check:
    """A red letter belongs to a credit note whose invoice has a blue one."""
    blue = FISCAL_DOCUMENT.alias("blue")
    rows = connection.execute(
        select(FISCAL_DOCUMENT.c.number)
        .outerjoin(
            CREDIT_NOTE,
            and_(CREDIT_NOTE.c.entity == FISCAL_DOCUMENT.c.entity, CREDIT_NOTE.c.number == FISCAL_DOCUMENT.c.number),
        )
        .outerjoin(INVOICE, INVOICE.c.id == CREDIT_NOTE.c.invoice_id)
        .outerjoin(blue, and_(blue.c.entity == INVOICE.c.entity, blue.c.number == INVOICE.c.number))
        .where(FISCAL_DOCUMENT.c.kind == "red", blue.c.number.is_(None))
    ).scalars()
    red = select(func.count()).select_from(FISCAL_DOCUMENT).where(FISCAL_DOCUMENT.c.kind == "red")
    promise = Text(en="a red letter takes back a blue invoice", zh="每张红字发票对应一张蓝字发票")
    return checked("fiscal", promise, connection.execute(red).scalar_one(), rows)
