"""What the tax office gave for an invoice or credit note of ours."""

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import Utc

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fiscal_document",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fiscal_number", sa.Text(), nullable=False),
        sa.Column("confirmation_number", sa.Text(), nullable=False),
        sa.Column("buyer_code", sa.Text(), nullable=False),
        sa.Column("gross_in_capitals", sa.Text(), nullable=False),
        sa.Column("issued_at", Utc(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "number", name=op.f("pk_fiscal_document")),
        sa.UniqueConstraint("fiscal_number", name=op.f("uq_fiscal_document_fiscal_number")),
    )


def downgrade() -> None:
    op.drop_table("fiscal_document")
