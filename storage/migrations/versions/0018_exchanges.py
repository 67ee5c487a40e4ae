"""Cash of a receipt that was exchanged into another currency of its customer."""

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import Utc

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_NAME = "ck_receipt_return_signed"
_BEFORE = "(minor > 0) = (kind <> 'refund_failed') AND minor <> 0"
_SINCE = "(minor > 0) = (kind NOT IN ('refund_failed', 'exchange_undone')) AND minor <> 0"


def upgrade() -> None:
    _check(_SINCE)
    op.create_table(
        "receipt_exchange",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("from_receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("to_receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("given_minor", sa.BigInteger(), nullable=False),
        sa.Column("given_currency", sa.Text(), nullable=False),
        sa.Column("got_minor", sa.BigInteger(), nullable=False),
        sa.Column("got_currency", sa.Text(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_receipt_id"], ["receipt.id"], name=op.f("fk_receipt_exchange_from_receipt_id_receipt")
        ),
        sa.ForeignKeyConstraint(
            ["to_receipt_id"], ["receipt.id"], name=op.f("fk_receipt_exchange_to_receipt_id_receipt")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_exchange")),
        sa.UniqueConstraint("external_id", name=op.f("uq_receipt_exchange_external_id")),
    )
    op.create_index(op.f("ix_receipt_exchange_from_receipt_id"), "receipt_exchange", ["from_receipt_id"])
    op.create_index(op.f("ix_receipt_exchange_to_receipt_id"), "receipt_exchange", ["to_receipt_id"])
    op.create_table(
        "exchange_undone",
        sa.Column("exchange_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened", sa.Text(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exchange_id"], ["receipt_exchange.id"], name=op.f("fk_exchange_undone_exchange_id_receipt_exchange")
        ),
        sa.PrimaryKeyConstraint("exchange_id", name=op.f("pk_exchange_undone")),
    )


def _check(condition: str) -> None:
    with op.batch_alter_table("receipt_return") as batch:
        batch.drop_constraint(op.f(_NAME), type_="check")
        batch.create_check_constraint(op.f(_NAME), condition)


def downgrade() -> None:
    op.drop_table("exchange_undone")
    op.drop_table("receipt_exchange")
    _check(_BEFORE)
