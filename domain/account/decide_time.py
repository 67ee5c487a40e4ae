"""A timer does only what the state still expects: a step that is not the next one any more is let go."""

from datetime import datetime

from domain.account import commands as c
from domain.account import events as e
from domain.account.agenda import ladder_held
from domain.account.reading import Events, first_ending, is_judging, is_loading, is_proposing
from domain.account.state import Account
from domain.account.write_off_events import WriteOffFellDue
from domain.machine import Actor


def step_due(account: Account, command: c.StepDue, actor: Actor, now: datetime) -> Events:
    """Start what has fallen due; nothing when the case has changed since the timer was armed."""
    step = command.step
    if step.action == "promise":
        expected = step in (account.case.judge, account.case.next) and not is_judging(account)
        return (e.PromiseFellDue(promise_id=step.stage),) if expected else ()
    if step.action == "write_off":
        expected = step == account.case.propose and not is_proposing(account)
        return (WriteOffFellDue(invoices=step.invoices),) if expected else ()
    if step != account.case.next or ladder_held(account):
        return ()
    return (e.NoticeDue(step=step),)


def calendar_due(account: Account, command: c.CalendarDue, actor: Actor, now: datetime) -> Events:
    """Have the terms compiled again for a case that lies beyond their calendars; nothing when it does no more."""
    terms = account.terms
    if terms is None or not account.case.blocked or is_loading(account):
        return ()
    return (e.CalendarRunsOut(valid_until=first_ending(terms).valid_until),)


def pause_ended(account: Account, command: c.PauseEnded, actor: Actor, now: datetime) -> Events:
    """End a pause that has reached its end; nothing when it was ended or changed since."""
    pause = account.pause
    if pause is None or pause.until is None or pause.until > now:
        return ()
    return (e.DunningResumed(by_clock=True),)
