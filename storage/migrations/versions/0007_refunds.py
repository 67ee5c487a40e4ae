"""Refunds, and money that is back in its receipt because one failed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SIGNED = "(minor > 0) = (kind <> 'refund_failed') AND minor <> 0"


def _returns() -> sa.Table:
    """Return the table as 0003 has made it: SQLite makes it anew for another check."""
    return sa.Table(
        "receipt_return",
        sa.MetaData(),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minor > 0", name=op.f("ck_receipt_return_positive")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_return_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_return")),
        sa.Index(op.f("ix_receipt_return_receipt_id"), "receipt_id"),
    )


def upgrade() -> None:
    with op.batch_alter_table("receipt_return", copy_from=_returns()) as batch:
        batch.drop_constraint(op.f("ck_receipt_return_positive"), type_="check")
        batch.create_check_constraint(op.f("ck_receipt_return_signed"), _SIGNED)
    op.create_table(
        "refund",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("agreed", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minor > 0", name=op.f("ck_refund_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_refund_account_id_account")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_refund_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_refund_refund_id")),
    )
    op.create_index(op.f("ix_refund_account_id"), "refund", ["account_id"])
    op.create_index(op.f("ix_refund_receipt_id"), "refund", ["receipt_id"])
    op.create_table(
        "refund_outcome",
        sa.Column("refund_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.refund_id"], name=op.f("fk_refund_outcome_refund_id_refund")),
        sa.PrimaryKeyConstraint("refund_id", name=op.f("pk_refund_outcome")),
    )


def downgrade() -> None:
    op.drop_table("refund_outcome")
    op.drop_table("refund")
    signed = _returns()
    signed.constraints = {one for one in signed.constraints if one.name != "ck_receipt_return_positive"}
    signed.append_constraint(sa.CheckConstraint(_SIGNED, name=op.f("ck_receipt_return_signed")))
    with op.batch_alter_table("receipt_return", copy_from=signed) as batch:
        batch.drop_constraint(op.f("ck_receipt_return_signed"), type_="check")
        batch.create_check_constraint(op.f("ck_receipt_return_positive"), "minor > 0")
