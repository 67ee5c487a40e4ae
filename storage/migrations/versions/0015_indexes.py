"""What was merged into a customer, and the statements of a file, are found without reading all."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_customer_merged_into"), "customer", ["merged_into"])
    op.create_index(op.f("ix_bank_statement_file"), "bank_statement", ["file"])


def downgrade() -> None:
    op.drop_index(op.f("ix_bank_statement_file"), table_name="bank_statement")
    op.drop_index(op.f("ix_customer_merged_into"), table_name="customer")
