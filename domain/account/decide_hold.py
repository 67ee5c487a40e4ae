"""Who does not pay gets nothing more, until it is paid or credit says otherwise; money owed is taken meanwhile."""

from datetime import datetime

from domain.account.decide_request import by_ledger
from domain.account.effects import HandOver, LedgerEffect, ReverseReceipt, UnallocateReceipt
from domain.account.events_collecting import (
    CreditHoldLifted,
    CreditHoldSet,
    DeliveriesStopped,
    HandedOver,
    HoldLifted,
    HoldSet,
)
from domain.account.exchange_effects import UndoReceiptExchange
from domain.account.hold_commands import HandOverNow, LiftHold, ReleaseHold, SetHold
from domain.account.reading import Events, level_of, stage_of_ladder, terms_of
from domain.account.requests import open_requests
from domain.account.state import Account
from domain.local_time import local_day
from domain.machine import Actor
from domain.receivables.entries import CaseView, NextStep
from domain.refusal import Code, refuse

_TAKES_BACK = (ReverseReceipt, UnallocateReceipt, UndoReceiptExchange)
_LADDER = Actor(id="role:finance", via="effect")
"""Who asks when the ladder itself hands over: finance hears what becomes of it, and the second person is anybody's."""


def release_hold(account: Account, command: ReleaseHold, actor: Actor, now: datetime) -> Events:
    """Let orders and deliveries go on; a later level of the ladder may keep them back again."""
    own = (HoldLifted(reason=command.reason),) if account.hold is not None else ()
    ladder = account.credit_hold or account.delivery_stop
    return (*((CreditHoldLifted(reason=command.reason),) if ladder else ()), *own)


def set_hold(account: Account, command: SetHold, actor: Actor, now: datetime) -> Events:
    """Keep orders and deliveries back, whatever the ladder does, until a person lifts it."""
    return (HoldSet(reason=command.reason),)


def lift_hold(account: Account, command: LiftHold, actor: Actor, now: datetime) -> Events:
    """End the hold that a person has set."""
    return (HoldLifted(reason=command.reason),)


def actions(account: Account, step: NextStep) -> Events:
    """Return what a level does of itself, after its notice went out, and what those did that it left out."""
    levels = (level_of(account, step.level - before) for before in range(step.skips + 1))
    wanted = {action for reached in levels if reached for action in reached.actions}
    stage = step.stage
    hold = (CreditHoldSet(stage=stage),) if "credit_hold" in wanted and not account.credit_hold else ()
    stop = (DeliveriesStopped(stage=stage),) if "stop_delivery" in wanted and not account.delivery_stop else ()
    over = _handed_over(account, stage) if "hand_over" in wanted and not account.handed_over else ()
    return (*hold, *stop, *over)


def hand_over(account: Account, command: HandOverNow, actor: Actor, now: datetime) -> Events:
    """Give the account to the agency, at once or when a second person has agreed."""
    due, today = account.case.oldest_due_on, local_day(terms_of(account).dunning.zone, now)
    if due is None or due >= today:
        raise refuse(Code.STATE, "nothing is overdue that could be handed over", "没有可移交的逾期款项")
    told = {"stage": stage_of_ladder(account), "reason": command.reason}
    return by_ledger(account, command.kind, HandOver, "hand_over", actor, told)


def _handed_over(account: Account, stage: str) -> Events:
    """Close the case to letters; where the policy wants a second person, when they have agreed."""
    if not any(alone.kind == "hand_over" for alone in terms_of(account).alone):
        return (HandedOver(stage=stage),)
    if any(isinstance(request.effect, HandOver) for request in open_requests(account.requests)):
        return ()
    told = {"stage": stage, "reason": f"the ladder has come to {stage} / 催收已到 {stage}"}
    return by_ledger(account, "hand_over", HandOver, "hand_over", _LADDER, told)


def lifted(account: Account, case: CaseView) -> Events:
    """Return the end of the ladder's hold when nothing is overdue any more; a person's stays."""
    if (
        not (account.credit_hold or account.delivery_stop)
        or case.overdue_minor
        or case.revision < account.case.revision
    ):
        return ()
    return (CreditHoldLifted(),)


def again(account: Account, effect: LedgerEffect, case: CaseView) -> Events:
    """Return the hold that money had lifted and that comes back with the debt when the money does not stay.

    What is open again has had its levels: those that keep something back do so again, without another notice. A hold
    that a person lifted while something was overdue stays lifted.
    """
    back = isinstance(effect, _TAKES_BACK) and case.overdue_minor and not account.case.overdue_minor
    if not back or case.revision < account.case.revision:
        return ()
    reached = terms_of(account).dunning.levels[: case.level]
    wanted = {action for level in reached for action in level.actions}
    hold = (CreditHoldSet(stage=case.stage),) if "credit_hold" in wanted and not account.credit_hold else ()
    stop = (DeliveriesStopped(stage=case.stage),) if "stop_delivery" in wanted and not account.delivery_stop else ()
    return (*hold, *stop)
