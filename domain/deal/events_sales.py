"""What happens to a deal until its quote is accepted, in the past tense."""

from datetime import datetime
from typing import Literal

from domain.deal.state import Customer
from domain.money import Money
from domain.quotes import Quote
from domain.terms import DealTerms
from domain.value import Value


class LeadCaptured(Value):
    kind: Literal["lead_captured"] = "lead_captured"
    deal_id: str
    entity: str
    customer: Customer
    currency: str
    source: str
    contact: str = ""
    owner: str = ""
    value: Money | None = None
    attributes: tuple[tuple[str, str], ...] = ()


class DealOpened(Value):
    """The customer is classified and the terms are compiled; ``terms.policy`` names the policy from here on."""

    kind: Literal["deal_opened"] = "deal_opened"
    terms: DealTerms
    customer: Customer
    score: int
    score_reasons: tuple[str, ...] = ()


class LeadAssigned(Value):
    kind: Literal["lead_assigned"] = "lead_assigned"
    owner: str
    hop: int = 0
    by_rule: bool = False


class LeadUnassignable(Value):
    kind: Literal["lead_unassignable"] = "lead_unassignable"


class ResponseWarned(Value):
    kind: Literal["response_warned"] = "response_warned"
    owner: str


class ResponseBreached(Value):
    """No first response in time; counts against ``owner``."""

    kind: Literal["response_breached"] = "response_breached"
    owner: str
    reassign: bool = False


class LeadResponded(Value):
    kind: Literal["lead_responded"] = "lead_responded"
    note: str = ""


class FollowedUp(Value):
    kind: Literal["followed_up"] = "followed_up"
    channel: str
    note: str


class LeadQualified(Value):
    kind: Literal["lead_qualified"] = "lead_qualified"
    score: int
    stage: str = ""
    override_reason: str = ""


class LeadDisqualified(Value):
    kind: Literal["lead_disqualified"] = "lead_disqualified"
    reason: str
    text: str = ""


class LeadNurtured(Value):
    kind: Literal["lead_nurtured"] = "lead_nurtured"
    until: datetime


class NurtureEnded(Value):
    kind: Literal["nurture_ended"] = "nurture_ended"


class StageAdvanced(Value):
    kind: Literal["stage_advanced"] = "stage_advanced"
    stage: str
    met: tuple[str, ...] = ()


class SteppedBack(Value):
    kind: Literal["stepped_back"] = "stepped_back"
    stage: str
    reason: str


class DealStalled(Value):
    kind: Literal["deal_stalled"] = "deal_stalled"
    stage: str


class DealLost(Value):
    kind: Literal["deal_lost"] = "deal_lost"
    reason: str
    competitor: str = ""
    text: str = ""
    by_clock: bool = False


class QuoteCreated(Value):
    kind: Literal["quote_created"] = "quote_created"
    quote: Quote


class QuoteEdited(Value):
    kind: Literal["quote_edited"] = "quote_edited"
    quote: Quote


class QuoteSuperseded(Value):
    kind: Literal["quote_superseded"] = "quote_superseded"
    version: int


class QuoteSubmitted(Value):
    kind: Literal["quote_submitted"] = "quote_submitted"
    version: int
    content_hash: str
    valid_until: datetime
    by: str


class QuoteApproved(Value):
    kind: Literal["quote_approved"] = "quote_approved"
    version: int
    content_hash: str


Outcome = Literal["rejected", "returned", "recalled", "expired"]


class QuoteNotApproved(Value):
    """The approval ended without one: rejected, returned, recalled or expired; ``by`` whom, if it was a person."""

    kind: Literal["quote_not_approved"] = "quote_not_approved"
    version: int
    outcome: Outcome
    reason: str = ""
    by: str = ""


class QuoteSent(Value):
    kind: Literal["quote_sent"] = "quote_sent"
    version: int
    content_hash: str
    valid_until: datetime
    total: Money


class QuoteReminded(Value):
    kind: Literal["quote_reminded"] = "quote_reminded"
    version: int
    nth: int


class QuoteExpired(Value):
    """A quote is over: its validity has ended, or (``unsigned``) its contract was not signed in time."""

    kind: Literal["quote_expired"] = "quote_expired"
    version: int
    unsigned: bool = False


class QuoteAccepted(Value):
    kind: Literal["quote_accepted"] = "quote_accepted"
    version: int
    content_hash: str
    accepted_by: str
    evidence: str = ""
    po_reference: str = ""


class QuoteDeclined(Value):
    kind: Literal["quote_declined"] = "quote_declined"
    version: int
