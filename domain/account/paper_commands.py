"""What people ask of the papers of an account."""

from typing import Literal

from domain.value import Value


class MailStatement(Value):
    """Send the customer a statement of the account (寄送对账单)."""

    kind: Literal["mail_statement"] = "mail_statement"
