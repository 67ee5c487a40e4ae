"""What a salesperson earns of what was sold: by invoice or by cash received, the first rule that fits a line counts."""

from typing import Literal

from pydantic import Field

from domain.policy.forms import Amounts, BasisPoints, Name
from domain.value import Strict

Basis = Literal["invoiced", "cash_received"]


class TierRules(Strict):
    """A higher or lower rate for what a year's base has above an amount; it counts in the currencies it names."""

    above: Amounts
    rate_bp: BasisPoints


class CommissionRule(Strict):
    """A rate for what its lists let in; an empty list lets everything in.

    Attributes:
        basis: the net amount invoiced, or its part that cash has paid; credits lower both.
        rate_bp: up to the first tier.
        agents: owners of deals, by id.
        roles: roles of the owner.
        products: articles (sku).
        tiers: in rising order; a year's base is that of the invoices issued in it.
    """

    id: Name
    basis: Basis
    rate_bp: BasisPoints
    agents: tuple[Name, ...] = ()
    roles: tuple[Name, ...] = ()
    products: tuple[Name, ...] = ()
    tiers: tuple[TierRules, ...] = ()


class CommissionRules(Strict):
    """All rules; the first that fits a line counts for it, and a line that none fits earns nothing."""

    rules: tuple[CommissionRule, ...] = Field(default=())
