"""A cancellation is one transaction: it is tried, looked at, and kept only if it is what somebody has seen.

What is shown before is made by the same operation, undone again: so what is done is what was shown.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from domain.cancellation import CancellationPreview
from domain.deal.commands import BillingCancelled, Issued
from domain.deal.decide_cancel import stale
from domain.deal.effects import CancelBilling, IssueInvoice
from domain.receivables.cancel_asks import waits_whole, with_seconds
from domain.receivables.cancelling import (
    Billed,
    MadeCredit,
    cancel_plan,
    credit_of,
    forgone_minor,
    invoices_of,
    preview_of,
    told_of,
)
from domain.receivables.crediting import creditable
from domain.receivables.entries import Invoice
from domain.receivables.exchange import check_refundable
from domain.terms import AccountTerms
from storage.operations.accounts import HeldAccount, find_account, hold_account, save_account, terms_by_hash
from storage.operations.books import Books, active_of_invoice
from storage.operations.credits import make_some, make_whole
from storage.operations.deposits import BY_ITEM, deducted_minor, to_restore
from storage.operations.differences import post_differences
from storage.operations.fiscal import fiscal_record
from storage.operations.invoices import issue_invoice
from storage.operations.items import items_of
from storage.operations.refunds import refunded_minor
from storage.operations.stored_invoices import invoice_by_id, notes_of_invoice
from storage.tables.ledger import INVOICE, RECEIPT

_INVOICES = select(INVOICE.c.id).where(INVOICE.c.deal_id == bindparam("deal_id")).order_by(INVOICE.c.id.desc())
_PAYER = select(RECEIPT.c.payer).where(
    RECEIPT.c.source == bindparam("source"), RECEIPT.c.external_id == bindparam("external_id")
)


class _Done(NamedTuple):
    """What was done, in the order in which it was done."""

    made: tuple[MadeCredit, ...]
    whole: tuple[str, ...]
    issued: tuple[Issued, ...]
    forgone: int


def preview_cancellation(connection: Connection, at: datetime, effect: CancelBilling) -> CancellationPreview:
    """Say what a cancellation would do now, and do nothing."""
    with connection.begin_nested() as trial:
        held = hold_account(connection, effect.entity, effect.customer_id, effect.currency)
        done = _carried_out(connection, held, "preview", at, effect)
        preview = _preview(connection, held, effect, done)
        preview = _asked(connection, held, effect, done, preview)
        trial.rollback()
    return preview


def cancel_billing(
    connection: Connection, held: HeldAccount, key: str, at: datetime, effect: CancelBilling
) -> BillingCancelled:
    """Credit and bill what a cancelled order asks for.

    Raises:
        Refused: it would do something else than was seen (E_STALE), the account is not opened yet (E_STATE), or a
            document is refused, as into a closed month (E_PERIOD), or exchanged money is to be paid back (E_STATE).
            Nothing is done then.
    """
    with connection.begin_nested() as trial:
        done = _carried_out(connection, held, key, at, effect)
        preview = _preview(connection, held, effect, done)
        if effect.expected and effect.expected != preview.content_hash:
            raise stale(preview)
        preview = _asked(connection, held, effect, done, preview)
        if waits_whole(preview):
            trial.rollback()
            return BillingCancelled(preview=preview, waits=True)
    save_account(connection, held)
    return BillingCancelled(
        preview=preview,
        notes=told_of(effect, done.made),
        whole=done.whole,
        issued=done.issued,
    )


def last_invoices(connection: Connection, effect: CancelBilling) -> tuple[IssueInvoice, ...]:
    """Return the invoices that a cancellation would issue now, and do nothing."""
    held = find_account(connection, effect.entity, effect.customer_id, effect.currency)
    billed = () if held is None else _billed(connection, held, effect)[0].values()
    return invoices_of(effect, cancel_plan(list(billed), effect.kept, credit_of(effect)))


def _carried_out(connection: Connection, held: HeldAccount, key: str, at: datetime, effect: CancelBilling) -> _Done:
    template = credit_of(effect)
    billed, deposits = _billed(connection, held, effect)
    plan = cancel_plan(list(billed.values()), effect.kept, template)
    forgone = forgone_minor(effect, billed.values())
    ids = {one.invoice.number: invoice_id for invoice_id, one in billed.items()}
    made, whole = [], []
    for step in plan.credits:
        books = Books(connection, held, f"{key}/{step.number}", at, effect.issue_on)
        if step.amounts:
            made.append(make_some(books, template, ids[step.number], dict(step.amounts)))
        else:
            made.append(make_whole(books, template.model_copy(update={"number": step.number})))
            whole.append(step.number)
        books.changes()
        post_differences(books)
    made += _ended(connection, held, key, at, effect)
    last = invoices_of(effect, plan)
    issued = [issue_invoice(connection, f"{key}/{one.item}", at, one) for one in last]
    for deposit in deposits:
        books = Books(connection, held, f"{key}/{deposit.number}", at, effect.issue_on)
        made.append(make_whole(books, template.model_copy(update={"number": deposit.number})))
        whole.append(deposit.number)
        books.changes()
        post_differences(books)
    notes = tuple(one for one in made if one is not None)
    check_refundable(effect.paid_part, (cash for one in notes if one.plan is not None for cash in one.plan.freed))
    return _Done(notes, tuple(whole), tuple(issued), forgone)


def _ended(
    connection: Connection, held: HeldAccount, key: str, at: datetime, effect: CancelBilling
) -> Iterator[MadeCredit | None]:
    """Credit the days that are billed beyond the end of services."""
    for credit in effect.ended:
        wanted = {amount.position: amount.minor for amount in credit.amounts}
        for item in credit.items:
            found = connection.execute(BY_ITEM, {"deal_id": effect.deal_id, "item": item}).scalar()
            if found is not None and any(wanted.values()):
                books = Books(connection, held, f"{key}/{item}", at, effect.issue_on)
                yield make_some(books, credit, int(found), wanted)
                books.changes()
                post_differences(books)


def _billed(
    connection: Connection, held: HeldAccount, effect: CancelBilling
) -> tuple[dict[int, Billed], list[Invoice]]:
    """Return the invoices of what is sold once, the newest first, and the deposits."""
    billed, deposits = {}, []
    for (invoice_id,) in connection.execute(_INVOICES, {"deal_id": effect.deal_id}).all():
        invoice = invoice_by_id(connection, invoice_id)
        if invoice.purpose == "deposit":
            deposits.append(invoice)
        elif invoice.purpose == "standard" and invoice.period is None:
            active = [one.applied for one in active_of_invoice(connection, invoice_id)]
            items = [one.item for one in items_of(connection, held.id, [invoice.number])]
            billed[invoice_id] = Billed(
                invoice,
                tuple(notes_of_invoice(connection, invoice, invoice_id)),
                creditable(items, active, deducted_minor(connection, invoice_id)),
                to_restore(connection, invoice_id).minor,
            )
    return billed, deposits


def _preview(connection: Connection, held: HeldAccount, effect: CancelBilling, done: _Done) -> CancellationPreview:
    numbers = connection.execute(
        select(INVOICE.c.number).where(INVOICE.c.deal_id == effect.deal_id, INVOICE.c.account_id == held.id)
    ).scalars()
    owed = sum(one.item.open_minor for one in items_of(connection, held.id, numbers.all()))

    def payer(source: str, external_id: str) -> str:
        name: str = connection.execute(_PAYER, {"source": source, "external_id": external_id}).scalar_one()
        return name

    def fiscal_number(number: str) -> str:
        record = fiscal_record(connection, effect.entity, number)
        return "" if record is None else record.fiscal_number

    return preview_of(effect, done.made, done.issued, owed, done.forgone, payer=payer, fiscal_number=fiscal_number)


def _asked(
    connection: Connection, held: HeldAccount, effect: CancelBilling, done: _Done, preview: CancellationPreview
) -> CancellationPreview:
    """Say what a second person will be asked for."""

    def refunded(source: str, external_id: str) -> int:
        return refunded_minor(connection, source, external_id)

    return with_seconds(preview, effect, done.made, account_terms(connection, held), refunded)


def account_terms(connection: Connection, held: HeldAccount) -> AccountTerms | None:
    """Return the terms of an account, none before it is opened."""
    return terms_by_hash(connection, held.terms_hash) if held.terms_hash else None
