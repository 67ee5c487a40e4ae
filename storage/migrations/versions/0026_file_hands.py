"""Who handed each file in, and in which roles: they say who else may read it."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_hand",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["file.sha256"], name=op.f("fk_file_hand_sha256_file")),
        sa.PrimaryKeyConstraint("sha256", "person", name=op.f("pk_file_hand")),
    )


def downgrade() -> None:
    op.drop_table("file_hand")
