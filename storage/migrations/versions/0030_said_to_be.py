"""Which reported receipts the question about a line of a statement named, and under which key it was answered."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bank_line", sa.Column("told", sa.Text(), nullable=True))
    op.add_column("bank_line", sa.Column("answer_key", sa.Text(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    op.drop_column("bank_line", "answer_key")
    op.drop_column("bank_line", "told")
