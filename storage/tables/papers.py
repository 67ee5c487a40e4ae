"""What others gave for our papers: numbers of the tax office; a row never changes."""

from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint

from storage.tables.columns import METADATA, moment, word

FISCAL_DOCUMENT = Table(
    "fiscal_document",
    METADATA,
    word("entity"),
    word("number"),
    word("kind"),
    word("fiscal_number"),
    word("confirmation_number"),
    word("buyer_code"),
    word("gross_in_capitals"),
    moment("issued_at"),
    moment("at"),
    PrimaryKeyConstraint("entity", "number"),
    UniqueConstraint("fiscal_number"),
)
"""``kind`` is blue for an invoice, red for a credit note; ``number`` is ours."""
