"""The last lines of a deal's history that the cockpit shows; the event log has all of them."""

from collections.abc import Callable

from domain.approval import events as approval
from domain.deal import events as e
from domain.deal.events_amend import AmendmentDropped, AmendmentRequested
from domain.deal.events_cancel import CancellationAsked, CancellationDropped, CancellationWeighed
from domain.deal.events_credit import AccountHoldBegan, AccountHoldEnded, DeliveredOnHold
from domain.deal.events_reduction import ReductionDropped, ReductionWeighed
from domain.logged import LogAdopted
from domain.machine import Fact, Line
from domain.value import Value

_LONGEST_NOTE = 80


def line_of(fact: Fact[e.DealEvent]) -> Line:
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


def _number(event: e.InvoiceSent | e.InvoiceIssued | e.InvoiceCredited | e.DealReopened | e.ReceivableOpened) -> str:
    return event.number


def _version(event: e.QuoteSubmitted | e.QuoteApproved | e.QuoteSent | e.QuoteExpired | e.QuoteSuperseded) -> str:
    return f"v{event.version}"


def _reason(
    event: e.ReductionRequired
    | e.DealLost
    | e.LeadDisqualified
    | e.DealHeld
    | e.CancelRequested
    | e.DeliveryRejected
    | LogAdopted,
) -> str:
    return event.reason


_NOTES: dict[type[Value], Callable[..., str]] = {
    e.LeadCaptured: lambda event: event.source,
    e.LeadAssigned: lambda event: event.owner,
    e.ResponseBreached: lambda event: event.owner,
    e.FollowedUp: lambda event: f"{event.channel}: {event.note}",
    e.LeadQualified: lambda event: event.stage,
    e.LeadDisqualified: _reason,
    e.StageAdvanced: lambda event: event.stage,
    e.SteppedBack: lambda event: event.stage,
    e.DealLost: _reason,
    e.QuoteCreated: lambda event: f"v{event.quote.version} {event.quote.totals.total}",
    e.QuoteEdited: lambda event: f"v{event.quote.version} {event.quote.totals.total}",
    e.QuoteSubmitted: _version,
    e.QuoteApproved: _version,
    e.QuoteNotApproved: lambda event: f"v{event.version} {event.outcome} {event.reason}".rstrip(),
    e.QuoteSent: _version,
    e.QuoteExpired: _version,
    e.QuoteSuperseded: _version,
    approval.SeatDecided: lambda event: f"{event.person} {event.verdict} ({event.step})",
    e.QuoteAccepted: lambda event: event.accepted_by,
    e.ContractSigned: lambda event: f"{event.side}: {event.signed_by}",
    e.CreditHeld: lambda event: event.why,
    e.CreditReleased: lambda event: event.reason,
    AccountHoldBegan: lambda event: event.hold.account,
    AccountHoldEnded: lambda event: event.account,
    DeliveredOnHold: lambda event: event.reference,
    e.OrderCreated: lambda event: str(event.total),
    e.OrderBooked: lambda event: event.erp_reference,
    AmendmentRequested: lambda event: f"#{event.nth} {event.quote.totals.total} {event.reason}",
    AmendmentDropped: lambda event: f"#{event.nth} {event.outcome} {event.reason}".rstrip(),
    e.DeliveryRecorded: lambda event: "complete" if event.complete else "partial",
    e.DeliveryAccepted: lambda event: "deemed" if event.deemed else event.accepted_by,
    e.DeliveryRejected: _reason,
    e.BillingItemDue: lambda event: event.item,
    e.PeriodDue: lambda event: event.item,
    e.DeltaDue: lambda event: event.item,
    e.RecurringStarted: lambda event: event.item,
    e.RecurringEnded: lambda event: f"{event.item} {event.on}",
    e.ReductionRequired: _reason,
    e.InvoiceIssued: lambda event: f"{event.number} {event.gross}",
    e.InvoiceSent: _number,
    e.ReceivableOpened: _number,
    e.InvoiceOpenChanged: lambda event: f"{event.number} open {event.open_minor}",
    e.DebtRecovered: lambda event: f"{event.number} {event.amount}",
    e.InvoiceCredited: lambda event: f"{event.number} {event.credit_note}",
    CancellationAsked: lambda event: f"#{event.nth} {event.reason}",
    CancellationWeighed: lambda event: f"#{event.nth} {event.preview.credited}",
    CancellationDropped: lambda event: f"#{event.nth} {event.outcome} {event.reason}".rstrip(),
    ReductionWeighed: lambda event: f"#{event.nth} {event.amount}",
    ReductionDropped: lambda event: f"#{event.nth} {event.outcome} {event.reason}".rstrip(),
    e.CancelRequested: _reason,
    e.DealHeld: _reason,
    e.DealClosed: lambda event: event.outcome,
    e.DealReopened: _number,
    e.EffectCompleted: lambda event: f"{event.effect} {event.reference}".rstrip(),
    e.AttentionNeeded: lambda event: f"{event.effect_id}: {event.error}",
    LogAdopted: _reason,
    e.CommandRefused: lambda event: f"{event.code} {event.command}",
}
