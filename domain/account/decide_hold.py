"""Who does not pay gets nothing more, until it is paid or credit says otherwise; money owed is taken meanwhile."""

from datetime import datetime

from domain.account.events_collecting import CreditHoldLifted, CreditHoldSet, DeliveriesStopped, HandedOver
from domain.account.hold_commands import ReleaseHold
from domain.account.reading import Events, holds_back, level_of
from domain.account.state import Account
from domain.machine import Actor
from domain.receivables.entries import CaseView


def release_hold(account: Account, command: ReleaseHold, actor: Actor, now: datetime) -> Events:
    """Let orders and deliveries go on; a later level of the ladder may keep them back again."""
    return (CreditHoldLifted(reason=command.reason),)


def actions(account: Account, stage: str, level: int) -> Events:
    """Return what a level does of itself, after its notice went out."""
    reached = level_of(account, level)
    wanted = reached.actions if reached else ()
    hold = (CreditHoldSet(stage=stage),) if "credit_hold" in wanted and not account.credit_hold else ()
    stop = (DeliveriesStopped(stage=stage),) if "stop_delivery" in wanted and not account.delivery_stop else ()
    over = (HandedOver(stage=stage),) if "hand_over" in wanted and not account.handed_over else ()
    return (*hold, *stop, *over)


def lifted(account: Account, case: CaseView) -> Events:
    """Return the end of a hold when nothing is overdue any more."""
    if not holds_back(account) or case.overdue_minor or case.revision < account.case.revision:
        return ()
    return (CreditHoldLifted(),)
