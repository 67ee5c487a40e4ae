"""An item is billed once, when its trigger happens, and a deal is closed when nothing is open any more (N1)."""

from datetime import datetime

from domain.deal import commands as c
from domain.deal import events as e
from domain.deal.amending import given_up
from domain.deal.reading import Events, forgotten, fulfilled, item_of
from domain.deal.state import BillingItem, Deal, Stage
from domain.machine import Actor
from domain.money import Money
from domain.refusal import Code, refuse
from domain.terms import DealTerms, PartKind, Trigger


def falls_due(deal: Deal, terms: DealTerms, *, delivered: bool = False, accepted: bool = False) -> Events:
    """Return what a delivery or an acceptance makes due, and what begins with it; where nothing need be accepted, a
    complete delivery counts as accepted.
    """
    triggers = set()
    if delivered:
        triggers.add(Trigger.DELIVERED)
    if accepted or (delivered and not terms.fulfilment.acceptance_required):
        triggers.add(Trigger.ACCEPTED)
    due = (
        *(
            e.BillingItemDue(item=item.id, trigger=item.upon)
            for item in deal.billing
            if item.status == "waiting" and item.upon in triggers and not is_free(deal)
        ),
        *(
            e.RecurringStarted(item=item.id)
            for item in deal.recurring
            if item.started_on is None and item.ends_on is None and item.upon in triggers
        ),
    )
    # What is billed is the order as it stands: an amendment that nobody has decided by then comes too late.
    return (*given_up(deal, "overtaken", "part of the order is billed"), *due) if due else ()


def is_free(deal: Deal) -> bool:
    """Tell whether the order costs nothing: there is nothing to bill, and an invoice over 0.00 would be none."""
    return deal.order is not None and deal.order.gross.minor == 0


def issued(deal: Deal, result: c.Issued) -> Events:
    """Take the invoice's number; one that came while the order was being cancelled is credited at once."""
    invoice = e.InvoiceIssued(
        item=result.item,
        number=result.number,
        net=result.net,
        gross=result.gross,
        due_on=result.due_on,
        deducted=result.deducted,
    )
    if deal.stage is Stage.CANCELLING:
        return (invoice, e.CreditRequired(number=result.number), *_given_back(deal, result))
    if result.undeducted:
        # The last invoice claims the whole order: what is left of the deposit must not be claimed, or kept, beside it.
        return (invoice, e.CreditRequired(number=result.undeducted))
    items = tuple(
        _changed(item, status="issued", open_minor=result.payable.minor) if item.id == result.item else item
        for item in deal.billing
    )
    return (invoice, *closing(deal, items))


def _given_back(deal: Deal, result: c.Issued) -> Events:
    """Return the credits of deposits that a credit of this invoice makes free again."""
    if result.deducted is None:
        return ()
    deposits = (item.number for item in deal.billing if item.kind is PartKind.DEPOSIT and item.number)
    return tuple(e.CreditRequired(number=number) for number in deposits)


def credited(deal: Deal, result: c.Credited) -> Events:
    """Take a credit note; where nothing is open any more after it, the deal is over."""
    if result.number:
        left = {result.number: 0}
        fact = e.InvoiceCredited(number=result.number, credit_note=result.credit_note, amount=result.amount)
        facts: Events = (fact,)
    else:
        left = {note.number: note.left_minor for note in result.notes}
        facts = tuple(e.InvoiceCredited.model_validate(note.model_dump()) for note in result.notes)
    items = tuple(_changed(item, open_minor=left.get(item.number, item.open_minor)) for item in deal.billing)
    return (*facts, *closing(deal, items))


def receivable_changed(deal: Deal, command: c.ReceivableChanged, actor: Actor, now: datetime) -> Events:
    """Take what the account says is open of an invoice; the last one that is paid closes the deal."""
    item = item_of(deal, command.number)
    if item is None and deal.recurring:
        item = forgotten(command.number)
    if item is None:
        raise refuse(
            Code.NOTFOUND, f"{command.number} is no invoice of this deal", f"{command.number} 不是本商机的发票"
        )
    changed: Events = (
        e.InvoiceOpenChanged(
            number=command.number,
            open_minor=command.open_minor,
            disputed_minor=command.disputed_minor,
            written_off=command.written_off,
        ),
    )
    if command.recovered_minor:
        amount = Money(minor=command.recovered_minor, currency=deal.currency)
        recovered = e.DebtRecovered(number=command.number, amount=amount, written_off=command.written_off)
        changed = (*changed, recovered)
    if deal.stage is Stage.CANCELLED:
        # What was delivered is still owed: the account collects it, and a cancelled order stays cancelled.
        return changed
    if not deal.stage.closed:
        return (*changed, *_settled(deal, item, command))
    if deal.stage not in (Stage.PAID, Stage.WRITTEN_OFF) or not (command.open_minor or command.recovered_minor):
        raise refuse(
            Code.STATE, f"the deal is {deal.stage}, this changes nothing", f"商机已处于 {deal.stage}，无需变更"
        )
    again = deal.model_copy(update={"stage": Stage.ACTIVE})
    return (e.DealReopened(number=command.number), *changed, *_settled(again, item, command))


def _settled(deal: Deal, item: BillingItem, command: c.ReceivableChanged) -> Events:
    """Return the end of a deal that what the account says leaves nothing open of."""
    bad = command.written_off or (item.written_off and not command.recovered_minor)
    new = _changed(item, open_minor=command.open_minor, disputed_minor=command.disputed_minor, written_off=bad)
    return closing(deal, tuple(new if other.id == item.id else other for other in deal.billing))


def closing(deal: Deal, items: tuple[BillingItem, ...]) -> Events:
    """Return the end of an active deal whose goods are delivered and whose invoices, as given, are all settled.

    A deal that is billed again and again stays active until that is ended, one that may be cancelled until somebody
    has decided.
    """
    if deal.stage is not Stage.ACTIVE or deal.cancellation is not None or deal.reduction is not None:
        return ()
    if not fulfilled(deal) or any(not item.over for item in deal.recurring):
        return ()
    awaited = ("requested",) if is_free(deal) else ("waiting", "requested")
    if any(item.status in awaited or item.open_minor or item.disputed_minor for item in items):
        return ()
    return (e.DealClosed(outcome="written_off" if any(item.written_off for item in items) else "paid"),)


def _changed(item: BillingItem, **changes: object) -> BillingItem:
    return item.model_copy(update=changes)
