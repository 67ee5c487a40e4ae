"""What nobody was to pay of an invoice when a promise about it was made."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_BEFORE = (("credited_before", "credit"), ("let_off_before", "writeoff"))


def upgrade() -> None:
    for name, _ in _BEFORE:
        op.add_column("promise", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    for name, kind in _BEFORE:
        op.execute(
            f"UPDATE promise SET {name} = COALESCE((SELECT SUM(a.minor) FROM allocation a "
            "JOIN instalment i ON i.id = a.instalment_id WHERE i.invoice_id = promise.invoice_id "
            f"AND a.kind = '{kind}' AND a.at < promise.made_at), 0)"
        )


def downgrade() -> None:
    for name, _ in _BEFORE:
        op.drop_column("promise", name)
