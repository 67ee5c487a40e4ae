"""Billing: what an invoice is for, what it deducts and for which days, what a credit note restores and takes back."""

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import Utc

revision = "0009"
down_revision = "0008a"
branch_labels = None
depends_on = None

_ADDED = (
    ("invoice", "purpose", sa.Text(), "standard"),
    ("invoice", "deducted_minor", sa.BigInteger(), "0"),
    ("invoice", "deductions", sa.Text(), "[]"),
    ("credit_note", "restored_minor", sa.BigInteger(), "0"),
    ("credit_note", "restored_net_minor", sa.BigInteger(), "0"),
    ("credit_note", "lines", sa.Text(), "[]"),
)
_DAYS = (
    ("invoice", "period_from"),
    ("invoice", "period_until"),
    ("credit_note", "period_from"),
    ("credit_note", "period_until"),
)


def upgrade() -> None:
    for table, name, kind, default in _ADDED:
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))
    for table, name in _DAYS:
        op.add_column(table, sa.Column(name, sa.Date(), nullable=True))
    op.create_table(
        "deduction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("deposit_id", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_note_id", sa.BigInteger(), nullable=True),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_deduction_account_id_account")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_deduction_invoice_id_invoice")),
        sa.ForeignKeyConstraint(["deposit_id"], ["invoice.id"], name=op.f("fk_deduction_deposit_id_invoice")),
        sa.ForeignKeyConstraint(
            ["credit_note_id"], ["credit_note.id"], name=op.f("fk_deduction_credit_note_id_credit_note")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deduction")),
    )
    for column in ("account_id", "deposit_id", "invoice_id"):
        op.create_index(op.f(f"ix_deduction_{column}"), "deduction", [column])


def downgrade() -> None:
    op.drop_table("deduction")
    for table, name in _DAYS:
        op.drop_column(table, name)
    for table, name, _, _ in reversed(_ADDED):
        op.drop_column(table, name)
