"""A calendar that runs out is extended in time; where no later day is known a person must act, no date is guessed."""

from datetime import datetime, timedelta

from domain.business_calendar import extended, local_day, runs_out_at
from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal import events as e
from domain.deal.reading import Events
from domain.deal.state import Deal, Stage
from domain.machine import Pending
from domain.refusal import Refused


def longer(deal: Deal, pending: Pending[f.DealEffect], result: c.LongerCalendar, now: datetime) -> Events:
    """Take a longer calendar over; nothing when it knows no more and there is time, else somebody must see to it."""
    if deal.terms is None or deal.stage.closed or deal.stage is Stage.CANCELLING:
        return ()
    calendar = deal.terms.calendar
    try:
        found = extended(calendar, result.calendar, local_day(calendar.zone, now))
    except Refused as apart:
        return (e.AttentionNeeded(effect_id=pending.id, error=apart.text.en),)
    if found != calendar:
        return (e.CalendarExtended(calendar=found),)
    if now < runs_out_at(calendar):
        return ()
    known = f"no day after {calendar.valid_until - timedelta(days=1)} is known to this release: install a newer one"
    return (e.AttentionNeeded(effect_id=pending.id, error=known),)
