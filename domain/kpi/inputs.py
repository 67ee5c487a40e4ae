"""What a report is asked for: dates, bands and groups are questions, never part of the facts."""

from dataclasses import dataclass
from datetime import date

from domain.kpi.monthly import Month


@dataclass(frozen=True, slots=True)
class Inputs:
    """The questions of one report.

    Attributes:
        run_on: the day up to which dunning counts and months are listed; nothing is the day of the last fact.
        kinds: the event kinds to count and to take the first and last moment over; none is all.
        cutoffs: days for the ageing tables.
        as_of: days for the pipeline tables.
        months: months that must be listed, beside all from the first invoice to the run date.
        ageing_bands: labels by days past due at a cut-off.
        late_bands: labels by days past due at settlement.
        discount_percents: discounts above which won deals are counted.
        interest_percents: yearly rates of late interest.
        groups: names of attributes to group by (``customer`` is an invoice's own).
    """

    run_on: date | None = None
    kinds: tuple[str, ...] = ()
    cutoffs: tuple[date, ...] = ()
    as_of: tuple[date, ...] = ()
    months: tuple[Month, ...] = ()
    ageing_bands: tuple[str, ...] = ("not_due", "1-30", "31-60", "61-90", "90+")
    late_bands: tuple[str, ...] = ("<=0", "1-3", "4-10", "11-20", "21-30", "31-45", "46+")
    discount_percents: tuple[int, ...] = (5, 10, 15, 20, 30)
    interest_percents: tuple[int, ...] = (8,)
    groups: tuple[str, ...] = ("customer", "country", "agent", "product", "account")
