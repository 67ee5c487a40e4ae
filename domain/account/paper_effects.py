"""Papers that an account sends to its customer, as data."""

from typing import Literal

from domain.receivables.freed import PaidPart
from domain.value import Value


class SendStatement(Value):
    """Send the customer a statement of the account as it is then."""

    kind: Literal["send_statement"] = "send_statement"
    entity: str
    customer_id: str
    currency: str


class SendCreditNote(Value):
    """Send an issued credit note to the customer, once.

    Attributes:
        paid_part: what becomes of what had been paid of what it credits.
    """

    kind: Literal["send_credit_note"] = "send_credit_note"
    entity: str
    customer_id: str
    number: str
    paid_part: PaidPart = "unapplied"
