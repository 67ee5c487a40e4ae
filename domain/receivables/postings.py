"""Every movement of money is a double entry whose legs add up to zero; the balances are sums of legs (M10)."""

from collections.abc import Iterable
from datetime import date

from domain.money import Money
from domain.receivables.deferral import later
from domain.receivables.differences import gain_and_loss
from domain.receivables.entries import Allocation, AllocationKind, Component, CreditNote, Invoice, Purpose
from domain.value import Value

RECEIVABLE = "receivable"
REVENUE = "revenue"
TAX = "tax"
CASH = "cash"
UNAPPLIED = "unapplied"
BAD_DEBT = "bad_debt"
RECOVERY = "bad_debt_recovered"
REFUNDS = "refunds"
"""Cash set aside that is on its way back to its payers."""
TOLERANCE = "tolerance"
DISCOUNTS = "discounts"
"""Given for early payment, without the tax in them."""
FEES = "dunning_fees"
INTEREST = "late_interest"
"""Income from lateness: no revenue, and outside of tax."""
DEFERRED = "deferred"
"""Invoiced for days that have not passed yet: a liability until they have."""
DEPOSITS = "deposits"
"""Deposits of customers (合同负债/预收): a liability until an invoice takes them off."""
OPENING = "opening"
"""The other side of open items that came from another system."""
EXCHANGE = "exchange"
"""Between currencies: what left one for another, and what rates have brought; each currency balances by itself."""
EXCHANGE_GAIN = "exchange_gain"
EXCHANGE_LOSS = "exchange_loss"

_AGAINST: dict[AllocationKind, str] = {
    "cash": UNAPPLIED,
    "tolerance": TOLERANCE,
    "writeoff": BAD_DEBT,
    "discount": DISCOUNTS,
}


class Posting(Value):
    """One leg of a double entry: positive minor is debit, negative credit."""

    account: str
    minor: int
    currency: str


def balanced(currency: str, *legs: tuple[str, int]) -> tuple[Posting, ...]:
    """Build postings from (account, debit minus credit), leaving out legs of nothing.

    Raises:
        ValueError: the legs do not add up to zero, which is a mistake in this file.
    """
    if sum(minor for _, minor in legs):
        raise ValueError(f"{legs} do not balance")
    return tuple(Posting(account=account, minor=minor, currency=currency) for account, minor in legs if minor)


def of_invoice(invoice: Invoice) -> tuple[Posting, ...]:
    """Debit the receivable; credit revenue and tax, or the opening balance for an item of another system.

    A debit note credits the income from fees and interest instead, one for a charge-back the cash that left.
    A deposit is owed to the customer until it is deducted: its invoice earns no revenue, and the invoice that takes it
    off debits it, with the tax that the deposit's invoice has stated already.
    """
    gross, net = invoice.gross, invoice.net.minor
    late = [(part.component, -part.amount.minor) for part in invoice.instalments if part.component != "principal"]
    if late:
        return balanced(gross.currency, (RECEIVABLE, gross.minor), *_income(late))
    if invoice.purpose == "chargeback":
        return balanced(gross.currency, (RECEIVABLE, gross.minor), (CASH, -gross.minor))
    if not invoice.deal_id:
        return balanced(gross.currency, (RECEIVABLE, gross.minor), (OPENING, -gross.minor))
    deferred = sum(minor for _, minor in later(net, invoice.period, invoice.issued_on))
    deposit = sum(part.net.minor for part in invoice.deductions)
    taxed_before = invoice.deducted_minor - deposit
    return balanced(
        gross.currency,
        (RECEIVABLE, invoice.payable.minor),
        (DEPOSITS, deposit),
        (_earned(invoice.purpose), deferred - net),
        (DEFERRED, -deferred),
        (TAX, net - gross.minor + taxed_before),
    )


def _earned(purpose: Purpose) -> str:
    return DEPOSITS if purpose == "deposit" else REVENUE


def releases_of(document: Invoice | CreditNote) -> tuple[tuple[date, tuple[Posting, ...]], ...]:
    """Return the entries by which deferred revenue is earned, each on the last day of its month.

    They are posted with the document, dated ahead; a credit note takes back what it credits of them.
    """
    sign = 1 if isinstance(document, Invoice) else -1
    currency = document.gross.currency
    return tuple(
        (day, balanced(currency, (DEFERRED, sign * minor), (REVENUE, -sign * minor)))
        for day, minor in later(document.net.minor, document.period, document.issued_on)
    )


def of_receipt(amount: Money) -> tuple[Posting, ...]:
    """Debit cash, credit unapplied cash: money received is not yet money allocated."""
    return balanced(amount.currency, (CASH, amount.minor), (UNAPPLIED, -amount.minor))


def of_bounce(amount: Money) -> tuple[Posting, ...]:
    """Take a bounced amount out of cash and unapplied cash, where its allocations have gone back to before."""
    return balanced(amount.currency, (UNAPPLIED, amount.minor), (CASH, -amount.minor))


def of_refund(minor: int, currency: str) -> tuple[Posting, ...]:
    """Debit unapplied cash, credit refunds under way: the money is still in the bank."""
    return balanced(currency, (UNAPPLIED, minor), (REFUNDS, -minor))


def of_refund_paid(minor: int, currency: str) -> tuple[Posting, ...]:
    """Debit refunds under way, credit cash."""
    return balanced(currency, (REFUNDS, minor), (CASH, -minor))


def of_refund_failed(minor: int, currency: str) -> tuple[Posting, ...]:
    """Post the exact opposite of `of_refund`: nothing went back."""
    return balanced(currency, (REFUNDS, minor), (UNAPPLIED, -minor))


def of_recovery(minor: int, currency: str) -> tuple[Posting, ...]:
    """Debit the receivable that was written off, credit recovered bad debt: the cash that pays it posts as any does."""
    return balanced(currency, (RECEIVABLE, minor), (RECOVERY, -minor))


def of_given_up(before_minor: int, after_minor: int, currency: str, against: str) -> tuple[Posting, ...]:
    """Post how far what is given up of a deposit has changed: of what was never paid, nothing is owed.

    Nothing was earned of it, so only its tax is lost; that goes with a credit note alone.

    Args:
        before_minor, after_minor: the net of it; see `domain.receivables.deposits.Deposit.given_up_net_minor`.
        against: where the write-off, or what came back of it, was posted.
    """
    changed = after_minor - before_minor
    return balanced(currency, (DEPOSITS, changed), (against, -changed))


def of_exchange(given: Money, got: Money) -> tuple[tuple[Posting, ...], tuple[Posting, ...]]:
    """Take an amount out of the unapplied cash of one currency, and put another into that of a second.

    The cash itself stays where the bank has it.
    """
    out = balanced(given.currency, (UNAPPLIED, given.minor), (EXCHANGE, -given.minor))
    return out, balanced(got.currency, (EXCHANGE, got.minor), (UNAPPLIED, -got.minor))


def of_differences(changes: Iterable[tuple[int, int]], currency: str) -> tuple[Posting, ...]:
    """Post how far what items have brought by exchange rates has changed, in the currency of the books.

    A gain that goes leaves the account of gains, a loss that goes that of losses: neither becomes the other.

    Args:
        changes: of each item, what it had brought before and what it has brought now, a gain above zero.
    """
    gained = lost = 0
    for before, after in changes:
        (gain_before, loss_before), (gain, loss) = gain_and_loss(before), gain_and_loss(after)
        gained, lost = gained + gain - gain_before, lost + loss - loss_before
    return balanced(currency, (EXCHANGE, gained - lost), (EXCHANGE_GAIN, -gained), (EXCHANGE_LOSS, lost))


def of_allocations(allocations: Iterable[Allocation], currency: str) -> tuple[Posting, ...]:
    """Credit the receivable with cash, tolerance, bad debt and discounts, of which a part may be tax.

    A credit note posts its own allocations itself.
    """
    parts = [part for part in allocations if part.kind != "credit"]
    legs = [(_AGAINST[part.kind], part.minor - part.tax_minor) for part in parts]
    corrected = [(TAX, part.tax_minor) for part in parts]
    return balanced(currency, *legs, *corrected, (RECEIVABLE, -sum(part.minor for part in parts)))


def of_unallocations(allocations: Iterable[Allocation], currency: str) -> tuple[Posting, ...]:
    """Post the exact opposite of `of_allocations`."""
    return tuple(leg.model_copy(update={"minor": -leg.minor}) for leg in of_allocations(allocations, currency))


def of_credit(note: CreditNote) -> tuple[Posting, ...]:
    """Debit revenue and tax, credit the receivable; released cash posts itself by `of_unallocations`.

    A credit of an item of another system goes against its opening balance, as the item did, and one of a debit note
    against the income that the note had brought; one of a
    charge-back gives the money up. A deduction that is undone becomes a deposit again.
    """
    gross, net = note.gross, note.net.minor
    if note.components:
        return balanced(gross.currency, *_income(note.components), (RECEIVABLE, -gross.minor))
    if note.purpose == "chargeback":
        return balanced(gross.currency, (BAD_DEBT, gross.minor), (RECEIVABLE, -gross.minor))
    if not note.deal_id:
        return balanced(gross.currency, (OPENING, gross.minor), (RECEIVABLE, -gross.minor))
    restored, deposit = note.restored_minor, note.restored_net_minor
    deferred = sum(minor for _, minor in later(net, note.period, note.issued_on))
    return balanced(
        gross.currency,
        (_earned(note.purpose), net - deferred),
        (DEFERRED, deferred),
        (TAX, gross.minor - net - (restored - deposit)),
        (RECEIVABLE, restored - gross.minor),
        (DEPOSITS, -deposit),
    )


def _income(parts: Iterable[tuple[Component, int]]) -> tuple[tuple[str, int], ...]:
    """Return the legs of what lateness brings, one for each kind."""
    of = {"fee": FEES, "interest": INTEREST}
    sums = dict.fromkeys(of.values(), 0)
    for component, minor in parts:
        sums[of[component]] += minor
    return tuple(sums.items())
