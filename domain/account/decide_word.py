"""Word from deals is taken at any time, even before the case is loaded: what it asks waits behind the loading."""

from datetime import datetime

from domain.account import commands as c
from domain.account import effects as f
from domain.account import events as e
from domain.account.decide_refund import paid_back
from domain.account.paper_events import CreditNoteReported
from domain.account.reading import Events
from domain.account.state import Account
from domain.machine import Actor
from domain.refusal import Code, refuse


def invoice_opened(account: Account, command: c.InvoiceOpened, actor: Actor, now: datetime) -> Events:
    """Enter a new receivable; its amounts come from the ledger (E_CCY for an invoice of another currency)."""
    if command.gross.currency != account.currency:
        raise refuse(
            Code.CCY,
            f"{command.number} is in {command.gross.currency}, this account is in {account.currency}",
            f"{command.number} 的币种是 {command.gross.currency}，本账户币种是 {account.currency}",
            number=command.number,
        )
    return (e.InvoiceEntered(number=command.number, deal_id=command.deal_id, gross=command.gross),)


def invoice_credited(account: Account, command: c.InvoiceCreditedByDeal, actor: Actor, now: datetime) -> Events:
    """Sum the case up again, and send the credit note: the deal has credited an invoice in the ledger."""
    asked = e.LedgerAsked(command=command.kind, effect=refresh(account, credited=command.number))
    if not command.credit_note:
        return (asked,)
    told = {"number": command.number, "credit_note": command.credit_note, "deal_id": command.deal_id}
    told |= {"paid_part": "refund" if command.refund else "unapplied"}
    why = (command.credit_note, command.reason, command.by)
    back = paid_back(account, command.refund, *why, in_all_minor=command.refund_minor)
    return (asked, CreditNoteReported.model_validate(told), *back)


def receipt_arrived(account: Account, command: c.ReceiptArrived, actor: Actor, now: datetime) -> Events:
    """Match a receipt that another account gave away: it is in this account's books already."""
    taken = f.TakeOverReceipt(
        entity=account.entity,
        customer_id=account.customer_id,
        currency=account.currency,
        terms_hash=account.terms_hash,
        source=command.source,
        external_id=command.external_id,
    )
    return (e.LedgerAsked(command=command.kind, effect=taken),)


def refresh(account: Account, number: str = "", credited: str = "") -> f.RefreshCase:
    """Ask the ledger to sum the case up again."""
    return f.RefreshCase(
        entity=account.entity,
        customer_id=account.customer_id,
        currency=account.currency,
        terms_hash=account.terms_hash,
        number=number,
        credited=credited,
    )
