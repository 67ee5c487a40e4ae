"""Master data: names are data, ids are ours; one price per article and currency."""

from sqlalchemy import CHAR, BigInteger, Boolean, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from storage.tables.columns import METADATA, added_word, currency, identity, minor, moment, word

CUSTOMER = Table(
    "customer",
    METADATA,
    Column("customer_id", Text, primary_key=True),
    word("name"),
    word("language", "en"),
    word("zone", "UTC"),
    word("country", ""),
    word("tax_id", ""),
    word("address", "[]"),
    word("email", ""),
    word("phone", ""),
    added_word("buyer_reference"),
    added_word("electronic_address"),
    word("entity", ""),
    word("owner", ""),
    word("class_override", ""),
    word("attributes", "[]"),
    Column("blacklisted", Boolean, nullable=False),
    Column("strategic", Boolean, nullable=False),
    Column("revenue_minor", BigInteger, nullable=True),
    Column("revenue_currency", CHAR(3), nullable=True),
    Column("merged_into", Text, nullable=True),
    moment("created_at"),
    moment("updated_at"),
    Index(None, "name"),
    Index(None, "tax_id"),
    Index(None, "email"),
    Index(None, "phone"),
    Index(None, "merged_into"),
)

CUSTOMER_CONTACT = Table(
    "customer_contact",
    METADATA,
    Column("customer_id", Text, ForeignKey(CUSTOMER.c.customer_id), nullable=False),
    Column("position", Integer, nullable=False),
    word("name"),
    word("role", ""),
    word("email", ""),
    word("phone", ""),
    PrimaryKeyConstraint("customer_id", "position"),
)

PRODUCT = Table(
    "product",
    METADATA,
    word("sku"),
    currency(),
    word("name"),
    word("unit", ""),
    minor("list_minor"),
    word("tax_code", ""),
    Column("active", Boolean, nullable=False),
    moment("updated_at"),
    PrimaryKeyConstraint("sku", "currency"),
)

LEAD_CLAIM = Table(
    "lead_claim",
    METADATA,
    Column("dedupe_key", Text, primary_key=True),
    word("deal_id"),
    moment("claimed_at"),
)

DELEGATION = Table(
    "delegation",
    METADATA,
    identity(),
    word("delegator"),
    word("delegate"),
    moment("since"),
    moment("until", nullable=True),
    word("created_by"),
    moment("created_at"),
    moment("revoked_at", nullable=True),
)

ABSENCE = Table(
    "absence",
    METADATA,
    identity(),
    word("person"),
    moment("since"),
    moment("until", nullable=True),
    word("created_by"),
    moment("created_at"),
    moment("revoked_at", nullable=True),
)
