"""Steps of the money machine: what is billed, given away, disputed, promised, and what time does by itself."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from domain.account import commands as c
from domain.account.plan_commands import Plan, PlanPart
from domain.billing_periods import Every, Period, period_at
from domain.deal.effects import CreditInvoice, IssueInvoice
from domain.due_dates import PaymentTerms
from domain.machine import SYSTEM
from domain.money import Money
from domain.receivables.entries import Instalment
from storage.operations.periods import close_period
from tests.domain.account.run import Run, now_of
from tests.storage.money_cash import CashSteps, left, money_in, there_are_invoices
from tests.storage.money_orders import (
    AMOUNTS,
    SMALL,
    SOLD,
    WHOLE_BP,
    Order,
    Sold,
    expected_gross,
    lines_of,
    payment_terms,
)
from tests.storage.recount import CHARGEBACK, kind_of, rows_of

MAYBE = st.none() | SMALL


class MoneySteps(CashSteps):
    """Every step that moves money or says something about it."""

    # --- billing -----------------------------------------------------------------------------------------------------

    def issued(self, what: str, order: Order, effect: IssueInvoice) -> Any:
        """Issue an invoice of a deal and tell the account, as the deal does."""
        run = self.within(order.currency)
        issued = self.step(
            what, lambda: now_of(self.run.ledger.issue_invoice(f"{effect.deal_id}/{effect.item}", self.run.now, effect))
        )
        if issued is not None:
            word = c.InvoiceOpened(number=issued.number, deal_id=effect.deal_id, gross=issued.gross)
            run.apply(word, SYSTEM, f"word-{effect.deal_id}-{effect.item}")
            run.perform()
        return issued

    def within(self, currency: str) -> Run:
        """Return the customer's account in a currency."""
        return self.run if currency == self.currency else self.other

    def new_order(self, sold: Sold, payment: PaymentTerms, *shares: int) -> Order:
        name = f"d{len(self.orders) + 1}"
        lines = lines_of(sold.lines, self.abroad if sold.abroad else self.currency)
        order = Order(name, lines, sold.inclusive, payment, list(shares))
        self.orders.append(order)
        return order

    @rule(sold=SOLD, payment=payment_terms())
    def issue(self, sold: Sold, payment: PaymentTerms) -> None:
        order = self.new_order(sold, payment, WHOLE_BP)
        issued = self.issued("issue", order, order.bill_next(self.today))
        if issued:
            order.billed(issued.item)
            assert issued.gross.minor == expected_gross(order)

    @rule(sold=SOLD, payment=payment_terms(), shares=st.sampled_from([(3_000, 4_000), (7_000,)]))
    def ask_for_a_deposit(self, sold: Sold, payment: PaymentTerms, shares: tuple[int, ...]) -> None:
        order = self.new_order(sold, payment, *shares)
        order.deposit = True
        self.issued("deposit", order, order.ask_deposit(self.today))

    @rule(sold=SOLD, payment=payment_terms(), shares=st.sampled_from([(3_333, 6_667), (1, 4_999, 5_000)]))
    def order_in_parts(self, sold: Sold, payment: PaymentTerms, shares: tuple[int, ...]) -> None:
        order = self.new_order(sold, payment, *shares)
        self.bill(order)

    @precondition(lambda self: any(order.shares for order in self.orders))
    @rule(data=st.data())
    def bill_the_next_part(self, data: st.DataObject) -> None:
        self.bill(data.draw(st.sampled_from([order for order in self.orders if order.shares])))

    def bill(self, order: Order) -> None:
        issued = self.issued("part" if not order.deposit else "final", order, order.bill_next(self.today))
        if issued:
            order.billed(issued.item)

    @rule(sold=SOLD, first=st.integers(0, 26), days=st.integers(1, 28))
    def bill_a_month(self, sold: Sold, first: int, days: int) -> None:
        order = self.new_order(sold, PaymentTerms.single("net10", "issue+10d"))
        self.issued("recurring", order, order.bill_month(self.today, (first, min(28, first + days))))

    @rule(first=SMALL, second=SMALL, due=st.integers(-5, 20), abroad=st.booleans())
    def take_over(self, first: int, second: int, due: int, abroad: bool) -> None:
        run = self.other if abroad else self.run
        parts = tuple(
            Instalment(index=1, due_on=self.today + timedelta(days=due + far), amount=money_in(run, minor))
            for far, minor in ((0, first), (9, second))
        )
        number = f"{len(self.rows.invoices):05d}"
        command = c.ImportOpenItem(number=number, issued_on=self.today - timedelta(days=9), instalments=parts)
        self.send(command, run=run)

    # --- what is given away ------------------------------------------------------------------------------------------

    @there_are_invoices
    @rule(data=st.data(), minor=MAYBE)
    def credit(self, data: st.DataObject, minor: int | None) -> None:
        self.about(c.Credit(number=self.number(data), minor=minor, reason="price"))

    @there_are_invoices
    @rule(data=st.data())
    def credit_by_the_deal(self, data: st.DataObject) -> None:
        """Credit all that is open or paid of an invoice, as a cancelled order does."""
        invoice = data.draw(st.sampled_from(self.rows.invoices))
        if kind_of(invoice) in ("late", "opening", CHARGEBACK):
            return
        effect = CreditInvoice(
            deal_id=invoice.deal_id, customer_id="c1", entity="CN01", currency=invoice.currency, number=invoice.number,
            reason="cancelled", issue_on=self.today,
        )  # fmt: skip
        self.credited("credit whole", invoice.deal_id, effect)

    @precondition(lambda self: any(order.items for order in self.orders))
    @rule(data=st.data(), minor=AMOUNTS)
    def an_order_becomes_less(self, data: st.DataObject, minor: int) -> None:
        order = data.draw(st.sampled_from([order for order in self.orders if order.items]))
        line = data.draw(st.sampled_from(order.lines))
        some = min(minor, line.net_price.minor - order.less[line.position])
        if (
            some > 0
            and not order.shares
            and self.credited("credit lines", order.deal_id, order.reduce(line.position, some, self.today))
        ):
            order.less[line.position] += some

    def credited(self, what: str, deal_id: str, effect: CreditInvoice) -> Any:
        run = self.within(effect.currency)
        key = f"{deal_id}/credit/{len(run.facts)}"
        done = self.step(what, lambda: now_of(self.run.ledger.credit_invoice(key, self.run.now, effect)))
        for note in () if done is None else done.notes if effect.amounts else (done,):
            # The deal knows by itself what its own credit leaves open: nothing, or what the answer says.
            run.told = [word for word in run.told if word.number != note.number]
            invoice = next(one for one in self.rows.invoices if one.number == note.number)
            assert left(self.database.look(rows_of), invoice) == getattr(note, "left_minor", 0)
            word = c.InvoiceCreditedByDeal(number=note.number, deal_id=deal_id, credit_note=note.credit_note)
            run.apply(word, SYSTEM, f"{key}/{note.number}")
            run.perform()
        return done

    @there_are_invoices
    @rule(data=st.data(), minor=MAYBE)
    def write_off(self, data: st.DataObject, minor: int | None) -> None:
        self.about(c.WriteOffNow(number=self.number(data), minor=minor, reason="insolvent", evidence="court"))

    @precondition(lambda self: any(one.kind == "writeoff" for one in self.rows.allocations))
    @rule(data=st.data(), minor=SMALL, named=st.booleans())
    def recover(self, data: st.DataObject, minor: int, named: bool) -> None:
        """Money names what was written off: so much of it comes back and is paid."""
        off = {one.instalment_id for one in self.rows.allocations if one.kind == "writeoff"}
        places = {part.invoice_id for part in self.rows.parts if part.id in off}
        number = data.draw(st.sampled_from([one.number for one in self.rows.invoices if one.id in places]))
        named_so = (number,) if named else ()
        self.pays("recover", minor, *named_so, reference="" if named else f"for {number}", run=self.holding(number))

    # --- what is said about it ---------------------------------------------------------------------------------------

    @there_are_invoices
    @rule(data=st.data(), minor=MAYBE)
    def dispute(self, data: st.DataObject, minor: int | None) -> None:
        self.about(c.Dispute(number=self.number(data), minor=minor, reason="other"))

    @precondition(lambda self: self.run.account.case.disputed_minor or self.other.account.case.disputed_minor)
    @rule(data=st.data(), outcome=st.sampled_from(["accept", "reject", "withdrawn"]))
    def resolve(self, data: st.DataObject, outcome: Any) -> None:
        self.about(c.Resolve(number=self.number(data), outcome=outcome, reason="looked into"))

    @there_are_invoices
    @rule(data=st.data(), minor=MAYBE, days=st.integers(0, 20))
    def promise(self, data: st.DataObject, minor: int | None, days: int) -> None:
        self.about(c.Promise(number=self.number(data), minor=minor, on=self.today + timedelta(days=days)))

    @there_are_invoices
    @rule(data=st.data(), instalments=st.integers(1, 3), off=st.sampled_from([0, 0, 0, 1]))
    def plan(self, data: st.DataObject, instalments: int, off: int) -> None:
        invoice = data.draw(st.sampled_from(self.rows.invoices))
        whole = Money(minor=max(left(self.rows, invoice), instalments), currency=invoice.currency)
        shares = whole.allocate([1] * instalments)
        parts = tuple(
            PlanPart(due_on=self.today + timedelta(days=7 * place), minor=share.minor + off)
            for place, share in enumerate(shares, 1)
        )
        self.about(Plan(number=invoice.number, instalments=parts))

    @rule(abroad=st.booleans())
    def pause_or_resume(self, abroad: bool) -> None:
        run = self.other if abroad else self.run
        paused = run.account.pause is not None
        self.send(c.ResumeDunning() if paused else c.PauseDunning(reason="talks"), run=run)

    # --- time --------------------------------------------------------------------------------------------------------

    @rule(hours=st.sampled_from([1, 30, 100, 240, 400]))
    def time_passes(self, hours: int) -> None:
        """Notices go out and claim fees and interest, promises and plans are judged, providers asked again."""
        self.step("time", lambda: self.pass_time(timedelta(hours=hours)))
        type(self).counted["debit notes"] += sum(
            kind_of(one) == "late" for one in self.database.look(rows_of).invoices
        ) - sum(kind_of(one) == "late" for one in self.rows.invoices)

    @precondition(lambda self: self.next_month().until <= self.today)
    @rule()
    def close_the_month_before(self) -> None:
        """Close the next month of the books that is over: what comes later goes into an open one, or is refused."""
        month = self.next_month()
        asked = ("CN01", month, self.today, self.run.now, "fin")
        if self.step("close a month", lambda: self.database.transact(close_period, *asked)):
            self.closed = month.until

    def next_month(self) -> Period:
        first = min((leg.posted_on for leg in self.rows.postings), default=self.today)
        return period_at(Every.MONTH, self.closed or first)
