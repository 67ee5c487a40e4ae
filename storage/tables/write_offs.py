"""What was proposed for write-off, so that nobody is asked twice about an item."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table

from storage.tables.columns import METADATA, minor, moment
from storage.tables.ledger import INSTALMENT
from storage.tables.records import ACCOUNT

WRITE_OFF_PROPOSAL = Table(
    "write_off_proposal",
    METADATA,
    Column("instalment_id", BigInteger, ForeignKey(INSTALMENT.c.id), primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, ForeignKey(ACCOUNT.c.id), nullable=False),
    minor(),
    Column("attempts", Integer, nullable=False),
    moment("at"),
    CheckConstraint("minor > 0", name="positive"),
    Index(None, "account_id"),
)
"""``minor`` is what was open of the item then, ``attempts`` how many notices about it had gone out."""
