"""Each time a closed month was opened again, with what stood in it and by what evidence."""

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import Identity, Utc

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "period_reopening",
        sa.Column("id", Identity, autoincrement=True, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("reopened_by", sa.Text(), nullable=False),
        sa.Column("reopened_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_reopening")),
    )
    op.create_index(op.f("ix_period_reopening_entity_month"), "period_reopening", ["entity", "month"])


def downgrade() -> None:
    op.drop_table("period_reopening")
