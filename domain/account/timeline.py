"""The last lines of an account's history that the cockpit shows; the event log has all of them."""

from collections.abc import Callable

from domain.account import events as e
from domain.account import refunds
from domain.account.events_collecting import HoldLifted, HoldSet
from domain.account.exchanges import ExchangeUndone, ReceiptExchanged
from domain.account.paper_events import CreditNoteReported
from domain.account.plan_events import PlanBroken, PlanInstalmentPaid, PlanMade, PlanWithdrawn
from domain.account.promise_events import PromiseWithdrawn
from domain.account.write_off_events import WriteOffFellDue, WriteOffProposed
from domain.approval import events as approval
from domain.logged import LogAdopted
from domain.machine import Fact, Line
from domain.value import Value

_LONGEST_NOTE = 80


def line_of(fact: Fact[e.AccountEvent]) -> Line:
    """Return the line that tells of a fact."""
    event: Value = fact.event
    note = _NOTES.get(type(event))
    return Line(
        seq=fact.seq,
        at=fact.at,
        kind=fact.event.kind,
        actor=fact.actor.id,
        note="" if note is None else note(event)[:_LONGEST_NOTE],
    )


def _receipt(event: e.ReceiptRecorded | e.ReceiptReversed) -> str:
    return f"{event.source}/{event.external_id} {event.amount}"


def _reversed(event: e.ReceiptReversed) -> str:
    claimed = f", {event.claimed_minor} owed by {event.claim}" if event.claim else ""
    return f"{_receipt(event)}{claimed}"


def _reference(event: e.ReceiptAllocated | e.ReceiptUnallocated) -> str:
    return f"{event.source}/{event.external_id} {', '.join(dict.fromkeys(part.number for part in event.allocations))}"


def _number(event: e.InvoiceSettled | e.PromiseKept | e.PromiseBroken) -> str:
    return event.number


def _open(event: e.InvoicePartlyPaid | e.InvoiceReopened) -> str:
    return f"{event.number} open {event.open_minor}"


def _stage(event: e.NoticeVoid | e.NoticeUndeliverable | e.CreditHoldSet | e.DeliveriesStopped | e.HandedOver) -> str:
    return event.stage


def _effect(event: e.EffectRetried | e.EffectSkipped) -> str:
    return event.effect_id


_NOTES: dict[type[Value], Callable[..., str]] = {
    e.InvoiceEntered: lambda event: f"{event.number} {event.gross}",
    e.LedgerAsked: lambda event: event.command,
    e.OpenItemImported: lambda event: f"{event.number} {event.gross}",
    e.ReceiptRecorded: _receipt,
    e.ReceiptReversed: _reversed,
    e.ReceiptAllocated: _reference,
    e.ReceiptUnallocated: _reference,
    e.ReceiptClaimed: lambda event: f"{event.source}/{event.external_id} for {event.customer_id}",
    e.ReceiptTakenOver: lambda event: f"{event.source}/{event.external_id} {event.match.rule}",
    ReceiptExchanged: lambda event: f"{event.exchanged.given} = {event.exchanged.got}",
    ExchangeUndone: lambda event: ", ".join(str(one.given) for one in event.exchanged),
    e.InvoiceSettled: _number,
    e.InvoicePartlyPaid: _open,
    e.InvoiceReopened: _open,
    e.DisputeOpened: lambda event: f"{event.number} {event.minor} {event.reason}",
    e.DisputeResolved: lambda event: f"{event.number} {event.outcome}",
    e.PromiseMade: lambda event: f"{event.number} {event.minor} by {event.on}",
    e.PromiseKept: _number,
    e.PromiseBroken: _number,
    PromiseWithdrawn: lambda event: f"{event.promise_id}: {event.reason}",
    PlanMade: lambda event: f"{event.plan_id} {event.minor} by {event.last_on}",
    PlanInstalmentPaid: lambda event: f"{event.instalment}, {event.left} to come",
    PlanBroken: lambda event: event.instalment,
    PlanWithdrawn: lambda event: f"{event.plan_id}: {event.reason}",
    WriteOffFellDue: lambda event: ", ".join(event.invoices[:3]),
    WriteOffProposed: lambda event: f"{', '.join(event.invoices[:3])} {event.minor}",
    e.InvoiceWrittenOff: lambda event: f"{event.number} {event.minor}",
    e.BadDebtRecovered: lambda event: f"{event.number} {event.minor}",
    e.InvoiceCredited: lambda event: f"{event.number} {event.credit_note} {event.minor}",
    CreditNoteReported: lambda event: f"{event.number} {event.credit_note}",
    e.NoticeDue: lambda event: f"{event.step.stage} {', '.join(event.step.invoices[:3])}",
    e.NoticeSent: lambda event: f"{event.stage} by {event.channel}: {', '.join(event.invoices[:3])}",
    e.DebitNoteIssued: lambda event: f"{event.note.number} {event.note.gross}",
    e.NoticeInHand: lambda event: f"{event.step.stage} by {event.channel}",
    e.NoticeSaid: lambda event: f"{event.outcome} {event.note}".rstrip(),
    e.NoticeVoid: _stage,
    e.NoticeUndeliverable: _stage,
    e.LevelSkipped: lambda event: f"{event.stage} {', '.join(event.invoices)}",
    e.CreditHoldSet: _stage,
    e.DeliveriesStopped: _stage,
    e.CreditHoldLifted: lambda event: event.reason,
    HoldSet: lambda event: event.reason,
    HoldLifted: lambda event: event.reason,
    e.HandedOver: _stage,
    e.CaseChanged: lambda event: f"open {event.case.open_minor}, unapplied {event.case.unapplied_minor}",
    e.Noted: lambda event: f"{event.what} {event.text}".rstrip(),
    e.ReplyReceived: lambda event: f"{event.channel}: {event.text}".removeprefix(": "),
    e.DunningResumed: lambda event: event.reason,
    e.DunningPaused: lambda event: event.reason,
    e.EffectCompleted: lambda event: f"{event.effect} {event.reference}".rstrip(),
    e.AttentionNeeded: lambda event: f"{event.effect_id}: {event.error}",
    e.EffectRetried: _effect,
    e.EffectSkipped: _effect,
    LogAdopted: lambda event: event.reason,
    e.CommandRefused: lambda event: f"{event.code} {event.command}",
    refunds.RefundTaken: lambda event: f"{event.refund_id} {event.amount}",
    refunds.RefundUnknown: lambda event: event.refund_id,
    refunds.RefundPolled: lambda event: event.refund_id,
    refunds.RefundKnown: lambda event: f"{event.refund_id} {event.outcome}",
    refunds.RefundPaid: lambda event: f"{event.refund_id} {event.amount}",
    refunds.RefundFailed: lambda event: f"{event.refund_id} {event.reason}",
    e.RequestRaised: lambda event: f"{event.approval_id} {event.amount} by {event.requester}",
    e.RequestAgreed: lambda event: event.approval_id,
    e.RequestEnded: lambda event: f"{event.approval_id} {event.outcome}",
    approval.SeatDecided: lambda event: f"{event.person} {event.verdict} ({event.step})",
}
