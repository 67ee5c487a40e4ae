"""A deposit is deducted as the order is billed, never beyond what was paid of it, and whole in the end (M6)."""

from domain.deal.effects import IssueInvoice
from domain.money import Money, of_whole
from domain.receivables.crediting import first_of
from domain.receivables.deductions import Deducted
from domain.receivables.entries import AllocationKind, Invoice
from domain.value import Value

SETTLING: tuple[AllocationKind, ...] = ("cash", "tolerance", "discount")
"""By what a deposit is paid: money, and what its payer was let off for it."""


class Deposit(Value):
    """A deposit's invoice with what became of it.

    Attributes:
        paid_minor: what receipts have settled of it, small shortfalls that were forgiven and discounts for
            early payment included.
        deducted_minor: what invoices have taken off already, less what credit notes restored.
        credited_minor: what credit notes took back of it.
        written_off_minor: what of it is bad debt.
    """

    invoice: Invoice
    paid_minor: int
    deducted_minor: int
    credited_minor: int = 0
    written_off_minor: int = 0

    @property
    def used_minor(self) -> int:
        """What is deducted or credited: its net and tax are those of the first so many units of the deposit."""
        return self.deducted_minor + self.credited_minor

    @property
    def left_minor(self) -> int:
        """What was asked for and is neither deducted nor credited, nor given up."""
        return self.invoice.gross.minor - self.used_minor - self.written_off_minor

    @property
    def given_up_net_minor(self) -> int:
        """The net of what is owed to nobody, since it was written off before it was paid.

        It is what lies behind what is deducted and credited: what was deducted, and bounced afterwards, is a loss.
        """
        whole = self.invoice.gross.minor
        used = min(self.used_minor, whole)
        return _net(self.invoice, min(used + self.written_off_minor, whole)) - _net(self.invoice, used)


def deducted(effect: IssueInvoice, gross_minor: int, deposit: Deposit | None) -> tuple[Deducted, ...]:
    """Return what an invoice takes off: the deposit in the proportion in which the order is billed by then.

    What was not paid in time for one invoice is taken off by the next. Never more than is paid, nor than the invoice
    is over.
    """
    if deposit is None:
        return ()
    whole = deposit.invoice.gross.minor
    wanted = of_whole(whole, effect.deduct_upto_bp, effect.whole_bp)
    minor = min(min(wanted, deposit.paid_minor) - deposit.deducted_minor, gross_minor)
    return () if minor <= 0 else (part_of(deposit, deposit.used_minor, deposit.used_minor + minor),)


def part_of(deposit: Deposit, before_minor: int, upto_minor: int) -> Deducted:
    """Return what lies between two amounts of a deposit: all parts of it together are its net and its tax."""
    invoice = deposit.invoice
    net = _net(invoice, upto_minor) - _net(invoice, before_minor)
    return Deducted(
        number=invoice.number,
        issued_on=invoice.issued_on,
        net=Money(minor=net, currency=invoice.gross.currency),
        gross=Money(minor=upto_minor - before_minor, currency=invoice.gross.currency),
    )


def _net(invoice: Invoice, minor: int) -> int:
    return sum(base for base, _ in first_of(invoice, minor))


def is_last(effect: IssueInvoice) -> bool:
    """Tell whether no invoice after this one will deduct the deposit."""
    return effect.deduct_upto_bp == effect.whole_bp
