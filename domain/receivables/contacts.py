"""A customer is written to, called or reminded only so often in a day and in seven days of their own zone.

What is held up by that goes out in the next free slot, built from what is open then; nothing is left out for it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.local_time import at_local, local_day
from domain.receivables.case import earlier
from domain.receivables.entries import CaseView, NextStep
from domain.receivables.ladder import day_of, in_contact
from domain.terms import ContactCaps, DunningTerms

WEEK_DAYS = 7
"""Days that count together: each one with the six before it."""


def free_slot(terms: DunningTerms, contacts: Sequence[datetime], at: datetime) -> datetime:
    """Return the first instant at or after one at which the customer may be contacted (CalendarEnded beyond it).

    Args:
        terms: the ladder, with the caps.
        contacts: when notices went to the customer, on the days before.
        at: when the next one is due, in contact hours.
    """
    caps = terms.caps
    while caps is not None and _is_full(caps, contacts, at):
        following = local_day(caps.zone, at) + timedelta(days=1)
        at = in_contact(terms, max(at_local(caps.zone, following, 0), _slot(terms, at)))
    return at


def _slot(terms: DunningTerms, at: datetime) -> datetime:
    """Return the minute of the next day at which levels fall due."""
    return at_local(terms.zone, day_of(terms.zone, at) + timedelta(days=1), terms.at_minute)


def is_full(terms: DunningTerms, contacts: Sequence[datetime], at: datetime) -> bool:
    """Tell whether the customer was contacted so often already that no notice may go out at an instant."""
    return terms.caps is not None and _is_full(terms.caps, contacts, at)


def _is_full(caps: ContactCaps, contacts: Sequence[datetime], at: datetime) -> bool:
    today = local_day(caps.zone, at)
    ages = [(today - local_day(caps.zone, one)).days for one in contacts]
    of_day, of_week = ages.count(0), sum(1 for age in ages if 0 <= age < WEEK_DAYS)
    return (caps.per_day is not None and of_day >= caps.per_day) or (
        caps.per_week is not None and of_week >= caps.per_week
    )


def counts(step: NextStep | None) -> bool:
    """Tell whether a step is a contact with the customer."""
    return step is not None and step.action in ("notice", "pre_due")


def within_caps(view: CaseView, terms: DunningTerms, contacts: Sequence[datetime]) -> CaseView:
    """Return a case whose next notice waits for a free slot; a promise that is judged before it comes first."""
    step = view.next
    if step is None or not counts(step):
        return view
    at = free_slot(terms, contacts, step.at)
    if at == step.at:
        return view
    later = (day_of(terms.zone, at) - day_of(terms.zone, step.at)).days
    moved = step.model_copy(update={"at": at, "days_late": step.days_late + later})
    return view.model_copy(update={"next": earlier(view.judge, moved)})
