"""One account, its terms and the effects that move it; every amount in minor units of CNY."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from domain.account import effects as account
from domain.business_calendar import CompiledCalendar
from domain.deal.effects import CreditInvoice, IssueInvoice
from domain.deal.events import DealEvent
from domain.due_dates import PaymentTerms
from domain.machine import Actor, Fact
from domain.money import Money
from domain.ports import DealRecord, DealRow
from domain.quotes import QuoteLine
from domain.receivables.entries import Instalment, Receipt
from domain.receivables.invoicing import imported_invoice
from domain.terms import AccountTerms, DunningTerms, LadderLevel, PromiseTerms, TaxRate, Tolerance
from storage.operations.ledger import LedgerBooks

ENTITY, CUSTOMER, CURRENCY = "CN01", "c-1", "CNY"
KEY: dict[str, Any] = {"entity": ENTITY, "customer_id": CUSTOMER, "currency": CURRENCY}
ISSUED = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HASH = "terms-1"


def cny(minor: int) -> Money:
    return Money(minor=minor, currency=CURRENCY)


def at(day: int, hour: int = 9, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def terms(unit: str = "invoice", hold: str = "pause") -> AccountTerms:
    return AccountTerms(
        policy="standard@1",
        entity=ENTITY,
        currency=CURRENCY,
        customer_class="C",
        calendar=CompiledCalendar.always(),
        dunning=DunningTerms.model_validate(
            {
                "levels": (LadderLevel(id="reminder", day=3), LadderLevel(id="L1", day=10, actions=("credit_hold",))),
                "min_open": cny(0),
                "unit": unit,
                "dispute_hold": hold,
            }
        ),
        promise=PromiseTerms(),
        tolerance=Tolerance(),
    )


def issue(
    item: str = "i1", deal: str = "d1", minor: int = 10_000, on: date = ISSUED, **changed: object
) -> IssueInvoice:
    line = QuoteLine(position=1, sku="A", list_price=cny(minor), net_price=cny(minor), tax_code="S13")
    effect = IssueInvoice(
        deal_id=deal,
        item=item,
        entity=ENTITY,
        customer_id=CUSTOMER,
        issue_on=on,
        supplied_on=on,
        lines=(line,),
        share_bp=10_000,
        shares_before_bp=0,
        rates=(TaxRate(code="S13", rate_bp=1300),),
        price_includes_tax=True,
        payment=PaymentTerms.single("net30", "issue+30d"),
    )
    return effect.model_copy(update=changed)


def credit_all(number: str, on: date = ISSUED) -> CreditInvoice:
    return CreditInvoice(deal_id="d1", number=number, reason="cancelled", issue_on=on, **KEY)


def credited(number: str, minor: int | None) -> account.CreditNote:
    return account.CreditNote(
        number=number, minor=minor, reason="returned", issue_on=at(21).date(), terms_hash=HASH, **KEY
    )


def receipt(
    external_id: str, minor: int, invoices: Sequence[str] = (), reference: str = "", tolerance: Tolerance | None = None
) -> account.ApplyReceipt:
    money = Receipt(
        source="bank",
        external_id=external_id,
        amount=cny(minor),
        value_date=date(2026, 3, 20),
        received_at=at(20),
        reference=reference,
        invoices=tuple(invoices),
    )
    return account.ApplyReceipt(receipt=money, tolerance=tolerance or Tolerance(), terms_hash=HASH, **KEY)


def imported(number: str, minor: int, due: date = date(2026, 4, 1), issued: date = ISSUED) -> account.ImportInvoice:
    invoice = imported_invoice(
        number, (ENTITY, CUSTOMER, CURRENCY), issued, (Instalment(index=1, due_on=due, amount=cny(minor)),)
    )
    return account.ImportInvoice(invoice=invoice, terms_hash=HASH, **KEY)


async def opened(ledger: LedgerBooks, unit: str = "invoice", hold: str = "pause") -> None:
    """Load the account's case, which stores its terms."""
    await ledger.load_case(account.LoadCase(**KEY), NOW, terms(unit, hold), HASH, "示例客户")


def deal_row(deal_id: str, version: int, **changed: object) -> DealRow:
    row = DealRow(
        deal_id=deal_id,
        entity=ENTITY,
        customer_id=CUSTOMER,
        customer_name="示例客户",
        owner="bob",
        stage="lead.working",
        version=version,
        currency=CURRENCY,
        value_minor=10_000,
        customer_class="C",
        policy="standard@1",
        waiting_for="bob",
        due_at=None,
        overlay="",
        open_minor=0,
        attention=False,
        created_at=NOW,
        updated_at=NOW,
    )
    return row.model_copy(update=changed)


def facts(events: Sequence[DealEvent], first: int = 1) -> tuple[Fact[DealEvent], ...]:
    actor = Actor(id="bob", roles=("sales", "ops"), via="api")
    return tuple(
        Fact[DealEvent](seq=seq, at=NOW, actor=actor, cause=f"c{seq}", event=event)
        for seq, event in enumerate(events, first)
    )


def deal_record(deal_id: str, events: Sequence[DealEvent], first: int = 1, **changed: object) -> DealRecord:
    row = deal_row(deal_id, first + len(events) - 1)
    record = DealRecord(workflow_id=f"deal/{deal_id}", facts=facts(events, first), row=row)
    return record.model_copy(update=changed)
