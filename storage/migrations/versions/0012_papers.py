"""What an electronic invoice wants to know of the buyer."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("buyer_reference", "electronic_address"):
        op.add_column("customer", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    for name in ("electronic_address", "buyer_reference"):
        op.drop_column("customer", name)
