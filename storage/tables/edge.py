"""What the edge must remember to be safe to repeat: keys, answers, messages seen, files, settings of the deployment."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from storage.tables.columns import METADATA, moment, word

IDEMPOTENCY_KEY = Table(
    "idempotency_key",
    METADATA,
    word("scope"),
    word("key"),
    word("digest"),
    Column("status", Integer, nullable=False),
    word("response"),
    moment("at"),
    PrimaryKeyConstraint("scope", "key"),
)

INBOX = Table(
    "inbox",
    METADATA,
    word("source"),
    word("message_id"),
    word("digest"),
    moment("received_at"),
    PrimaryKeyConstraint("source", "message_id"),
)

FILE = Table(
    "file",
    METADATA,
    Column("sha256", Text, primary_key=True),
    word("media_type"),
    word("name"),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    word("uploaded_by"),
    moment("at"),
)

FILE_HANDED_IN = Table(
    "file_handed_in",
    METADATA,
    Column("sha256", Text, ForeignKey(FILE.c.sha256), nullable=False),
    word("entity"),
    PrimaryKeyConstraint("sha256", "entity"),
)
"""The legal entities that the keys were limited to by which people handed a file in; empty for a key of all."""

FILE_HAND = Table(
    "file_hand",
    METADATA,
    Column("sha256", Text, ForeignKey(FILE.c.sha256), nullable=False),
    word("person"),
    word("roles"),
    PrimaryKeyConstraint("sha256", "person"),
)
"""Who handed a file in, with the roles of their key when they first did; none for what was handed in before."""

DOCUMENT = Table(
    "document",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("sha256", Text, ForeignKey(FILE.c.sha256), nullable=False),
    moment("at"),
)
"""What was sent under a name of ours, e.g. ``invoice/INV-2026-000001.pdf``; one key is one content for ever."""

API_KEY = Table(
    "api_key",
    METADATA,
    Column("key_hash", Text, primary_key=True),
    word("key_id"),
    word("person"),
    word("roles"),
    word("entity"),
    word("label"),
    moment("created_at"),
    moment("revoked_at", nullable=True),
    Index(None, "key_id", unique=True),
    Index(None, "person"),
)

META = Table(
    "meta",
    METADATA,
    Column("name", Text, primary_key=True),
    word("value"),
    moment("updated_at"),
)
"""Settings that belong to the data: the clock offset of a demo, the last anchor."""

POLICY = Table(
    "policy",
    METADATA,
    Column("policy", Text, primary_key=True),
    word("document"),
)
"""Every policy that a deal or account was ever pinned to, by name and content hash."""
