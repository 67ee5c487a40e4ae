"""A notice goes over the first channel that works; what a person carries counts when they have said so.

A channel that failed hands it on to the next of its level; after the last, a person must act and no level has counted.
"""

from datetime import datetime

from domain.account import effects as f
from domain.account import events as e
from domain.account.commands import NoticeResult
from domain.account.decide_hold import actions
from domain.account.events_collecting import NoticeInHand, NoticeSaid
from domain.account.notice_commands import SayNotice
from domain.account.reading import Events, level_of
from domain.account.state import Account, InHand
from domain.machine import Actor
from domain.receivables.entries import CaseView, NextStep


def said(account: Account, command: SayNotice, actor: Actor, now: datetime) -> Events:
    """Take what a person says of the notice in their hands."""
    return (NoticeSaid(outcome=command.outcome, note=command.note),)


def gone(account: Account, effect: f.SendNotice, result: NoticeResult, effect_id: str) -> Events:
    """Return what became of a notice, without the case after it."""
    step = effect.step
    if result.outcome == "in_hand":
        left = effect.channels[effect.channels.index(result.channel) + 1 :]
        return (NoticeInHand(notice_id=effect_id, step=step, channel=result.channel, left=left),)
    if result.outcome == "sent":
        return _sent(account, step, result)
    if result.outcome == "held":
        return (e.NoticeVoid(stage=step.stage, level=step.level),)
    # A void notice whose step stays would be tried for ever: a person must look at it.
    if result.outcome == "void" and not _is_same(result.case.next, step):
        return (e.NoticeVoid(stage=step.stage, level=step.level),)
    return (e.NoticeUndeliverable(stage=step.stage, level=step.level),)


def recorded(account: Account, effect: f.RecordNotice, result: NoticeResult) -> Events:
    """Return what comes of the notice of which a person, or its payment, has said what became of it."""
    step, held = effect.step, account.in_hand
    if result.outcome == "sent":
        return _sent(account, step, result)
    if held is not None and held.said == "failed" and held.left:
        return (e.NoticeDue(step=step, channels=held.left),)
    if held is not None and held.said == "void":
        return (e.NoticeVoid(stage=step.stage, level=step.level),)
    return (e.NoticeUndeliverable(stage=step.stage, level=step.level),)


def outdated(account: Account, case: CaseView) -> Events:
    """Take a notice back out of a person's hands that claims what is not owed any more."""
    held = account.in_hand
    if held is None or held.said or case.revision < account.case.revision or not _is_over(held, case.next):
        return ()
    return (NoticeSaid(outcome="void"),)


def _sent(account: Account, step: NextStep, result: NoticeResult) -> Events:
    sent = e.NoticeSent(
        stage=step.stage,
        level=step.level,
        channel=result.channel,
        invoices=result.invoices,
        open_minor=result.open_minor,
    )
    left_out = (level_of(account, level) for level in range(step.level - step.skips, step.level))
    skipped = tuple(
        e.LevelSkipped(stage=level.id, level=step.level - step.skips + place, invoices=result.invoices)
        for place, level in enumerate(left_out)
        if level is not None
    )
    note = result.debit_note
    issued = () if note is None else (e.DebitNoteIssued(stage=step.stage, note=note),)
    return (*skipped, sent, *issued, *actions(account, step))


def _is_same(after: NextStep | None, step: NextStep) -> bool:
    """Tell whether a case still waits for a step, whenever that is by now."""
    return after is not None and after.model_copy(update={"at": step.at, "days_late": step.days_late}) == step


def _is_over(held: InHand, following: NextStep | None) -> bool:
    """Tell whether something that a notice names is not claimed any more; what has come to it since may wait."""
    step = held.step
    if following is None:
        return True
    if following.action == "promise":
        return False
    same = (following.action, following.level, following.stage) == (step.action, step.level, step.stage)
    return not same or not set(step.invoices) <= set(following.invoices)
