"""What the ledger or the mail did is recorded as it came back; a result nobody waits for is refused.

What a person asked and the ledger refuses is an answer to that person. What the clock or a deal asked has nobody to
answer: it is parked and needs attention, so that no step is tried again in a circle.
"""

from collections.abc import Callable
from datetime import datetime

from domain.account import commands as c
from domain.account import decide_refund as refunds
from domain.account import decide_request as requests
from domain.account import effects as f
from domain.account import events as e
from domain.account.asked_twice import same_waiting
from domain.account.decide_hold import again, lifted
from domain.account.decide_notice import gone, outdated, recorded
from domain.account.hand_over_effects import SendHandOver, TellAgency
from domain.account.hold_effects import TellHold
from domain.account.movements import moved
from domain.account.overtaken import overtaken
from domain.account.paper_effects import SendCreditNote, SendStatement
from domain.account.plan_events import PlanBroken, PlanInstalmentPaid, PlanWithdrawn
from domain.account.promise_events import PromiseWithdrawn
from domain.account.reading import Events, pending_of
from domain.account.refunds import PayoutTold
from domain.account.requests import Outcome, frozen
from domain.account.state import Account
from domain.approval.questions import CheckSigner, ResolveApproval, Resolved, SignerChecked
from domain.machine import Actor
from domain.receivables.entries import CaseView
from domain.refusal import Code, refuse
from domain.value import Text, Value

_NOBODY_ASKED = (
    f.LoadCase, f.RefreshCase, f.TakeOverReceipt, f.SkipLevel, f.JudgePromise, f.SendNotice, f.RecordNotice, f.TellDeal,
    f.TellAccount, TellHold, f.NotifyStaff, ResolveApproval, f.SendDebitNote, SendCreditNote, SendStatement,
    f.SettleRefund, SendHandOver, TellAgency,
)  # fmt: skip
_TOLD = (
    f.TellDeal, f.TellAccount, TellHold, f.NotifyStaff, f.SendDebitNote, SendCreditNote, SendStatement, SendHandOver,
    TellAgency,
)  # fmt: skip
"""Effects that have nothing to answer but that they happened."""


def effect_done(account: Account, command: c.EffectDone, actor: Actor, now: datetime) -> Events:
    """Record a result (E_STATE when no such effect is pending, or the result is not one of that effect)."""
    pending = pending_of(account, command.effect_id)
    if pending is None:
        raise refuse(
            Code.STATE,
            f"no effect {command.effect_id} is pending: its result is in already",
            f"没有待完成的操作 {command.effect_id}：结果已记录",
        )
    effect, result = pending.effect, command.result
    if isinstance(effect, ResolveApproval) and isinstance(result, Resolved):
        return _or_completed(effect, command.effect_id, requests.resolved(account, result, now))
    if isinstance(effect, f.PayRefund | f.AskPayout) and isinstance(result, PayoutTold):
        refund_id = effect.payout.refund_id if isinstance(effect, f.PayRefund) else effect.refund_id
        return _or_completed(effect, command.effect_id, refunds.told(account, refund_id, result, now))
    record = _RECORDS.get(type(result))
    if record is None or not isinstance(effect, record[0]):
        raise refuse(
            Code.STATE,
            f"{result.kind} is no result of {effect.kind}",
            f"{result.kind} 不是 {effect.kind} 的结果",
        )
    return record[1](account, effect, result, command.effect_id)


def effect_failed(account: Account, command: c.EffectFailed, actor: Actor, now: datetime) -> Events:
    """Park an effect that exhausted its retries (E_STATE when it is not pending)."""
    if pending_of(account, command.effect_id) is None:
        raise refuse(
            Code.STATE,
            f"no effect {command.effect_id} is pending: its result is in already",
            f"没有待完成的操作 {command.effect_id}：结果已记录",
        )
    return (e.AttentionNeeded(effect_id=command.effect_id, error=command.error[:1000]),)


def after_case(account: Account, case: CaseView) -> Events:
    """Record the case as the ledger sums it up now; nothing overdue any more lifts the credit hold."""
    return (e.CaseChanged(case=case), *lifted(account, case), *outdated(account, case))


def _loaded(account: Account, effect: f.LoadCase, result: c.Loaded, effect_id: str) -> Events:
    return (
        e.CaseLoaded(
            customer_name=result.customer_name,
            terms=result.terms,
            terms_hash=result.terms_hash,
            case=result.case,
            counters=result.counters,
            numbers=result.numbers,
        ),
    )


def _moved(account: Account, effect: f.LedgerEffect, result: c.Moved, effect_id: str) -> Events:
    movement = result.movement
    if movement.waits is not None and isinstance(effect, f.GivenAway):
        if (same := same_waiting(account, frozen(effect, movement.waits))) is not None:
            # Both were asked before the ledger had weighed the first.
            known = e.EffectCompleted(effect=_kind(effect), effect_id=effect_id, reference=same.id)
            return (known, *after_case(account, movement.case))
        return (*requests.raised(account, effect, movement.waits), *after_case(account, movement.case))
    if movement.repeated:
        done = e.EffectCompleted(effect=_kind(effect), effect_id=effect_id, reference=movement.reference)
        return (*_agreed_to(effect, "done"), done, *after_case(account, movement.case))
    after = (*after_case(account, movement.case), *again(account, effect, movement.case))
    happened = moved(effect, movement)
    told = (*_agreed_to(effect, "done"), *happened, *overtaken(account, movement, happened), *after)
    if isinstance(effect, f.CreditNote) and effect.paid_part == "refund":
        return (*told, *refunds.paid_back(account, movement.freed, movement.reference, effect.reason, effect.by))
    return told


def _agreed_to(effect: Value, outcome: Outcome, reason: str = "") -> Events:
    """End the request by which the ledger was asked, if it was by one."""
    if not isinstance(effect, f.GivenAway) or not effect.agreed:
        return ()
    return (e.RequestEnded(approval_id=effect.agreed, outcome=outcome, reason=reason[:500]),)


def _signer(account: Account, effect: CheckSigner, result: SignerChecked, effect_id: str) -> Events:
    return _or_completed(effect, effect_id, requests.signer_checked(account, result))


def _or_completed(effect: Value, effect_id: str, events: Events) -> Events:
    """Return the events of a result; one that comes too late is still a fact, or it would be pending for ever."""
    return events or (e.EffectCompleted(effect=_kind(effect), effect_id=effect_id),)


def _kind(effect: Value) -> str:
    return str(type(effect).model_fields["kind"].default)


def _noticed(account: Account, effect: f.SendNotice, result: c.NoticeResult, effect_id: str) -> Events:
    if result.outcome == "in_hand":
        return gone(account, effect, result, effect_id)
    return (*gone(account, effect, result, effect_id), *after_case(account, result.case))


def _recorded(account: Account, effect: f.RecordNotice, result: c.NoticeResult, effect_id: str) -> Events:
    return (*recorded(account, effect, result), *after_case(account, result.case))


def _notice_result(account: Account, effect: Value, result: c.NoticeResult, effect_id: str) -> Events:
    if isinstance(effect, f.RecordNotice):
        return _recorded(account, effect, result, effect_id)
    return _noticed(account, effect, result, effect_id) if isinstance(effect, f.SendNotice) else ()


def _judged(account: Account, effect: f.JudgePromise, result: c.PromiseJudged, effect_id: str) -> Events:
    if result.over:
        # It was withdrawn or replaced while the clock already asked for it: nothing was judged.
        return (*_or_completed(effect, effect_id, ()), *after_case(account, result.case))
    if result.let_off:
        return (_let_off(result), *after_case(account, result.case))
    if result.plan:
        return (_instalment(result), *after_case(account, result.case))
    judged = e.PromiseKept if result.kept else e.PromiseBroken
    return (judged(promise_id=result.promise_id, number=result.number), *after_case(account, result.case))


def _let_off(result: c.PromiseJudged) -> PlanWithdrawn | PromiseWithdrawn:
    why = "credited or written off / 已红冲或核销"
    if result.plan:
        return PlanWithdrawn(plan_id=result.plan, number=result.number, minor=0, reason=why)
    return PromiseWithdrawn(promise_id=result.promise_id, number=result.number, reason=why)


def _instalment(result: c.PromiseJudged) -> PlanInstalmentPaid | PlanBroken:
    if not result.kept:
        return PlanBroken(plan_id=result.plan, instalment=result.promise_id, number=result.number)
    return PlanInstalmentPaid(plan_id=result.plan, instalment=result.promise_id, number=result.number, left=result.left)


def _done(
    account: Account,
    effect: Value,
    result: c.Done,
    effect_id: str,
) -> Events:
    return (e.EffectCompleted(effect=_kind(effect), effect_id=effect_id, reference=result.reference),)


def _nobody_hears(effect: Value) -> bool:
    """Tell whether nobody is answered who could do anything about a refusal: a person is asked then.

    That money of a source is known already under other words (E_IDEM) is for a person, too: one of the two is wrong, or
    the source gives one id twice. Told again in the same words it is no refusal. What a credit freed and two people
    agreed to pay back is a request that ends refused, of which both are told.
    """
    freed = isinstance(effect, f.TakeRefund) and effect.credit_note != "" and not effect.agreed
    reported = isinstance(effect, f.ApplyReceipt) and effect.via == "webhook"
    return isinstance(effect, _NOBODY_ASKED) or freed or reported


def _refused(account: Account, effect: Value, result: c.AccountRefusal, effect_id: str) -> Events:
    if _nobody_hears(effect):
        return (e.AttentionNeeded(effect_id=effect_id, error=f"{result.code}: {result.text.en}"),)
    ended = _agreed_to(effect, "refused", f"{result.code}: {result.text.en} / {result.text.zh}")
    text = _after_consent(result.text) if ended else result.text
    return (e.CommandRefused(code=result.code, text=text, command=_kind(effect)), *ended)


def _after_consent(why: Text) -> Text:
    """Say to who agreed that the word was taken and the ledger then refused: the books are as they were."""
    return Text(
        en=f"{why.en}; your consent is on record, nothing was done, and the request has ended: ask anew if need be",
        zh=f"{why.zh}；您的同意已记录，但未作任何账务处理，该申请已结束：如仍需要，请重新申请",
    )


_RECORDS: dict[type[Value], tuple[tuple[type[Value], ...], Callable[..., Events]]] = {
    c.Loaded: ((f.LoadCase,), _loaded),
    c.Moved: ((f.LedgerEffect,), _moved),
    c.NoticeResult: ((f.SendNotice, f.RecordNotice), _notice_result),
    c.PromiseJudged: ((f.JudgePromise,), _judged),
    c.Done: (_TOLD, _done),
    SignerChecked: ((CheckSigner,), _signer),
    c.AccountRefusal: ((Value,), _refused),
}
