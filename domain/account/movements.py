"""A ledger movement is told as what it did: first what was asked about, then each invoice that it changed."""

from collections.abc import Callable, Iterator
from typing import Any

from domain.account import effects as f
from domain.account import events as e
from domain.account.exchange_effects import ExchangeReceipt, UndoReceiptExchange
from domain.account.exchanges import ExchangeUndone, ReceiptExchanged
from domain.account.plan_effects import EndPlan
from domain.account.plan_events import PlanMade, PlanWithdrawn
from domain.account.promise_effects import EndPromise
from domain.account.promise_events import PromiseWithdrawn
from domain.account.reading import Events
from domain.account.refunds import RefundFailed, RefundPaid, RefundTaken
from domain.account.write_off_effects import ProposeWriteOff
from domain.account.write_off_events import WriteOffProposed
from domain.money import Money
from domain.receivables.entries import InvoiceChange, Match, Movement
from domain.receivables.writing_off import MOST_NAMED


def moved(effect: f.LedgerEffect, movement: Movement) -> Events:
    """Return the events of a movement, without the case after it."""
    tell = _TELL.get(type(effect))
    own: Events = () if tell is None else tell(effect, movement)
    withdrawn = "" if isinstance(effect, f.ResolveDispute) else "nothing is open any more"
    corrected = (e.InvoiceCredited.model_validate(one.model_dump()) for one in movement.corrected)
    return (*own, *corrected, *(event for change in movement.changes for event in _changed(change, withdrawn)))


def _changed(change: InvoiceChange, withdrawn: str) -> Iterator[e.AccountEvent]:
    told: dict[str, Any] = {"number": change.number, "deal_id": change.deal_id}
    if change.recovered_minor:
        yield e.BadDebtRecovered(
            minor=change.recovered_minor, written_off=change.written_off, open_minor=change.open_minor, **told
        )
    if change.withdrawn and withdrawn:
        yield e.DisputeResolved(outcome="withdrawn", reason=withdrawn, open_minor=change.open_minor, **told)
    if change.open_minor == change.before_minor:
        return
    if not change.open_minor:
        yield e.InvoiceSettled(written_off=change.written_off, **told)
        return
    again = e.InvoiceReopened if not change.before_minor else e.InvoicePartlyPaid
    yield again(open_minor=change.open_minor, disputed_minor=change.disputed_minor, **told)


def _imported(effect: f.ImportInvoice, movement: Movement) -> Events:
    invoice = effect.invoice
    return (e.OpenItemImported(number=invoice.number, issued_on=invoice.issued_on, gross=invoice.gross),)


def _received(effect: f.ApplyReceipt, movement: Movement) -> Events:
    receipt = effect.receipt
    return (
        e.ReceiptRecorded(
            source=receipt.source,
            external_id=receipt.external_id,
            amount=receipt.amount,
            value_date=receipt.value_date,
            match=movement.match or Match(allocations=movement.allocations, rule="none"),
            unapplied_minor=movement.unapplied_minor,
        ),
        *_exchanged_of(receipt.source, receipt.external_id, movement),
    )


def _allocated(effect: f.AllocateReceipt, movement: Movement) -> Events:
    return (
        e.ReceiptAllocated(
            source=effect.source,
            external_id=effect.external_id,
            allocations=movement.allocations,
            unapplied_minor=movement.unapplied_minor,
        ),
    )


def _unallocated(effect: f.UnallocateReceipt, movement: Movement) -> Events:
    return (
        e.ReceiptUnallocated(
            source=effect.source,
            external_id=effect.external_id,
            allocations=movement.allocations,
            reason=effect.reason,
        ),
    )


def _reversed(effect: f.ReverseReceipt, movement: Movement) -> Events:
    return (
        e.ReceiptReversed(
            source=effect.source,
            external_id=effect.external_id,
            amount=effect.amount,
            reason=effect.reason,
            claim=movement.claim,
            claimed_minor=movement.minor if movement.claim else 0,
        ),
        *_undone(effect, movement),
    )


def _claimed(effect: f.MoveReceipt, movement: Movement) -> Events:
    return (
        e.ReceiptClaimed(
            source=effect.source,
            external_id=effect.external_id,
            minor=movement.minor,
            entity=effect.to_entity,
            customer_id=effect.to_customer_id,
            evidence=effect.evidence,
        ),
    )


def _taken_over(effect: f.TakeOverReceipt, movement: Movement) -> Events:
    return (
        e.ReceiptTakenOver(
            source=effect.source,
            external_id=effect.external_id,
            minor=movement.minor,
            match=movement.match or Match(allocations=movement.allocations, rule="none"),
            unapplied_minor=movement.unapplied_minor,
        ),
    )


def _disputed(effect: f.OpenDispute, movement: Movement) -> Events:
    told = _of(movement, effect.number)
    return (
        e.DisputeOpened(
            number=effect.number,
            minor=movement.minor,
            reason=effect.reason,
            deal_id=told.deal_id,
            open_minor=told.open_minor,
        ),
    )


def _resolved(effect: f.ResolveDispute, movement: Movement) -> Events:
    told = _of(movement, effect.number)
    ended = e.DisputeResolved(
        number=effect.number,
        outcome=effect.outcome,
        reason=effect.reason,
        deal_id=told.deal_id,
        open_minor=told.open_minor,
    )
    return (ended,) if effect.outcome != "accept" else (ended, *_credited(effect, movement))


def _promised(effect: f.MakePromise, movement: Movement) -> Events:
    made = e.PromiseMade(promise_id=movement.reference, number=effect.number, minor=movement.minor, on=effect.on)
    return (made,)


def _withdrawn(effect: EndPromise, movement: Movement) -> Events:
    return (PromiseWithdrawn(promise_id=movement.reference, number=effect.number, reason=effect.reason),)


def _plan_withdrawn(effect: EndPlan, movement: Movement) -> Events:
    plan_id, minor = movement.reference, movement.minor
    return (PlanWithdrawn(plan_id=plan_id, number=effect.number, minor=minor, reason=effect.reason),)


def _planned(effect: f.MakePlan, movement: Movement) -> Events:
    days = [due_on for due_on, _ in effect.schedule]
    made = PlanMade(
        plan_id=movement.reference,
        number=effect.number,
        minor=movement.minor,
        first_on=days[0],
        last_on=days[-1],
        replaces=movement.replaced,
    )
    return (made,)


def _proposed(effect: ProposeWriteOff, movement: Movement) -> Events:
    if not movement.proposed:
        return ()
    named = tuple(dict.fromkeys(movement.proposed))[:MOST_NAMED]
    return (WriteOffProposed(invoices=named, minor=movement.minor),)


def _written_off(effect: f.WriteOff, movement: Movement) -> Events:
    return (
        e.InvoiceWrittenOff(number=effect.number, minor=movement.minor, reason=effect.reason, evidence=effect.evidence),
    )


def _credited(effect: f.CreditNote | f.ResolveDispute, movement: Movement) -> Events:
    return (
        e.InvoiceCredited(
            number=effect.number,
            credit_note=movement.reference,
            minor=movement.minor,
            reason=effect.reason,
            paid_part=effect.paid_part if isinstance(effect, f.CreditNote) else "unapplied",
        ),
    )


def _refund_taken(effect: f.TakeRefund, movement: Movement) -> Events:
    return (
        RefundTaken(
            refund_id=movement.reference,
            amount=Money(minor=movement.minor, currency=effect.currency),
            payer=movement.payer,
            source=effect.source,
            external_id=effect.external_id,
            reason=effect.reason,
            by=effect.by,
        ),
    )


def _refund_settled(effect: f.SettleRefund, movement: Movement) -> Events:
    amount = Money(minor=movement.minor, currency=effect.currency)
    if effect.outcome == "done":
        return (RefundPaid(refund_id=effect.refund_id, amount=amount, reference=effect.reference),)
    return (RefundFailed(refund_id=effect.refund_id, amount=amount, reason=effect.reason),)


def _exchanged(effect: ExchangeReceipt, movement: Movement) -> Events:
    return _exchanged_of(effect.source, effect.external_id, movement)


def _exchanged_of(source: str, external_id: str, movement: Movement) -> Events:
    return tuple(
        ReceiptExchanged(source=source, external_id=external_id, minor=one.given.minor, exchanged=one)
        for one in movement.exchanged
    )


def _undone(effect: UndoReceiptExchange | f.ReverseReceipt, movement: Movement) -> Events:
    if not movement.exchanged:
        return ()
    told = {"source": effect.source, "external_id": effect.external_id, "reason": effect.reason}
    return (ExchangeUndone.model_validate({**told, "exchanged": movement.exchanged}),)


def _handed_over(effect: f.HandOver, movement: Movement) -> Events:
    return (e.HandedOver(stage=effect.stage, reason=effect.reason),)


def _skipped(effect: f.SkipLevel, movement: Movement) -> Events:
    step = effect.step
    return (e.LevelSkipped(stage=step.stage, level=step.level, invoices=step.invoices),)


def _of(movement: Movement, number: str) -> InvoiceChange:
    for change in movement.changes:
        if change.number == number:
            return change
    raise ValueError(f"{movement.reference}: the ledger must name {number} among the invoices it changed")


_TELL: dict[type[f.LedgerEffect], Callable[..., Events]] = {
    f.ImportInvoice: _imported,
    f.ApplyReceipt: _received,
    f.AllocateReceipt: _allocated,
    f.UnallocateReceipt: _unallocated,
    f.ReverseReceipt: _reversed,
    f.MoveReceipt: _claimed,
    f.TakeOverReceipt: _taken_over,
    f.OpenDispute: _disputed,
    f.ResolveDispute: _resolved,
    f.MakePromise: _promised,
    EndPromise: _withdrawn,
    f.MakePlan: _planned,
    EndPlan: _plan_withdrawn,
    f.WriteOff: _written_off,
    ProposeWriteOff: _proposed,
    f.CreditNote: _credited,
    f.HandOver: _handed_over,
    f.SkipLevel: _skipped,
    f.TakeRefund: _refund_taken,
    ExchangeReceipt: _exchanged,
    UndoReceiptExchange: _undone,
    f.SettleRefund: _refund_settled,
}
