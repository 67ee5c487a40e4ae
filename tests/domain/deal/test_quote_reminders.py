"""A customer is reminded of a quote in their contact hours, while it is still valid."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.business_calendar import next_window
from domain.deal import commands as c
from domain.deal.machine import agenda
from domain.working_hours import weekly_hours
from tests.domain.deal.driver import START, Driver
from tests.domain.deal.terms_fixture import CALENDAR, terms

CONTACT = CALENDAR.model_copy(update={"hours": weekly_hours({"mon-fri": ["09:30-17:30"]})})


@given(days=st.integers(3, 60), minutes=st.integers(0, 24 * 60 - 1), zone=st.sampled_from(["Asia/Shanghai", "UTC"]))
def test_a_customer_is_reminded_in_their_contact_hours_while_the_quote_is_valid(
    days: int, minutes: int, zone: str
) -> None:
    contact = CONTACT.model_copy(update={"zone": zone})
    d = Driver(terms(contact=contact)).drafted()
    d.do(c.SubmitQuote(valid_until=START + timedelta(days=days, minutes=minutes)))
    d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=()))
    d.do(c.SendQuoteNow())
    until = d.deal.quotes[-1].valid_until
    assert until is not None
    times = [due.at for due in agenda(d.deal) if due.command.what == "quote_reminder"]
    assert 1 <= len(times) <= 2
    assert len(set(times)) == len(times)
    for at in times:
        assert START < at < until
        assert next_window(contact, at) == at


def test_where_no_contact_hours_are_known_a_reminder_keeps_its_time() -> None:
    ended = CONTACT.model_copy(update={"valid_from": date(2026, 1, 1), "valid_until": date(2026, 9, 8)})
    times = [
        [due.at for due in agenda(Driver(terms(contact=contact)).quoted().deal)] for contact in (None, ended, CONTACT)
    ]
    assert times[0] == times[1] != times[2]
