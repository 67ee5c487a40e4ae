"""What an instalment offers for early payment, and what was taken off for it beside the cash of a receipt."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NAME = "ck_allocation_cash_has_receipt"
_BEFORE = "(kind IN ('cash', 'tolerance')) = (receipt_id IS NOT NULL)"
_SINCE = "(kind IN ('cash', 'tolerance', 'discount')) = (receipt_id IS NOT NULL)"


def upgrade() -> None:
    op.add_column("instalment", sa.Column("discount", sa.Text(), nullable=True))
    with op.batch_alter_table("allocation") as batch:
        batch.add_column(sa.Column("tax_minor", sa.BigInteger(), nullable=False, server_default="0"))
        batch.drop_constraint(op.f(_NAME), type_="check")
        batch.create_check_constraint(op.f(_NAME), _SINCE)


def downgrade() -> None:
    with op.batch_alter_table("allocation") as batch:
        batch.drop_constraint(op.f(_NAME), type_="check")
        batch.create_check_constraint(op.f(_NAME), _BEFORE)
        batch.drop_column("tax_minor")
    with op.batch_alter_table("instalment") as batch:
        batch.drop_column("discount")
