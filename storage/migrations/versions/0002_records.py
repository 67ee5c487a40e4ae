"""The event log and the read model."""

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import Utc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("terms_hash", sa.Text(), nullable=False),
        sa.Column("counters", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), nullable=False),
        sa.Column("overdue_minor", sa.BigInteger(), nullable=False),
        sa.Column("disputed_minor", sa.BigInteger(), nullable=False),
        sa.Column("promised_minor", sa.BigInteger(), nullable=False),
        sa.Column("unapplied_minor", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("next_at", Utc(), nullable=True),
        sa.Column("credit_hold", sa.Boolean(), nullable=False),
        sa.Column("attention", sa.Boolean(), nullable=False),
        sa.Column("updated_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("entity", "customer_id", "currency", name=op.f("uq_account_entity_customer_id_currency")),
    )
    op.create_index(op.f("ix_account_attention"), "account", ["attention"], unique=False)
    op.create_index(op.f("ix_account_customer_id"), "account", ["customer_id"], unique=False)
    op.create_table(
        "account_terms",
        sa.Column("terms_hash", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("stored_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("terms_hash", name=op.f("pk_account_terms")),
    )
    op.create_table(
        "anchor",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_anchor")),
    )
    op.create_table(
        "approval",
        sa.Column("approval_id", sa.Text(), nullable=False),
        sa.Column("owner_workflow", sa.Text(), nullable=False),
        sa.Column("deal_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("due_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("approval_id", name=op.f("pk_approval")),
    )
    op.create_index(op.f("ix_approval_deal_id"), "approval", ["deal_id"], unique=False)
    op.create_index(
        op.f("ix_approval_status_opened_at_approval_id"),
        "approval",
        ["status", "opened_at", "approval_id"],
        unique=False,
    )
    op.create_table(
        "chain",
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("approvals_digest", sa.Text(), nullable=False),
        sa.Column("tasks_digest", sa.Text(), nullable=False),
        sa.Column("anchored_seq", sa.Integer(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("run_from", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workflow_id", name=op.f("pk_chain")),
    )
    op.create_table(
        "deal",
        sa.Column("deal_id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("customer_class", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("waiting_for", sa.Text(), nullable=False),
        sa.Column("due_at", Utc(), nullable=True),
        sa.Column("overlay", sa.Text(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), nullable=False),
        sa.Column("attention", sa.Boolean(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("deal_id", name=op.f("pk_deal")),
    )
    op.create_index(
        op.f("ix_deal_attention_updated_at_deal_id"), "deal", ["attention", "updated_at", "deal_id"], unique=False
    )
    op.create_index(
        op.f("ix_deal_customer_id_updated_at_deal_id"), "deal", ["customer_id", "updated_at", "deal_id"], unique=False
    )
    op.create_index(
        "ix_deal_open",
        "deal",
        ["updated_at"],
        unique=False,
        sqlite_where=sa.text("stage NOT LIKE 'closed.%'"),
        postgresql_where=sa.text("stage NOT LIKE 'closed.%'"),
    )
    op.create_index(
        "ix_deal_overlay",
        "deal",
        ["overlay", "updated_at", "deal_id"],
        unique=False,
        sqlite_where=sa.text("overlay <> ''"),
        postgresql_where=sa.text("overlay <> ''"),
    )
    op.create_index(op.f("ix_deal_owner_updated_at_deal_id"), "deal", ["owner", "updated_at", "deal_id"], unique=False)
    op.create_index(op.f("ix_deal_stage_updated_at_deal_id"), "deal", ["stage", "updated_at", "deal_id"], unique=False)
    op.create_index(op.f("ix_deal_updated_at_deal_id"), "deal", ["updated_at", "deal_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workflow_id", "seq", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_kind_at"), "event", ["kind", "at"], unique=False)
    op.create_table(
        "task",
        sa.Column("owner_workflow", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what_en", sa.Text(), nullable=False),
        sa.Column("what_zh", sa.Text(), nullable=False),
        sa.Column("due_at", Utc(), nullable=True),
        sa.Column("command", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner_workflow", "task_id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_who_due_at"), "task", ["who", "due_at"], unique=False)
    op.create_table(
        "anchor_head",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["day"], ["anchor.day"], name=op.f("fk_anchor_head_day_anchor")),
        sa.PrimaryKeyConstraint("day", "workflow_id", name=op.f("pk_anchor_head")),
    )
    op.create_table(
        "approval_assignee",
        sa.Column("approval_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.approval_id"], name=op.f("fk_approval_assignee_approval_id_approval")
        ),
        sa.PrimaryKeyConstraint("approval_id", "person", name=op.f("pk_approval_assignee")),
    )
    op.create_index(
        op.f("ix_approval_assignee_person_approval_id"), "approval_assignee", ["person", "approval_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("approval_assignee")
    op.drop_table("anchor_head")
    op.drop_table("task")
    op.drop_table("event")
    op.drop_table("deal")
    op.drop_table("chain")
    op.drop_table("approval")
    op.drop_table("anchor")
    op.drop_table("account_terms")
    op.drop_table("account")
