"""The books of one account in memory: append-only entries, every balance derived from what is active of them (M10)."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from domain.receivables.claims import OpenPromise, relieved, spread_claims, still_promised
from domain.receivables.entries import (
    Allocation,
    CaseCounters,
    CaseView,
    Invoice,
    InvoiceChange,
    Match,
    OpenItem,
)
from domain.receivables.invoicing import first_due_on
from domain.receivables.postings import Posting
from domain.receivables.writing_off import Exhausted, next_proposal, proposed_minor
from domain.refusal import Code, refuse
from domain.terms import AccountTerms
from simulation.booked import BookedInvoice, BookedReceipt, Claimed
from simulation.entry import Entry, ReceiptKey, reduce_entry, same
from simulation.running_case import RunningCase

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Book:
    """One account: its invoices, receipts, promises and postings."""

    def __init__(self, entity: str, customer_id: str, currency: str) -> None:
        self.entity, self.customer_id, self.currency = entity, customer_id, currency
        self.zone, self.terms_hash = "UTC", ""
        self.invoices: dict[str, BookedInvoice] = {}
        self.case = RunningCase()
        self.receipts: dict[ReceiptKey, BookedReceipt] = {}
        self.promises: dict[str, OpenPromise] = {}
        self.promises_over: dict[str, OpenPromise] = {}
        self.promises_made = 0
        self.counters = CaseCounters()
        self.unapplied_minor = 0
        self.revision = 0
        self.balances: dict[str, int] = {}
        self.journal: list[tuple[str, tuple[Posting, ...]]] = []
        self.claimed: list[Claimed] = []
        self.attempts: dict[tuple[str, int], int] = {}
        self.proposed: dict[tuple[str, int], int] = {}
        self._at = EPOCH
        self._seq = 0
        self.recovered: dict[str, int] = {}
        self._before: dict[str, int] = {}

    def invoice(self, number: str) -> BookedInvoice:
        """Return an invoice of this account (E_NOTFOUND)."""
        booked = self.invoices.get(number)
        if booked is None:
            raise refuse(
                Code.NOTFOUND, f"this account has no invoice {number}", f"本账户没有发票 {number}", number=number
            )
        return booked

    def receipt(self, key: ReceiptKey) -> BookedReceipt:
        """Return a receipt of this account (E_NOTFOUND)."""
        booked = self.receipts.get(key)
        if booked is None:
            name = "/".join(key)
            raise refuse(Code.NOTFOUND, f"this account has no receipt {name}", f"本账户没有收款 {name}", receipt=name)
        return booked

    @property
    def open(self) -> dict[tuple[str, int], OpenItem]:
        """What is open, by (number, instalment)."""
        return self.case.open

    def open_items(self) -> list[OpenItem]:
        """Return what is open, in the order in which it was entered or opened again."""
        return list(self.case.open.values())

    def enter(self, invoice: Invoice) -> None:
        """Enter an invoice with all it is worth open."""
        booked = self.invoices[invoice.number] = BookedInvoice(invoice)
        for part in invoice.deductions:
            self.invoices[part.number].deducted_minor += part.gross.minor
        for item in booked.items:
            self.case.put(item)

    def apply(self, allocations: Iterable[Allocation], receipt: ReceiptKey | None = None) -> None:
        """Add allocations, of a receipt's cash where they are."""
        for allocation in allocations:
            self.touch(allocation.number)
            self._seq += 1
            entry = Entry(self._seq, receipt, allocation, self._at)
            self.invoices[allocation.number].entries.append(entry)
            if receipt is not None:
                self.receipts[receipt].entries.append(entry)
                self.unapplied_minor -= allocation.minor if allocation.kind == "cash" else 0

    def give(self, receipt: ReceiptKey, other: "Book", match: Match) -> int:
        """Move a receipt that pays nothing to another account; returns what was left of it."""
        booked = self.receipts.pop(receipt)
        left = booked.unapplied_minor
        booked.match = match
        other.receipts[receipt] = booked
        self.unapplied_minor -= left
        other.unapplied_minor += left
        other.revision += 1
        return left

    def take_back(self, receipt: ReceiptKey, allocations: Iterable[Allocation]) -> None:
        """Take allocations of a receipt back, the newest first, in part where less is named than is active."""
        booked = self.receipts[receipt]
        for wanted in allocations:
            self.touch(wanted.number)
            left = wanted.minor
            for entry in reversed([entry for entry in booked.entries if same(entry.allocation, wanted)]):
                taken = min(left, entry.allocation.minor)
                left -= taken
                reduce_entry(booked.entries, entry, taken)
                reduce_entry(self.invoices[wanted.number].entries, entry, taken)
            if left:
                raise AssertionError(f"{wanted} is more than is active of {receipt}")
            self.unapplied_minor += wanted.minor if wanted.kind == "cash" else 0

    def post(self, key: str, postings: tuple[Posting, ...]) -> None:
        """Add a double entry to the journal and the balances."""
        self.journal.append((key, postings))
        for leg in postings:
            self.balances[leg.account] = self.balances.get(leg.account, 0) + leg.minor

    def begin(self, at: datetime) -> None:
        """Begin an operation: one that was refused before left nothing behind but what it had looked at."""
        self._at = at
        self._before.clear()
        self.recovered.clear()

    def recover(self, parts: Iterable[Allocation]) -> None:
        """Take write-offs back: so much of the invoices is owed again."""
        for part in parts:
            self.touch(part.number)
            self.recovered[part.number] = self.recovered.get(part.number, 0) + part.minor
            entries, left = self.invoices[part.number].entries, part.minor
            for entry in reversed([one for one in entries if same(one.allocation, part)]):
                taken = min(left, entry.allocation.minor)
                left -= taken
                reduce_entry(entries, entry, taken)
            self._derive(self.invoices[part.number])
            for item in self.invoices[part.number].items:
                if item.claim_of:
                    self.touch(item.claim_of)

    def touch(self, number: str) -> None:
        """Remember what was open of an invoice before the operation under way."""
        if number not in self._before:
            self._before[number] = self.invoice(number).open_minor

    def touched(self) -> tuple[str, ...]:
        """Return what the operation under way may have changed."""
        return tuple(self._before)

    def derived(self, number: str) -> list[OpenItem]:
        """Return the items of an invoice as they are after what was applied and taken back so far."""
        booked = self.invoice(number)
        self._derive(booked)
        return booked.items

    def changes(self, at: datetime) -> tuple[InvoiceChange, ...]:
        """End an operation: derive the items it touched anew, and return what it did to each invoice."""
        self.revision += 1
        before, self._before = self._before, {}
        oldest = sorted(before, key=lambda number: (first_due_on(self.invoices[number].invoice), number))
        return tuple(self._changed(number, before[number], at) for number in oldest)

    def _changed(self, number: str, before: int, at: datetime) -> InvoiceChange:
        booked = self.invoices[number]
        open_minor = booked.invoice.payable.minor - sum(entry.allocation.minor for entry in booked.entries)
        withdrawn = booked.disputed and not open_minor
        if withdrawn:
            booked.end_dispute(at)
        self._derive(booked)
        return InvoiceChange(
            number=number,
            deal_id=booked.invoice.deal_id,
            item=booked.invoice.item,
            open_minor=open_minor,
            gross_minor=booked.invoice.payable.minor,
            before_minor=before,
            disputed_minor=sum(item.disputed_minor for item in booked.items),
            written_off=booked.written_off,
            withdrawn=withdrawn,
            recovered_minor=self.recovered.get(number, 0),
        )

    def _derive(self, booked: BookedInvoice) -> None:
        paid: dict[int, int] = {}
        for entry in booked.entries:
            allocation = entry.allocation
            paid[allocation.instalment] = paid.get(allocation.instalment, 0) + allocation.minor
        items = [
            item.model_copy(
                update={
                    "open_minor": item.amount_minor - paid.get(item.instalment, 0),
                    "disputes": booked.disputes,
                    "cash": self._cash_of(booked, item) if item.discount else (),
                }
            )
            for item in booked.items
        ]
        self.replace(booked, self._claimed(booked, items))

    def _cash_of(self, booked: BookedInvoice, item: OpenItem) -> tuple[tuple[date, int], ...]:
        paid: dict[date, int] = {}
        for entry in booked.entries:
            allocation = entry.allocation
            if entry.receipt is not None and (allocation.instalment, allocation.kind) == (item.instalment, "cash"):
                day = self.receipts[entry.receipt].receipt.value_date
                paid[day] = paid.get(day, 0) + allocation.minor
        return tuple(sorted(paid.items()))

    def _claimed(self, booked: BookedInvoice, items: Sequence[OpenItem]) -> list[OpenItem]:
        number = booked.invoice.number
        mine = [promise for promise in self.standing() if promise.number == number]
        was = any(item.promised_minor or item.promised_until for item in items)
        if not (mine or was or booked.disputed or booked.broken_until or booked.disputes):
            return list(items)
        open_minor = sum(item.open_minor for item in items)
        promised = still_promised(open_minor, ((promise.minor, promise.open_at_most) for promise in mine))
        ends = [promise.until for promise in mine] + ([booked.broken_until] if booked.broken_until else [])
        claims = {part: rest for part, *rest in spread_claims(items, booked.disputed_minor, promised)}
        return [
            item.model_copy(
                update={
                    "disputed_minor": claims[item.instalment][0],
                    "promised_minor": claims[item.instalment][1],
                    "promised_until": max(ends, default=None),
                }
            )
            for item in items
        ]

    def standing(self) -> list[OpenPromise]:
        """Return the open promises, less what was credited and written off since they were made."""
        return [relieved(promise, self.invoices[promise.number].relief) for promise in self.promises.values()]

    def close(self, promise: OpenPromise, outcome: str) -> None:
        """Close a promise that was judged; one that is broken, or of which nothing is left, ends its plan."""
        self.touch(promise.number)
        del self.promises[promise.promise_id]
        if outcome == "withdrawn":
            self.promises_over[promise.promise_id] = promise
            self.end_with(promise)
        if outcome == "broken":
            booked = self.invoice(promise.number)
            booked.broken_until = max(filter(None, (booked.broken_until, promise.until)))
            broken = self.counters.promises_broken + 1
            self.counters = self.counters.model_copy(update={"promises_broken": broken})
            self.end_with(promise)

    def end_with(self, promise: OpenPromise) -> None:
        """Let the other instalments of a promise's plan end with it."""
        self.end(key for key, one in self.promises.items() if one.plan and one.plan == promise.plan)

    def end(self, promise_ids: Iterable[str]) -> None:
        """End open promises before their day: they are neither kept nor broken."""
        for promise_id in tuple(promise_ids):
            self.promises_over[promise_id] = self.promises.pop(promise_id)

    def replace(self, booked: BookedInvoice, items: Iterable[OpenItem]) -> None:
        """Put items in the place of those of the same instalments."""
        new = {item.instalment: item for item in items}
        booked.items = [new.get(item.instalment, item) for item in booked.items]
        for item in new.values():
            self.case.put(item)

    def view(self, terms: AccountTerms, now: datetime) -> CaseView:
        """Sum the account up."""
        promises = self.standing()
        view = self.case.view(self.counters, self.unapplied_minor, promises, terms, now, self.revision)
        if terms.dunning.write_off is None:
            return view
        items = self.exhausted()
        propose = next_proposal(items, terms.dunning, now)
        return view.model_copy(update={"propose": propose, "proposed_minor": proposed_minor(items)})

    def exhausted(self) -> tuple[Exhausted, ...]:
        """Return what is open, with the notices about it."""
        promised = {promise.number for promise in self.promises.values()}
        return tuple(
            Exhausted(
                number=item.number,
                instalment=item.instalment,
                due_on=item.due_on,
                open_minor=item.open_minor,
                level=item.level,
                attempts=self.attempts.get(place, 0),
                claimed=item.number in promised or self.invoices[item.number].disputed,
                proposed=place in self.proposed,
            )
            for place, item in self.open.items()
            if item.component == "principal"
        )
