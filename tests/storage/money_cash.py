"""Steps of the money machine: money comes in, is put somewhere, goes back, and is said to be somebody's."""

from collections import Counter
from datetime import timedelta
from typing import Any

import orjson
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from domain.account import commands as c
from domain.account.refunds import PayoutTold, RefundNow, SayRefund
from domain.account.rows import approvals_of
from domain.approval.requests import Decide, Recall
from domain.machine import Actor
from domain.money import Money
from domain.receivables.offers import DiscountOffer
from storage.rows import AnyRow
from tests.domain.account.run import FINANCE, Run
from tests.storage.money_machine import MoneyMachine
from tests.storage.money_orders import AMOUNTS, SMALL
from tests.storage.recount import CASH, EXCHANGED, Rows, rows_of, sums

BOSS, EVE = Actor(id="boss"), Actor(id="eve", roles=("finance",))
MAYBE = st.none() | SMALL
DONE, FAILED = PayoutTold(status="done", reference="PO"), PayoutTold(status="failed", reason="closed")
UNKNOWN = PayoutTold(status="unknown")
ANSWERS = st.sampled_from([[DONE], [FAILED], [UNKNOWN] * 2 + [DONE], [UNKNOWN] * 2 + [FAILED], [UNKNOWN] * 6])

there_are_invoices = precondition(lambda self: self.rows.invoices)
there_are_receipts = precondition(lambda self: self.rows.receipts)


class CashSteps(MoneyMachine):
    """Everything that is done with money that came in."""

    def pays(
        self, what: str, minor: int, *invoices: str, reference: str = "", run: Run | None = None, late: int = 0
    ) -> None:
        to = run or self.run
        name = f"r{len(self.came) + 1}"
        command = c.RecordReceipt(
            source="bank", external_id=name, amount=money_in(to, minor), payer="ACME",
            value_date=self.today - timedelta(days=late), reference=reference, invoices=invoices,
        )  # fmt: skip
        if self.step(what, lambda: to.send(command)):
            self.came[name] = minor

    @rule(
        minor=AMOUNTS,
        reference=st.sampled_from(["", "INV-2026-000001", "00001 00002"]),
        whose=st.integers(0, 2),
        late=st.sampled_from([0, 0, 3, 40]),
    )
    def receive(self, minor: int, reference: str, whose: int, late: int) -> None:
        self.pays("receive", minor, reference=reference, run=self.runs[whose], late=late)

    @there_are_invoices
    @rule(data=st.data(), minor=AMOUNTS, written=st.booleans())
    def receive_for(self, data: st.DataObject, minor: int, written: bool) -> None:
        number = self.number(data)
        named, reference = ((), f"for {number}") if written else ((number,), "")
        self.pays("receive for", minor, *named, reference=reference, run=self.holding(number))

    @there_are_invoices
    @rule(data=st.data(), off=st.sampled_from([0, 0, 1, 5, 20, -1, -7]), named=st.booleans())
    def receive_what_is_open(self, data: st.DataObject, off: int, named: bool) -> None:
        """Pay some invoices to the unit, a little less (tolerance) or more."""
        chosen = data.draw(
            st.lists(st.sampled_from(self.rows.invoices), min_size=1, max_size=3, unique_by=lambda one: one.id)
        )
        chosen = [one for one in chosen if one.account_id == chosen[0].account_id]
        minor = sum(left(self.rows, one) for one in chosen) - off
        if minor > 0:
            self.pays("receive open", minor, *(one.number for one in chosen if named), run=self.of(chosen[0]))

    @precondition(lambda self: any(part.discount and not part.settled for part in self.rows.parts))
    @rule(data=st.data(), place=st.integers(0, 1))
    def receive_the_early_price(self, data: st.DataObject, place: int) -> None:
        offered = {part.invoice_id for part in self.rows.parts if part.discount and not part.settled}
        invoice = data.draw(st.sampled_from([one for one in self.rows.invoices if one.id in offered]))
        cut = sum(early(part, place) for part in self.rows.parts if part.invoice_id == invoice.id)
        minor = left(self.rows, invoice) - cut
        if cut and minor > 0:
            self.pays("receive early", minor, invoice.number, run=self.of(invoice))

    @there_are_receipts
    @rule(data=st.data(), more=st.sampled_from([0, 0, 1]))
    def receive_again(self, data: st.DataObject, more: int) -> None:
        """The same id with other content is refused; with the same it changes nothing (G18)."""
        row = self.receipt(data)
        before = self.rows
        again = c.RecordReceipt(
            source=row.source, external_id=row.external_id, amount=money_of(row, row.minor + more), payer=row.payer,
            value_date=row.value_date, reference=row.reference, invoices=tuple(orjson.loads(row.invoices)),
        )  # fmt: skip
        taken = self.step("receive again", lambda: self.of(row).send(again))
        assert bool(taken) == (not more and row.source != EXCHANGED)
        after = self.database.look(rows_of)
        assert (after.receipts, after.allocations) == (before.receipts, before.allocations)

    @there_are_receipts
    @there_are_invoices
    @rule(data=st.data(), minor=AMOUNTS)
    def allocate(self, data: st.DataObject, minor: int) -> None:
        row = self.receipt(data)
        share = c.Share(number=self.number(data), minor=minor)
        self.send(c.Allocate(source=row.source, external_id=row.external_id, shares=(share,)), run=self.of(row))

    @there_are_receipts
    @there_are_invoices
    @rule(data=st.data())
    def allocate_what_fits(self, data: st.DataObject) -> None:
        row, invoice = self.receipt(data), data.draw(st.sampled_from(self.rows.invoices))
        minor = min(unapplied(self.rows, row), left(self.rows, invoice))
        if minor > 0:
            share = c.Share(number=invoice.number, minor=minor)
            self.send(c.Allocate(source=row.source, external_id=row.external_id, shares=(share,)), run=self.of(row))

    @there_are_receipts
    @rule(data=st.data(), one=st.booleans())
    def unallocate(self, data: st.DataObject, one: bool) -> None:
        named = (self.number(data),) if one and self.rows.invoices else ()
        row = self.receipt(data)
        self.send(
            c.Unallocate(source=row.source, external_id=row.external_id, invoices=named, reason="wrong"),
            run=self.of(row),
        )

    @there_are_receipts
    @rule(data=st.data())
    def taken_back_and_put_on_again_is_as_before(self, data: st.DataObject) -> None:
        """M9: per invoice open, per receipt unapplied, and every balance."""
        row = self.receipt(data)
        before = self.database.look(rows_of)
        held: Counter[str] = Counter()
        number = {
            part.id: invoice.number
            for part in before.parts
            for invoice in before.invoices
            if invoice.id == part.invoice_id
        }
        for one in before.allocations:
            if one.receipt_id == row.id and one.kind == CASH:
                held[number[one.instalment_id]] += one.minor
        beside = sums(before.allocations, "receipt_id", "tolerance", "discount")
        shares = tuple(c.Share(number=name, minor=minor) for name, minor in held.items() if minor)
        # What was let off beside the cash is not asked for by shares, and others' discounts may hang on this cash.
        if not shares or beside[row.id] or any(part.discount for part in before.parts):
            return
        key = {"source": row.source, "external_id": row.external_id}
        if self.send(c.Unallocate(**key, reason="wrong"), run=self.of(row)) and self.send(
            c.Allocate(**key, shares=shares), run=self.of(row)
        ):
            after = self.database.look(rows_of)
            assert standing(after) == standing(before)

    @there_are_receipts
    @rule(data=st.data(), minor=AMOUNTS, whole=st.booleans())
    def bounce(self, data: st.DataObject, minor: int, whole: bool) -> None:
        row = self.receipt(data)
        amount = row.minor if whole else minor
        if amount <= 0:
            return
        command = c.ReverseReceiptNow(
            source=row.source, external_id=row.external_id, amount=money_of(row, amount), reason="R01"
        )
        if self.send(command, run=self.of(row)):
            self.bounced[row.currency] += amount
        self.hand_over()

    @there_are_receipts
    @rule(data=st.data(), minor=MAYBE, answers=ANSWERS)
    def refund(self, data: st.DataObject, minor: int | None, answers: list[PayoutTold]) -> None:
        row = self.receipt(data)
        amount = unapplied(self.rows, row) if minor is None else minor
        run = self.of(row)
        if amount > 0:
            run.answers = list(answers)
            self.send(
                RefundNow(source=row.source, external_id=row.external_id, amount=money_of(row, amount), reason="twice"),
                run=run,
            )

    @precondition(lambda self: any(run.account.refunds for run in self.runs))
    @rule(data=st.data(), outcome=st.sampled_from(["done", "failed"]), who=st.sampled_from([FINANCE, EVE]))
    def say_what_became_of_a_refund(self, data: st.DataObject, outcome: Any, who: Actor) -> None:
        run = next(run for run in self.runs if run.account.refunds)
        one = data.draw(st.sampled_from(run.account.refunds))
        self.send(SayRefund(refund_id=one.refund_id, outcome=outcome, evidence="statement"), who, run)

    @there_are_receipts
    @rule(data=st.data())
    def claim(self, data: st.DataObject) -> None:
        """Say that money of nobody known is the customer's, and let the customer's account take it over."""
        row = self.receipt(data)
        command = c.ClaimReceipt(
            source=row.source, external_id=row.external_id, entity="CN01", customer_id="c1", evidence="advice"
        )
        self.send(command, run=self.of(row))
        self.hand_over()

    @precondition(lambda self: bool(waiting(self)))
    @rule(data=st.data(), verdict=st.sampled_from(["approve", "approve", "reject", "recall"]))
    def second_person(self, data: st.DataObject, verdict: str) -> None:
        run, row = data.draw(st.sampled_from(waiting(self)))
        if verdict == "recall":
            self.send(Recall(approval_id=row.approval_id), FINANCE, run)
        else:
            told = {
                "approval_id": row.approval_id,
                "verdict": verdict,
                "content_hash": row.content_hash,
                "reason": "seen",
            }
            self.step(f"second person: {verdict}", lambda: run.send(Decide.model_validate(told), BOSS))
        self.hand_over()


def waiting(machine: MoneyMachine) -> list[tuple[Run, Any]]:
    """Return what waits for a second person, with the account that asks."""
    return [(run, row) for run in machine.runs for row in approvals_of(run.account) if row.status == "pending"]


def money_in(run: Run, minor: int) -> Money:
    """Return an amount in the currency of an account."""
    return Money(minor=minor, currency=run.account.currency)


def money_of(receipt: AnyRow, minor: int) -> Money:
    """Return an amount in the currency of a receipt."""
    return Money(minor=minor, currency=receipt.currency)


def left(rows: Rows, invoice: AnyRow) -> int:
    """Return what is open of an invoice."""
    active = sums(rows.allocations, "instalment_id")
    return sum(part.amount_minor - active[part.id] for part in rows.parts if part.invoice_id == invoice.id)


def unapplied(rows: Rows, receipt: AnyRow) -> int:
    """Return what of a receipt pays nothing and has not gone back."""
    used, gone = sums(rows.allocations, "receipt_id", CASH), sums(rows.returns, "receipt_id")
    return int(receipt.minor - used[receipt.id] - gone[receipt.id])


def early(part: AnyRow, place: int) -> int:
    """Return what a step of a discount takes off an instalment."""
    steps = DiscountOffer.model_validate_json(part.discount).steps if part.discount else ()
    return steps[min(place, len(steps) - 1)].minor if steps else 0


def standing(rows: Rows) -> tuple[Any, ...]:
    """Return what is open per invoice, unapplied per receipt, and every balance."""
    posted: Counter[tuple[int, str, str]] = Counter()
    for leg in rows.postings:
        posted[leg.account_id, leg.currency, leg.account] += leg.minor
    return (
        {invoice.number: left(rows, invoice) for invoice in rows.invoices},
        {receipt.external_id: unapplied(rows, receipt) for receipt in rows.receipts},
        posted,
    )
