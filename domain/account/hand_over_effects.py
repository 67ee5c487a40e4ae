"""What an account has the collection agency told."""

from datetime import date
from typing import Literal

from domain.money import Money
from domain.value import Value


class SendHandOver(Value):
    """Send the agency all that it needs to collect: statement, invoices, notices, what was promised."""

    kind: Literal["send_hand_over"] = "send_hand_over"
    entity: str
    customer_id: str
    currency: str
    agency: str
    email: str
    language: str = "en"


class TellAgency(Value):
    """Tell the agency that the customer has paid us, or that such a payment has come back."""

    kind: Literal["tell_agency"] = "tell_agency"
    entity: str
    customer_id: str
    currency: str
    agency: str
    email: str
    language: str = "en"
    what: Literal["paid", "returned"]
    amount: Money
    value_date: date | None = None
    reference: str = ""
