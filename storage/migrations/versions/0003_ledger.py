"""The ledger."""

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import Utc

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "movement",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_movement")),
    )
    op.create_index(op.f("ix_movement_account_id"), "movement", ["account_id"], unique=False)
    op.create_table(
        "number",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "series", "year", "n", name=op.f("pk_number")),
        sa.UniqueConstraint("entity", "document", name=op.f("uq_number_entity_document")),
    )
    op.create_table(
        "series",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("entity", "series", "year", name=op.f("pk_series")),
    )
    op.create_table(
        "invoice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("deal_id", sa.Text(), nullable=True),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("supplied_on", sa.Date(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("taxes", sa.Text(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("po_reference", sa.Text(), nullable=False),
        sa.Column("payment_terms", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_invoice_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("deal_id", "item", name=op.f("uq_invoice_deal_id_item")),
        sa.UniqueConstraint("entity", "number", name=op.f("uq_invoice_entity_number")),
    )
    op.create_index(op.f("ix_invoice_account_id"), "invoice", ["account_id"], unique=False)
    op.create_index(op.f("ix_invoice_number"), "invoice", ["number"], unique=False)
    op.create_table(
        "notice",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_account_id_account")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_account_id_at"), "notice", ["account_id", "at"], unique=False)
    op.create_table(
        "posting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_posting_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
    )
    op.create_index(op.f("ix_posting_account_id_account"), "posting", ["account_id", "account"], unique=False)
    op.create_index(op.f("ix_posting_entry"), "posting", ["entry"], unique=False)
    op.create_index(op.f("ix_posting_posted_on"), "posting", ["posted_on"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("invoices", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("match", sa.Text(), nullable=False),
        sa.CheckConstraint("minor > 0", name=op.f("ck_receipt_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_receipt_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_receipt_source_external_id")),
    )
    op.create_index(op.f("ix_receipt_account_id"), "receipt", ["account_id"], unique=False)
    op.create_index(op.f("ix_receipt_value_date"), "receipt", ["value_date"], unique=False)
    op.create_table(
        "credit_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("released_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("taxes", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint("gross_minor > 0", name=op.f("ck_credit_note_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_credit_note_account_id_account")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_credit_note_invoice_id_invoice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_note")),
        sa.UniqueConstraint("entity", "number", name=op.f("uq_credit_note_entity_number")),
    )
    op.create_index(op.f("ix_credit_note_account_id"), "credit_note", ["account_id"], unique=False)
    op.create_index(op.f("ix_credit_note_invoice_id"), "credit_note", ["invoice_id"], unique=False)
    op.create_table(
        "dispute",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_dispute_account_id_account")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_dispute_invoice_id_invoice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index(op.f("ix_dispute_account_id"), "dispute", ["account_id"], unique=False)
    op.create_index(op.f("ix_dispute_invoice_id"), "dispute", ["invoice_id"], unique=False)
    op.create_table(
        "instalment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("last_notice_at", Utc(), nullable=True),
        sa.Column("pre_due_sent", sa.Text(), nullable=False),
        sa.Column("skipped", sa.Text(), nullable=False),
        sa.Column("step_terms", sa.Text(), nullable=False),
        sa.Column("step_at", Utc(), nullable=True),
        sa.Column("step_order", sa.Integer(), nullable=False),
        sa.Column("step_level", sa.Integer(), nullable=False),
        sa.Column("step_stage", sa.Text(), nullable=False),
        sa.Column("step_action", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_instalment_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_instalment_account_id_account")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_instalment_invoice_id_invoice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalment")),
        sa.UniqueConstraint("invoice_id", "position", name=op.f("uq_instalment_invoice_id_position")),
    )
    op.create_index(op.f("ix_instalment_account_id"), "instalment", ["account_id"], unique=False)
    op.create_index(
        "ix_instalment_open",
        "instalment",
        ["account_id", "due_on"],
        unique=False,
        sqlite_where=sa.text("settled = 0"),
        postgresql_where=sa.text("NOT settled"),
    )
    op.create_index(
        "ix_instalment_due",
        "instalment",
        ["due_on", "id"],
        unique=False,
        sqlite_where=sa.text("settled = 0"),
        postgresql_where=sa.text("NOT settled"),
    )
    op.create_index(
        "ix_instalment_step",
        "instalment",
        ["account_id", "step_at"],
        unique=False,
        sqlite_where=sa.text("settled = 0"),
        postgresql_where=sa.text("NOT settled"),
    )
    op.create_table(
        "promise",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("promise_id", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("open_at_most", sa.BigInteger(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("until", Utc(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_promise_account_id_account")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_promise_invoice_id_invoice")),
        sa.PrimaryKeyConstraint("account_id", "promise_id", name=op.f("pk_promise")),
    )
    op.create_index(op.f("ix_promise_invoice_id"), "promise", ["invoice_id"], unique=False)
    op.create_table(
        "question",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("candidates", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("answered_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_question_account_id_account")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_question_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("receipt_id", name=op.f("uq_question_receipt_id")),
    )
    op.create_index(op.f("ix_question_status_id"), "question", ["status", "id"], unique=False)
    op.create_table(
        "receipt_return",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint("minor > 0", name=op.f("ck_receipt_return_positive")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_return_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_return")),
    )
    op.create_index(op.f("ix_receipt_return_receipt_id"), "receipt_return", ["receipt_id"], unique=False)
    op.create_table(
        "allocation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("instalment_id", sa.BigInteger(), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=True),
        sa.Column("credit_note_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'credit') = (credit_note_id IS NOT NULL)", name=op.f("ck_allocation_credit_has_note")
        ),
        sa.CheckConstraint(
            "(kind IN ('cash', 'tolerance')) = (receipt_id IS NOT NULL)", name=op.f("ck_allocation_cash_has_receipt")
        ),
        sa.CheckConstraint("(minor > 0) = (reverses_id IS NULL)", name=op.f("ck_allocation_reversal_is_negative")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_allocation_account_id_account")),
        sa.ForeignKeyConstraint(
            ["credit_note_id"], ["credit_note.id"], name=op.f("fk_allocation_credit_note_id_credit_note")
        ),
        sa.ForeignKeyConstraint(
            ["instalment_id"], ["instalment.id"], name=op.f("fk_allocation_instalment_id_instalment")
        ),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_allocation_receipt_id_receipt")),
        sa.ForeignKeyConstraint(["reverses_id"], ["allocation.id"], name=op.f("fk_allocation_reverses_id_allocation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
    )
    op.create_index(op.f("ix_allocation_account_id"), "allocation", ["account_id"], unique=False)
    op.create_index(op.f("ix_allocation_instalment_id"), "allocation", ["instalment_id"], unique=False)
    op.create_index(op.f("ix_allocation_receipt_id"), "allocation", ["receipt_id"], unique=False)
    op.create_index(op.f("ix_allocation_reverses_id"), "allocation", ["reverses_id"], unique=False)
    op.create_table(
        "notice_item",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("instalment_id", sa.BigInteger(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instalment_id"], ["instalment.id"], name=op.f("fk_notice_item_instalment_id_instalment")
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.notice_id"], name=op.f("fk_notice_item_notice_id_notice")),
        sa.PrimaryKeyConstraint("notice_id", "instalment_id", name=op.f("pk_notice_item")),
    )
    op.create_index(op.f("ix_notice_item_instalment_id"), "notice_item", ["instalment_id"], unique=False)


def downgrade() -> None:
    op.drop_table("notice_item")
    op.drop_table("allocation")
    op.drop_table("receipt_return")
    op.drop_table("question")
    op.drop_table("promise")
    op.drop_table("instalment")
    op.drop_table("dispute")
    op.drop_table("credit_note")
    op.drop_table("receipt")
    op.drop_table("posting")
    op.drop_table("notice")
    op.drop_table("invoice")
    op.drop_table("series")
    op.drop_table("number")
    op.drop_table("movement")
