"""How a lead is scored, deduplicated, assigned and answered; what is left out is off."""

from typing import Literal

from pydantic import Field

from domain.policy.forms import BasisPoints, Condition, Name
from domain.span import BusinessSpan
from domain.value import Strict

AttributeKind = Literal["int", "bool", "string"]


class ScoreRule(Strict):
    """Points that a lead gets (or loses) when a condition holds; an undecidable condition gives none."""

    id: Name
    when: Condition
    add: int


class AssignRules(Strict):
    """Who gets a lead.

    Attributes:
        mode: ``capacity_round_robin`` gives it to whoever has the fewest open ones below the capacity; ``open``
            lets any owner stand that the source named, also one the organisation does not know.
        roles: who is asked.
        capacity: the most open leads a person is given.
        sticky_owner: a customer's leads go to the person who looks after it.
        territories: country of the customer → team that gets its leads; other countries go to everybody.
        fallback_role: who gets what nobody has room for; none leaves it without an owner.
    """

    mode: Literal["capacity_round_robin", "open"]
    roles: tuple[Name, ...] = ()
    capacity: int = Field(default=1_000_000, ge=1)
    sticky_owner: bool = False
    territories: dict[Name, Name] = Field(default_factory=dict)
    fallback_role: Name | None = None


class ResponseRules(Strict):
    """The clock of the first response and what a breach does: a hop to the next assignee, then the manager."""

    first_response: BusinessSpan
    warn_at_bp: BasisPoints = 7500
    max_hops: int = Field(default=0, ge=0)


class LeadRules(Strict):
    """Everything about leads.

    Attributes:
        sources: points by where the lead came from; others give none.
        attributes: what the sources say of a lead that conditions may read, with its type.
        qualify_at: the score from which a lead qualifies without a reason; none means any.
        dedupe: by what a second lead of one customer is found; empty means never.
        slas: response clocks by name.
    """

    sources: dict[Name, int] = Field(default_factory=dict)
    attributes: dict[Name, AttributeKind] = Field(default_factory=dict)
    score: tuple[ScoreRule, ...] = ()
    qualify_at: int | None = None
    dedupe: tuple[Literal["tax_id", "email", "phone", "name"], ...] = ()
    assign: AssignRules
    slas: dict[Name, ResponseRules] = Field(default_factory=dict)
    disqualify_reasons: tuple[Name, ...] = Field(default=("other",), min_length=1)
