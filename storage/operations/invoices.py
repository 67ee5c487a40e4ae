"""An invoice is stored whole, with its number, instalments and postings, and never changes after (N1, N4)."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, insert, select

from domain.account.effects import ImportInvoice
from domain.deal.commands import Issued
from domain.deal.effects import IssueInvoice
from domain.money import Money
from domain.quoting import one_currency
from domain.receivables import postings
from domain.receivables.entries import Instalment, Invoice, InvoiceLine, TaxSum
from domain.receivables.invoicing import first_due_on, invoice_of
from domain.receivables.numbering import Series
from domain.refusal import Code, Refused, refuse
from storage.json_text import pairs, pairs_text
from storage.operations.accounts import HeldAccount, hold_account, save_account
from storage.operations.books import Books, post_entry
from storage.operations.items import offer_from
from storage.operations.outcome import Outcome
from storage.operations.series import take_number
from storage.operations.statements import insert_one
from storage.rows import AnyRow
from storage.tables.ledger import INSTALMENT, INVOICE
from storage.tables.records import ACCOUNT

_LINES = TypeAdapter(tuple[InvoiceLine, ...])
TAXES = TypeAdapter(tuple[TaxSum, ...])
_BY_ITEM = select(INVOICE.c.id).where(INVOICE.c.deal_id == bindparam("deal_id"), INVOICE.c.item == bindparam("item"))
_BY_NUMBER = select(INVOICE.c.id, INVOICE.c.account_id).where(
    INVOICE.c.entity == bindparam("entity"), INVOICE.c.number == bindparam("number")
)
_INVOICE = (
    select(INVOICE, ACCOUNT.c.customer_id)
    .join(ACCOUNT, ACCOUNT.c.id == INVOICE.c.account_id)
    .where(INVOICE.c.id == bindparam("invoice_id"))
)
_PARTS = select(INSTALMENT).where(INSTALMENT.c.invoice_id == bindparam("invoice_id")).order_by(INSTALMENT.c.position)


def issue_invoice(connection: Connection, key: str, at: datetime, effect: IssueInvoice) -> Issued:
    """Issue the invoice of a billing item once; asked again, return what was issued.

    Raises:
        Refused: another amount was billed for the item (E_IDEM), the date is before the series' last (E_PERIOD), or
            the invoice cannot be built (`invoice_of`).
    """
    account = hold_account(connection, effect.entity, effect.customer_id, one_currency(effect.lines))
    known = connection.execute(_BY_ITEM, {"deal_id": effect.deal_id, "item": effect.item}).scalar()
    if known is not None:
        return _issued(_same(effect, invoice_by_id(connection, known)))
    number = take_number(connection, effect.entity, Series.INVOICES, effect.issue_on)
    invoice = invoice_of(effect, number)
    store_invoice(connection, account, invoice, key, at)
    save_account(connection, account)
    return _issued(invoice)


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


def store_invoice(connection: Connection, account: HeldAccount, invoice: Invoice, key: str, at: datetime) -> None:
    """Write an invoice, its open items and its postings."""
    row = {
        "account_id": account.id, "entity": invoice.entity, "number": invoice.number,
        "deal_id": invoice.deal_id or None, "item": invoice.item, "issued_on": invoice.issued_on,
        "supplied_on": invoice.supplied_on, "net_minor": invoice.net.minor, "gross_minor": invoice.gross.minor,
        "currency": invoice.gross.currency, "lines": _LINES.dump_json(invoice.lines).decode(),
        "taxes": TAXES.dump_json(invoice.taxes).decode(), "attributes": pairs_text(invoice.attributes),
        "po_reference": invoice.po_reference, "payment_terms": invoice.payment_terms, "at": at,
    }  # fmt: skip
    invoice_id = insert_one(connection, INVOICE, row)
    parts = [_part(account.id, invoice_id, part) for part in invoice.instalments if part.amount.minor]
    if parts:
        connection.execute(insert(INSTALMENT), parts)
    legs = postings.of_invoice(invoice)
    post_entry(connection, account.id, f"invoice:{key}", legs, invoice.issued_on, at, invoice.number)


def find_invoice(connection: Connection, entity: str, number: str) -> AnyRow | None:
    """Return (id, account_id) of an invoice by its number."""
    return connection.execute(_BY_NUMBER, {"entity": entity, "number": number}).first()


def invoice_by_id(connection: Connection, invoice_id: int) -> Invoice:
    """Read an invoice back as it was stored."""
    row = connection.execute(_INVOICE, {"invoice_id": invoice_id}).one()
    parts = connection.execute(_PARTS, {"invoice_id": invoice_id}).all()
    return invoice_from(row, parts)


def invoice_from(row: AnyRow, parts: Sequence[AnyRow]) -> Invoice:
    """Build an invoice from its row and its instalments' rows."""
    return Invoice(
        number=row.number,
        entity=row.entity,
        customer_id=row.customer_id,
        deal_id=row.deal_id or "",
        item=row.item,
        issued_on=row.issued_on,
        supplied_on=row.supplied_on,
        net=Money(minor=row.net_minor, currency=row.currency),
        gross=Money(minor=row.gross_minor, currency=row.currency),
        lines=_LINES.validate_json(row.lines),
        taxes=TAXES.validate_json(row.taxes),
        instalments=tuple(
            Instalment(
                index=part.position,
                due_on=part.due_on,
                amount=Money(minor=part.amount_minor, currency=row.currency),
                discount=offer_from(part.discount),
                component=part.component or "principal",
                claim_of=part.claim_of or "",
            )
            for part in parts
        ),
        po_reference=row.po_reference,
        payment_terms=row.payment_terms,
        attributes=pairs(row.attributes),
    )


def _part(account_id: int, invoice_id: int, part: Instalment) -> dict[str, object]:
    return {
        "invoice_id": invoice_id, "account_id": account_id, "position": part.index, "due_on": part.due_on,
        "amount_minor": part.amount.minor, "settled": False, "level": 0, "last_notice_at": None,
        "pre_due_sent": "[]", "skipped": "[]", "discount": part.discount.model_dump_json() if part.discount else None,
        "claim_of": part.claim_of or None, "component": part.component if part.claim_of else None,
    }  # fmt: skip


def _issued(invoice: Invoice) -> Issued:
    return Issued(
        item=invoice.item,
        number=invoice.number,
        net=invoice.net,
        gross=invoice.gross,
        due_on=first_due_on(invoice).isoformat(),
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
