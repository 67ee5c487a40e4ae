"""What happens to the invoices of a deal, as it is told of them."""

from datetime import date
from typing import Literal

from domain.deal.effects import LineAmount, ServicePeriod
from domain.money import Money
from domain.quotes import QuoteLine
from domain.value import Value


class BillingItemDue(Value):
    """A billing item has fallen due: the invoice is asked for."""

    kind: Literal["billing_item_due"] = "billing_item_due"
    item: str
    trigger: str


class InvoiceIssued(Value):
    """An invoice was issued; to be paid is its gross, less what is deducted for a deposit.

    Attributes:
        owed: it bills what a cancelled order had delivered, so it stands.
    """

    kind: Literal["invoice_issued"] = "invoice_issued"
    item: str
    number: str
    net: Money
    gross: Money
    due_on: str
    deducted: Money | None = None
    owed: bool = False

    @property
    def payable(self) -> Money:
        """What is to be paid."""
        return self.gross if self.deducted is None else self.gross.minus(self.deducted)


class ReceivableOpened(Value):
    kind: Literal["receivable_opened"] = "receivable_opened"
    number: str


class InvoiceOpenChanged(Value):
    kind: Literal["invoice_open_changed"] = "invoice_open_changed"
    number: str
    open_minor: int
    disputed_minor: int = 0
    written_off: bool = False


class DebtRecovered(Value):
    """Bad debt of an invoice was paid after all; ``written_off`` tells whether a part of it still is bad debt."""

    kind: Literal["debt_recovered"] = "debt_recovered"
    number: str
    amount: Money
    written_off: bool = False


class CreditRequired(Value):
    kind: Literal["credit_required"] = "credit_required"
    number: str


class InvoiceCredited(Value):
    """A credit note was issued; ``left_minor`` is what is open of the invoice after it, where not all is credited."""

    kind: Literal["invoice_credited"] = "invoice_credited"
    number: str
    credit_note: str
    amount: Money
    left_minor: int | None = None


class RecurringStarted(Value):
    """A service that is billed again and again has begun."""

    kind: Literal["recurring_started"] = "recurring_started"
    item: str


class RecurringEnded(Value):
    """A recurring item ends; ``on`` is the first day without it."""

    kind: Literal["recurring_ended"] = "recurring_ended"
    item: str
    on: date
    reason: str


class PeriodDue(Value):
    """A period of a recurring item, or a part of one, has fallen due: its invoice is asked for."""

    kind: Literal["period_due"] = "period_due"
    part: str
    item: str
    start: date
    until: date


class DeltaDue(Value):
    """An amendment bills what it adds to what is billed already; ``part`` and the days where that recurs.

    Attributes:
        gone: lines of the amounts that are not ordered any more.
        upto: the day up to which a recurring item is billed with it, if it is billed in arrears.
    """

    kind: Literal["delta_due"] = "delta_due"
    item: str
    amounts: tuple[LineAmount, ...]
    gone: tuple[QuoteLine, ...] = ()
    part: str = ""
    service: ServicePeriod | None = None
    upto: date | None = None


class ReductionRequired(Value):
    """What was invoiced is more than what is ordered now: the difference is credited, from these items' invoices.

    ``by`` made it so.
    """

    kind: Literal["reduction_required"] = "reduction_required"
    amounts: tuple[LineAmount, ...]
    items: tuple[str, ...]
    reason: str
    service: ServicePeriod | None = None
    by: str = ""
