"""For which legal entity each file was handed in; what was handed in before stays everybody's."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_handed_in",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["file.sha256"], name=op.f("fk_file_handed_in_sha256_file")),
        sa.PrimaryKeyConstraint("sha256", "entity", name=op.f("pk_file_handed_in")),
    )


def downgrade() -> None:
    op.drop_table("file_handed_in")
