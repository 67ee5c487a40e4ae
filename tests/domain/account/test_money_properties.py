"""Whatever people do in whatever order, the money adds up after every step (M1-M3, M5, M7, M9, M10, M12, N2)."""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.account import commands as c
from domain.account.agenda import agenda
from domain.account.decide import decide, open_account
from domain.account.evolve import fold
from domain.account.plan_commands import Plan, PlanPart, WithdrawPlan
from domain.account.promise_commands import WithdrawPromise
from domain.account.refunds import PayoutTold, RefundNow
from domain.account.state import Account
from domain.business_calendar import CompiledCalendar
from domain.due_dates import CashDiscount, DiscountStep, DueRule, OnPartial
from domain.machine import CLOCK
from domain.receivables.case import case_view
from domain.receivables.discounting import discount_left, most_taken
from domain.receivables.entries import Instalment
from domain.receivables.postings import CASH, INTEREST, RECEIVABLE, UNAPPLIED
from domain.refusal import Refused
from domain.span import Span
from domain.terms import AccountTerms, InterestTerms, PlanTerms, PromiseTerms, Tolerance
from tests.domain.account.run import REF_LEVELS, LedgerRefused, Run, at, cny, dunning, on, terms

AMOUNTS = st.integers(1, 400)
DISCOUNTS = st.builds(
    lambda rate, days, on_partial: CashDiscount(
        steps=(DiscountStep(rate_bp=rate, within=DueRule.parse(f"issue+{days}d")),), on_partial=on_partial
    ),
    st.sampled_from([200, 2_000, 5_000]),
    st.integers(0, 20),
    st.sampled_from(OnPartial),
)
MAYBE = st.none() | AMOUNTS
PRE_DUE = (Span.parse("-5d"), Span.parse("0d"))
MORNINGS = CompiledCalendar.always().model_copy(
    update={"hours": (*(((480, 720),),) * 5, (), ()), "version": "mornings"}
)
COSTLY = {
    "levels": tuple(
        level.model_copy(update={"fee_minor": 7 * place, "interest": place > 1})
        for place, level in enumerate(REF_LEVELS)
    ),
    "interest": InterestTerms(rate_bp=40, per="day"),
}
"""Every level after the first claims a fee, every one after the second interest, too."""


class Receivables(RuleBasedStateMachine):
    """One account under every command there is; a refusal must leave everything as it was."""

    run: Run

    @initialize(
        unit=st.sampled_from(["invoice", "customer"]),
        hold=st.sampled_from(["pause", "skip", "none"]),
        changes=st.sampled_from([{}, {"pre_due": PRE_DUE, "min_open": cny(60)}, {"contact": MORNINGS}, COSTLY]),
        tolerance=st.sampled_from([Tolerance(), Tolerance(minor=20, bp=1000)]),
    )
    def start(self, unit: Any, hold: Any, changes: Any, tolerance: Tolerance) -> None:
        rules = PromiseTerms(max_open=3, max_per_year=1000, max_days=400)
        self.run = self.new_run(
            terms(
                dunning(unit=unit, dispute_hold=hold, **changes),
                tolerance=tolerance,
                promise=rules,
                plan=PlanTerms(max_instalments=3, first_within=10, max_days=60),
            )
        )
        self.receipts = 0
        self.deals = 0

    def new_run(self, account_terms: AccountTerms) -> Run:
        return Run(account_terms)

    def attempt(self, command: Any) -> None:
        before = self.snapshot()
        try:
            self.run.send(command)
        except (Refused, LedgerRefused):
            assert self.snapshot() == before

    def snapshot(self) -> Any:
        book = self.run.book
        receipts = {key: (booked.unapplied_minor, booked.returned_minor) for key, booked in book.receipts.items()}
        opens = {key: item.open_minor for key, item in book.open.items()}
        return opens, receipts, dict(book.balances), len(book.journal), book.unapplied_minor, set(book.promises)

    def number(self, data: st.DataObject) -> str:
        return str(data.draw(st.sampled_from(sorted(self.run.book.invoices))))

    def receipt(self, data: st.DataObject) -> dict[str, Any]:
        source, external_id = data.draw(st.sampled_from(sorted(self.run.book.receipts)))
        return {"source": source, "external_id": external_id}

    @rule(minor=AMOUNTS, due=st.integers(0, 30), discount=st.none() | DISCOUNTS)
    def issue(self, minor: int, due: int, discount: CashDiscount | None) -> None:
        self.deals += 1
        today = (self.run.now - at(0, 0)) // timedelta(days=1)
        self.run.issue(f"d{self.deals}", minor, due_day=today + due, issued_day=today, discount=discount)

    @rule(first=AMOUNTS, second=AMOUNTS, due=st.integers(-5, 20))
    def take_over(self, first: int, second: int, due: int) -> None:
        self.deals += 1
        parts = tuple(Instalment(index=1, due_on=on(due + far), amount=cny(m)) for far, m in ((0, first), (9, second)))
        self.attempt(c.ImportOpenItem(number=f"{self.deals:05d}", issued_on=on(-9), instalments=parts))

    @rule(minor=AMOUNTS, reference=st.sampled_from(["", "INV-2026-000001", "00001 00002"]))
    def receive(self, minor: int, reference: str) -> None:
        self.receipts += 1
        self.run.pay(f"r{self.receipts}", minor, reference=reference)

    @precondition(lambda self: self.run.book.invoices)
    @rule(data=st.data(), minor=AMOUNTS)
    def receive_for(self, data: st.DataObject, minor: int) -> None:
        self.receipts += 1
        self.run.pay(f"r{self.receipts}", minor, self.number(data))

    @precondition(lambda self: self.run.book.invoices)
    @rule(data=st.data())
    def receive_the_early_price(self, data: st.DataObject) -> None:
        """Pay what settles an invoice today."""
        self.receipts += 1
        booked = self.run.book.invoice(self.number(data))
        early = sum(item.open_minor - discount_left(item, self.run.now.date()) for item in booked.items)
        # What its lateness costs is paid before it, so that the early price of it alone would not do.
        claimed = any(item.claim_of == booked.invoice.number for item in self.run.book.open.values())
        if early and not claimed:
            self.run.pay(f"r{self.receipts}", early, booked.invoice.number)
            assert booked.open_minor == sum(item.disputed_minor for item in booked.items)

    @precondition(lambda self: self.run.book.receipts)
    @rule(data=st.data())
    def receive_again(self, data: st.DataObject) -> None:
        key = self.receipt(data)
        booked = self.run.book.receipts[key["source"], key["external_id"]].receipt
        before = self.snapshot()
        self.run.send(
            c.RecordReceipt(
                **key,
                amount=booked.amount,
                value_date=booked.value_date,
                reference=booked.reference,
                invoices=booked.invoices,
            )
        )
        assert self.snapshot() == before

    @precondition(lambda self: self.run.book.receipts and self.run.book.invoices)
    @rule(data=st.data(), minor=AMOUNTS, missing=st.sampled_from(["open", "tolerance"]))
    def allocate(self, data: st.DataObject, minor: int, missing: Any) -> None:
        share = c.Share(number=self.number(data), minor=minor)
        self.attempt(c.Allocate(**self.receipt(data), shares=(share,), missing=missing))

    @precondition(lambda self: self.run.book.invoices)
    @rule(data=st.data(), instalments=st.integers(1, 3), off=st.sampled_from([0, 0, 0, 1]))
    def plan(self, data: st.DataObject, instalments: int, off: int) -> None:
        number = self.number(data)
        free = sum(item.open_minor - item.disputed_minor for item in self.run.book.invoice(number).items)
        shares = cny(max(free, instalments)).allocate([1] * instalments)
        parts = tuple(
            PlanPart(due_on=self.run.now.date() + timedelta(days=7 * place), minor=share.minor + off)
            for place, share in enumerate(shares, 1)
        )
        self.attempt(Plan(number=number, instalments=parts))

    @precondition(lambda self: self.run.book.receipts)
    @rule(data=st.data())
    def unallocate(self, data: st.DataObject) -> None:
        self.attempt(c.Unallocate(**self.receipt(data), reason="wrong"))

    @precondition(lambda self: self.run.book.receipts)
    @rule(data=st.data())
    def taken_back_and_put_on_again_is_as_before(self, data: st.DataObject) -> None:
        key = self.receipt(data)
        held = self.run.book.receipts[key["source"], key["external_id"]].applied
        if not held or any(entry.allocation.kind != "cash" for entry in held):
            return
        places, shares = self.places(key), Counter[str]()
        for (number, _), minor in places.items():
            shares[number] += minor
        before = self.snapshot()
        self.run.send(c.Unallocate(**key, reason="wrong"))
        asked = tuple(c.Share(number=number, minor=minor) for number, minor in shares.items())
        self.run.send(c.Allocate(**key, shares=asked))
        after = self.snapshot()
        earned = self.earned_since(key)
        if self.places(key) == places:
            assert self.by_invoice(before) == self.by_invoice(after) + earned
            assert (before[1], before[4]) == (after[1], after[4])
            assert earned or before[2] == after[2]
        else:
            self.only_interest_went(before, after, earned)

    def places(self, key: dict[str, Any]) -> Counter[tuple[str, int]]:
        """Return what a receipt's cash pays by instalment."""
        found: Counter[tuple[str, int]] = Counter()
        for entry in self.run.book.receipts[key["source"], key["external_id"]].applied:
            if entry.allocation.kind == "cash":
                found[entry.allocation.number, entry.allocation.instalment] += entry.allocation.minor
        return found

    def by_invoice(self, snapshot: Any) -> Counter[str]:
        found: Counter[str] = Counter()
        for (number, _), minor in snapshot[0].items():
            found[number] += minor
        return found

    def only_interest_went(self, before: Any, after: Any, earned: Counter[str]) -> None:
        """Cash went to an instalment that came open since and is older: what was claimed upon that may be too much."""
        owed, left = (sum(opens.values()) - unapplied for opens, _, _, _, unapplied, _ in (before, after))
        credited = after[2].get(INTEREST, 0) - before[2].get(INTEREST, 0)
        assert owed == left + sum(earned.values()) + credited
        assert credited >= 0

    def earned_since(self, key: dict[str, Any]) -> Counter[str]:
        """Return the discounts that a receipt takes now by invoice: its cash came to be enough, and no more, since.

        Either a credit note lowered what is asked, or what it had paid in full was in part taken back.
        """
        booked = self.run.book.receipts[key["source"], key["external_id"]]
        earned: Counter[str] = Counter()
        for entry in booked.applied:
            if entry.allocation.kind == "discount":
                earned[entry.allocation.number] += entry.allocation.minor
        assert booked.returned_minor or all(self.run.book.invoices[number].notes for number in earned)
        return earned

    @precondition(lambda self: self.run.book.receipts)
    @rule(data=st.data(), minor=AMOUNTS, status=st.sampled_from(["done", "done", "failed"]))
    def refund(self, data: st.DataObject, minor: int, status: Any) -> None:
        """Pay cash back; what is charged back after that left twice, and is owed."""
        self.run.answers = [PayoutTold(status=status)]
        self.attempt(RefundNow(**self.receipt(data), amount=cny(minor), reason="paid twice"))

    @precondition(lambda self: self.run.book.receipts)
    @rule(data=st.data(), minor=AMOUNTS)
    def bounce(self, data: st.DataObject, minor: int) -> None:
        self.attempt(c.ReverseReceiptNow(**self.receipt(data), amount=cny(minor), reason="bounced"))

    @precondition(lambda self: self.run.book.invoices)
    @rule(data=st.data(), minor=MAYBE)
    def dispute(self, data: st.DataObject, minor: int | None) -> None:
        self.attempt(c.Dispute(number=self.number(data), minor=minor, reason="other"))

    @precondition(lambda self: self.run.book.invoices)
    @rule(data=st.data(), outcome=st.sampled_from(["accept", "reject", "withdrawn"]))
    def resolve(self, data: st.DataObject, outcome: Any) -> None:
        self.attempt(c.Resolve(number=self.number(data), outcome=outcome))

    @precondition(lambda self: self.run.book.invoices)
    @rule(data=st.data(), minor=MAYBE, days=st.integers(0, 20))
    def promise(self, data: st.DataObject, minor: int | None, days: int) -> None:
        day = (self.run.now + timedelta(days=days)).date()
        self.attempt(c.Promise(number=self.number(data), minor=minor, on=day))

    @precondition(lambda self: self.run.book.promises)
    @rule(data=st.data(), of_plan=st.booleans())
    def withdraw(self, data: st.DataObject, of_plan: bool) -> None:
        number, reason = self.number(data), "agreed on anew"
        kind = WithdrawPlan if of_plan else WithdrawPromise
        self.attempt(kind(number=number, reason=reason))

    @precondition(lambda self: self.run.book.invoices)
    @rule(data=st.data(), minor=MAYBE)
    def credit(self, data: st.DataObject, minor: int | None) -> None:
        self.attempt(c.Credit(number=self.number(data), minor=minor, reason="price"))

    @precondition(lambda self: self.run.book.invoices)
    @rule(data=st.data(), minor=MAYBE)
    def write_off(self, data: st.DataObject, minor: int | None) -> None:
        self.attempt(c.WriteOffNow(number=self.number(data), minor=minor, reason="insolvent"))

    @rule(command=st.sampled_from([c.PauseDunning(reason="talks"), c.ResumeDunning()]))
    def pause_or_resume(self, command: Any) -> None:
        self.attempt(command)

    @rule(hours=st.integers(1, 300))
    def time_passes(self, hours: int) -> None:
        self.run.until(self.run.now + timedelta(hours=hours))

    def teardown(self) -> None:
        """The state is the fold of its facts and outlives its own serialisation (T6)."""
        if not hasattr(self, "run"):
            return
        blank, _ = open_account("CN01", "c1", "CNY")
        assert [fact.seq for fact in self.run.facts] == list(range(1, len(self.run.facts) + 1))
        assert fold(blank, self.run.facts) == self.run.account
        assert Account.model_validate_json(self.run.account.model_dump_json()) == self.run.account

    @invariant()
    def every_invoice_adds_up(self) -> None:
        for booked in self.run.book.invoices.values():
            assert sum(part.amount.minor for part in booked.invoice.instalments) == booked.invoice.gross.minor
            for item in booked.items:
                active = sum(e.allocation.minor for e in booked.entries if e.allocation.instalment == item.instalment)
                assert item.amount_minor == item.open_minor + active
                assert 0 <= item.open_minor <= item.amount_minor
                assert type(item.open_minor) is int
                assert item.disputed_minor >= 0 <= item.promised_minor
                assert item.disputed_minor + item.promised_minor <= item.open_minor

    @invariant()
    def every_receipt_adds_up(self) -> None:
        book = self.run.book
        for booked in book.receipts.values():
            cash = sum(e.allocation.minor for e in booked.entries if e.allocation.kind == "cash")
            assert booked.receipt.amount.minor == booked.unapplied_minor + cash + booked.returned_minor
            assert min(booked.unapplied_minor, cash, booked.returned_minor) >= 0
            assert all(entry.allocation.minor > 0 for entry in booked.entries)
        assert book.unapplied_minor == sum(booked.unapplied_minor for booked in book.receipts.values())

    @invariant()
    def every_discount_was_earned(self) -> None:
        book = self.run.book
        for booked in book.invoices.values():
            for item in booked.items:
                own = [entry for entry in booked.entries if entry.allocation.instalment == item.instalment]
                taken, cash = (
                    [
                        (book.receipts[entry.receipt].receipt.value_date, entry.allocation.minor)
                        for entry in own
                        if entry.allocation.kind == kind
                    ]
                    for kind in ("discount", "cash")
                )
                if taken:
                    most = most_taken(item.discount, item.amount_minor, taken, cash)
                    assert sum(minor for _, minor in taken) <= most

    @invariant()
    def the_journal_is_the_balances(self) -> None:
        book, folded = self.run.book, Counter[str]()
        for _, postings in book.journal:
            assert sum(leg.minor for leg in postings) == 0
            for leg in postings:
                folded[leg.account] += leg.minor
        assert {name: minor for name, minor in folded.items() if minor} == {
            name: minor for name, minor in book.balances.items() if minor
        }
        assert folded[RECEIVABLE] == sum(item.open_minor for item in book.open.values())
        assert folded[UNAPPLIED] == -book.unapplied_minor
        came = sum(booked.left_minor - booked.claimed_minor for booked in book.receipts.values())
        twice = [one.invoice.gross.minor for one in book.invoices.values() if one.invoice.purpose == "chargeback"]
        assert sum(twice) == sum(booked.claimed_minor for booked in book.receipts.values())
        assert folded[CASH] == came

    @invariant()
    def the_account_knows_what_the_ledger_holds(self) -> None:
        account, book = self.run.account, self.run.book
        promises = book.standing()
        case = case_view(book.open_items(), book.counters, book.unapplied_minor, promises, self.run.terms, self.run.now)
        assert book.view(self.run.terms, self.run.now) == case.model_copy(update={"revision": book.revision})
        held = account.case
        assert (held.open_minor, held.disputed_minor, held.promised_minor, held.unapplied_minor, held.items) == (
            case.open_minor,
            case.disputed_minor,
            case.promised_minor,
            case.unapplied_minor,
            case.items,
        )
        assert not [pending for pending in account.pending if pending.parked]
        told = {word.number: word.open_minor for word in self.run.told}
        assert all(book.invoices[number].open_minor == minor for number, minor in told.items())

    @invariant()
    def whatever_time_will_do_it_does(self) -> None:
        """A timer that is armed and then answered with nothing would be armed again for ever."""
        for due in agenda(self.run.account):
            assert decide(self.run.account, due.command, CLOCK, max(due.at, self.run.now))

    @invariant()
    def no_number_is_missing(self) -> None:
        issued = {number for number in self.run.book.invoices if number.startswith("INV")}
        counts = {year: n for (_, series, year), n in self.run.ledger.numbers.items() if series == "INV"}
        assert issued == {f"INV-{year}-{n:06d}" for year, count in counts.items() for n in range(1, count + 1)}

    @invariant()
    def no_level_is_sent_twice_or_left_out(self) -> None:
        if self.run.terms.dunning.unit == "invoice":
            for booked in self.run.book.invoices.values():
                for item in booked.items:
                    passed = {*range(1, item.level + 1), *item.skipped}
                    assert passed == set(range(1, max(passed, default=0) + 1))


Receivables.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestReceivables = Receivables.TestCase
