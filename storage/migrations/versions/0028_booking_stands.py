"""From which balance to which a bank statement leads, and in which one a booking stands that a report told first."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bank_statement", sa.Column("span", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_table(
        "bank_booking_stand",
        sa.Column("booking_row", sa.BigInteger(), nullable=False),
        sa.Column("statement_row", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_row"], ["bank_booking.id"], name=op.f("fk_bank_booking_stand_booking_row_bank_booking")
        ),
        sa.ForeignKeyConstraint(
            ["statement_row"], ["bank_statement.id"], name=op.f("fk_bank_booking_stand_statement_row_bank_statement")
        ),
        sa.PrimaryKeyConstraint("booking_row", name=op.f("pk_bank_booking_stand")),
    )


def downgrade() -> None:
    op.drop_table("bank_booking_stand")
    op.drop_column("bank_statement", "span")
