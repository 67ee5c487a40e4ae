"""The way that most deals take, as answers of the outside and commands of the next person."""

from collections.abc import Callable
from typing import Protocol

from domain.approval.machine import seats_open
from domain.approval.seats import Candidate, Step
from domain.cancellation import CancellationPreview
from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.machine import moves
from domain.deal.state import Deal, Stage
from domain.machine import Actor
from domain.money import Money
from domain.quotes import QuoteLine
from domain.terms import DealTerms
from domain.value import Value
from tests.domain.deal.driver import CUSTOMER, line

EVERYBODY = Actor(id="li", roles=("sales", "ops", "credit"))


class Running(Protocol):
    """A deal under way."""

    deal: Deal
    terms: DealTerms
    steps: tuple[Step, ...]


def opened(machine: Running, owner: str) -> Value:
    return c.Opened(terms=machine.terms, customer=CUSTOMER, score=60, assignee=owner)


def _issued(machine: Running, effect: f.IssueInvoice) -> Value:
    gross = Money(minor=10 * effect.share_bp or 700, currency="CNY")
    return c.Issued(item=effect.item, number=f"INV-{effect.item}", net=gross, gross=gross, due_on="2026-12-01")


def _credited(effect: f.CreditInvoice) -> Value:
    some = Money(minor=5, currency="CNY")
    if not effect.amounts:
        return c.Credited(number=effect.number, credit_note="CN-1", amount=some)
    made = (
        c.CreditedPart(number=f"INV-{item}", credit_note=f"CN-{item}", amount=some, left_minor=0)
        for item in effect.items[:2]
    )
    return c.Credited(number="", credit_note="", amount=some, notes=tuple(made))


def offered(terms: DealTerms, *lines: QuoteLine) -> tuple[QuoteLine, ...]:
    """Return lines, and one more that recurs, where the terms bill any."""
    every = next((part.every for part in terms.billing.parts if part.every), None)
    return lines if every is None else (*lines, line(9, "2").model_copy(update={"every": every}))


def _cancelled(machine: Running, effect: f.CancelBilling) -> Value:
    """Credit every invoice whole, and bill what stays owed."""
    some, nothing = Money(minor=5, currency="CNY"), Money.zero("CNY")
    numbers = [item.number for item in machine.deal.billing if item.number]
    preview = CancellationPreview(
        deal_id=effect.deal_id, delivered=effect.delivered, credited=some, owed=nothing, in_all=some, content_hash="h"
    )
    notes = tuple(
        c.CreditedPart(number=number, credit_note=f"CN-{number}", amount=some, left_minor=0) for number in numbers
    )
    final = () if effect.final is None else (_issued(machine, effect.final),)
    issued = (*(_issued(machine, one) for one in effect.arrears), *final)
    return c.BillingCancelled(preview=preview, notes=notes, whole=tuple(numbers), issued=issued)


HAPPY: dict[type, Callable[..., Value]] = {
    f.OpenDeal: lambda machine, effect: opened(machine, "li"),
    f.AssignLead: lambda machine, effect: c.Assignee(owner="wang"),
    f.ResolveApproval: lambda machine, effect: c.Resolved(approval_id=effect.approval_id, steps=machine.steps),
    f.CheckCredit: lambda machine, effect: c.CreditDecision(exposure_minor=1),
    f.CreateOrder: lambda machine, effect: c.Booked(erp_reference=f"SO-{effect.revision}"),
    f.IssueInvoice: _issued,
    f.CreditInvoice: lambda machine, effect: _credited(effect),
    f.CancelBilling: lambda machine, effect: _cancelled(machine, effect),
    f.CheckSigner: lambda machine, effect: c.SignerChecked(
        approval_id=effect.approval_id, candidate=Candidate(person=effect.who)
    ),
}


def _vote(machine: Running) -> tuple[Value, Actor]:
    approval = machine.deal.approval
    assert approval is not None
    people = [candidate.person for _, seat in seats_open(approval) for candidate in seat.candidates]
    command = c.Decide(approval_id=approval.id, verdict="approve", content_hash=approval.subject.content_hash)
    return command, Actor(id=people[0] if people else "nobody")


def _accept(machine: Running) -> tuple[Value, Actor]:
    return c.AcceptQuote(content_hash=machine.deal.quotes[-1].content_hash, accepted_by="customer"), EVERYBODY


def _sign(machine: Running) -> tuple[Value, Actor]:
    contract = machine.deal.contract
    return c.SignContract(side="theirs" if contract and contract.ours else "ours", signed_by="x"), EVERYBODY


def _fulfil(machine: Running) -> tuple[Value, Actor]:
    if not machine.deal.fulfilment.complete:
        return c.RecordDelivery(), EVERYBODY
    unpaid = [item for item in machine.deal.billing if item.open_minor]
    if machine.deal.fulfilment.accepted_at is None and "accept_delivery" in moves(machine.deal):
        return c.AcceptDelivery(accepted_by="customer"), EVERYBODY
    number = unpaid[0].number if unpaid else ""
    return c.ReceivableChanged(number=number, open_minor=0), Actor(id="system", via="workflow")


NEXT: dict[Stage, Callable[[Running], tuple[Value, Actor]]] = {
    Stage.LEAD_NEW: lambda machine: (c.Assign(owner="li"), EVERYBODY),
    Stage.LEAD_ASSIGNED: lambda machine: (c.Respond(), EVERYBODY),
    Stage.LEAD_WORKING: lambda machine: (c.Qualify(), EVERYBODY),
    Stage.OPPORTUNITY: lambda machine: (c.CreateQuote(lines=offered(machine.terms, line(), line(2, "2.5"))), EVERYBODY),
    Stage.QUOTE_DRAFT: lambda machine: (c.SubmitQuote(), EVERYBODY),
    Stage.QUOTE_PENDING: _vote,
    Stage.QUOTE_APPROVED: lambda machine: (c.SendQuoteNow(), EVERYBODY),
    Stage.QUOTE_SENT: _accept,
    Stage.QUOTE_EXPIRED: lambda machine: (c.CreateQuote(lines=offered(machine.terms, line())), EVERYBODY),
    Stage.CONTRACT: _sign,
    Stage.CREDIT_HOLD: lambda machine: (c.ReleaseCredit(reason="known"), EVERYBODY),
    Stage.ACTIVE: _fulfil,
}
