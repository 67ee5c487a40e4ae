"""Terms as the policy would compile them, built by hand: two approval steps, acceptance, one invoice upon it."""

from datetime import date

from domain.approval.seats import Candidate, Seat, Step
from domain.business_calendar import CompiledCalendar, Roll
from domain.due_dates import PaymentTerms
from domain.money import Money
from domain.span import Span
from domain.terms import (
    ApprovalTerms,
    BillingPart,
    BillingTerms,
    ContractTerms,
    DealTerms,
    FulfilmentTerms,
    LeadTerms,
    OpportunityStage,
    OpportunityTerms,
    OrderTerms,
    QuoteTerms,
    TaxRate,
    Trigger,
)
from domain.working_hours import weekly_hours

CALENDAR = CompiledCalendar(
    zone="Asia/Shanghai",
    version="test 1",
    valid_from=date(2026, 1, 1),
    valid_until=date(2029, 1, 1),
    hours=weekly_hours({"mon-fri": ["09:00-12:00", "13:30-18:00"]}),
    holidays=(date(2026, 10, 1), date(2026, 10, 2)),
)


def span(text: str) -> Span:
    """Read a span of time."""
    return Span.parse(text)


TERMS = DealTerms(
    policy="sha256-0123456789abcdef",
    entity="CN01",
    currency="CNY",
    customer_class="C",
    zone="Asia/Shanghai",
    customer_zone="Asia/Shanghai",
    calendar=CALENDAR,
    lead=LeadTerms(
        qualify_at=50,
        first_response=span("4h business"),
        max_hops=1,
        disqualify_reasons=("budget", "other"),
    ),
    opportunity=OpportunityTerms(
        stages=(
            OpportunityStage(
                id="verify", probability_bp=2000, exit=("need_confirmed", "budget_range"), max_age=span("14d")
            ),
            OpportunityStage(id="solution", probability_bp=4000, exit=("demo_done",)),
            OpportunityStage(id="negotiate", probability_bp=8000),
        ),
        stalled_after=span("10d"),
        lost_after=span("120d"),
        lost_reasons=("price", "competitor", "other"),
    ),
    quote=QuoteTerms(validity=span("30d"), validity_max=span("90d"), remind_before=(span("7d"), span("1d"))),
    approval=ApprovalTerms(sla=span("8h business"), warn_at_bp=(5000,), max_age=span("15d")),
    contract=ContractTerms(required_over=Money.of("500000.00", "CNY"), sign_due=span("10d")),
    order=OrderTerms(over_delivery_bp=1000),
    fulfilment=FulfilmentTerms(acceptance_required=True, deemed_after=span("10bd"), notice_before=span("3bd")),
    billing=BillingTerms(
        parts=(BillingPart(id="all", share_bp=10_000, upon=Trigger.ACCEPTED),),
        rates=(TaxRate(code="S13", rate_bp=1300), TaxRate(code="Z", rate_bp=0)),
        default_tax="S13",
    ),
    payment=PaymentTerms.single("net30", "issue+30d", Roll.FOLLOWING),
)


def terms(**changes: object) -> DealTerms:
    """Return the terms with some of their parts exchanged."""
    return TERMS.model_copy(update=changes)


def seat(name: str, *people: str, manager: str = "") -> Seat:
    """Return an open seat."""
    return Seat(id=name, role=f"role:{name}", candidates=tuple(Candidate(person=p) for p in people), manager=manager)


STEPS = (
    Step(
        id="mgr",
        rank=10,
        needed=1,
        clause="max_discount_bp > 500",
        seats=(seat("sales_manager", "wang", manager="zhao"),),
    ),
    Step(id="head", rank=20, needed=1, clause="total_minor >= 10000000", seats=(seat("sales_head", "zhao"),)),
)
