"""The lines of an amount are found by it: references are compared whatever their case, which no index knows."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_bank_line_bank_account_id_minor"), "bank_line", ["bank_account_id", "minor"])


def downgrade() -> None:
    op.drop_index(op.f("ix_bank_line_bank_account_id_minor"), table_name="bank_line")
