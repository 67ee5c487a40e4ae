"""How far the books of a legal entity are closed, and what stood in each closed month."""

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import Utc

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entity_books",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("closed_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("entity", name=op.f("pk_entity_books")),
    )
    op.create_table(
        "period",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=False),
        sa.Column("last_posting", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "month", name=op.f("pk_period")),
    )


def downgrade() -> None:
    op.drop_table("period")
    op.drop_table("entity_books")
