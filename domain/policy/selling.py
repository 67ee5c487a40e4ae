"""From opportunity to order: stages, quotes, contract, credit and acceptance; what is left out is off."""

from typing import Literal

from pydantic import Field

from domain.policy.forms import Amounts, BasisPoints, Name
from domain.span import BusinessSpan, Span, WallSpan
from domain.value import Strict


class StageRules(Strict):
    """A stage of the opportunity, with what must be shown to leave it."""

    id: Name
    probability_bp: BasisPoints
    exit: tuple[Name, ...] = ()
    max_age: Span | None = None


class OpportunityRules(Strict):
    """The stages in order, and when an opportunity counts as stalled or lost; no stages: a quote may follow at once."""

    stages: tuple[StageRules, ...] = ()
    skip_stages: bool = False
    stalled_after: Span | None = None
    lost_after: Span | None = None
    lost_reasons: tuple[Name, ...] = Field(default=("other",), min_length=1)


class QuoteRules(Strict):
    """How long a quote is valid and when the customer is reminded.

    Attributes:
        expire: at midnight of the customer's day, or at the instant.
        remind_before: how long before the end.
        free_lines: articles that the price book does not have may be sold, at a list price that somebody types.
    """

    validity: WallSpan
    validity_max: WallSpan
    expire: Literal["customer_midnight", "instant"] = "customer_midnight"
    remind_before: tuple[WallSpan, ...] = ()
    free_lines: bool = False


class ContractRules(Strict):
    """A contract is needed above an amount (none: never), signed by both sides or by the customer alone."""

    required_over: Amounts | None = None
    two_sided: bool = True
    sign_due: Span | None = None


class OrderRules(Strict):
    """The credit check at order time, and how much more than ordered may be delivered."""

    credit_check: bool = False
    overdue_block_days: int | None = Field(default=None, ge=0)
    over_delivery_bp: BasisPoints = 0


class AcceptanceRules(Strict):
    """Whether the customer must accept (验收), and when silence counts as acceptance (视同验收)."""

    required: bool = False
    deemed_after: BusinessSpan | None = None
    notice_before: BusinessSpan | None = None


class FulfilmentRules(Strict):
    """Delivery and acceptance."""

    acceptance: AcceptanceRules = AcceptanceRules()
