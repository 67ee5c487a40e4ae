"""Which reported receipts the question about a line of a statement named: what it was said to be."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bank_line", sa.Column("told", sa.Text(), nullable=True))
    op.create_index(
        "ix_bank_line_told",
        "bank_line",
        ["bank_account_id", "minor"],
        sqlite_where=sa.text("told IS NOT NULL"),
        postgresql_where=sa.text("told IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_bank_line_told", table_name="bank_line")
    op.drop_column("bank_line", "told")
