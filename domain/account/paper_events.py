"""What happens to the papers of an account, in the past tense."""

from typing import Literal

from domain.receivables.freed import PaidPart
from domain.value import Value


class StatementAsked(Value):
    """Somebody asked for a statement to be sent to the customer."""

    kind: Literal["statement_asked"] = "statement_asked"


class CreditNoteReported(Value):
    """A deal credited an invoice: ``credit_note`` is to be sent."""

    kind: Literal["credit_note_reported"] = "credit_note_reported"
    number: str
    credit_note: str
    deal_id: str
    paid_part: PaidPart = "unapplied"
