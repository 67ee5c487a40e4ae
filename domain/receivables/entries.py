"""What the ledger holds: append-only documents and movements; every balance is derived from allocations."""

from datetime import date, datetime
from typing import Literal

from domain.billing_periods import Period
from domain.einvoice.codes import TaxCategory
from domain.money import Money
from domain.receivables.corrected import Corrected
from domain.receivables.deductions import Deducted
from domain.receivables.exchange import Exchanged, Rate
from domain.receivables.freed import FreedCash
from domain.receivables.offers import DiscountOffer
from domain.receivables.second_person import Weighed
from domain.value import Text, Value

AllocationKind = Literal["cash", "credit", "tolerance", "writeoff", "discount"]
Component = Literal["principal", "interest", "fee"]
"""What an open item is: what was sold, or what its lateness costs."""
Purpose = Literal["standard", "deposit", "chargeback"]


class InvoiceLine(Value):
    """One line of an invoice, as ordered.

    Attributes:
        order_line: position of the order line it bills.
        net: the net amount of the line on this document.
        priced_minor: what it bills at the order's prices, where they have tax in them; none is the net.
    """

    order_line: int
    sku: str
    description: str
    quantity: str
    unit: str = ""
    unit_price: Money
    discount_bp: int
    net: Money
    tax_code: str
    priced_minor: int | None = None

    @property
    def amount_minor(self) -> int:
        """What it bills at the order's prices, in minor units."""
        return self.net.minor if self.priced_minor is None else self.priced_minor


class TaxSum(Value):
    """Tax of one code, computed on its sum (EN 16931 BR-CO-17); see `domain.terms.TaxRate`."""

    code: str
    rate_bp: int
    base: Money
    tax: Money
    category: TaxCategory | None = None
    reason: Text | None = None


class Instalment(Value):
    """A part of an invoice with its own due date: the open item of the ledger.

    Attributes:
        claim_of: the invoice whose lateness is charged, for the interest and fees of a debit note.
    """

    index: int
    due_on: date
    amount: Money
    discount: DiscountOffer | None = None
    component: Component = "principal"
    claim_of: str = ""


class Invoice(Value):
    """An issued invoice; it never changes.

    Attributes:
        purpose: a deposit's invoice asks for money before supply: what it earns is a liability, not revenue.
        period: the days that it bills, of what recurs.
        deductions: the deposits it takes off; its instalments are what is left to pay.
        number: from the gapless series.
        item: the billing item it bills; unique with ``deal_id``.
        deal_id: empty for an imported open item.
    """

    number: str
    entity: str
    customer_id: str
    deal_id: str
    item: str
    issued_on: date
    supplied_on: date
    net: Money
    gross: Money
    lines: tuple[InvoiceLine, ...]
    taxes: tuple[TaxSum, ...]
    instalments: tuple[Instalment, ...]
    po_reference: str = ""
    payment_terms: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    purpose: Purpose = "standard"
    deductions: tuple[Deducted, ...] = ()
    period: Period | None = None

    @property
    def deducted_minor(self) -> int:
        """What it takes off for deposits, with tax."""
        return sum(part.gross.minor for part in self.deductions)

    @property
    def payable(self) -> Money:
        """What is left to pay when it is issued: the sum of its instalments."""
        return Money(minor=self.gross.minor - self.deducted_minor, currency=self.gross.currency)


class OpenItem(Value):
    """An instalment with what has happened to it, as the pure rules see it.

    Attributes:
        open_minor: amount − Σ active allocations.
        disputed_minor: the part under open disputes (≤ open).
        promised_minor: the part under open promises (≤ open − disputed).
        disputes: every dispute as (from, to or none), for ladders that skip levels inside one.
        promised_until: until when open and broken promises hold or held (date + grace), if any: a level that fell
            into one waits for the first slot after it.
        level: the highest ladder level sent for it, 0 for none; per invoice ladders only.
        last_notice_at: when the last notice that counted for it was sent.
        pre_due_sent: pre-due offsets already sent, as text.
        skipped: levels that fell into a dispute under ``dispute_hold: skip``.
        discount: what paying early takes off.
        cash: what pays it already, as (value date, minor); only where there is a discount.
        claim_of: the invoice that an item of a debit note is about, empty for principal.
    """

    number: str
    instalment: int
    deal_id: str
    issued_on: date
    due_on: date
    amount_minor: int
    open_minor: int
    currency: str
    disputed_minor: int = 0
    promised_minor: int = 0
    disputes: tuple[tuple[datetime, datetime | None], ...] = ()
    promised_until: datetime | None = None
    level: int = 0
    last_notice_at: datetime | None = None
    pre_due_sent: tuple[str, ...] = ()
    skipped: tuple[int, ...] = ()
    discount: DiscountOffer | None = None
    cash: tuple[tuple[date, int], ...] = ()
    component: Component = "principal"
    claim_of: str = ""


class Receipt(Value):
    """Money that came in, known by ``(source, external_id)``.

    Attributes:
        value_date: the day the money counts from.
        received_at: when it was reported, business time.
        reference: what the payer wrote; invoice numbers in it are explicit.
        invoices: invoice numbers the reporter named; explicit, in this order.
        rate: what its currency was worth on its value date, as its reporter states it.
    """

    source: str
    external_id: str
    amount: Money
    value_date: date
    received_at: datetime
    payer: str = ""
    reference: str = ""
    invoices: tuple[str, ...] = ()
    rate: Rate | None = None


class Allocation(Value):
    """A part of a receipt (or credit, tolerance, write-off, discount) put against an instalment.

    Attributes:
        tax_minor: the part of a discount that corrects the tax.
    """

    number: str
    instalment: int
    kind: AllocationKind
    minor: int
    tax_minor: int = 0

    def part(self, minor: int) -> "Allocation":
        """Return a part of it, with as much of the tax; all parts of a discount taken off one by one are the whole."""
        tax = (2 * self.tax_minor * minor + self.minor) // (2 * self.minor)
        return self.model_copy(update={"minor": minor, "tax_minor": tax})


class Match(Value):
    """What matching decided for a receipt, with its evidence.

    Attributes:
        allocations: what to apply, never more than is open.
        rule: which rule matched: ``named``, ``reference``, ``covering_set``, ``none``.
        evidence: sentences that prove it, for people.
        candidates: competing sets of invoice numbers when there is a question.
    """

    allocations: tuple[Allocation, ...]
    rule: str
    evidence: tuple[str, ...] = ()
    candidates: tuple[tuple[str, ...], ...] = ()


class AppliedCash(Value):
    """What one receipt still pays of one instalment, tolerance and discount beside; ordered by when it was applied."""

    source: str
    external_id: str
    allocation: Allocation


class CreditNote(Value):
    """An issued credit note, in positive amounts; it never changes.

    Attributes:
        credits: the number of the invoice it refers to.
        offset_minor: the part that reduced what was open.
        released_minor: the part that had been paid and is unapplied cash now.
        components: what it takes off a debit note, none for an invoice.
        restored_minor: the part that had been a deduction, and is a deposit to be deducted or paid back again;
            ``restored_net_minor`` without its tax.
        purpose: of the invoice it refers to.
        lines: what it takes back of the invoice's lines, where an order became less; empty for any other credit.
        period: the days that it is about, of what recurs.
    """

    number: str
    credits: str
    entity: str
    customer_id: str
    deal_id: str
    issued_on: date
    net: Money
    gross: Money
    taxes: tuple[TaxSum, ...]
    offset_minor: int
    released_minor: int
    reason: str
    components: tuple[tuple[Component, int], ...] = ()
    restored_minor: int = 0
    restored_net_minor: int = 0
    purpose: Purpose = "standard"
    lines: tuple[InvoiceLine, ...] = ()
    period: Period | None = None


class CaseCounters(Value):
    """What a customer's case remembers beyond single items; kept in the ledger over restarts.

    Attributes:
        level: the highest level sent in the running cycle (``per: customer`` ladders).
        last_notice_at: when the last notice was sent.
        cycle: how many times the case went idle → dunned.
        promises_broken: over all time.
        promise_days: dates on which promises were made, for the yearly cap.
    """

    level: int = 0
    last_notice_at: datetime | None = None
    cycle: int = 1
    promises_broken: int = 0
    promise_days: tuple[date, ...] = ()


class NextStep(Value):
    """The next thing time alone will do for the account.

    Attributes:
        at: when it falls due.
        action: ``pre_due``, ``notice``, ``skip`` (a level inside a dispute, recorded, not sent),
            ``promise`` (a promise falls due), ``write_off`` (items are old enough to be proposed for it).
        level: the ladder index, 1 is the first level; 0 for the others.
        stage: the level's id (``reminder``, ``L1`` …), the pre-due offset, or the promise id.
        invoices: the items it is about, oldest first, at most ten of them.
        items: how many there are in all.
        days_late: days past due of the oldest.
        instalment: the instalment of the one item it is about, 0 where it is about the whole case.
        skips: how many levels before it are left out, since their time passed unsent (``catch_up: skip``).
    """

    at: datetime
    action: Literal["pre_due", "notice", "skip", "promise", "write_off"]
    level: int = 0
    stage: str = ""
    invoices: tuple[str, ...] = ()
    items: int = 0
    days_late: int = 0
    instalment: int = 0
    skips: int = 0


class CaseView(Value):
    """A customer account in one currency, summed up from its items: all that the workflow holds of the money.

    Attributes:
        next: the next step of all.
        judge: the next promise to judge; it does not wait for a pause of the ladder.
        propose: when items are next proposed for write-off; it waits for nothing.
        proposed_minor: what is open of all that was proposed for it.
        promises: how many promises are open.
        promises_broken: over all time.
        blocked: why no next step could be found, empty otherwise (a calendar that has ended).
        revision: counts the account's ledger transactions; of two views the higher is the later.
    """

    open_minor: int = 0
    overdue_minor: int = 0
    disputed_minor: int = 0
    promised_minor: int = 0
    unapplied_minor: int = 0
    items: int = 0
    oldest_due_on: date | None = None
    level: int = 0
    stage: str = ""
    next: NextStep | None = None
    judge: NextStep | None = None
    propose: NextStep | None = None
    proposed_minor: int = 0
    promises: int = 0
    promises_broken: int = 0
    blocked: str = ""
    revision: int = 0


class InvoiceChange(Value):
    """What a movement did to one invoice.

    Attributes:
        before_minor: what was open of it before.
        disputed_minor: what is under dispute of it now.
        written_off: whether a part of it is bad debt now.
        withdrawn: its dispute ended because nothing is open any more.
        recovered_minor: what of it was written off, and is paid after all.
    """

    number: str
    deal_id: str
    item: str
    open_minor: int
    gross_minor: int
    before_minor: int = 0
    disputed_minor: int = 0
    written_off: bool = False
    withdrawn: bool = False
    recovered_minor: int = 0


class Movement(Value):
    """The answer of every ledger operation on an account.

    Attributes:
        changes, allocations: the invoices it touched, and what was allocated (or reversed).
        match: how a receipt was matched, if this was one.
        unapplied_minor: what is left of the receipt in question.
        case: the account after it.
        reference: the id of what was made: receipt, dispute, promise, credit note number …
        minor: the amount of what was made: disputed, promised, credited or written off.
        payer: who paid the receipt in question, as it says.
        exchanged: what went into or came back from other currencies.
        claim: the debit note for ``minor`` that left twice.
        waits: nothing was done: a second person must agree to it first.
        freed: what a credit note released, by receipt.
        replaced: the promises that a payment plan has taken the place of.
        proposed: the invoices that are proposed for write-off.
        corrected: interest that it showed not to have been owed.
        repeated: another effect applied the business key before; nothing changed. The same effect again gets false.
    """

    reference: str
    changes: tuple[InvoiceChange, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    match: Match | None = None
    unapplied_minor: int = 0
    case: CaseView
    minor: int = 0
    repeated: bool = False
    waits: Weighed | None = None
    payer: str = ""
    exchanged: tuple[Exchanged, ...] = ()
    claim: str = ""
    freed: tuple[FreedCash, ...] = ()
    corrected: tuple[Corrected, ...] = ()
    replaced: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()
