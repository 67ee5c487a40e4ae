"""What was credited of interest, since money had been there before it was known."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "late_correction",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("credit_note_id", sa.BigInteger(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("minor > 0", name=op.f("ck_late_correction_positive")),
        sa.ForeignKeyConstraint(
            ["credit_note_id"], ["credit_note.id"], name=op.f("fk_late_correction_credit_note_id_credit_note")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id", "position"],
            ["late_claim.notice_id", "late_claim.position"],
            name=op.f("fk_late_correction_notice_id_late_claim"),
        ),
        sa.PrimaryKeyConstraint("notice_id", "position", "credit_note_id", name=op.f("pk_late_correction")),
    )
    op.create_index(op.f("ix_late_correction_credit_note_id"), "late_correction", ["credit_note_id"])


def downgrade() -> None:
    op.drop_table("late_correction")
