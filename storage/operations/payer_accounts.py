"""A claim teaches from which account a customer pays, and a claim for somebody else takes that back."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from domain.statements.bookings import account_key
from domain.statements.posting import SOURCE
from storage.operations.statements import Upsert
from storage.tables.bank import BANK_LINE, PAYER_ACCOUNT

_PAYER = select(BANK_LINE.c.payer_account).where(BANK_LINE.c.external_id == bindparam("external_id"))
_LEARN = Upsert(PAYER_ACCOUNT, ["account", "kind", "customer_id"], changes=())
_FORGET = delete(PAYER_ACCOUNT).where(PAYER_ACCOUNT.c.recorded_by == bindparam("because"))


def learn_payer(connection: Connection, source: str, external_id: str, customer_id: str, at: datetime) -> None:
    """Keep that the account which paid a receipt is the customer's, because they claimed it, and of nobody before.

    What finance have put on record is neither changed nor taken back; where two customers pay from one account, neither
    is found by it any more.
    """
    because = f"claim of {source}/{external_id}"
    connection.execute(_FORGET, {"because": because})
    payer = connection.execute(_PAYER, {"external_id": external_id}).scalar() if source == SOURCE else None
    number = account_key(payer or "")
    if number:
        row = {"account": number, "kind": "payer", "customer_id": customer_id, "recorded_by": because, "at": at}
        connection.execute(_LEARN.of(connection), row)
