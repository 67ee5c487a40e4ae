"""What an issued invoice offers for early payment: days and amounts, fixed when it was issued."""

from datetime import date

from domain.due_dates import DiscountTax, OnPartial
from domain.value import Value


class OfferedStep(Value):
    """A discount on one instalment.

    Attributes:
        until: the last day, as printed, in the legal entity's zone.
        latest: the last day with the grace.
        minor: what may be taken off the whole instalment.
        tax_minor: the part of it that corrects the tax.
    """

    rate_bp: int
    until: date
    latest: date
    minor: int
    tax_minor: int = 0


class DiscountOffer(Value):
    """What may be taken off an instalment, the highest discount first."""

    steps: tuple[OfferedStep, ...]
    tax: DiscountTax
    on_partial: OnPartial

    def step_on(self, day: date) -> OfferedStep | None:
        """Return the discount for money of a value date, or none."""
        return next((step for step in self.steps if day <= step.latest), None)
