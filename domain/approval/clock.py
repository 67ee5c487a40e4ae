"""An approval's clock reminds, escalates to a person and at last returns the request; it never approves."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from domain.approval import events as e
from domain.approval.escalation import escalated
from domain.approval.machine import OPEN, Events, seats_open, separated
from domain.approval.objections import beyond
from domain.approval.quorum import approvals_of, has_vote, needed, waits_for
from domain.approval.seats import Approval, Candidate, Seat, Step
from domain.business_calendar import CalendarEnded, CompiledCalendar
from domain.machine import Blocker
from domain.pausable_clock import Counts, PausableClock, paused, resumed, started, used_up
from domain.span import Span
from domain.value import Text

What = Literal["approval_warn", "approval_breach", "approval_expiry"]

_WHOLE_BP = 10_000
_MICROSECOND = timedelta(microseconds=1)


class Alarm(NamedTuple):
    """One thing an approval's clock will do: ``reference`` is ``step/nth``."""

    at: datetime
    what: What
    reference: str
    why: Text


class _Run(NamedTuple):
    """A clock that runs: its span, since it was first and last started, and what was used up before."""

    span: Span
    started_at: datetime
    since: datetime
    spent_us: int


def alarms(approval: Approval, calendar: CompiledCalendar) -> tuple[Alarm, ...]:
    """Return what time alone will do to an open approval, of each step the next breach; nothing while it is paused.

    Raises:
        CalendarEnded: an alarm is outside the calendar.
    """
    if approval.status not in OPEN or approval.paused_at is not None:
        return ()
    found = [alarm for step in _running(approval) for alarm in _of_step(step, approval, calendar)]
    if (age := _age(approval)) is not None:
        why = Text(en="the approval expires", zh="审批过期")
        found.append(Alarm(_rings(calendar, age, _WHOLE_BP), "approval_expiry", "", why))
    return tuple(found)


def rang(approval: Approval, what: What, reference: str) -> Events:
    """Return what an alarm makes true; one that is out of date makes nothing true."""
    if approval.status not in OPEN or approval.paused_at is not None:
        return ()
    if what == "approval_expiry":
        return () if approval.terms.max_age is None else (e.ApprovalExpired(approval_id=approval.id),)
    step_id, _, nth = reference.rpartition("/")
    step = next((step for step in _running(approval) if step.id == step_id), None)
    if step is None:
        return ()
    if what == "approval_warn":
        return (e.StepWarned(approval_id=approval.id, step=step.id, nth=int(nth)),) if int(nth) > step.warned else ()
    return _breached(approval, step) if int(nth) in _next_breach(step, approval) else ()


def pause(approval: Approval, calendar: CompiledCalendar, now: datetime) -> Events:
    """Stop the clocks; what is used up is kept, so that the rest remains after the pause.

    Raises:
        CalendarEnded: now is outside the calendar.
    """
    if approval.status not in OPEN or approval.paused_at is not None:
        return ()
    runs = [(step.id, _clock_of(step, approval)) for step in _running(approval)]
    spent = tuple(e.Spent(step=step, spent_us=_used_us(calendar, run, now)) for step, run in runs if run is not None)
    age = _age(approval)
    aged_us = 0 if age is None else _used_us(calendar, age, now)
    return (e.ApprovalPaused(approval_id=approval.id, spent=spent, spent_us=aged_us),)


def resume(approval: Approval) -> Events:
    """Let the clocks of an open approval run on."""
    if approval.status not in OPEN or approval.paused_at is None:
        return ()
    return (e.ApprovalResumed(approval_id=approval.id),)


def blockers(approval: Approval, calendar: CompiledCalendar, what: Text) -> tuple[Blocker, ...]:
    """Return who owes a decision on what, by when; a seat that nobody can fill is owed by operations.

    A deadline outside the calendar is left out, not the people.
    """
    deadlines = _deadlines(approval, calendar)
    return tuple(
        Blocker(who=person, what=what, by=deadlines.get(step.id), command="decide")
        for step, seat in seats_open(approval)
        if not waits_for(step, seat)
        for person in _owing(approval, step, seat)
    )


def when_stuck(approval: Approval, asked: Text) -> tuple[Blocker, ...]:
    """Return what operations owe of a stuck approval, in words: people for its seats, or a word to those who are late.

    An approval is stuck, too, when its people are late and nobody stands above them: they may still decide.
    """
    if approval.status != "stuck":
        return ()
    what = Text(
        en=f"{asked.en}: too late, and nobody stands above who may decide: remind them, or give the seats other people",
        zh=f"{asked.zh}：已超时且无上级可升级，原审批人仍可处理：请催办，或为席位更换人员",
    )
    if not _only_late(approval):
        what = Text(
            en=f"{asked.en}: too few may decide: give its seats people",
            zh=f"{asked.zh}：可审批人员不足：请为席位补充人员",
        )
    return (Blocker(who="role:ops", what=what),)


def _only_late(approval: Approval) -> bool:
    """Tell whether the open steps have people enough, of which one is late."""
    waiting = [one for one in approval.steps if one.rank == approval.at_rank and not one.passed]
    return any(step.breached for step in waiting) and all(
        approvals_of(step) + sum(_manned(approval, step, seat) for seat in step.seats) >= needed(step)
        for step in waiting
    )


def _manned(approval: Approval, step: Step, seat: Seat) -> bool:
    voters = _voters(approval, step, seat) if seat.status == "open" else ()
    return any(beyond(approval.subject, one) is None for one in voters)


def _voters(approval: Approval, step: Step, seat: Seat) -> tuple[Candidate, ...]:
    apart = separated(approval.subject)
    return tuple(one for one in seat.candidates if has_vote(step, one) and not apart & {one.person, one.on_behalf_of})


def _owing(approval: Approval, step: Step, seat: Seat) -> tuple[str, ...]:
    return tuple(one.person for one in _voters(approval, step, seat)) or ("role:ops",)


def _deadlines(approval: Approval, calendar: CompiledCalendar) -> dict[str, datetime]:
    try:
        found = alarms(approval, calendar)
    except CalendarEnded:
        return {}
    return {alarm.reference.rpartition("/")[0]: alarm.at for alarm in found if alarm.what == "approval_breach"}


def _running(approval: Approval) -> tuple[Step, ...]:
    return tuple(
        step
        for step in approval.steps
        if step.rank == approval.at_rank and not step.passed and step.running_since is not None
    )


def _of_step(step: Step, approval: Approval, calendar: CompiledCalendar) -> list[Alarm]:
    run, found = _clock_of(step, approval), []
    if run is None:
        return []
    for nth, share_bp in enumerate(approval.terms.warn_at_bp, start=1):
        if nth > step.warned:
            why = Text(en=f"remind the approvers of {step.id}", zh=f"催办审批节点 {step.id}")
            found.append(Alarm(_rings(calendar, run, share_bp), "approval_warn", f"{step.id}/{nth}", why))
    for nth in _next_breach(step, approval):
        why = Text(en=f"step {step.id} is late (breach {nth})", zh=f"审批节点 {step.id} 超时（第 {nth} 次）")
        found.append(Alarm(_rings(calendar, run, nth * _WHOLE_BP), "approval_breach", f"{step.id}/{nth}", why))
    return found


def _next_breach(step: Step, approval: Approval) -> tuple[int, ...]:
    last = 1 if approval.terms.on_breach == "none" else 2
    return (step.breached + 1,) if step.breached < last else ()


def _clock_of(step: Step, approval: Approval) -> _Run | None:
    sla, opened_at, since = approval.terms.sla, step.opened_at, step.running_since
    if sla is None or opened_at is None or since is None:
        return None
    return _Run(sla, opened_at, since, step.spent_us)


def _age(approval: Approval) -> _Run | None:
    if approval.terms.max_age is None or approval.running_since is None:
        return None
    return _Run(approval.terms.max_age, approval.opened_at, approval.running_since, approval.spent_us)


@lru_cache(maxsize=4096)
def _whole(calendar: CompiledCalendar, started_at: datetime, span: Span) -> tuple[Counts, int, datetime]:
    """Return what a clock counts, its length in microseconds of that, and when it rings if it never stops."""
    clock = started(calendar, started_at, span)
    stopped = paused(calendar, clock, started_at)
    if clock.due_at is None or stopped.left_us is None:
        raise AssertionError("a clock that is started rings, and one that is paused has something left")
    return clock.counts, stopped.left_us, clock.due_at


def _rings(calendar: CompiledCalendar, run: _Run, share_bp: int) -> datetime:
    """Return when a share of a clock's length is used up."""
    counts, length_us, due_at = _whole(calendar, run.started_at, run.span)
    if run.since == run.started_at and share_bp == _WHOLE_BP:
        return due_at
    left_us = max(0, length_us * share_bp // _WHOLE_BP - run.spent_us)
    rings = resumed(calendar, PausableClock(counts=counts, left_us=left_us), run.since).due_at
    if rings is None:
        raise AssertionError("a clock that is resumed rings")
    return rings


def _used_us(calendar: CompiledCalendar, run: _Run, now: datetime) -> int:
    counts, _, _ = _whole(calendar, run.started_at, run.span)
    return used_up(calendar, counts, run.since, now) // _MICROSECOND


def _breached(approval: Approval, step: Step) -> Events:
    nth = step.breached + 1
    again = nth > 1 or approval.terms.on_breach == "none"
    changed = step if again else escalated(approval, step)
    late = e.StepEscalated(approval_id=approval.id, step=step.id, seats=changed.seats, nth=nth)
    if not again and changed != step:
        return (late,)
    if again and approval.terms.breach_again == "return":
        return (late, e.ApprovalReturned(approval_id=approval.id, reason="late", by_clock=True))
    # Nobody stands above the seats, or the manager was late as well: operations must act.
    open_seats = tuple(seat.id for seat in step.seats if seat.status == "open")
    return (late, e.ApprovalStuck(approval_id=approval.id, seats=open_seats))
