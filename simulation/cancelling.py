"""A cancelled order in the books of one account in memory, as `storage.operations.cancelling` has it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from domain.cancellation import CancellationPreview
from domain.deal.commands import BillingCancelled, Issued
from domain.deal.decide_cancel import stale
from domain.deal.effects import CancelBilling, IssueInvoice
from domain.receivables.cancel_asks import Refunded, waits_whole, with_seconds
from domain.receivables.cancelling import (
    Billed,
    CancelPlan,
    MadeCredit,
    cancel_plan,
    credit_of,
    forgone_minor,
    invoices_of,
    preview_of,
    told_of,
)
from domain.receivables.crediting import creditable
from simulation.book import Book
from simulation.booked import BookedInvoice
from simulation.credits import credit_some, credit_whole
from simulation.deposits import to_restore
from simulation.desk import Desk


class Issuing(Protocol):
    """The ledger, as far as it issues invoices."""

    async def issue_invoice(self, key: str, at: datetime, effect: IssueInvoice) -> Issued:
        """Issue an invoice once per (deal, item)."""


async def carried_out(ledger: Issuing, desk: Desk, effect: CancelBilling) -> BillingCancelled:
    """Credit and bill what a cancelled order asks for; whoever asks undoes it where a second person is needed."""
    book, template = desk.book, credit_of(effect)
    book.begin(desk.at)
    mine, plan = _mine(book, effect), _planned(book, effect)
    forgone = forgone_minor(effect, [_billed(book, one) for one in mine if _is_sold_once(one)])
    made: list[MadeCredit | None] = []
    whole = []
    for step in plan.credits:
        if step.amounts:
            made.append(credit_some(desk, template, step.number, dict(step.amounts)))
        else:
            made.append(credit_whole(desk, template.model_copy(update={"number": step.number})))
            whole.append(step.number)
    made += _ended(desk, effect)
    last = invoices_of(effect, plan)
    issued = [await ledger.issue_invoice(f"{desk.key}/{one.item}", desk.at, one) for one in last]
    for one in mine:
        if one.invoice.purpose == "deposit":
            made.append(credit_whole(desk, template.model_copy(update={"number": one.invoice.number})))
            whole.append(one.invoice.number)
    book.changes(desk.at)
    notes = tuple(one for one in made if one is not None)
    preview = _preview(desk, effect, notes, issued, forgone)
    if effect.expected and effect.expected != preview.content_hash:
        raise stale(preview)
    preview = with_seconds(preview, effect, notes, desk.terms, _refunded(desk))
    if waits_whole(preview):
        return BillingCancelled(preview=preview, waits=True)
    told = told_of(effect, notes)
    return BillingCancelled(preview=preview, notes=told, whole=tuple(whole), issued=tuple(issued))


def last_invoices(book: Book, effect: CancelBilling) -> tuple[IssueInvoice, ...]:
    """Return the invoices that a cancellation would issue now."""
    return invoices_of(effect, _planned(book, effect))


def _planned(book: Book, effect: CancelBilling) -> CancelPlan:
    billed = [_billed(book, one) for one in _mine(book, effect) if _is_sold_once(one)]
    return cancel_plan(billed, effect.kept, credit_of(effect))


def _mine(book: Book, effect: CancelBilling) -> list[BookedInvoice]:
    """Return the invoices of the order, the newest first."""
    return [one for one in reversed(book.invoices.values()) if one.invoice.deal_id == effect.deal_id]


def _refunded(desk: Desk) -> Refunded:
    return lambda source, external_id: desk.book.receipts[source, external_id].refunded_minor


def _is_sold_once(one: BookedInvoice) -> bool:
    return one.invoice.purpose == "standard" and one.invoice.period is None


def _billed(book: Book, one: BookedInvoice) -> Billed:
    most = creditable(one.items, one.applied, one.deducted_minor)
    return Billed(one.invoice, tuple(one.notes), most, to_restore(book, one)[0])


def _ended(desk: Desk, effect: CancelBilling) -> Iterator[MadeCredit | None]:
    by_item = {
        one.invoice.item: one.invoice.number
        for one in desk.book.invoices.values()
        if one.invoice.deal_id == effect.deal_id
    }
    for credit in effect.ended:
        wanted = {amount.position: amount.minor for amount in credit.amounts}
        for item in credit.items:
            if item in by_item and any(wanted.values()):
                yield credit_some(desk, credit, by_item[item], wanted)


def _preview(
    desk: Desk, effect: CancelBilling, made: tuple[MadeCredit, ...], issued: list[Issued], forgone: int
) -> CancellationPreview:
    book = desk.book
    owed = sum(one.open_minor for one in book.invoices.values() if one.invoice.deal_id == effect.deal_id)

    def payer(source: str, external_id: str) -> str:
        return book.receipt((source, external_id)).receipt.payer

    return preview_of(effect, made, issued, owed, forgone, payer=payer, fiscal_number=lambda number: "")
