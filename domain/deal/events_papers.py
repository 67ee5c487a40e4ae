"""What happens to the papers of a deal."""

from typing import Literal

from domain.value import Value


class InvoiceSent(Value):
    """The customer has the invoice; ``fiscal_number`` is its 数电票号码, where the tax office issued it."""

    kind: Literal["invoice_sent"] = "invoice_sent"
    number: str
    fiscal_number: str = ""
