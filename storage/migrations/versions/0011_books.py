"""A posting names its document."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("posting", sa.Column("document", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("posting") as batch:
        batch.alter_column("document", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("posting") as batch:
        batch.drop_column("document")
