"""What each fact asks of the outside, as data: ledger operations in order, notices beside them, deals apart."""

from collections.abc import Callable, Iterable
from typing import Any

from domain.account import effects as f
from domain.account import events as e
from domain.account.consequences_refund import OF_REFUNDS
from domain.account.consequences_request import OF_REQUESTS
from domain.account.decide_word import refresh
from domain.account.events_collecting import HoldLifted, HoldSet
from domain.account.exchanges import ExchangeUndone, ReceiptExchanged
from domain.account.hand_over_effects import SendHandOver, TellAgency
from domain.account.hold_effects import TellHold
from domain.account.lanes import heads
from domain.account.paper_effects import SendCreditNote, SendStatement
from domain.account.paper_events import CreditNoteReported, StatementAsked
from domain.account.plan_events import PlanBroken
from domain.account.reading import (
    DEALS,
    LEDGER,
    NOTICE,
    PAPERS,
    STAFF,
    first_ending,
    holds_back,
    is_loading,
    keeps_orders,
    level_of,
)
from domain.account.state import Account
from domain.account.write_off_effects import ProposeWriteOff
from domain.account.write_off_events import WriteOffFellDue, WriteOffProposed
from domain.business_calendar import runs_out_at
from domain.money import Money
from domain.receivables.exchange import EXCHANGED, Exchanged
from domain.terms import AccountTerms, Agency
from domain.value import Value

Asked = tuple[tuple[str, f.AccountEffect], ...]

_OURS = frozenset({"credit_hold", "stop_delivery", "hand_over"})
"""Actions of a level that are events of the account itself; every other one is a task for a person."""


def effects(event: Value, account: Account) -> Asked:
    """Return what a fact asks of the outside, with the lane of each, from the state after it."""
    ask = _ASKS.get(type(event)) or OF_REQUESTS.get(type(event)) or OF_REFUNDS.get(type(event))
    return () if ask is None else ask(account, event)


def _names(account: Account) -> dict[str, Any]:
    return {
        "entity": account.entity,
        "customer_id": account.customer_id,
        "currency": account.currency,
        "terms_hash": account.terms_hash,
    }


def _opened(account: Account, event: e.AccountOpened) -> Asked:
    load = f.LoadCase(entity=event.entity, customer_id=event.customer_id, currency=event.currency)
    return ((LEDGER, load),)


def _blocked(account: Account, event: e.CaseChanged) -> Asked:
    """Have the terms compiled again where the case lies beyond calendars that end soon; money is taken meanwhile."""
    terms = account.terms
    if terms is None or is_loading(account) or not account.case.blocked:
        return ()
    return _again(account, terms) if runs_out_at(first_ending(terms)) <= account.timeline[-1].at else ()


def _running_out(account: Account, event: e.CalendarRunsOut) -> Asked:
    return () if account.terms is None else _again(account, account.terms)


def _again(account: Account, terms: AccountTerms) -> Asked:
    load = f.LoadCase(
        entity=account.entity,
        customer_id=account.customer_id,
        currency=account.currency,
        policy=terms.policy,
        customer_class=terms.customer_class,
    )
    return ((LEDGER, load),)


def _entered(account: Account, event: e.InvoiceEntered) -> Asked:
    if event.number in account.counted:
        return ()
    # The head of a lane may be under way and may have read the ledger already; one behind it surely has not.
    head = heads(account).get(LEDGER)
    waiting = (one.effect for one in account.pending if one.lane == LEDGER and one.parked is None and one is not head)
    if account.loaded and any(isinstance(effect, f.RefreshCase) for effect in waiting):
        return ()
    return ((LEDGER, refresh(account, event.number)),)


def _asked(account: Account, event: e.LedgerAsked) -> Asked:
    return ((LEDGER, event.effect),)


def _resumed(account: Account, event: e.DunningResumed) -> Asked:
    return ((LEDGER, refresh(account)),)


def _due(account: Account, event: e.NoticeDue) -> Asked:
    step = event.step
    if step.action == "skip":
        return ((LEDGER, f.SkipLevel(step=step, **_names(account))),)
    level = level_of(account, step.level)
    channels = event.channels or (level.channels if level else ("email",))
    return ((NOTICE, f.SendNotice(step=step, channels=channels, **_names(account))),)


def _in_hand(account: Account, event: e.NoticeSaid) -> Asked:
    held = account.in_hand
    if held is None:
        return ()
    channel = held.channel if event.outcome == "done" else ""
    told = f.RecordNotice(notice_id=held.notice_id, step=held.step, channel=channel, **_names(account))
    return ((LEDGER, told),)


def _replied(account: Account, event: e.ReplyReceived) -> Asked:
    if not event.stop_words:
        return ()
    words = ", ".join(event.stop_words)
    return (_staff(account, "stop_word", words=words, channel=event.channel, text=event.text[:200]),)


def _promise_due(account: Account, event: e.PromiseFellDue) -> Asked:
    return ((LEDGER, f.JudgePromise(promise_id=event.promise_id, **_names(account))),)


def _proposing(account: Account, event: WriteOffFellDue) -> Asked:
    return ((LEDGER, ProposeWriteOff(**_names(account))),)


def _proposed(account: Account, event: WriteOffProposed) -> Asked:
    facts = {"invoices": ", ".join(event.invoices), "open": _money(account, event.minor)}
    return (_staff(account, "write_off_proposed", **facts),)


def _sent(account: Account, event: e.NoticeSent) -> Asked:
    level = level_of(account, event.level)
    tasks = [action for action in level.actions if action not in _OURS] if level else []
    return tuple(_staff(account, action, stage=event.stage, open=_money(account, event.open_minor)) for action in tasks)


def _debit_note(account: Account, event: e.DebitNoteIssued) -> Asked:
    number = event.note.number
    return ((PAPERS, f.SendDebitNote(entity=account.entity, customer_id=account.customer_id, number=number)),)


def _undeliverable(account: Account, event: e.NoticeUndeliverable) -> Asked:
    return (_staff(account, "undeliverable", stage=event.stage),)


def _handed_over(account: Account, event: e.HandedOver) -> Asked:
    told = _staff(account, "hand_over", stage=event.stage, open=_money(account, account.case.open_minor))
    if account.terms is None or account.terms.agency is None:
        return (told,)
    return (told, (PAPERS, SendHandOver(**_agency(account, account.terms.agency))))


def _agency(account: Account, agency: Agency) -> dict[str, Any]:
    return {
        "entity": account.entity,
        "customer_id": account.customer_id,
        "currency": account.currency,
        "agency": agency.name,
        "email": agency.email,
        "language": agency.language,
    }


def _money_of_theirs(account: Account, event: e.ReceiptRecorded | e.ReceiptReversed) -> Asked:
    """Tell the agency of what the customer has paid to us, and of what came back of it."""
    agency = account.terms.agency if account.terms else None
    if not account.handed_over or agency is None:
        return ()
    told = {"amount": event.amount, "reference": f"{event.source}/{event.external_id}", **_agency(account, agency)}
    if isinstance(event, e.ReceiptReversed):
        return ((PAPERS, TellAgency(what="returned", **told)),)
    return ((PAPERS, TellAgency(what="paid", value_date=event.value_date, **told)),)


def _hold(account: Account, event: Value) -> Asked:
    told = TellHold(
        entity=account.entity,
        customer_id=account.customer_id,
        currency=account.currency,
        orders=keeps_orders(account),
        deliveries=holds_back(account),
    )
    return ((DEALS, told),)


def _stop(account: Account, event: e.DeliveriesStopped) -> Asked:
    """Tell the deals, unless a credit hold keeps deliveries back already."""
    return () if keeps_orders(account) else _hold(account, event)


def _broken(account: Account, event: e.PromiseBroken) -> Asked:
    return (_staff(account, "promise_broken", invoice=event.number),)


def _plan_broken(account: Account, event: PlanBroken) -> Asked:
    return (_staff(account, "plan_broken", invoice=event.number),)


def _money(account: Account, minor: int) -> Money:
    return Money(minor=minor, currency=account.currency)


def _staff(account: Account, template: str, **facts: object) -> tuple[str, f.NotifyStaff]:
    told = tuple((name, str(fact)) for name, fact in facts.items())
    return STAFF, f.NotifyStaff(role="finance", template=template, customer_id=account.customer_id, facts=told)


def _tell(event: Any, **fields: Any) -> Asked:
    if not event.deal_id:
        return ()
    return ((f"deal/{event.deal_id}", f.TellDeal(deal_id=event.deal_id, number=event.number, **fields)),)


def _recovered(account: Account, event: e.BadDebtRecovered) -> Asked:
    return _tell(event, open_minor=event.open_minor, written_off=event.written_off, recovered_minor=event.minor)


def _settled(account: Account, event: e.InvoiceSettled) -> Asked:
    return _tell(event, open_minor=0, written_off=event.written_off)


def _open(account: Account, event: e.InvoicePartlyPaid | e.InvoiceReopened) -> Asked:
    return _tell(event, open_minor=event.open_minor, disputed_minor=event.disputed_minor)


def _credited(account: Account, event: e.InvoiceCredited | CreditNoteReported) -> Asked:
    sending = SendCreditNote(
        entity=account.entity,
        customer_id=account.customer_id,
        number=event.credit_note,
        paid_part=event.paid_part,
    )
    return ((PAPERS, sending),)


def _statement(account: Account, event: StatementAsked) -> Asked:
    sending = SendStatement(entity=account.entity, customer_id=account.customer_id, currency=account.currency)
    return ((PAPERS, sending),)


def _claimed(account: Account, event: e.ReceiptClaimed) -> Asked:
    told = f.TellAccount(
        entity=event.entity,
        customer_id=event.customer_id,
        currency=account.currency,
        source=event.source,
        external_id=event.external_id,
    )
    return ((f"account/{event.entity}/{event.customer_id}", told),)


def _exchanged(account: Account, event: ReceiptExchanged) -> Asked:
    return _tell_own(account, (event.exchanged,))


def _undone(account: Account, event: ExchangeUndone) -> Asked:
    return _tell_own(account, event.exchanged)


def _tell_own(account: Account, exchanged: Iterable[Exchanged]) -> Asked:
    """Tell the customer's accounts of other currencies that money came into them, or left them."""
    return tuple(
        (
            f"account/{account.entity}/{account.customer_id}/{one.got.currency}",
            f.TellAccount(
                entity=account.entity,
                customer_id=account.customer_id,
                currency=one.got.currency,
                source=EXCHANGED,
                external_id=one.external_id,
            ),
        )
        for one in exchanged
    )


def _disputed(account: Account, event: e.DisputeOpened) -> Asked:
    return _tell(event, open_minor=event.open_minor, disputed_minor=event.minor)


def _resolved(account: Account, event: e.DisputeResolved) -> Asked:
    # An accepted part is credited, and what that leaves open is told by the event of the invoice.
    told = event.open_minor and event.outcome != "accept"
    return _tell(event, open_minor=event.open_minor) if told else ()


_ASKS: dict[type[Value], Callable[..., Asked]] = {
    e.AccountOpened: _opened,
    e.CaseChanged: _blocked,
    e.CalendarRunsOut: _running_out,
    e.InvoiceEntered: _entered,
    e.LedgerAsked: _asked,
    e.DunningResumed: _resumed,
    e.NoticeDue: _due,
    e.PromiseFellDue: _promise_due,
    e.NoticeSaid: _in_hand,
    e.ReplyReceived: _replied,
    e.NoticeSent: _sent,
    e.DebitNoteIssued: _debit_note,
    e.NoticeUndeliverable: _undeliverable,
    e.CreditHoldSet: _hold,
    e.DeliveriesStopped: _stop,
    e.CreditHoldLifted: _hold,
    HoldSet: _hold,
    HoldLifted: _hold,
    e.HandedOver: _handed_over,
    e.ReceiptRecorded: _money_of_theirs,
    e.ReceiptReversed: _money_of_theirs,
    WriteOffFellDue: _proposing,
    WriteOffProposed: _proposed,
    e.PromiseBroken: _broken,
    PlanBroken: _plan_broken,
    e.BadDebtRecovered: _recovered,
    e.InvoiceSettled: _settled,
    e.InvoicePartlyPaid: _open,
    e.InvoiceReopened: _open,
    e.ReceiptClaimed: _claimed,
    ReceiptExchanged: _exchanged,
    ExchangeUndone: _undone,
    e.InvoiceCredited: _credited,
    CreditNoteReported: _credited,
    StatementAsked: _statement,
    e.DisputeOpened: _disputed,
    e.DisputeResolved: _resolved,
}
