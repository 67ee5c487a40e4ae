"""The ledger in memory: the rules, keys and refusals of the real one, and no database."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime
from typing import Any

from domain.account import effects as f
from domain.account.commands import Loaded, NoticeResult, PromiseJudged
from domain.cancellation import CancellationPreview
from domain.deal.commands import BillingCancelled, CreditDecision, Credited, Issued
from domain.deal.effects import CancelBilling, CheckCredit, CreditInvoice, IssueInvoice
from domain.money import Money
from domain.ports import NoticePlan
from domain.receivables import postings
from domain.receivables.cancelling import weighed_reduction
from domain.receivables.claims import is_kept, is_let_off
from domain.receivables.deposits import Deposit, is_last
from domain.receivables.entries import Movement, Receipt
from domain.receivables.exposure import credit_decision
from domain.receivables.holds import AccountHold
from domain.receivables.invoicing import first_due_on, invoice_of
from domain.receivables.ladder import day_of
from domain.receivables.numbering import Series, number_of
from domain.receivables.second_person import Weighed
from domain.refusal import Code, Refused, refuse
from domain.terms import AccountTerms
from domain.value import Value
from simulation import late_corrections
from simulation.book import Book
from simulation.cancelling import carried_out, last_invoices
from simulation.contacts import Contacts
from simulation.credits import credit_lines, credit_whole, make_lines
from simulation.deposits import deposit_in, post_given_up
from simulation.desk import Desk, Outcome
from simulation.movements import OPERATIONS, move_receipt
from simulation.notices import Notices
from simulation.refunds import REFUNDS
from simulation.reversals import REVERSALS

_APART = REFUNDS | REVERSALS
_MOST_KNOWN = 20


class MemoryLedger:
    """Implements `domain.ports.Ledger`; one instance is one company's books.

    Attributes:
        books: per (entity, customer_id, currency).
        numbers: documents of each (entity, series, year) in order; gapless by construction (N2).
        holds: what the accounts of a customer keep back from their deals.
        unbilled_minor: what a customer has ordered in a currency, with tax, and what is not invoiced.
    """

    def __init__(self) -> None:
        self.books: dict[tuple[str, str, str], Book] = {}
        self._of_customer: dict[tuple[str, str], list[Book]] = {}
        self.numbers: dict[tuple[str, str, int], int] = {}
        self.unbilled_minor: Callable[[str, str], int] = lambda customer_id, currency: 0
        self.holds: Callable[[str], tuple[AccountHold, ...]] = lambda customer_id: ()
        self._terms: dict[str, AccountTerms] = {}
        self._answers: dict[str, Value] = {}
        self._last_on: dict[tuple[str, str], date] = {}
        self._issued: dict[tuple[str, str], Issued] = {}
        self._receipts: dict[tuple[str, str], tuple[Book, Receipt]] = {}
        self._contacts = Contacts()
        self._notices = Notices(self._contacts)

    def book(self, entity: str, customer_id: str, currency: str) -> Book:
        """Return the books of an account, new ones when it has none."""
        key = (entity, customer_id, currency)
        found = self.books.get(key)
        if found is None:
            found = self.books[key] = Book(*key)
            self._of_customer.setdefault((customer_id, currency), []).append(found)
        return found

    def writes(self, key: str, number: str) -> bool:
        """Tell whether a credit note is of an invoice with lines, by the key under which its account sends it."""
        invoices = self.book(*key.split("/")[1:4]).invoices.values()
        return any(note.number == number and bool(one.invoice.lines) for one in invoices for note in one.notes)

    async def issue_invoice(self, key: str, at: datetime, effect: IssueInvoice) -> Issued:
        """Issue an invoice once per (deal, item)."""
        known = self._issued.get((effect.deal_id, effect.item))
        if known is not None:
            return known
        deposit = self._deposit(effect)
        # A document that cannot be built takes no number.
        draft = invoice_of(effect, "", deposit)
        invoice = draft.model_copy(update={"number": self._number(effect.entity, Series.INVOICES, effect.issue_on)})
        book = self.book(effect.entity, effect.customer_id, invoice.gross.currency)
        book.enter(invoice)
        book.post(key, postings.of_invoice(invoice))
        for _, earned in postings.releases_of(invoice):
            book.post(key, earned)
        if deposit is not None:
            post_given_up(book, key, deposit.invoice.number, deposit.given_up_net_minor, postings.BAD_DEBT)
        book.revision += 1
        issued = Issued(
            item=effect.item,
            number=invoice.number,
            net=invoice.net,
            gross=invoice.gross,
            due_on=first_due_on(invoice).isoformat(),
            deducted=invoice.gross.minus(invoice.payable) if invoice.deductions else None,
        )
        after = self._deposit(effect)
        if after is not None and is_last(effect) and after.left_minor > 0:
            issued = issued.model_copy(update={"undeducted": after.invoice.number})
        self._issued[effect.deal_id, effect.item] = issued
        return issued

    def _deposit(self, effect: IssueInvoice) -> Deposit | None:
        known = self._issued.get((effect.deal_id, effect.deposit_item))
        if known is None:
            return None
        return deposit_in(self.book(effect.entity, effect.customer_id, known.gross.currency), known.number)

    def _number(self, entity: str, series: Series, issued_on: date) -> str:
        last = self._last_on.get((entity, series))
        if last is not None and issued_on < last:
            raise refuse(
                Code.PERIOD,
                f"{series} has a document of {last} already: issue on that day or later, not on {issued_on}",
                f"序列 {series} 已有日期为 {last} 的单据：请使用该日或之后的日期，而非 {issued_on}",
                last=last,
            )
        self._last_on[entity, series] = issued_on
        place = (entity, series, issued_on.year)
        self.numbers[place] = self.numbers.get(place, 0) + 1
        return number_of(series, issued_on, self.numbers[place])

    async def credit_invoice(self, key: str, at: datetime, effect: CreditInvoice) -> Credited:
        """Credit what is left of an invoice, open or paid; a credit note of nothing is none."""
        known = self._answers.get(key)
        if isinstance(known, Credited):
            return known
        book = self.book(effect.entity, effect.customer_id, effect.currency)
        number, amount = "", Money.zero(effect.currency)
        book.begin(at)
        if effect.amounts:
            issued = (self._issued.get((effect.deal_id, item)) for item in effect.items)
            numbers = [one.number for one in issued if one is not None]
            waits = self._waiting(self._desk(book, key, at, self._terms.get(book.terms_hash)), effect, numbers)
            if waits is not None:
                return Credited(number="", credit_note="", amount=amount, waits=waits)
            notes = credit_lines(self._desk(book, key, at), effect, numbers)
            book.changes(at)
            answer = Credited(number="", credit_note="", amount=amount, notes=notes)
            self._answers[key] = answer
            return answer
        note = credit_whole(self._desk(book, key, at), effect)
        if note is not None:
            number, amount = note.note.number, note.note.gross
            book.changes(at)
        answer = Credited(number=effect.number, credit_note=number, amount=amount)
        self._answers[key] = answer
        return answer

    def _waiting(self, desk: Desk, effect: CreditInvoice, numbers: list[str]) -> Weighed | None:
        """Try the credit and undo it, to say what a second person must agree to."""
        if not effect.by:
            return None
        before = deepcopy((desk.book.__dict__, self.numbers, self._last_on, self._issued))
        made = make_lines(desk, effect, numbers)
        self._undo(desk.book, *before)
        desk.book.begin(desk.at)
        return weighed_reduction(effect, made, desk.terms)

    async def last_invoices(self, effect: CancelBilling) -> tuple[IssueInvoice, ...]:
        """Return the invoices that a cancellation would issue now."""
        return last_invoices(self.book(effect.entity, effect.customer_id, effect.currency), effect)

    async def cancel_billing(self, key: str, at: datetime, effect: CancelBilling) -> BillingCancelled:
        """Credit and bill what a cancelled order asks for, or nothing: what is tried is undone as it was."""
        known = self._answers.get(key)
        if isinstance(known, BillingCancelled):
            return known
        book = self.book(effect.entity, effect.customer_id, effect.currency)
        before = deepcopy((book.__dict__, self.numbers, self._last_on, self._issued))
        try:
            answer = await carried_out(self, self._desk(book, key, at, self._terms.get(book.terms_hash)), effect)
        except Refused:
            self._undo(book, *before)
            raise
        if answer.waits:
            self._undo(book, *before)
        self._answers[key] = answer
        return answer

    async def preview_cancellation(self, at: datetime, effect: CancelBilling) -> CancellationPreview:
        """Say what a cancellation would do now, and do nothing."""
        book = self.book(effect.entity, effect.customer_id, effect.currency)
        before = deepcopy((book.__dict__, self.numbers, self._last_on, self._issued))
        seen = effect.model_copy(update={"expected": ""})
        answer = await carried_out(self, self._desk(book, "preview", at, self._terms.get(book.terms_hash)), seen)
        self._undo(book, *before)
        return answer.preview

    def _undo(self, book: Book, books: dict[str, Any], *others: Any) -> None:
        book.__dict__.clear()
        book.__dict__.update(books)
        self.numbers, self._last_on, self._issued = others

    async def exposure(self, effect: CheckCredit, at: datetime) -> CreditDecision:
        """Compare what is open, less unapplied cash, plus what is ordered and this order with the limit."""
        currency, owed, oldest = effect.order.currency, 0, 0
        for book in self._of_customer.get((effect.customer_id, currency), ()):
            owed += sum(item.open_minor for item in book.open.values()) - book.unapplied_minor
            late = (day_of(book.zone, at) - item.due_on for item in book.open.values())
            oldest = max([oldest, *(span.days for span in late)])
        exposed = owed + self.unbilled_minor(effect.customer_id, currency)
        return credit_decision(effect, exposed, oldest, self.holds(effect.customer_id))

    async def load_case(
        self, effect: f.LoadCase, at: datetime, terms: AccountTerms, terms_hash: str, customer_name: str
    ) -> Loaded:
        """Keep the terms by their hash and sum the case up."""
        self._terms[terms_hash] = terms
        book = self.book(effect.entity, effect.customer_id, effect.currency)
        book.zone, book.terms_hash = terms.dunning.zone, terms_hash
        return Loaded(
            customer_name=customer_name,
            terms=terms,
            terms_hash=terms_hash,
            case=self._contacts.view(book, terms, at),
            counters=book.counters,
            numbers=tuple(reversed(book.invoices))[:_MOST_KNOWN],
        )

    def _desk(self, book: Book, key: str, at: datetime, terms: AccountTerms | None = None) -> Desk:
        return Desk(book, key, at, lambda series, day: self._number(book.entity, series, day), terms)

    def _known_terms(self, terms_hash: str) -> AccountTerms:
        terms = self._terms.get(terms_hash)
        if terms is None:
            raise refuse(
                Code.NOTFOUND,
                f"the ledger has no account terms {terms_hash!r}: load the case first",
                f"账簿中没有账户条款 {terms_hash!r}：请先加载账户",
            )
        return terms

    def _own(self, effect: f.LedgerEffect) -> tuple[Book, AccountTerms]:
        return self.book(effect.entity, effect.customer_id, effect.currency), self._known_terms(effect.terms_hash)

    async def operate(self, key: str, at: datetime, effect: f.LedgerEffect) -> Movement:
        """Carry out one account operation; the same key gets its first answer again."""
        known = self._answers.get(key)
        if isinstance(known, Movement):
            return known
        book, terms = self._own(effect)
        book.begin(at)
        outcome = self._repeated_receipt(book, effect.receipt) if isinstance(effect, f.ApplyReceipt) else None
        if outcome is None:
            outcome = self._carried_out(self._desk(book, key, at, terms), effect)
            if isinstance(effect, f.ApplyReceipt) and outcome.waits is None:
                self._receipts[effect.receipt.source, effect.receipt.external_id] = (book, effect.receipt)
        is_done = outcome.waits is None and not outcome.repeated
        corrected = late_corrections.correct(self._desk(book, key, at, terms)) if is_done else ()
        changes = book.changes(at)
        movement = Movement(
            reference=outcome.reference,
            changes=changes,
            allocations=outcome.allocations,
            match=outcome.match,
            unapplied_minor=outcome.unapplied_minor,
            case=self._contacts.view(book, terms, at),
            minor=outcome.minor,
            repeated=outcome.repeated,
            waits=outcome.waits,
            payer=outcome.payer,
            claim=outcome.claim,
            freed=outcome.freed,
            corrected=corrected,
            replaced=outcome.replaced,
            proposed=outcome.proposed,
        )
        self._answers[key] = movement
        return movement

    def _carried_out(self, desk: Desk, effect: f.LedgerEffect) -> Outcome:
        if not isinstance(effect, f.MoveReceipt):
            return (_APART.get(type(effect)) or OPERATIONS[type(effect)])(desk, effect)
        other = self.book(effect.to_entity, effect.to_customer_id, effect.currency)
        outcome = move_receipt(desk, other, effect)
        receipt = (effect.source, effect.external_id)
        self._receipts[receipt] = (other, self._receipts[receipt][1])
        return outcome

    def _repeated_receipt(self, book: Book, receipt: Receipt) -> Outcome | None:
        """Return the first answer to a receipt that is known; other content under its key is refused (G18)."""
        known = self._receipts.get((receipt.source, receipt.external_id))
        if known is None:
            return None
        first_book, first = known
        if first_book is not book or first.model_copy(update={"received_at": receipt.received_at}) != receipt:
            name = f"{receipt.source}/{receipt.external_id}"
            raise refuse(
                Code.IDEM,
                f"{name} was reported with other content: correct the one that is wrong, or use another id",
                f"收款 {name} 已以不同内容登记：请更正错误的一笔，或使用其他编号",
                receipt=name,
            )
        booked = book.receipts[receipt.source, receipt.external_id]
        name, match = f"{receipt.source}/{receipt.external_id}", booked.match
        return Outcome(name, match.allocations, match, booked.unapplied_minor, repeated=True)

    async def judge_promise(self, key: str, at: datetime, effect: f.JudgePromise) -> PromiseJudged:
        """Close a promise as kept or broken, by what is open of its invoice."""
        known = self._answers.get(key)
        if isinstance(known, PromiseJudged):
            return known
        book, terms = self._own(effect)
        over = book.promises_over.get(effect.promise_id)
        promise = over or book.promises.get(effect.promise_id)
        if promise is None:
            raise refuse(
                Code.NOTFOUND, f"no promise {effect.promise_id} is open", f"没有未到期的承诺 {effect.promise_id}"
            )
        book.begin(at)
        booked, plan = book.invoice(promise.number), promise.plan
        kept = is_kept(promise, booked.open_minor, booked.relief)
        outcome = (
            "over" if over else "withdrawn" if is_let_off(promise, booked.relief) else "kept" if kept else "broken"
        )
        if over is None:
            book.close(promise, outcome)
            book.changes(at)
        judged = PromiseJudged(
            promise_id=promise.promise_id,
            number=promise.number,
            kept=outcome == "kept",
            case=self._contacts.view(book, terms, at),
            plan=plan,
            left=sum(1 for one in book.promises.values() if plan and one.plan == plan),
            let_off=outcome == "withdrawn",
            over=outcome == "over",
        )
        self._answers[key] = judged
        return judged

    async def plan_notice(self, key: str, at: datetime, effect: f.SendNotice) -> NoticePlan | None:
        """Build the notice from what is open now; none when nothing is owed any more."""
        book, terms = self._own(effect)
        return self._notices.plan(book, key, at, effect, terms)

    async def record_notice(self, key: str, at: datetime, effect: f.SendNotice, channel: str) -> NoticeResult:
        """Record that the notice went out over a channel; empty: void when it had no plan, else undeliverable."""
        known = self._answers.get(key)
        if isinstance(known, NoticeResult):
            return known
        book, terms = self._own(effect)
        result = self._notices.record(self._desk(book, key, at, terms), effect, channel, terms)
        self._answers[key] = result
        return result
