"""Rates of one legal entity, rates on which two people agreed, and those that wait for a second one."""

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import Utc

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("entity", "confirmed_by"):
        op.add_column("exchange_rate", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_table(
        "exchange_rate_offer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("unit", "quote")),
        sa.Column("on_day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("rate", "source", "recorded_by")),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rate_offer")),
    )
    op.create_index(
        op.f("ix_exchange_rate_offer_unit_quote_on_day"), "exchange_rate_offer", ["unit", "quote", "on_day"]
    )


def downgrade() -> None:
    op.drop_table("exchange_rate_offer")
    with op.batch_alter_table("exchange_rate") as rate:
        rate.drop_column("confirmed_by")
        rate.drop_column("entity")
