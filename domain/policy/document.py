"""The policy as a company writes it: every key has an effect, an unknown one is an error, what is left out is off."""

from datetime import date
from typing import Literal

from pydantic import Field

from domain.policy.approving import AccountApprovals, ApprovalRules
from domain.policy.billing import BillingRules, LegalMaxRules, TermsRules, ToleranceRules
from domain.policy.commission import CommissionRules
from domain.policy.customers import ClassRules
from domain.policy.dunning import DunningRules
from domain.policy.forms import FileName, Name, Rate
from domain.policy.leads import LeadRules
from domain.policy.places import CalendarRules, EntityRules
from domain.policy.selling import ContractRules, FulfilmentRules, OpportunityRules, OrderRules, QuoteRules
from domain.policy.statements import StatementRules
from domain.value import Strict

Identifier = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")


class ExchangeRate(Strict):
    """What one unit of a currency is worth in the policy's own, from a day on: the latest such day counts."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    rate: Rate
    on: date


class ExchangeRules(Strict):
    """How far a rate may be off the one that is known before two people must agree on it, in basis points.

    Attributes:
        stated_bp: a rate stated for an exchange, or with a receipt, off the one that is kept for the day, else off that
            of ``rates``; see ``account_approvals.exchange``.
        kept_bp: a rate that one person keeps, off the newest that is not their own word alone, else off ``rates``.
    """

    stated_bp: int = Field(default=1_000, ge=0, le=10_000)
    kept_bp: int = Field(default=2_000, ge=0, le=100_000)


class Policy(Strict):
    """One process policy.

    Attributes:
        policy: the format, ``ltc/v1``.
        id: its name; deals name it together with the content hash.
        currency: in which conditions count ``…_minor``.
        default_entity: sells to customers that have no entity of their own.
        org, price_book: files beside this one.
        legal_max: the latest due dates by customer, the first that fits; terms that name a shorter one keep theirs.
        rates: for comparing amounts of other currencies; without one the comparison escalates.
        exchange: how far a rate that somebody states or keeps may be off the one that is known.
    """

    policy: Literal["ltc/v1"]
    id: str = Identifier
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    default_entity: Name
    org: FileName
    price_book: FileName | None = None
    rates: tuple[ExchangeRate, ...] = ()
    exchange: ExchangeRules = ExchangeRules()
    entities: dict[Name, EntityRules] = Field(min_length=1)
    calendars: dict[Name, CalendarRules] = Field(min_length=1)
    classes: tuple[ClassRules, ...] = Field(min_length=1)
    lead: LeadRules
    opportunity: OpportunityRules = OpportunityRules()
    quote: QuoteRules
    approvals: ApprovalRules = ApprovalRules()
    account_approvals: AccountApprovals = AccountApprovals()
    contract: ContractRules = ContractRules()
    order: OrderRules = OrderRules()
    fulfilment: FulfilmentRules = FulfilmentRules()
    billing: BillingRules
    terms: dict[Name, TermsRules] = Field(min_length=1)
    legal_max: tuple[LegalMaxRules, ...] = ()
    tolerances: dict[Name, ToleranceRules] = Field(min_length=1)
    dunning: DunningRules
    commission: CommissionRules = CommissionRules()
    statements: StatementRules = StatementRules()
