"""When invoices are made, when they are due, and how small a shortfall is forgiven."""

from typing import Literal

from pydantic import Field

from domain.billing_periods import Every
from domain.business_calendar import Roll
from domain.due_dates import DiscountTax, DueRule, OnPartial
from domain.policy.countries import Country
from domain.policy.forms import Amounts, BasisPoints, Name
from domain.span import Span
from domain.terms import PartKind, Trigger
from domain.value import Strict


class PartRules(Strict):
    """One part of a billing schedule; see `domain.terms.BillingPart`.

    Attributes:
        when: whether a recurring part is billed before each period (the default) or after it.
    """

    id: Name
    kind: PartKind = PartKind.MILESTONE
    share_bp: BasisPoints = 0
    upon: Trigger
    due: DueRule | None = None
    every: Every | None = None
    when: Literal["advance", "arrears"] | None = None


class InstalmentRules(Strict):
    """One part of an invoice, and when it falls due: ``issue+30d``, ``eom+30d`` …"""

    share_bp: BasisPoints
    due: DueRule


class DiscountStepRules(Strict):
    """A discount in basis points for payment within a rule: ``issue+10d``, ``eom+5d`` or a date."""

    rate_bp: int = Field(ge=1, lt=10_000)
    within: DueRule


class DiscountRules(Strict):
    """A discount for early payment (现金折扣); see `domain.due_dates.CashDiscount`."""

    steps: tuple[DiscountStepRules, ...] = Field(min_length=1)
    grace: Span | None = None
    tax: DiscountTax = DiscountTax.INCLUDED
    on_partial: OnPartial = OnPartial.REMAINING


class TermsRules(Strict):
    """Named payment terms (账期); see `domain.due_dates.PaymentTerms`."""

    instalments: tuple[InstalmentRules, ...] = Field(min_length=1)
    roll: Roll = Roll.NONE
    legal_max_days: int | None = Field(default=None, ge=0)
    discount: DiscountRules | None = None


class LegalMaxRules(Strict):
    """The longest that the law lets a kind of customer take to pay (法定账期上限), in days after the issue.

    Attributes:
        countries: of the customer; ``EU`` is every member, none at all is every country.
        sector: what the customer's attribute ``sector`` must say, e.g. ``public`` or ``sme``; empty fits everyone.
    """

    countries: tuple[Country, ...] = ()
    sector: str = ""
    days: int = Field(ge=0)


class ToleranceRules(Strict):
    """The largest shortfall written off by itself (尾差); both bounds must hold."""

    amount: Amounts
    bp: BasisPoints


class BillingRules(Strict):
    """Schedules of invoices by name: the parts of each are the whole order."""

    schedules: dict[Name, tuple[PartRules, ...]]
