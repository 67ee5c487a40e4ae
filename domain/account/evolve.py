"""An account is the fold of its facts; nothing here refuses, and the same facts always give the same account (T6)."""

from collections.abc import Callable, Iterable

from domain.account import effects as f
from domain.account import events as e
from domain.account import evolve_request as requests
from domain.account.consequences import effects
from domain.account.events_collecting import HoldLifted, HoldSet
from domain.account.evolve_refund import refund_changed, unasked
from domain.account.reading import LEDGER, pending_of, workflow_id
from domain.account.refunds import RefundTaken
from domain.account.state import Account, InHand, Pause, PersonsHold
from domain.account.timeline import line_of
from domain.approval.events import ApprovalRequested
from domain.approval.questions import SeatsQuestioned
from domain.machine import KEPT_TIMELINE, Fact, Pending
from domain.receivables.entries import CaseView
from domain.value import Value

_APPROVAL = ApprovalRequested.__module__
_REFUNDS = RefundTaken.__module__
AccountFact = Fact[e.AccountEvent]
AccountPending = Pending[f.AccountEffect]


def evolve(account: Account, fact: AccountFact) -> Account:
    """Return the account after a fact: its fields, its timeline, and what is now pending outside."""
    event: Value = fact.event
    before = _changed(account, event, fact)
    after = before.model_copy(
        update={
            "version": fact.seq,
            "timeline": (*before.timeline[1 - KEPT_TIMELINE :], line_of(fact)),
            "pending": _still_pending(before.pending, fact),
        }
    )
    asked = effects(event, after)
    if not asked:
        return after
    return after.model_copy(update={"pending": (*after.pending, *_new(account, fact, asked))})


def _changed(account: Account, event: Value, fact: AccountFact) -> Account:
    change = _CHANGES.get(type(event))
    if change is not None:
        return change(account, fact)
    match event:
        case e.RequestRaised():
            return requests.raised(account, event)
        case e.RequestAgreed():
            return requests.agreed(account, event)
        case e.RequestEnded():
            return requests.ended(account, event)
        case SeatsQuestioned():
            return requests.questioned(account, event)
        case _ if type(event).__module__ == _REFUNDS:
            return refund_changed(account, event)
        case _ if type(event).__module__ == _APPROVAL:
            return requests.approval_changed(account, getattr(event, "approval_id", ""), event, fact.at)
        case _:
            return account


def fold(account: Account, facts: Iterable[AccountFact]) -> Account:
    """Return the account after all these facts, in order."""
    for fact in facts:
        account = evolve(account, fact)
    return account


def _new(
    account: Account, fact: AccountFact, asked: tuple[tuple[str, f.AccountEffect], ...]
) -> tuple[AccountPending, ...]:
    kinds = [effect.kind for _, effect in asked]
    made = []
    for place, (lane, effect) in enumerate(asked):
        again = kinds[:place].count(effect.kind)
        name = f"{effect.kind}-{again + 1}" if again else effect.kind
        made.append(
            AccountPending(id=f"{workflow_id(account)}/{fact.seq}/{name}", lane=lane, effect=effect, at=fact.at)
        )
    return tuple(made)


def _still_pending(pending: tuple[AccountPending, ...], fact: AccountFact) -> tuple[AccountPending, ...]:
    event = fact.event
    match event:
        case e.AttentionNeeded():
            return _parked(pending, event.effect_id, event.error)
        case e.EffectRetried():
            return _parked(pending, event.effect_id, None)
        case e.EffectSkipped():
            return tuple(waiting for waiting in pending if waiting.id != event.effect_id)
        case _:
            cause = fact.cause
            if any(waiting.id == cause for waiting in pending):
                return tuple(waiting for waiting in pending if waiting.id != cause)
            return pending


def _parked(pending: tuple[AccountPending, ...], effect_id: str, why: str | None) -> tuple[AccountPending, ...]:
    return tuple(
        waiting.model_copy(update={"parked": why}) if waiting.id == effect_id else waiting for waiting in pending
    )


def _with_case(account: Account, case: CaseView, **changes: object) -> Account:
    """Take a case over, unless it is older than the one at hand: lanes may answer out of order."""
    if case.revision < account.case.revision:
        return account.model_copy(update=changes) if changes else account
    return account.model_copy(update={"case": case, **changes})


def _loaded(account: Account, fact: AccountFact) -> Account:
    event = fact.event
    if not isinstance(event, e.CaseLoaded):
        return account
    known = frozenset(event.numbers)
    kept = (
        waiting
        for waiting in account.pending
        if not (isinstance(waiting.effect, f.RefreshCase) and waiting.effect.number in known)
    )
    return _with_case(
        account,
        event.case,
        loaded=True,
        counted=event.numbers,
        customer_name=event.customer_name,
        terms=event.terms,
        terms_hash=event.terms_hash,
        pending=tuple(_with_hash(waiting, event.terms_hash) for waiting in kept),
    )


def _with_hash(waiting: AccountPending, terms_hash: str) -> AccountPending:
    effect = waiting.effect
    if waiting.lane != LEDGER or not isinstance(effect, f.LedgerEffect) or effect.terms_hash:
        return waiting
    return waiting.model_copy(update={"effect": effect.model_copy(update={"terms_hash": terms_hash})})


def _case_changed(account: Account, fact: AccountFact) -> Account:
    return _with_case(account, fact.event.case) if isinstance(fact.event, e.CaseChanged) else account


def _due(account: Account, fact: AccountFact) -> Account:
    event = fact.event
    return (
        account.model_copy(update={"notice": event.step.stage, "in_hand": None})
        if isinstance(event, e.NoticeDue)
        else account
    )


def _in_hand(account: Account, fact: AccountFact) -> Account:
    event = fact.event
    if not isinstance(event, e.NoticeInHand):
        return account
    held = InHand(notice_id=event.notice_id, step=event.step, channel=event.channel, left=event.left)
    return account.model_copy(update={"in_hand": held})


def _said(account: Account, fact: AccountFact) -> Account:
    held, event = account.in_hand, fact.event
    if held is None or not isinstance(event, e.NoticeSaid):
        return account
    return account.model_copy(update={"in_hand": held.model_copy(update={"said": event.outcome})})


def _over(account: Account, fact: AccountFact) -> Account:
    return account.model_copy(update={"notice": "", "in_hand": None})


def _undeliverable(account: Account, fact: AccountFact) -> Account:
    return account.model_copy(update={"notice": "", "undeliverable": account.notice or "notice", "in_hand": None})


def _skipped(account: Account, fact: AccountFact) -> Account:
    """Go on without an effect; a step that was not taken must not fall due again by itself."""
    event = fact.event
    pending = pending_of(account, event.effect_id) if isinstance(event, e.EffectSkipped) else None
    match pending.effect if pending else None:
        case f.SendNotice() | f.RecordNotice() | f.SkipLevel():
            return _undeliverable(account, fact)
        case f.PayRefund(payout=payout):
            return unasked(account, payout.refund_id)
        case f.AskPayout(refund_id=refund_id):
            return unasked(account, refund_id)
        case f.GivenAway(agreed=approval_id) if approval_id:
            return requests.given_up(account, approval_id)
        case f.JudgePromise():
            return account.model_copy(update={"case": account.case.model_copy(update={"judge": None})})
        case _:
            return account


def _paused(account: Account, fact: AccountFact) -> Account:
    event = fact.event
    if not isinstance(event, e.DunningPaused):
        return account
    by = "role:finance" if event.stop else fact.actor.id
    pause = Pause(reason=event.reason, by=by, since=fact.at, until=event.until, stop=event.stop)
    return account.model_copy(update={"pause": pause})


def _resumed(account: Account, fact: AccountFact) -> Account:
    # What fell due meanwhile is recomputed for now by the ledger, so nothing is taken at a time long past.
    case = account.case.model_copy(update={"next": None})
    return account.model_copy(update={"pause": None, "undeliverable": "", "case": case})


def _credit_hold(account: Account, fact: AccountFact) -> Account:
    return account.model_copy(update={"credit_hold": True})


def _delivery_stop(account: Account, fact: AccountFact) -> Account:
    return account.model_copy(update={"delivery_stop": True})


def _hold_lifted(account: Account, fact: AccountFact) -> Account:
    return account.model_copy(update={"credit_hold": False, "delivery_stop": False})


def _held(account: Account, fact: AccountFact) -> Account:
    event = fact.event
    if not isinstance(event, HoldSet):
        return account
    return account.model_copy(update={"hold": PersonsHold(reason=event.reason, by=fact.actor.id, since=fact.at)})


def _held_no_more(account: Account, fact: AccountFact) -> Account:
    return account.model_copy(update={"hold": None})


def _handed_over(account: Account, fact: AccountFact) -> Account:
    return account.model_copy(update={"handed_over": True})


_CHANGES: dict[type[Value], Callable[[Account, AccountFact], Account]] = {
    e.CaseLoaded: _loaded,
    e.CaseChanged: _case_changed,
    e.NoticeDue: _due,
    e.NoticeInHand: _in_hand,
    e.NoticeSaid: _said,
    e.NoticeSent: _over,
    e.NoticeVoid: _over,
    e.LevelSkipped: _over,
    e.NoticeUndeliverable: _undeliverable,
    e.EffectSkipped: _skipped,
    e.DunningPaused: _paused,
    e.DunningResumed: _resumed,
    e.CreditHoldSet: _credit_hold,
    e.DeliveriesStopped: _delivery_stop,
    e.CreditHoldLifted: _hold_lifted,
    HoldSet: _held,
    HoldLifted: _held_no_more,
    e.HandedOver: _handed_over,
}
