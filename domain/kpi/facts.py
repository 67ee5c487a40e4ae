"""The facts behind every figure: plain values, one currency, no storage, nothing derived that could be wrong.

Amounts are integer minor units of `Facts.currency`, moments are aware datetimes, days are calendar days of the
legal entity. A fact that is not known is ``None``; it is never guessed.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Literal

Attributes = tuple[tuple[str, str], ...]
"""What a lead or an invoice carries beside its own fields, as (name, value); an absent value has no pair."""

DisputeHold = Literal["pause", "skip", "none"]
"""What a ladder does with a dispute; the same words as the policy's ``dispute_hold``."""


@dataclass(frozen=True, slots=True)
class EventFact:
    """Something that happened, under the name of the recorded process (``lead_created``, ``quote_sent`` ...)."""

    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DealFact:
    """One deal, from its lead to its last day.

    Attributes:
        attributes: ``agent``, ``product``, ``account`` and whatever else the lead carried; a lead whose account is
            not known has no ``account``, whatever stand-in its customer was given.
        list_minor: the list price, of the lead or else of the quote.
        quote_minor: the net amount of the quote that was accepted, else of the last one sent.
        qualified_at: when the lead was qualified; only then the deal counts as engaged, from its `created_at`.
    """

    deal_id: str
    attributes: Attributes
    created_at: datetime
    list_minor: int | None = None
    quote_minor: int | None = None
    qualified_at: datetime | None = None
    quoted_at: datetime | None = None
    approval_requested_at: datetime | None = None
    approval_granted_at: datetime | None = None
    accepted_at: datetime | None = None
    lost_at: datetime | None = None
    order_created_at: datetime | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DisputeFact:
    """A dispute of an invoice; ``closed_at`` is its end, whoever was right."""

    opened_at: datetime
    closed_at: datetime | None
    minor: int


@dataclass(frozen=True, slots=True)
class InvoiceFact:
    """An invoice that stands (a voided one is no fact); ``customer`` is the name it was reported under."""

    number: str
    deal_id: str
    customer: str
    issued_on: date
    due_on: date
    minor: int
    disputes: tuple[DisputeFact, ...] = ()
    attributes: Attributes = ()


@dataclass(frozen=True, slots=True)
class ReceiptFact:
    """Money that came in, applied or not."""

    reference: str
    value_date: date
    minor: int


@dataclass(frozen=True, slots=True)
class AllocationFact:
    """A part of a receipt, credit or write-off put against an invoice; a reversal is negative.

    Attributes:
        value_date: the day from which the invoice counts as paid.
        at: when it was recorded.
    """

    number: str
    minor: int
    value_date: date
    at: datetime


@dataclass(frozen=True, slots=True)
class NoticeFact:
    """A dunning stage that really went out for an invoice; one fact for each invoice in a letter."""

    number: str
    stage: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class StageFact:
    """A stage of the dunning ladder under which the log was made, in calendar days after the due date."""

    name: str
    day: int


@dataclass(frozen=True, slots=True)
class LadderFact:
    """The ladder under which the log was made, and what it did with disputes."""

    stages: tuple[StageFact, ...]
    dispute_hold: DisputeHold


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of one entity in one currency; ``zone`` turns moments into calendar days."""

    currency: str
    deals: tuple[DealFact, ...]
    invoices: tuple[InvoiceFact, ...]
    receipts: tuple[ReceiptFact, ...]
    allocations: tuple[AllocationFact, ...]
    notices: tuple[NoticeFact, ...]
    events: tuple[EventFact, ...]
    ladder: LadderFact
    zone: tzinfo = UTC

    def day(self, at: datetime) -> date:
        """Return the calendar day of a moment."""
        return at.astimezone(self.zone).date()


def attribute(attributes: Attributes, name: str) -> str | None:
    """Return an attribute, or nothing where it is absent."""
    return next((value for key, value in attributes if key == name), None)
