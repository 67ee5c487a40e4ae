"""Which items were proposed for write-off."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "write_off_proposal",
        sa.Column("instalment_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minor > 0", name=op.f("ck_write_off_proposal_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_write_off_proposal_account_id_account")),
        sa.ForeignKeyConstraint(
            ["instalment_id"], ["instalment.id"], name=op.f("fk_write_off_proposal_instalment_id_instalment")
        ),
        sa.PrimaryKeyConstraint("instalment_id", name=op.f("pk_write_off_proposal")),
    )
    op.create_index(op.f("ix_write_off_proposal_account_id"), "write_off_proposal", ["account_id"])


def downgrade() -> None:
    op.drop_table("write_off_proposal")
