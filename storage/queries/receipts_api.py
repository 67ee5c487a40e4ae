"""A receipt is reached by the number that the API shows for it."""

from sqlalchemy import Connection, select

from domain.refusal import Code, refuse
from storage.queries.receipts import ReceiptLine, receipt
from storage.tables.ledger import RECEIPT


def numbered_receipt(connection: Connection, receipt_id: int) -> ReceiptLine:
    """Return a receipt by its row; refused when there is none (E_NOTFOUND)."""
    row = connection.execute(select(RECEIPT.c.source, RECEIPT.c.external_id).where(RECEIPT.c.id == receipt_id)).first()
    if row is None:
        raise refuse(Code.NOTFOUND, f"there is no receipt {receipt_id}", f"没有收款 {receipt_id}")
    return receipt(connection, row.source, row.external_id)
