"""Payment plans: their instalments are promises that follow one another."""

import sqlalchemy as sa
from alembic import op

revision = "0008a"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("promise", sa.Column("plan", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("promise") as promise:
        promise.drop_column("plan")
