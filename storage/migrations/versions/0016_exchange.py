"""What currencies were worth, and what rates have brought of the items of each account."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import Utc

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_rate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rate")),
    )
    op.create_index(op.f("ix_exchange_rate_unit_quote_on_day"), "exchange_rate", ["unit", "quote", "on_day"])
    _of_receipt("receipt_rate", *(sa.Column(name, sa.Text(), nullable=False) for name in _RATE))
    _of_receipt("receipt_worth", *_worth())
    op.create_table(
        "item_worth",
        sa.Column("instalment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *_worth(),
        sa.CheckConstraint("minor > 0", name=op.f("ck_item_worth_positive")),
        sa.ForeignKeyConstraint(
            ["instalment_id"], ["instalment.id"], name=op.f("fk_item_worth_instalment_id_instalment")
        ),
        sa.PrimaryKeyConstraint("instalment_id", name=op.f("pk_item_worth")),
    )
    op.create_table(
        "exchange_difference",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("instalment_id", sa.BigInteger(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(3), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_exchange_difference_account_id_account")),
        sa.ForeignKeyConstraint(
            ["instalment_id"], ["instalment.id"], name=op.f("fk_exchange_difference_instalment_id_instalment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_difference")),
    )
    op.create_index(op.f("ix_exchange_difference_instalment_id"), "exchange_difference", ["instalment_id"])
    op.create_index(op.f("ix_exchange_difference_account_id"), "exchange_difference", ["account_id"])


_RATE = ("unit", "quote", "rate", "source")


def _worth() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(3), nullable=False),
        sa.Column("rate", sa.Text(), nullable=False),
    )


def _of_receipt(table: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column("receipt_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f(f"fk_{table}_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    for table in ("exchange_difference", "item_worth", "receipt_worth", "receipt_rate", "exchange_rate"):
        op.drop_table(table)
