"""The outside in memory: it answers at once, by the same ports, with the same results that the activities give."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

from activities.colleagues import ROLE, Told
from activities.dunning import BY_HAND
from connectors.simulated.vendor_book import Vendor, Way, away, rejection
from domain.account import commands as a
from domain.account import effects as g
from domain.account.hand_over_effects import SendHandOver, TellAgency
from domain.account.paper_effects import SendCreditNote, SendStatement
from domain.account.refunds import PayoutTold
from domain.approval.questions import CheckSigner, ResolveApproval
from domain.correspondence import quote_number
from domain.deal import commands as c
from domain.deal import effects as f
from domain.ports import Ledger, People, Resolver, VendorRejected
from domain.receivables.entries import CaseView
from domain.refusal import Refused
from domain.value import Value

T = TypeVar("T")
_Paper = SendCreditNote | g.SendDebitNote | SendStatement | SendHandOver | TellAgency


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that waits for nothing; one that waits is a bug of whoever passed it (AssertionError)."""
    try:
        work.send(None)
    except StopIteration as done:
        answer: T = done.value
        return answer
    work.close()
    raise AssertionError("what the simulator calls must not wait: give it a resolver and a ledger in memory")


class Vendors:
    """CRM, ERP and e-sign provider: each counts what it was asked for, and rejects as often as it was told to."""

    def __init__(self) -> None:
        self._asked: dict[Vendor, int] = {}
        self._failures: dict[Vendor, int] = {}
        self._paid: dict[str, str] = {}
        self._ways: list[Way] = []

    def fail(self, vendor: Vendor, times: int = 1, way: Way = Way.REJECTED) -> None:
        """Let a vendor reject what it is asked next; a payment provider fails in any of these ways."""
        if vendor is Vendor.PAYOUTS:
            self._ways += [way] * times
        else:
            self._failures[vendor] = self._failures.get(vendor, 0) + times

    def paid(self, refund_id: str) -> PayoutTold:
        """Pay a refund, or fail as told."""
        way = self._ways.pop(0) if self._ways else None
        if way is Way.REJECTED:
            return PayoutTold(status="failed", reason=rejection(Vendor.PAYOUTS, refund_id))
        if way in (Way.TIMEOUT, Way.SERVER_ERROR):
            return PayoutTold(status="unknown", reason=away(Vendor.PAYOUTS, way, refund_id))
        self._paid[refund_id] = f"PO-{len(self._paid) + 1:06d}"
        if way is Way.LOST_ANSWER:
            return PayoutTold(status="unknown", reason=away(Vendor.PAYOUTS, way, refund_id))
        return self.payout(refund_id)

    def payout(self, refund_id: str) -> PayoutTold:
        """Say what became of a refund."""
        reference = self._paid.get(refund_id, "")
        return PayoutTold(status="done" if reference else "none", reference=reference)

    def ask(self, vendor: Vendor, key: str, prefix: str) -> str:
        """Return the reference of a new request (`VendorRejected` as told)."""
        if self._failures.get(vendor, 0):
            self._failures[vendor] -= 1
            raise VendorRejected(rejection(vendor, key))
        self._asked[vendor] = self._asked.get(vendor, 0) + 1
        return f"{prefix}-{self._asked[vendor]:06d}"


class Parties:
    """Everything outside of the machines: ledger, resolver, ERP, CRM, e-sign provider, mail.

    Attributes:
        told: how many letters and messages went out, by the kind of effect.
        writes: whether a credit note, asked for under a key of its account, is written here: the system that an
            invoice was imported from writes those of it.
    """

    def __init__(self, resolver: Resolver, ledger: Ledger, people: People | None = None) -> None:
        """Take the ports; without people nobody is told anything, and no result names anyone."""
        self.resolver = resolver
        self.ledger = ledger
        self.vendors = Vendors()
        self.told: dict[str, int] = {}
        self.writes: Callable[[str, str], bool] = lambda key, number: True
        self._people = people
        self._mailed: dict[tuple[str, ...], str] = {}
        vendor = self.vendors.ask
        self._deal: dict[type[Value], Callable[[str, datetime, Any], Value]] = {
            f.OpenDeal: lambda key, at, effect: at_once(resolver.open_deal(effect, at)),
            f.AssignLead: lambda key, at, effect: c.Assignee(owner=at_once(resolver.assign(effect, at))),
            f.ResolveApproval: self._resolve,
            f.ExtendCalendar: lambda key, at, effect: at_once(resolver.longer_calendar(effect, at)),
            f.CheckSigner: lambda key, at, effect: at_once(resolver.check_signer(effect, at)),
            f.CheckCredit: lambda key, at, effect: at_once(ledger.exposure(effect, at)),
            f.CreateOrder: lambda key, at, effect: c.Booked(erp_reference=vendor(Vendor.ERP, key, "SO")),
            f.CancelOrder: lambda key, at, effect: c.Done(reference=vendor(Vendor.ERP, key, "CX")),
            f.SyncCrm: lambda key, at, effect: c.Done(reference=vendor(Vendor.CRM, key, "OPP")),
            f.RequestSignature: lambda key, at, effect: c.Done(reference=vendor(Vendor.SIGNING, key, "ENV")),
            f.IssueInvoice: lambda key, at, effect: at_once(ledger.issue_invoice(key, at, effect)),
            f.CreditInvoice: lambda key, at, effect: at_once(ledger.credit_invoice(key, at, effect)),
            f.CancelBilling: lambda key, at, effect: at_once(ledger.cancel_billing(key, at, effect)),
            f.OpenReceivable: lambda key, at, effect: c.Done(reference=effect.number),
            f.SendInvoice: lambda key, at, effect: self._told(effect, effect.number),
            f.SendQuote: lambda key, at, effect: self._told(effect, quote_number(effect.deal_id, effect.version)),
            f.TellCustomer: lambda key, at, effect: self._told(effect, effect.template),
            f.Notify: lambda key, at, effect: self._told(effect, self._mail(effect.people)),
        }

    def answer_deal(self, key: str, at: datetime, effect: f.DealEffect) -> Value:
        """Carry out an effect of a deal; the refusal of a ledger or a directory is an answer, too.

        Raises:
            VendorRejected: a vendor says no.
        """
        try:
            return self._deal[type(effect)](key, at, effect)
        except Refused as refused:
            return c.DealRefusal(code=refused.code, text=refused.text)

    def answer_account(self, key: str, at: datetime, effect: g.AccountEffect) -> Value:
        """Carry out an effect of an account, words to deals left out."""
        try:
            return self._account(key, at, effect)
        except Refused as refused:
            return a.AccountRefusal(code=refused.code, text=refused.text)

    def _resolve(self, key: str, at: datetime, effect: f.ResolveApproval) -> Value:
        wrong = at_once(self.resolver.price_objection(effect))
        if wrong is not None:
            return c.Resolved(approval_id=effect.approval_id, steps=(), mispriced=wrong)
        return at_once(self.resolver.approval_steps(effect, at))

    def _account(self, key: str, at: datetime, effect: g.AccountEffect) -> Value:
        match effect:
            case g.LoadCase():
                terms, digest, name = at_once(self.resolver.account_terms(effect, at))
                return at_once(self.ledger.load_case(effect, at, terms, digest, name))
            case g.SendNotice() | g.RecordNotice():
                return self._notice(key, at, effect)
            case g.JudgePromise():
                return at_once(self.ledger.judge_promise(key, at, effect))
            case g.LedgerEffect():
                return a.Moved(movement=at_once(self.ledger.operate(key, at, effect)))
            case SendCreditNote() | g.SendDebitNote() | SendStatement() | SendHandOver() | TellAgency():
                return self._paper(key, effect)
            case g.NotifyStaff():
                self._count(effect.kind, 1)
                return a.Done(reference=self._mail(effect.people or (f"{ROLE}{effect.role}",)))
            case ResolveApproval() | CheckSigner():
                return self._organisation(effect, at)
            case _:
                return self._payout(effect)

    def _notice(self, key: str, at: datetime, effect: g.SendNotice | g.RecordNotice) -> Value:
        if isinstance(effect, g.RecordNotice):
            sent = g.SendNotice(**effect.model_dump(include=set(g.LedgerEffect.model_fields)), step=effect.step)
            return at_once(self.ledger.record_notice(effect.notice_id, at, sent, effect.channel))
        plan = at_once(self.ledger.plan_notice(key, at, effect))
        channel = "" if plan is None else effect.channels[0]
        self._count(effect.kind, int(plan is not None))
        if channel in BY_HAND:
            return a.NoticeResult(outcome="in_hand", channel=channel, case=CaseView())
        return at_once(self.ledger.record_notice(key, at, effect, channel))

    def _paper(self, key: str, effect: _Paper) -> Value:
        ours = not isinstance(effect, SendCreditNote) or self.writes(key, effect.number)
        self._count(effect.kind, int(ours))
        return a.Done(reference=effect.number if isinstance(effect, SendCreditNote | g.SendDebitNote) else "")

    def _payout(self, effect: g.AccountEffect) -> Value:
        match effect:
            case g.PayRefund():
                return self.vendors.paid(effect.payout.refund_id)
            case g.AskPayout():
                return self.vendors.payout(effect.refund_id)
            case _:
                raise AssertionError(f"{effect.kind} is not carried out here")

    def _organisation(self, effect: ResolveApproval | CheckSigner, at: datetime) -> Value:
        if isinstance(effect, CheckSigner):
            return at_once(self.resolver.check_signer(effect, at))
        return at_once(self.resolver.approval_steps(effect, at))

    def _told(self, effect: f.DealEffect, reference: str) -> c.Done:
        self._count(effect.kind, 1)
        return c.Done(reference=reference)

    def _count(self, kind: str, times: int) -> None:
        self.told[kind] = self.told.get(kind, 0) + times

    def _mail(self, names: tuple[str, ...]) -> str:
        """Say whom a message to these people reached, as `activities.colleagues` does."""
        if self._people is None:
            return ""
        known = self._mailed.get(names)
        if known is None:
            known = self._mailed[names] = self._reached(self._people, names)
        return known

    def _reached(self, people: People, names: tuple[str, ...]) -> str:
        found: dict[str, bool] = {}
        missed: list[str] = []
        for name in names:
            group = at_once(_gathered(people, name))
            found |= {person.id: bool(person.email) for person in group}
            if not group:
                missed.append(name)
        missed += [person for person, reachable in found.items() if not reachable]
        return str(Told(tuple(person for person, reachable in found.items() if reachable), tuple(missed)))


async def _gathered(people: People, name: str) -> tuple[Any, ...]:
    return await people.people((name,))
