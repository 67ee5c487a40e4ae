"""What a recording says LTC must produce by itself is compared with what it produced: deal, day and amount."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from domain.kpi.facts import Facts
from simulation.recorded import Recording

PRODUCED = ("approval_requested", "order_created", "invoice_issued")


class Produced(NamedTuple):
    """One event that LTC made by itself, or should have made."""

    deal_id: str
    event: str
    day: date
    minor: int


class Difference(NamedTuple):
    """An event that is in the recording alone, or was produced alone."""

    produced: Produced
    recorded: bool

    def __str__(self) -> str:
        only = "recorded, not produced" if self.recorded else "produced, not recorded"
        made = self.produced
        return f"{made.deal_id}: {made.event} of {made.minor} on {made.day} was {only}"


def differences(recording: Recording, facts: Facts) -> tuple[Difference, ...]:
    """Return what differs; events that the recording has none of are produced but not compared."""
    expected = set(_expected(recording))
    compared = {produced.event for produced in expected}
    deals = {event.deal_id for event in recording.events}
    made = {produced for produced in _made(facts) if produced.event in compared and produced.deal_id in deals}
    found = [Difference(produced, True) for produced in expected - made]
    found += [Difference(produced, False) for produced in made - expected]
    return tuple(sorted(found, key=lambda difference: difference.produced))


def _expected(recording: Recording) -> Iterator[Produced]:
    amounts: dict[str, int] = {}
    for event in recording.events:
        if event.event == "quote_sent" and event.amount is not None:
            amounts[event.deal_id] = event.amount.minor
        if event.event in PRODUCED and not (event.event == "invoice_issued" and recording.imports_invoices):
            minor = event.amount.minor if event.amount is not None else amounts.get(event.deal_id, 0)
            yield Produced(event.deal_id, event.event, event.at.date(), minor)


def _made(facts: Facts) -> Iterator[Produced]:
    for deal in facts.deals:
        if deal.quote_minor is None:
            continue
        if deal.approval_requested_at is not None:
            yield Produced(deal.deal_id, "approval_requested", deal.approval_requested_at.date(), deal.quote_minor)
        if deal.order_created_at is not None:
            yield Produced(deal.deal_id, "order_created", deal.order_created_at.date(), deal.quote_minor)
    for invoice in facts.invoices:
        if invoice.deal_id:
            yield Produced(invoice.deal_id, "invoice_issued", invoice.issued_on, invoice.minor)


def lines(found: Sequence[Difference], most: int) -> tuple[str, ...]:
    """Write the first differences, and how many more there are."""
    shown = tuple(str(difference) for difference in found[:most])
    return shown if len(found) <= most else (*shown, f"… and {len(found) - most} more")
