"""The event log, which only grows, and the read model, which is its last line per deal and account."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
    text,
)

from storage.tables.columns import METADATA, added_word, currency, identity, minor, moment, word

EVENT = Table(
    "event",
    METADATA,
    Column("workflow_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    word("subject"),
    word("kind"),
    moment("at"),
    word("actor"),
    word("roles"),
    word("via"),
    word("on_behalf_of"),
    word("cause"),
    word("policy"),
    word("data"),
    word("prev_hash"),
    word("hash"),
    PrimaryKeyConstraint("workflow_id", "seq"),
    Index(None, "kind", "at"),
)

CHAIN = Table(
    "chain",
    METADATA,
    Column("workflow_id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    word("hash"),
    word("policy", ""),
    word("approvals_digest", ""),
    word("tasks_digest", ""),
    Column("anchored_seq", Integer, nullable=False),
    word("run", ""),
    Column("run_from", Integer, nullable=False, default=0),
)
"""The head of every workflow's log: the row that appenders lock, and what a deleted last event is missed by.

``run`` is the workflow's run that wrote last, ``run_from`` the number of the first event it wrote.
"""

ANSWER = Table(
    "answer",
    METADATA,
    Column("workflow_id", Text, nullable=False),
    Column("command_id", Text, nullable=False),
    word("digest"),
    Column("version", Integer, nullable=False),
    word("code"),
    word("en"),
    word("zh"),
    word("run"),
    Column("upto", Integer, nullable=False),
    added_word("waits_for"),
    PrimaryKeyConstraint("workflow_id", "command_id"),
)
"""The first answer to every command id, whichever run of the workflow gave it.

``upto`` is where the log ended when ``run`` wrote it: it is confirmed once the run knows the log to be that far.
"""

ANCHOR = Table(
    "anchor",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("heads", Integer, nullable=False),
    word("prev_hash"),
    word("hash"),
    moment("at"),
)

ANCHOR_HEAD = Table(
    "anchor_head",
    METADATA,
    Column("day", Date, ForeignKey(ANCHOR.c.day), nullable=False),
    word("workflow_id"),
    Column("seq", Integer, nullable=False),
    word("hash"),
    PrimaryKeyConstraint("day", "workflow_id"),
)
"""The heads that moved since the anchor before; the anchor's hash covers them and the hash of that anchor."""

DEAL = Table(
    "deal",
    METADATA,
    Column("deal_id", Text, primary_key=True),
    word("entity"),
    word("customer_id"),
    word("customer_name"),
    word("owner"),
    word("stage"),
    Column("version", Integer, nullable=False),
    currency(),
    minor("value_minor"),
    word("customer_class"),
    word("policy"),
    word("waiting_for"),
    moment("due_at", nullable=True),
    word("overlay"),
    minor("open_minor"),
    Column("attention", Boolean, nullable=False),
    moment("created_at"),
    moment("updated_at"),
    Index(None, "updated_at", "deal_id"),
    Index(None, "stage", "updated_at", "deal_id"),
    Index(None, "owner", "updated_at", "deal_id"),
    Index(None, "customer_id", "updated_at", "deal_id"),
    Index(None, "attention", "updated_at", "deal_id"),
    Index(
        "ix_deal_overlay",
        "overlay",
        "updated_at",
        "deal_id",
        sqlite_where=text("overlay <> ''"),
        postgresql_where=text("overlay <> ''"),
    ),
    Index(
        "ix_deal_open",
        "updated_at",
        sqlite_where=text("stage NOT LIKE 'closed.%'"),
        postgresql_where=text("stage NOT LIKE 'closed.%'"),
    ),
)

IS_OPEN = DEAL.c.stage.not_like(literal_column("'closed.%'"))
"""Open deals, in the words of their index: a million closed ones cost nothing then."""


APPROVAL = Table(
    "approval",
    METADATA,
    Column("approval_id", Text, primary_key=True),
    word("owner_workflow"),
    word("deal_id"),
    word("kind"),
    word("reference"),
    word("status"),
    word("content_hash"),
    minor("amount_minor"),
    currency(),
    word("requester"),
    moment("opened_at"),
    moment("due_at", nullable=True),
    Index(None, "status", "opened_at", "approval_id"),
    Index(None, "deal_id"),
)

APPROVAL_ASSIGNEE = Table(
    "approval_assignee",
    METADATA,
    Column("approval_id", Text, ForeignKey(APPROVAL.c.approval_id), nullable=False),
    word("person"),
    PrimaryKeyConstraint("approval_id", "person"),
    Index(None, "person", "approval_id"),
)

TASK = Table(
    "task",
    METADATA,
    Column("owner_workflow", Text, nullable=False),
    word("task_id"),
    word("who"),
    word("what_en"),
    word("what_zh"),
    moment("due_at", nullable=True),
    word("command"),
    PrimaryKeyConstraint("owner_workflow", "task_id"),
    Index(None, "who", "due_at"),
)

RECORDING = "/recording"
"""What the id of a task ends in, behind its workflow's, that says that facts wait to be recorded."""

ACCOUNT = Table(
    "account",
    METADATA,
    identity(),
    word("entity"),
    word("customer_id"),
    currency(),
    word("customer_name", ""),
    word("terms_hash", ""),
    word("counters", "{}"),
    Column("revision", Integer, nullable=False, default=0),
    Column("version", Integer, nullable=False),
    minor("open_minor"),
    minor("overdue_minor"),
    minor("disputed_minor"),
    minor("promised_minor"),
    minor("unapplied_minor"),
    word("stage", ""),
    moment("next_at", nullable=True),
    Column("credit_hold", Boolean, nullable=False),
    Column("delivery_stop", Boolean, nullable=False, default=False, server_default=false()),
    Column("attention", Boolean, nullable=False),
    moment("updated_at", nullable=True),
    UniqueConstraint("entity", "customer_id", "currency"),
    Index(None, "customer_id"),
    Index(None, "attention"),
)
"""The lock of the ledger, the counters of the case, and the read model as the log last told it."""

ACCOUNT_TERMS = Table(
    "account_terms",
    METADATA,
    Column("terms_hash", Text, primary_key=True),
    word("body"),
    moment("stored_at"),
)
