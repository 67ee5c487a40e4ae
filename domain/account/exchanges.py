"""Money of one currency that pays what is owed in another: asked for, done in one transaction, and undone in one."""

from typing import Annotated, Literal

from pydantic import Field

from domain.machine import Minor
from domain.receivables.exchange import Exchanged, Rate
from domain.value import Value
from domain.words import Name, Reason

Named = Annotated[str, Field(min_length=1, max_length=1000)]
"""As `exchange_name` makes it of two words and a number."""

# --- commands ---------------------------------------------------------------------------------------------------------


class ExchangeNow(Value):
    """Change unapplied cash of a receipt into another currency, in which the customer owes (折算).

    Attributes:
        minor: how much of it; none for all that is unapplied.
        rate: at which; none for the rate that was stated with the receipt, else the one kept for its value date.
        invoices: what it is to pay there; an amount that pays them but for its rounding pays them whole.
    """

    kind: Literal["exchange"] = "exchange"
    source: Name
    external_id: Name
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    minor: Minor | None = None
    rate: Rate | None = None
    invoices: tuple[Name, ...] = Field(default=(), max_length=100)


class UndoExchange(Value):
    """Take an exchange back: what it pays is open again, and the money is unapplied cash of its receipt again."""

    kind: Literal["undo_exchange"] = "undo_exchange"
    source: Name
    external_id: Name
    exchange: Named
    reason: Reason


# --- events -----------------------------------------------------------------------------------------------------------


class ReceiptExchanged(Value):
    """Cash of a receipt left this account for that of another currency of the same customer."""

    kind: Literal["receipt_exchanged"] = "receipt_exchanged"
    source: str
    external_id: str
    minor: int
    exchanged: Exchanged


class ExchangeUndone(Value):
    """Cash that had been exchanged is unapplied cash of its receipt again."""

    kind: Literal["exchange_undone"] = "exchange_undone"
    source: str
    external_id: str
    exchanged: tuple[Exchanged, ...]
    reason: str
