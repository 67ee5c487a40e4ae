"""The rate at which the bank exchanged what a payer instructed."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bank_line", sa.Column("rate", sa.Text(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    with op.batch_alter_table("bank_line") as line:
        line.drop_column("rate")
