"""The public commands of a deal: what people, webhooks and the console may ask, and all that they may ask."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.approval.requests import AddSigner, Decide, Recall, TransferSeat
from domain.cancellation import Delivered
from domain.logged import AdoptLog
from domain.money import Money
from domain.quotes import QuoteLine
from domain.receivables.freed import PaidPart
from domain.value import Value
from domain.words import Name, Reason


class Capture(Value):
    """Capture a lead; the first command of every deal."""

    kind: Literal["capture"] = "capture"
    source: Name
    contact: str = Field(default="", max_length=200)
    owner: str = Field(default="", max_length=200)
    value: Money | None = None
    attributes: tuple[tuple[str, str], ...] = Field(default=(), max_length=100)


class Assign(Value):
    """Give the lead to a person."""

    kind: Literal["assign"] = "assign"
    owner: Name


class Respond(Value):
    """Record the first response to the lead; stops the response clock."""

    kind: Literal["respond"] = "respond"
    note: str = Field(default="", max_length=2000)


class FollowUp(Value):
    """Record a contact with the customer (跟进记录)."""

    kind: Literal["follow_up"] = "follow_up"
    channel: Name
    note: Reason


class Qualify(Value):
    """Turn the lead into an opportunity; below the score threshold an override reason is needed."""

    kind: Literal["qualify"] = "qualify"
    override_reason: str = Field(default="", max_length=2000)


class Disqualify(Value):
    """End the lead with a reason of the policy; ``other`` needs a text."""

    kind: Literal["disqualify"] = "disqualify"
    reason: Name
    text: str = Field(default="", max_length=2000)


class Nurture(Value):
    """Put the lead aside until a date."""

    kind: Literal["nurture"] = "nurture"
    until: datetime


class Advance(Value):
    """Move the opportunity to the next stage, naming the exit criteria met."""

    kind: Literal["advance"] = "advance"
    met: tuple[str, ...] = ()
    to: str = ""


class StepBack(Value):
    """Move the opportunity to an earlier stage."""

    kind: Literal["step_back"] = "step_back"
    to: Name
    reason: Reason


class Lose(Value):
    """Lose the deal with a reason of the policy."""

    kind: Literal["lose"] = "lose"
    reason: Name
    competitor: str = Field(default="", max_length=200)
    text: str = Field(default="", max_length=2000)


class CreateQuote(Value):
    """Create the next quote version as a draft."""

    kind: Literal["create_quote"] = "create_quote"
    lines: tuple[QuoteLine, ...] = Field(min_length=1, max_length=500)
    nonstandard_terms: bool = False


class EditQuote(Value):
    """Replace the lines of the draft; a submitted version is superseded by a new one."""

    kind: Literal["edit_quote"] = "edit_quote"
    lines: tuple[QuoteLine, ...] = Field(min_length=1, max_length=500)
    nonstandard_terms: bool = False


class SubmitQuote(Value):
    """Submit the draft for approval."""

    kind: Literal["submit_quote"] = "submit_quote"
    valid_until: datetime | None = None


class SendQuoteNow(Value):
    """Send the approved quote to the customer."""

    kind: Literal["send_quote"] = "send_quote"


class AcceptQuote(Value):
    """The customer accepts the sent quote, bound to its content hash."""

    kind: Literal["accept_quote"] = "accept_quote"
    content_hash: str
    accepted_by: Name
    evidence: str = Field(default="", max_length=2000)
    po_reference: str = Field(default="", max_length=200)


class DeclineQuote(Value):
    """The customer declines the sent quote: the deal is lost."""

    kind: Literal["decline_quote"] = "decline_quote"
    reason: Name = "other"
    text: str = Field(default="", max_length=2000)


class SignContract(Value):
    """Record a signature of one side."""

    kind: Literal["sign_contract"] = "sign_contract"
    side: Literal["ours", "theirs"]
    signed_by: Name
    evidence: str = Field(default="", max_length=2000)


class DeliveredLine(Value):
    """A quantity delivered of one order line."""

    position: int
    quantity: str


class RecordDelivery(Value):
    """Record a delivery: the named quantities, or all that is left."""

    kind: Literal["record_delivery"] = "record_delivery"
    lines: tuple[DeliveredLine, ...] = ()
    reference: str = Field(default="", max_length=200)


class CorrectDelivery(Value):
    """Correct delivered quantities, as long as the item they trigger is not billed."""

    kind: Literal["correct_delivery"] = "correct_delivery"
    lines: tuple[DeliveredLine, ...]
    reason: Reason


class AcceptDelivery(Value):
    """The customer accepts what was delivered (验收)."""

    kind: Literal["accept_delivery"] = "accept_delivery"
    accepted_by: Name
    evidence: str = Field(default="", max_length=2000)


class RejectDelivery(Value):
    """The customer refuses acceptance: rework."""

    kind: Literal["reject_delivery"] = "reject_delivery"
    reason: Reason


class Amend(Value):
    """Change the order from today on: new lines, never below what was delivered.

    What is billed already is billed more or credited by the difference; recurring lines change by the day.
    """

    kind: Literal["amend"] = "amend"
    lines: tuple[QuoteLine, ...] = Field(min_length=1, max_length=500)
    reason: Reason


class EndRecurring(Value):
    """End what is billed again and again; ``on`` is the first day without it.

    What is billed beyond it is credited by the day.
    """

    kind: Literal["end_recurring"] = "end_recurring"
    item: str = Field(default="", max_length=200)
    on: date
    reason: Reason


class Cancel(Value):
    """Cancel the order: stop fulfilment and billing, credit what was invoiced beyond what was delivered.

    ``delivered: credited`` credits what was delivered, too. ``preview`` is the content hash of a preview: when
    cancelling would do anything else by now, it is refused. ``paid_part: refund`` pays back what had been paid of what
    is credited; else that is unapplied.
    """

    kind: Literal["cancel"] = "cancel"
    reason: Reason
    delivered: Delivered = "owed"
    preview: str = Field(default="", max_length=64)
    paid_part: PaidPart = "unapplied"


class HoldDeal(Value):
    """Hold the deal: nothing moves but money already owed, clocks stand still."""

    kind: Literal["hold"] = "hold"
    reason: Reason
    until: datetime | None = None


class Release(Value):
    """Release the hold."""

    kind: Literal["release"] = "release"


class ReleaseCredit(Value):
    """Release a credit hold; needs the role ``credit``."""

    kind: Literal["release_credit"] = "release_credit"
    reason: Reason


class RetryEffect(Value):
    """Try again what exhausted its retries."""

    kind: Literal["retry_effect"] = "retry_effect"
    effect_id: str


class SkipEffect(Value):
    """Go on without an effect that has no result the deal needs."""

    kind: Literal["skip_effect"] = "skip_effect"
    effect_id: str
    reason: Reason


class AbortEffect(Value):
    """Give up an effect and cancel the deal."""

    kind: Literal["abort"] = "abort"
    effect_id: str
    reason: Reason


PublicDealCommand = Annotated[
    Capture
    | Assign
    | Respond
    | FollowUp
    | Qualify
    | Disqualify
    | Nurture
    | Advance
    | StepBack
    | Lose
    | CreateQuote
    | EditQuote
    | SubmitQuote
    | SendQuoteNow
    | AcceptQuote
    | DeclineQuote
    | Decide
    | TransferSeat
    | AddSigner
    | Recall
    | SignContract
    | RecordDelivery
    | CorrectDelivery
    | AcceptDelivery
    | RejectDelivery
    | Amend
    | EndRecurring
    | Cancel
    | HoldDeal
    | Release
    | ReleaseCredit
    | RetryEffect
    | SkipEffect
    | AbortEffect
    | AdoptLog,
    Field(discriminator="kind"),
]
