"""An invoice is stored whole, with its number, instalments and postings, and never changes after (N1, N4)."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from domain.account.effects import ImportInvoice
from domain.deal.commands import Issued
from domain.deal.effects import IssueInvoice
from domain.quoting import one_currency
from domain.receivables import postings
from domain.receivables.closing import first_open
from domain.receivables.deposits import is_last
from domain.receivables.entries import Instalment, Invoice
from domain.receivables.invoicing import first_due_on, invoice_of
from domain.receivables.numbering import Series
from domain.refusal import Code, Refused, refuse
from storage.json_text import pairs_text
from storage.operations.accounts import HeldAccount, hold_account, save_account
from storage.operations.books import Books, post_entry
from storage.operations.deposits import deposit_of, store_deduction
from storage.operations.outcome import Outcome
from storage.operations.series import take_number
from storage.operations.statements import insert_one
from storage.operations.stored_invoices import DEDUCTIONS, LINES, TAXES, invoice_by_id
from storage.rows import AnyRow
from storage.tables.ledger import INSTALMENT, INVOICE

_BY_ITEM = select(INVOICE.c.id).where(INVOICE.c.deal_id == bindparam("deal_id"), INVOICE.c.item == bindparam("item"))
_BY_NUMBER = select(INVOICE.c.id, INVOICE.c.account_id).where(
    INVOICE.c.entity == bindparam("entity"), INVOICE.c.number == bindparam("number")
)


def issue_invoice(connection: Connection, key: str, at: datetime, effect: IssueInvoice) -> Issued:
    """Issue the invoice of a billing item once; asked again, return what was issued.

    Raises:
        Refused: another amount was billed for the item (E_IDEM), the date is before the series' last or in a closed
            month (E_PERIOD), or the invoice cannot be built (`invoice_of`).
    """
    account = hold_account(connection, effect.entity, effect.customer_id, one_currency(effect.lines))
    known = connection.execute(_BY_ITEM, {"deal_id": effect.deal_id, "item": effect.item}).scalar()
    if known is not None:
        return _issued(connection, effect, _same(effect, invoice_by_id(connection, known)))
    held = deposit_of(connection, effect)
    number = take_number(connection, account, Series.INVOICES, effect.issue_on)
    invoice = invoice_of(effect, number, None if held is None else held.deposit)
    invoice_id = store_invoice(connection, account, invoice, key, at)
    store_deduction(Books(connection, account, key, at, effect.issue_on), invoice_id, invoice, held)
    save_account(connection, account)
    return _issued(connection, effect, invoice)


def import_invoice(books: Books, effect: ImportInvoice) -> Outcome:
    """Enter an open item of another system under its own number, once (E_IDEM for other content)."""
    invoice = effect.invoice
    row = find_invoice(books.connection, books.account.entity, invoice.number)
    if row is not None:
        known = invoice_by_id(books.connection, row.id)
        if row.account_id != books.account.id or known != invoice:
            raise _other(invoice.number)
        return Outcome(invoice.number, repeated=True)
    store_invoice(books.connection, books.account, invoice, books.key, books.at)
    return Outcome(invoice.number)


def store_invoice(connection: Connection, account: HeldAccount, invoice: Invoice, key: str, at: datetime) -> int:
    """Write an invoice, its open items and its postings; returns its row.

    One of our own has a number, and so an open day; one from another system keeps its day, and is opened on the first
    open one.
    """
    row = {
        "account_id": account.id, "entity": invoice.entity, "number": invoice.number,
        "deal_id": invoice.deal_id or None, "item": invoice.item, "issued_on": invoice.issued_on,
        "supplied_on": invoice.supplied_on, "net_minor": invoice.net.minor, "gross_minor": invoice.gross.minor,
        "currency": invoice.gross.currency, "lines": LINES.dump_json(invoice.lines).decode(),
        "taxes": TAXES.dump_json(invoice.taxes).decode(), "attributes": pairs_text(invoice.attributes),
        "po_reference": invoice.po_reference, "payment_terms": invoice.payment_terms, "at": at,
        "purpose": invoice.purpose, "deducted_minor": invoice.deducted_minor,
        "deductions": DEDUCTIONS.dump_json(invoice.deductions).decode(),
        "period_from": None if invoice.period is None else invoice.period.start,
        "period_until": None if invoice.period is None else invoice.period.until,
    }  # fmt: skip
    invoice_id = insert_one(connection, INVOICE, row)
    parts = [_part(account.id, invoice_id, part) for part in invoice.instalments if part.amount.minor]
    if parts:
        connection.execute(insert(INSTALMENT), parts)
    legs = postings.of_invoice(invoice)
    on = first_open(account.closed_until, invoice.issued_on)
    post_entry(connection, account, f"invoice:{key}", legs, on, at, invoice.number)
    for day, earned in postings.releases_of(invoice):
        post_entry(connection, account, f"earned:{key}:{day}", earned, day, at, invoice.number)
    return invoice_id


def find_invoice(connection: Connection, entity: str, number: str) -> AnyRow | None:
    """Return (id, account_id) of an invoice by its number."""
    return connection.execute(_BY_NUMBER, {"entity": entity, "number": number}).first()


def _part(account_id: int, invoice_id: int, part: Instalment) -> dict[str, object]:
    return {
        "invoice_id": invoice_id, "account_id": account_id, "position": part.index, "due_on": part.due_on,
        "amount_minor": part.amount.minor, "settled": False, "level": 0, "last_notice_at": None,
        "pre_due_sent": "[]", "skipped": "[]", "discount": part.discount.model_dump_json() if part.discount else None,
        "claim_of": part.claim_of or None, "component": part.component if part.claim_of else None,
    }  # fmt: skip


def _issued(connection: Connection, effect: IssueInvoice, invoice: Invoice) -> Issued:
    held = deposit_of(connection, effect) if is_last(effect) else None
    return Issued(
        item=invoice.item,
        number=invoice.number,
        net=invoice.net,
        gross=invoice.gross,
        due_on=first_due_on(invoice).isoformat(),
        deducted=invoice.gross.minus(invoice.payable) if invoice.deductions else None,
        undeducted="" if held is None or held.deposit.left_minor <= 0 else held.deposit.invoice.number,
    )


def _same(effect: IssueInvoice, known: Invoice) -> Invoice:
    if invoice_of(effect, known.number).gross != known.gross:
        raise refuse(
            Code.IDEM,
            f"{effect.deal_id}/{effect.item} is billed by {known.number} over {known.gross}: credit that one first",
            f"{effect.deal_id}/{effect.item} 已由 {known.number} 开票 {known.gross}：请先红冲",
            number=known.number,
        )
    return known


def _other(number: str) -> Refused:
    return refuse(
        Code.IDEM,
        f"there is another invoice {number}: import this one under another number",
        f"发票号 {number} 已存在且内容不同：请使用其他号码导入",
        number=number,
    )
