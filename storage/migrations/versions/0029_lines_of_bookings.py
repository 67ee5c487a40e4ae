"""The lines of a booking are found by it: one that a person has said to be another stands for nothing."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_bank_line_booking_row"), "bank_line", ["booking_row"])


def downgrade() -> None:
    op.drop_index(op.f("ix_bank_line_booking_row"), table_name="bank_line")
