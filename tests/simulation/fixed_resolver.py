"""A resolver that gives every deal and account the same terms, for tests that are not about the policy."""

from datetime import datetime

from domain.account.effects import LoadCase
from domain.approval.questions import CheckSigner, ResolveApproval
from domain.approval.seats import Candidate, Step
from domain.deal.commands import LongerCalendar, Opened, Resolved, SignerChecked
from domain.deal.effects import AssignLead, ExtendCalendar, OpenDeal
from domain.deal.state import Customer
from domain.money import Money
from domain.receivables.plausible import RateChecks
from domain.span import Span
from domain.terms import AccountTerms, DealTerms, DunningTerms, LadderLevel, PromiseTerms, Tolerance
from domain.value import Text
from tests.domain.deal.terms_fixture import CALENDAR, STEPS, TERMS

ACCOUNT_TERMS = AccountTerms(
    policy=TERMS.policy,
    entity="CN01",
    currency="CNY",
    customer_class="C",
    calendar=CALENDAR,
    dunning=DunningTerms(
        levels=(LadderLevel(id="reminder", day=3), LadderLevel(id="L1", day=10), LadderLevel(id="L2", day=20)),
        min_open=Money.of("100.00", "CNY"),
        min_gap=Span.parse("5bd"),
        zone="Asia/Shanghai",
    ),
    promise=PromiseTerms(),
    tolerance=Tolerance(),
)


class FixedResolver:
    """Implements `domain.ports.Resolver`."""

    def __init__(self, terms: DealTerms = TERMS, steps: tuple[Step, ...] = STEPS) -> None:
        self.terms = terms
        self.steps = steps

    async def open_deal(self, effect: OpenDeal, at: datetime) -> Opened:
        customer = Customer(customer_id=effect.customer_id, name=effect.customer_id)
        return Opened(terms=self.terms, customer=customer, score=60, assignee=effect.owner)

    async def assign(self, effect: AssignLead, at: datetime) -> str:
        return ""

    async def approval_steps(self, effect: ResolveApproval, at: datetime) -> Resolved:
        return Resolved(approval_id=effect.approval_id, steps=self.steps)

    async def longer_calendar(self, effect: ExtendCalendar, at: datetime) -> LongerCalendar:
        return LongerCalendar(calendar=CALENDAR)

    async def price_objection(self, effect: ResolveApproval) -> Text | None:
        return None

    async def check_signer(self, effect: CheckSigner, at: datetime) -> SignerChecked:
        return SignerChecked(approval_id=effect.approval_id, candidate=Candidate(person=effect.who))

    async def rate_checks(self, policy: str, entity: str, pair: tuple[str, str], at: datetime) -> RateChecks:
        return RateChecks(bp=1_000)

    async def account_terms(self, effect: LoadCase, at: datetime) -> tuple[AccountTerms, str, str]:
        return ACCOUNT_TERMS, "terms-1", effect.customer_id
