"""Bank statements, their bookings and lines, and the accounts that customers pay from."""

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import Utc

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
        sa.UniqueConstraint("account", name=op.f("uq_bank_account_account")),
    )
    op.create_table(
        "payer_account",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint("kind IN ('payer', 'virtual')", name=op.f("ck_payer_account_kind")),
        sa.PrimaryKeyConstraint("account", "kind", "customer_id", name=op.f("pk_payer_account")),
    )
    op.create_index(op.f("ix_payer_account_customer_id"), "payer_account", ["customer_id"], unique=False)
    op.create_table(
        "bank_statement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("bank_account_id", sa.BigInteger(), nullable=False),
        sa.Column("known_as", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("booked", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("taken_at", Utc(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_reason", sa.Text(), nullable=False),
        sa.Column("decided_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_account.id"], name=op.f("fk_bank_statement_bank_account_id_bank_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
    )
    op.create_index(op.f("ix_bank_statement_status_id"), "bank_statement", ["status", "id"], unique=False)
    op.create_index(
        "uq_bank_statement_known_as",
        "bank_statement",
        ["bank_account_id", "known_as"],
        unique=True,
        sqlite_where=sa.text("status <> 'discarded'"),
        postgresql_where=sa.text("status <> 'discarded'"),
    )
    op.create_table(
        "bank_booking",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("bank_account_id", sa.BigInteger(), nullable=False),
        sa.Column("statement_row", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.Text(), nullable=False),
        sa.Column("by_reference", sa.Text(), nullable=False),
        sa.Column("by_content", sa.Text(), nullable=False),
        sa.Column("by_day", sa.Text(), nullable=False),
        sa.Column("entry_index", sa.Integer(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_account.id"], name=op.f("fk_bank_booking_bank_account_id_bank_account")
        ),
        sa.ForeignKeyConstraint(
            ["statement_row"], ["bank_statement.id"], name=op.f("fk_bank_booking_statement_row_bank_statement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_booking")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_bank_booking_booking_id")),
    )
    op.create_index(
        op.f("ix_bank_booking_bank_account_id_by_content"),
        "bank_booking",
        ["bank_account_id", "by_content"],
        unique=False,
    )
    op.create_index(
        op.f("ix_bank_booking_bank_account_id_by_day"), "bank_booking", ["bank_account_id", "by_day"], unique=False
    )
    op.create_index(
        op.f("ix_bank_booking_bank_account_id_by_reference"),
        "bank_booking",
        ["bank_account_id", "by_reference"],
        unique=False,
    )
    op.create_index(op.f("ix_bank_booking_statement_row"), "bank_booking", ["statement_row"], unique=False)
    op.create_table(
        "bank_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("statement_row", sa.BigInteger(), nullable=False),
        sa.Column("booking_row", sa.BigInteger(), nullable=False),
        sa.Column("bank_account_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("movement", sa.Text(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("payer_name", sa.Text(), nullable=False),
        sa.Column("payer_account", sa.Text(), nullable=False),
        sa.Column("own_account", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("end_to_end_id", sa.Text(), nullable=False),
        sa.Column("servicer_reference", sa.Text(), nullable=False),
        sa.Column("return_code", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", Utc(), nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_account.id"], name=op.f("fk_bank_line_bank_account_id_bank_account")
        ),
        sa.ForeignKeyConstraint(
            ["booking_row"], ["bank_booking.id"], name=op.f("fk_bank_line_booking_row_bank_booking")
        ),
        sa.ForeignKeyConstraint(
            ["statement_row"], ["bank_statement.id"], name=op.f("fk_bank_line_statement_row_bank_statement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("external_id", name=op.f("uq_bank_line_external_id")),
    )
    op.create_index(
        "ix_bank_line_asked",
        "bank_line",
        ["id"],
        unique=False,
        sqlite_where=sa.text("status = 'asked'"),
        postgresql_where=sa.text("status = 'asked'"),
    )
    op.create_index(
        op.f("ix_bank_line_bank_account_id_end_to_end_id"),
        "bank_line",
        ["bank_account_id", "end_to_end_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_bank_line_bank_account_id_servicer_reference"),
        "bank_line",
        ["bank_account_id", "servicer_reference"],
        unique=False,
    )
    op.create_index(
        op.f("ix_bank_line_statement_row_status_id"), "bank_line", ["statement_row", "status", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_bank_line_statement_row_status_id"), table_name="bank_line")
    op.drop_index(op.f("ix_bank_line_bank_account_id_servicer_reference"), table_name="bank_line")
    op.drop_index(op.f("ix_bank_line_bank_account_id_end_to_end_id"), table_name="bank_line")
    op.drop_index(
        "ix_bank_line_asked",
        table_name="bank_line",
        sqlite_where=sa.text("status = 'asked'"),
        postgresql_where=sa.text("status = 'asked'"),
    )
    op.drop_table("bank_line")
    op.drop_index(op.f("ix_bank_booking_statement_row"), table_name="bank_booking")
    op.drop_index(op.f("ix_bank_booking_bank_account_id_by_reference"), table_name="bank_booking")
    op.drop_index(op.f("ix_bank_booking_bank_account_id_by_day"), table_name="bank_booking")
    op.drop_index(op.f("ix_bank_booking_bank_account_id_by_content"), table_name="bank_booking")
    op.drop_table("bank_booking")
    op.drop_index(
        "uq_bank_statement_known_as",
        table_name="bank_statement",
        sqlite_where=sa.text("status <> 'discarded'"),
        postgresql_where=sa.text("status <> 'discarded'"),
    )
    op.drop_index(op.f("ix_bank_statement_status_id"), table_name="bank_statement")
    op.drop_table("bank_statement")
    op.drop_index(op.f("ix_payer_account_customer_id"), table_name="payer_account")
    op.drop_table("payer_account")
    op.drop_table("bank_account")
