"""What an effect does, in the words of the business; shown on its bar in the Temporal UI."""

from collections.abc import Callable

from domain.account import effects as a
from domain.account.exchange_effects import ExchangeReceipt, UndoReceiptExchange
from domain.account.hand_over_effects import SendHandOver, TellAgency
from domain.account.paper_effects import SendCreditNote, SendStatement
from domain.account.plan_effects import EndPlan
from domain.account.promise_effects import EndPromise
from domain.account.write_off_effects import ProposeWriteOff
from domain.deal import effects as d
from domain.value import Value

LONGEST = 200
_SAY: dict[type[Value], Callable[..., str]] = {
    d.OpenDeal: lambda e: f"Classify, score and assign lead {e.deal_id}",
    d.AssignLead: lambda e: "Find the next person for the lead",
    d.ResolveApproval: lambda e: f"Find who approves {e.subject.reference} ({e.subject.amount})",
    d.CheckSigner: lambda e: f"May {e.who} sign {e.subject.reference}?",
    d.ExtendCalendar: lambda e: f"Extend the calendar, which ends on {e.known_until}",
    d.SendQuote: lambda e: f"Send quote {e.version} of {e.deal_id}",
    d.Notify: lambda e: f"Tell {', '.join(e.people)}: {e.template}",
    d.TellCustomer: lambda e: f"Write to the customer: {e.template}",
    d.RequestSignature: lambda e: f"Ask for signatures of contract {e.deal_id}",
    d.CheckCredit: lambda e: f"Check credit for an order of {e.order}",
    d.CreateOrder: lambda e: f"Create order {e.deal_id} rev {e.revision} in the ERP ({e.total})",
    d.CancelOrder: lambda e: f"Cancel order {e.erp_reference} in the ERP",
    d.SyncCrm: lambda e: f"Tell the CRM: {e.deal_id} is {e.outcome}",
    d.IssueInvoice: lambda e: f"Issue the invoice for {e.item} of {e.deal_id}",
    d.SendInvoice: lambda e: f"Send invoice {e.number}",
    d.OpenReceivable: lambda e: f"Open receivable {e.number} ({e.gross})",
    d.CreditInvoice: lambda e: f"Credit invoice {e.number}: {e.reason}",
    d.CancelBilling: lambda e: f"Credit and bill what cancelling {e.deal_id} asks for: {e.reason}",
    a.LoadCase: lambda e: f"Read the account of {e.customer_id} ({e.currency})",
    a.RefreshCase: lambda e: "Sum the account up",
    a.ImportInvoice: lambda e: f"Enter open item {e.invoice.number} ({e.invoice.gross})",
    a.ApplyReceipt: lambda e: f"Apply receipt {e.receipt.source}/{e.receipt.external_id} ({e.receipt.amount})",
    a.AllocateReceipt: lambda e: f"Allocate receipt {e.source}/{e.external_id}",
    a.UnallocateReceipt: lambda e: f"Take allocations of {e.source}/{e.external_id} back: {e.reason}",
    a.ReverseReceipt: lambda e: f"Reverse receipt {e.source}/{e.external_id} ({e.amount}): {e.reason}",
    a.MoveReceipt: lambda e: f"Move receipt {e.source}/{e.external_id} to {e.to_customer_id}",
    a.TakeOverReceipt: lambda e: f"Match receipt {e.source}/{e.external_id}",
    a.OpenDispute: lambda e: f"Dispute {e.number}: {e.reason}",
    a.ResolveDispute: lambda e: f"Resolve the dispute of {e.number}: {e.outcome}",
    a.MakePromise: lambda e: f"Promise to pay {e.number} on {e.on}",
    a.MakePlan: lambda e: f"Pay {e.number} in {len(e.schedule)} instalments",
    EndPlan: lambda e: f"End the payment plan of {e.number}: {e.reason}",
    EndPromise: lambda e: f"Withdraw the promise to pay {e.number}: {e.reason}",
    a.JudgePromise: lambda e: f"Was promise {e.promise_id} kept?",
    ProposeWriteOff: lambda e: "Which items are proposed for write-off?",
    a.WriteOff: lambda e: f"Write off {e.number}: {e.reason}",
    a.CreditNote: lambda e: f"Credit {e.number}: {e.reason}",
    a.SkipLevel: lambda e: f"{e.step.stage} fell into a dispute of {', '.join(e.step.invoices)}",
    a.SendNotice: lambda e: (
        f"{e.step.stage} for {', '.join(e.step.invoices[:3])}"
        + (f" and {e.step.items - 3} more" if e.step.items > 3 else "")
        + f", {e.step.days_late} days late"
    ),
    a.RecordNotice: lambda e: f"{e.step.stage}: {e.channel or 'it did not reach the customer'}",
    a.HandOver: lambda e: f"Hand the account of {e.customer_id} over for collection",
    SendHandOver: lambda e: f"Send the claim against {e.customer_id} to {e.agency}",
    TellAgency: lambda e: f"Tell {e.agency}: {e.amount} of {e.customer_id} {e.what}",
    SendStatement: lambda e: f"Send a statement to {e.customer_id} ({e.currency})",
    SendCreditNote: lambda e: f"Send credit note {e.number}",
    a.SendDebitNote: lambda e: f"Send debit note {e.number}",
    a.TakeRefund: lambda e: f"Set {e.minor} of {e.source}/{e.external_id} aside to be paid back: {e.reason}",
    ExchangeReceipt: lambda e: f"Exchange {e.source}/{e.external_id} into {e.into}",
    UndoReceiptExchange: lambda e: f"Undo exchange {e.exchange}: {e.reason}",
    a.SettleRefund: lambda e: f"Refund {e.refund_id} is {e.outcome}",
    a.PayRefund: lambda e: f"Pay {e.payout.amount} back: refund {e.payout.refund_id}",
    a.AskPayout: lambda e: f"What became of refund {e.refund_id}?",
    a.TellDeal: lambda e: f"Tell deal {e.deal_id}: {e.number} has {e.open_minor} open",
    a.TellAccount: lambda e: f"Tell the account of {e.customer_id}: {e.source}/{e.external_id} is theirs",
    a.TellHold: lambda e: f"Tell the deals of {e.customer_id}: {_kept_back(e)}",
    a.NotifyStaff: lambda e: f"Task for {e.role or ', '.join(e.people)}: {e.template}",
}


def _kept_back(effect: a.TellHold) -> str:
    if not effect.deliveries:
        return "orders and deliveries go on"
    return "orders and deliveries are kept back" if effect.orders else "deliveries are kept back"


def summary(effect: Value) -> str:
    """Return the sentence for an effect, at most 200 characters."""
    return _SAY[type(effect)](effect)[:LONGEST]
