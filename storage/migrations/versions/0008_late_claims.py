"""Fees and interest on what is late, as claims of their own on debit notes."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("instalment", sa.Column("component", sa.Text(), nullable=True))
    op.add_column("instalment", sa.Column("claim_of", sa.Text(), nullable=True))
    op.create_table(
        "late_claim",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("instalment_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("base_minor", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("rate_bp", sa.Integer(), nullable=False),
        sa.Column("per", sa.Text(), nullable=False),
        sa.Column("debit_note_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("minor > 0", name=op.f("ck_late_claim_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_late_claim_account_id_account")),
        sa.ForeignKeyConstraint(["debit_note_id"], ["invoice.id"], name=op.f("fk_late_claim_debit_note_id_invoice")),
        sa.ForeignKeyConstraint(
            ["instalment_id"], ["instalment.id"], name=op.f("fk_late_claim_instalment_id_instalment")
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.notice_id"], name=op.f("fk_late_claim_notice_id_notice")),
        sa.PrimaryKeyConstraint("notice_id", "position", name=op.f("pk_late_claim")),
    )
    op.create_index(op.f("ix_late_claim_instalment_id"), "late_claim", ["instalment_id"])
    op.create_index(op.f("ix_late_claim_debit_note_id"), "late_claim", ["debit_note_id"])


def downgrade() -> None:
    op.drop_table("late_claim")
    with op.batch_alter_table("instalment") as instalment:
        instalment.drop_column("claim_of")
        instalment.drop_column("component")
