"""A customer's case is a sum over what is open now; nothing in it is remembered that can be derived."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from domain.business_calendar import CalendarEnded
from domain.receivables.claims import OpenPromise, is_kept
from domain.receivables.dunning import next_step
from domain.receivables.entries import CaseCounters, CaseView, NextStep, OpenItem
from domain.receivables.ladder import day_of
from domain.terms import AccountTerms


def case_view(
    items: Sequence[OpenItem],
    counters: CaseCounters,
    unapplied_minor: int,
    promises: Sequence[OpenPromise],
    terms: AccountTerms,
    now: datetime,
) -> CaseView:
    """Sum a case up.

    Where a calendar has ended no next step can be found: ``blocked`` says so, since money must still be taken.

    Args:
        items: what is open (settled items may be left out).
        counters: what the case remembers.
        unapplied_minor: unapplied cash of the account.
        promises: those that are open.
        terms: of the account.
        now: the business time.
    """
    judge = next_judgement(items, promises, now)
    try:
        step = next_step(items, counters, unapplied_minor, terms.dunning, terms.calendar, now)
        blocked = ""
    except CalendarEnded as ended:
        step, blocked = None, ended.text.en
    return summed_up(items, terms, now).model_copy(
        update={
            "unapplied_minor": unapplied_minor,
            "next": earlier(judge, step),
            "judge": judge,
            "promises": len(promises),
            "promises_broken": counters.promises_broken,
            "blocked": blocked,
        }
    )


def summed_up(items: Sequence[OpenItem], terms: AccountTerms, now: datetime) -> CaseView:
    """Return the sums of what is open, the oldest due date and the level reached; no steps."""
    today = day_of(terms.dunning.zone, now)
    count = total = overdue = disputed = promised = level = 0
    oldest: date | None = None
    for item in items:
        minor = item.open_minor
        if minor <= 0:
            continue
        count += 1
        total += minor
        disputed += item.disputed_minor
        promised += item.promised_minor
        if oldest is None or item.due_on < oldest:
            oldest = item.due_on
        if item.due_on < today:
            overdue += minor
        level = max(level, item.level)
    return CaseView(
        open_minor=total,
        overdue_minor=overdue,
        disputed_minor=disputed,
        promised_minor=promised,
        items=count,
        oldest_due_on=oldest,
        level=level,
        stage=terms.dunning.levels[level - 1].id if 0 < level <= len(terms.dunning.levels) else "",
    )


def next_judgement(items: Sequence[OpenItem], promises: Sequence[OpenPromise], now: datetime) -> NextStep | None:
    """Return the next promise to judge: at its deadline, or at once when it is kept already."""
    if not promises:
        return None
    open_of: dict[str, int] = {}
    for item in items:
        open_of[item.number] = open_of.get(item.number, 0) + item.open_minor
    steps = [_judgement(promise, open_of, now) for promise in promises]
    return min(steps, key=lambda step: (step.at, step.stage))


def _judgement(promise: OpenPromise, open_of: Mapping[str, int], now: datetime) -> NextStep:
    kept = is_kept(promise, open_of.get(promise.number, 0))
    at = now if kept else max(now, promise.until)
    return NextStep(at=at, action="promise", stage=promise.promise_id, invoices=(promise.number,), items=1)


def earlier(judge: NextStep | None, step: NextStep | None) -> NextStep | None:
    """Return the earlier of two steps; a judgement comes before a notice of the same instant, since it may void it."""
    if judge is None or step is None:
        return judge or step
    return judge if judge.at <= step.at else step
