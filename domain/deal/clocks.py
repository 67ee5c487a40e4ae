"""A clock of a deal stands still while the deal is held, and runs on with exactly what it had left (T4).

Dates that stand on a document (a quote's validity) or that a person named are no clocks: a hold does not move them.
"""

from datetime import datetime
from functools import lru_cache

from domain.business_calendar import (
    CalendarEnded,
    CompiledCalendar,
    after,
    at_local,
    last_opening,
    local_day,
    next_window,
)
from domain.deal.state import Deal
from domain.pausable_clock import paused, resumed, started
from domain.span import Clock, Span, Unit
from domain.terms import DealTerms
from domain.working_hours import DAY_MINUTES

_WHOLE_BP = 10_000


@lru_cache(maxsize=65_536)
def _after(calendar: CompiledCalendar, at: datetime, span: Span) -> datetime:
    return after(calendar, at, span)


def deadline(deal: Deal, terms: DealTerms, since: datetime, span: Span) -> datetime:
    """Return when a clock that was started at an instant rings, with all holds since then taken out.

    Raises:
        CalendarEnded: the answer is outside the calendar.
    """
    if not deal.held:
        return _after(terms.calendar, since, span)
    clock = started(terms.calendar, since, span)
    for held in deal.held:
        if held.until > since:
            clock = paused(terms.calendar, clock, max(held.since, since))
            clock = resumed(terms.calendar, clock, held.until)
    if clock.due_at is None:
        raise AssertionError("every hold in the past was released")
    return clock.due_at


def before(terms: DealTerms, at: datetime, span: Span) -> datetime:
    """Return the instant from which a span leads to another."""
    return _after(terms.calendar, at, span.negated())


def in_contact(terms: DealTerms, at: datetime, until: datetime) -> datetime:
    """Move an instant into the customer's contact hours: forward, or back where that would be too late.

    Beyond the days that are known to the contact calendar it stays where it is.
    """
    contact = terms.contact
    if contact is None:
        return at
    try:
        opening = next_window(contact, at)
        return opening if opening < until else last_opening(contact, at)
    except CalendarEnded:
        return at


def share_of(span: Span, share_bp: int) -> Span:
    """Return a part of a span in basis points, in whole minutes or business days, rounded down."""
    if span.unit is Unit.BUSINESS_DAYS:
        return Span(amount=span.amount * share_bp // _WHOLE_BP, unit=span.unit)
    if span.unit is Unit.DAYS:
        return Span(amount=span.amount * 24 * 60 * share_bp // _WHOLE_BP, unit=Unit.MINUTES, clock=Clock.WALL)
    minutes = span.amount * (60 if span.unit is Unit.HOURS else 1)
    return Span(amount=minutes * share_bp // _WHOLE_BP, unit=Unit.MINUTES, clock=span.clock)


def valid_until(terms: DealTerms, now: datetime, span: Span) -> datetime:
    """Return when a quote that is submitted now runs out: at the instant, or at the customer's midnight after it."""
    end = _after(terms.calendar, now, span)
    if terms.quote.expire == "instant":
        return end
    return at_local(terms.customer_zone, local_day(terms.customer_zone, end), DAY_MINUTES)
