"""A quote is immutable once submitted; its price, discount and content hash are derived, never typed in."""

from datetime import datetime
from typing import Literal

from domain.billing_periods import Every
from domain.money import Money
from domain.value import Value

QuoteStatus = Literal[
    "draft", "submitted", "pending", "approved", "returned", "rejected", "recalled", "sent", "expired", "accepted",
    "declined", "superseded",
]  # fmt: skip


class QuoteLine(Value):
    """One line of a quote or order.

    Attributes:
        quantity: a decimal number as text, > 0.
        list_price: the price book's price of one unit.
        net_price: the agreed price of one unit, before tax; may exceed the list price.
        every: the period that the prices are for, where the line is billed again and again; none is once.
    """

    position: int
    sku: str
    description: str = ""
    quantity: str = "1"
    unit: str = ""
    list_price: Money
    net_price: Money
    tax_code: str = ""
    every: Every | None = None


class Totals(Value):
    """The amounts a quote's rules are asked with; a recurring line counts with one period.

    Attributes:
        max_discount_bp: the largest line discount in basis points, rounded up; figures use the exact quotient.
        total: Σ line nets, before tax.
        list_total: the same at list prices.
        gross: with tax.
    """

    total: Money
    list_total: Money
    gross: Money
    max_discount_bp: int
    discount_bp: int


class Quote(Value):
    """One version of a deal's quote.

    Attributes:
        lines: empty for versions that are no longer current, and once the order has them.
        editor: who edited it last; ``editors`` are all who did, who may not approve it.
        turned_down_by, turned_down_for: who ended its approval without one, and why; empty again once it is replaced.
        reminded: how many reminders of its expiry went to the customer.
    """

    version: int
    status: QuoteStatus
    lines: tuple[QuoteLine, ...]
    totals: Totals
    content_hash: str
    nonstandard_terms: bool = False
    valid_until: datetime | None = None
    approval_id: str = ""
    editor: str = ""
    editors: tuple[str, ...] = ()
    sent_at: datetime | None = None
    accepted_by: str = ""
    evidence: str = ""
    po_reference: str = ""
    reminded: int = 0
    turned_down_by: str = ""
    turned_down_for: str = ""
