"""How overdue money is asked for: ladders, the customer's hours, disputes and promises."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain.policy.forms import Amounts, BasisPoints, Limits, MinuteOfDay, Name
from domain.span import BusinessSpan, Span
from domain.value import Strict

StopWord = Annotated[Name, Field(pattern=r"[^\W_]")]
"""A word that is looked for in replies; without a letter it would be found in all of them, or in none."""


class BaseRate(Strict):
    """A base rate that a central bank or a law has published, from a day on; it may be below zero."""

    since: date
    rate_bp: int = Field(ge=-10_000, le=100_000)


class InterestRules(Strict):
    """Simple interest in basis points, of a year (act/365) or of a day: one rate, or so much over a base rate.

    Attributes:
        base: what was published, each from its day on; a day before the first bears none, and none is below zero.
        over_bp: what is added to the base rate.
        cap_bp: how much interest an instalment may bear in all, of its amount.
    """

    rate_bp: BasisPoints | None = None
    per: Literal["year", "day"]
    base: tuple[BaseRate, ...] = ()
    over_bp: BasisPoints = 0
    cap_bp: BasisPoints | None = None


Channel = Literal["email", "letter", "call_task"]


class LevelRules(Strict):
    """One level of a ladder: its name, its day after the due date, and what happens beside the notice.

    Attributes:
        channels: how its notice goes out, the first that works; a letter or a call is a person's to do and to say.
        fee: the lump sum it claims, only in the currencies named.
        interest: it claims interest, at the rate of its ladder or of the legal entity.
    """

    id: Name
    day: int = Field(ge=0)
    channels: tuple[Channel, ...] = Field(default=("email",), min_length=1)
    actions: tuple[Literal["call_task", "credit_hold", "stop_delivery", "hand_over"], ...] = ()
    fee: Limits = ()
    interest: bool = False


class LadderRules(Strict):
    """A ladder: reminders before the due date (``-5bd``, ``0d``), then levels on strictly later days.

    Attributes:
        interest: the rate agreed with the customers of this ladder, before that of the legal entity.
    """

    pre_due: tuple[Span, ...] = ()
    levels: tuple[LevelRules, ...] = Field(min_length=1)
    interest: InterestRules | None = None


class DisputeRules(Strict):
    """What a dispute does to the ladder, and the reasons there are."""

    hold: Literal["pause", "skip", "none"] = "pause"
    reasons: tuple[Name, ...] = Field(default=("other",), min_length=1)


class PromiseRules(Strict):
    """How far a promise to pay (承诺付款) is trusted; see `domain.terms.PromiseTerms` and `DunningTerms`."""

    max_days: int = Field(default=21, ge=1)
    max_open: int = Field(default=1, ge=0)
    max_per_year: int = Field(default=4, ge=0)
    grace: BusinessSpan | None = None
    on_broken: Literal["wait", "next_level"] = "wait"
    max_broken: int | None = Field(default=None, ge=1)


class PlanRules(Strict):
    """How far a payment plan (分期还款计划) may go; see `domain.terms.PlanTerms`."""

    max_instalments: int = Field(default=12, ge=1, le=60)
    first_within_days: int = Field(default=10, ge=0)
    max_days: int = Field(default=180, ge=1)
    max_amount: Limits = ()
    grace: BusinessSpan | None = None


class ContactRules(Strict):
    """In whose hours notices and reminders of quotes go out, counted in the customer's own zone.

    Attributes:
        countries: country of the customer → calendar.
        otherwise: the calendar of every other country; none means at any time.
        max_per_day, max_per_week: how many notices a customer gets at most in a day and in seven days of their zone,
            over all levels, reminders, channels and accounts; none means no cap.
    """

    countries: dict[Name, Name] = Field(default_factory=dict)
    otherwise: Name | None = None
    max_per_day: int | None = Field(default=None, ge=1)
    max_per_week: int | None = Field(default=None, ge=1)


class AgencyRules(Strict):
    """Who collects for a legal entity what the ladder could not; see `domain.terms.Agency`."""

    name: Name
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
    language: Literal["en", "zh-CN"] = "en"


class WriteOffRules(Strict):
    """When finance is asked whether an item at the end of its ladder is written off (核销建议).

    Attributes:
        after_days: so many days after it was due.
        min_attempts: so many notices about it went out.
    """

    after_days: int = Field(ge=1, le=3650)
    min_attempts: int = Field(ge=1, le=100)


class DunningRules(Strict):
    """Everything about dunning; see `domain.terms.DunningTerms`.

    Attributes:
        plan: none means that there are no payment plans.
        stop_words: words of a customer's reply that pause dunning until a person resumes it, in every language.
        interest: legal entity → the rate of its law.
        catch_up: whether levels whose time has passed unsent follow one another, or only the highest is sent; one that
            hands over is never jumped to.
        writeoff: none means that nothing is proposed for write-off.
        agencies: legal entity → who is given the claims of levels that hand over.
    """

    min_open: Amounts
    min_gap: BusinessSpan | None = None
    unit: Literal["customer", "invoice"] = "customer"
    catch_up: Literal["step", "skip"] = "step"
    writeoff: WriteOffRules | None = None
    at: MinuteOfDay
    contact: ContactRules = ContactRules()
    dispute: DisputeRules = DisputeRules()
    promise: PromiseRules = PromiseRules()
    plan: PlanRules | None = None
    stop_words: tuple[StopWord, ...] = ()
    interest: dict[Name, InterestRules] = Field(default_factory=dict)
    agencies: dict[Name, AgencyRules] = Field(default_factory=dict)
    ladders: dict[Name, LadderRules]
