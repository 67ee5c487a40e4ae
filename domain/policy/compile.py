"""The slice of a policy that applies to one deal or account becomes plain data; nothing is looked up in it later.

An amount that the policy cannot state in the deal's currency becomes the careful one: no credit, no tolerance, no
amount too small for a contract.
"""

from datetime import datetime
from typing import Protocol, get_args

from domain import terms as t
from domain.business_calendar import CompiledCalendar
from domain.due_dates import CashDiscount, DiscountStep, Instalment, PaymentTerms
from domain.money import Money, Rounding
from domain.policy.billing import DiscountRules, LegalMaxRules
from domain.policy.countries import among
from domain.policy.customers import ClassRules
from domain.policy.document import Policy
from domain.policy.dunning import ContactRules, InterestRules, LevelRules
from domain.policy.forms import Amounts
from domain.policy.places import EntityRules
from domain.policy.ports import CustomerFacts
from domain.policy.rates import rate_between, stated
from domain.policy.resolve_tax import tax_rates
from domain.receivables.exchange import RATE_DAYS
from domain.receivables.plausible import RateChecks
from domain.refusal import Code, refuse
from domain.value import Value


class Calendars(Protocol):
    """Compiles the calendars a policy names."""

    def compiled(self, name: str, at: datetime, zone: str = "") -> CompiledCalendar:
        """Return a calendar for the years around an instant, in a zone other than its own if one is given."""


class Slice(Value):
    """What a deal or account is compiled from: the policy's name and hash, the customer, the class and the currency."""

    policy: str
    entity: str
    currency: str
    customer: CustomerFacts
    customer_class: ClassRules


def entity_of(policy: Policy, entity: str) -> EntityRules:
    """Return a legal entity of the policy; one it does not have is refused (E_NOTFOUND)."""
    found = policy.entities.get(entity)
    if found is None:
        names = ", ".join(sorted(policy.entities))
        raise refuse(
            Code.NOTFOUND,
            f"the policy {policy.id} has no legal entity {entity!r}: use one of {names}",
            f"流程策略 {policy.id} 中没有法人实体 {entity!r}：请使用 {names} 之一",
        )
    return found


def deal_terms(policy: Policy, part: Slice, calendars: Calendars, at: datetime) -> t.DealTerms:
    """Compile the terms of a deal."""
    entity = entity_of(policy, part.entity)
    one = part.customer_class
    return t.DealTerms(
        policy=part.policy,
        entity=part.entity,
        currency=part.currency,
        customer_class=one.id,
        zone=entity.zone,
        customer_zone=part.customer.zone,
        calendar=calendars.compiled(entity.calendar, at),
        lead=_lead(policy, one),
        opportunity=_opportunity(policy),
        quote=_quote(policy, one),
        approval=_approval(policy),
        contract=_contract(policy, part.currency, at),
        order=_order(policy, one, part.currency, at),
        fulfilment=_fulfilment(policy),
        billing=_billing(policy, part, entity),
        payment=payment_terms(policy, one.terms, part.customer),
        contact=_contact(policy, part, calendars, at),
    )


def account_terms(policy: Policy, part: Slice, calendars: Calendars, at: datetime) -> t.AccountTerms:
    """Compile the terms of a customer's account."""
    entity = entity_of(policy, part.entity)
    promise = policy.dunning.promise
    tolerance = policy.tolerances[part.customer_class.tolerance]
    return t.AccountTerms(
        policy=part.policy,
        entity=part.entity,
        currency=part.currency,
        customer_class=part.customer_class.id,
        calendar=calendars.compiled(entity.calendar, at),
        dunning=_dunning(policy, part, calendars, at),
        promise=t.PromiseTerms(
            max_days=promise.max_days,
            max_open=promise.max_open,
            max_per_year=promise.max_per_year,
            grace=promise.grace,
            max_broken=promise.max_broken,
        ),
        tolerance=t.Tolerance(minor=_amount(policy, tolerance.amount, part.currency, at).minor, bp=tolerance.bp),
        dispute_reasons=policy.dunning.dispute.reasons,
        alone=(alone := _alone(policy, part.currency, at)),
        approval=_approval(policy) if alone else None,
        plan=_plan(policy, part.currency, at),
        books=_books(entity, part.currency),
        agency=_agency(policy, part.entity),
    )


def _books(entity: EntityRules, currency: str) -> t.BookTerms | None:
    """Return in what the books are kept, none for an account in just that currency."""
    rules = entity.books
    if rules is None or rules.currency == currency:
        return None
    return t.BookTerms(currency=rules.currency, rate_days=rules.rate_days)


def rate_checks(policy: Policy, entity: str, pair: tuple[str, str], at: datetime) -> RateChecks:
    """Return how far a stated rate between two currencies may be off, and off what where no rate of the day is kept."""
    books = entity_of(policy, entity).books
    days = RATE_DAYS if books is None else books.rate_days
    return RateChecks(bp=policy.exchange.stated_bp, policy=rate_between(policy, *pair, at), days=days)


def keeping_checks(policy: Policy, one: str, other: str, at: datetime) -> RateChecks:
    """Return the same of a rate that one person keeps for a day."""
    return RateChecks(bp=policy.exchange.kept_bp, policy=rate_between(policy, one, other, at))


def payment_terms(policy: Policy, name: str, customer: CustomerFacts) -> PaymentTerms:
    """Return named payment terms as the core reads them, within what the law lets this customer take."""
    rules = policy.terms[name]
    fitting = (one.days for one in policy.legal_max if _fits(one, customer))
    limits = [days for days in (rules.legal_max_days, next(fitting, None)) if days is not None]
    return PaymentTerms(
        id=name,
        instalments=tuple(Instalment(share_bp=part.share_bp, due=part.due) for part in rules.instalments),
        roll=rules.roll,
        legal_max_days=min(limits, default=None),
        discount=None if rules.discount is None else _discount(rules.discount),
    )


def _fits(one: LegalMaxRules, customer: CustomerFacts) -> bool:
    return among(customer.country, one.countries) and one.sector in ("", customer.sector)


def _discount(rules: DiscountRules) -> CashDiscount:
    return CashDiscount(
        steps=tuple(DiscountStep(rate_bp=step.rate_bp, within=step.within) for step in rules.steps),
        grace=rules.grace,
        tax=rules.tax,
        on_partial=rules.on_partial,
    )


def _amount(policy: Policy, amounts: Amounts, currency: str, at: datetime) -> Money:
    return stated(policy, amounts, currency, at, Rounding.DOWN) or Money.zero(currency)


def _lead(policy: Policy, one: ClassRules) -> t.LeadTerms:
    rules = policy.lead
    if one.sla is None:
        return t.LeadTerms(qualify_at=rules.qualify_at, disqualify_reasons=rules.disqualify_reasons)
    sla = rules.slas[one.sla]
    return t.LeadTerms(
        qualify_at=rules.qualify_at,
        first_response=sla.first_response,
        warn_at_bp=sla.warn_at_bp,
        max_hops=sla.max_hops,
        disqualify_reasons=rules.disqualify_reasons,
    )


def _opportunity(policy: Policy) -> t.OpportunityTerms:
    rules = policy.opportunity
    return t.OpportunityTerms(
        stages=tuple(
            t.OpportunityStage(id=stage.id, probability_bp=stage.probability_bp, exit=stage.exit, max_age=stage.max_age)
            for stage in rules.stages
        ),
        skip_stages=rules.skip_stages,
        stalled_after=rules.stalled_after,
        lost_after=rules.lost_after,
        lost_reasons=rules.lost_reasons,
    )


def _quote(policy: Policy, one: ClassRules) -> t.QuoteTerms:
    rules = policy.quote
    return t.QuoteTerms(
        validity=rules.validity,
        validity_max=rules.validity_max,
        expire=rules.expire,
        remind_before=rules.remind_before,
        blocked=one.block_quotes,
    )


def _approval(policy: Policy) -> t.ApprovalTerms:
    rules = policy.approvals
    return t.ApprovalTerms(
        sla=rules.sla,
        warn_at_bp=rules.warn_at_bp,
        on_breach=rules.on_breach,
        breach_again=rules.breach_again,
        max_age=rules.max_age,
        reapproval=rules.reapproval,
        carry_same_person=rules.carry_same_person,
        signer_depth=rules.signer_depth,
        recall_by_owner=rules.recall_by_owner,
    )


def _alone(policy: Policy, currency: str, at: datetime) -> tuple[t.Alone, ...]:
    rules = policy.account_approvals
    return tuple(
        t.Alone(kind=kind, minor=min(_amount(policy, tier.over, currency, at).minor for tier in rules.of(kind)))
        for kind in get_args(t.RequestKind)
        if rules.of(kind)
    )


def _contract(policy: Policy, currency: str, at: datetime) -> t.ContractTerms:
    rules = policy.contract
    over = None if rules.required_over is None else _amount(policy, rules.required_over, currency, at)
    return t.ContractTerms(required_over=over, two_sided=rules.two_sided, sign_due=rules.sign_due)


def _order(policy: Policy, one: ClassRules, currency: str, at: datetime) -> t.OrderTerms:
    rules = policy.order
    return t.OrderTerms(
        credit_check=rules.credit_check,
        credit_limit=None if one.credit_limit is None else _amount(policy, one.credit_limit, currency, at),
        overdue_block_days=rules.overdue_block_days,
        over_delivery_bp=rules.over_delivery_bp,
    )


def _fulfilment(policy: Policy) -> t.FulfilmentTerms:
    rules = policy.fulfilment.acceptance
    return t.FulfilmentTerms(
        acceptance_required=rules.required, deemed_after=rules.deemed_after, notice_before=rules.notice_before
    )


def _billing(policy: Policy, part: Slice, entity: EntityRules) -> t.BillingTerms:
    one = part.customer_class
    return t.BillingTerms(
        parts=tuple(
            t.BillingPart(
                id=rules.id,
                share_bp=rules.share_bp,
                upon=rules.upon,
                kind=rules.kind,
                due=rules.due,
                every=rules.every,
                arrears=rules.when == "arrears",
            )
            for rules in policy.billing.schedules[one.schedule]
        ),
        po_required=one.po_required,
        rates=tax_rates(entity, part.customer),
        default_tax=entity.tax.default,
        price_includes_tax=entity.tax.price_includes_tax,
    )


def _dunning(policy: Policy, part: Slice, calendars: Calendars, at: datetime) -> t.DunningTerms:
    rules = policy.dunning
    ladder = rules.ladders[part.customer_class.ladder]
    rate = ladder.interest or rules.interest.get(part.entity)
    return t.DunningTerms(
        pre_due=ladder.pre_due,
        levels=tuple(_level(level, part.currency, rate is not None) for level in ladder.levels),
        min_open=_amount(policy, rules.min_open, part.currency, at),
        min_gap=rules.min_gap,
        unit=rules.unit,
        dispute_hold=rules.dispute.hold,
        at_minute=rules.at,
        zone=policy.entities[part.entity].zone,
        contact=_contact(policy, part, calendars, at),
        interest=None if rate is None else _interest(rate),
        on_broken=rules.promise.on_broken,
        stop_words=rules.stop_words,
        catch_up=rules.catch_up,
        caps=_caps(rules.contact, part.customer.zone),
        write_off=None if rules.writeoff is None else t.WriteOffTerms.model_validate(rules.writeoff.model_dump()),
    )


def _agency(policy: Policy, entity: str) -> t.Agency | None:
    rules = policy.dunning.agencies.get(entity)
    return None if rules is None else t.Agency(name=rules.name, email=rules.email, language=rules.language)


def _plan(policy: Policy, currency: str, at: datetime) -> t.PlanTerms | None:
    rules = policy.dunning.plan
    if rules is None:
        return None
    return t.PlanTerms(
        max_instalments=rules.max_instalments,
        first_within=rules.first_within_days,
        max_days=rules.max_days,
        max_minor=_amount(policy, rules.max_amount, currency, at).minor if rules.max_amount else None,
        grace=rules.grace,
    )


def _interest(rules: InterestRules) -> t.InterestTerms:
    return t.InterestTerms(
        rate_bp=rules.rate_bp or 0,
        per=rules.per,
        rates=tuple(t.DatedRate(since=one.since, rate_bp=max(0, one.rate_bp + rules.over_bp)) for one in rules.base),
        cap_bp=rules.cap_bp,
    )


def _level(level: LevelRules, currency: str, bears: bool) -> t.LadderLevel:
    """A fee is a sum that a law or contract names, so it is claimed as written and never converted."""
    return t.LadderLevel(
        id=level.id,
        day=level.day,
        channels=level.channels,
        actions=level.actions,
        fee_minor=next((fee.minor for fee in level.fee if fee.currency == currency), 0),
        interest=level.interest and bears,
    )


def _caps(rules: ContactRules, zone: str) -> t.ContactCaps | None:
    if rules.max_per_day is None and rules.max_per_week is None:
        return None
    return t.ContactCaps(per_day=rules.max_per_day, per_week=rules.max_per_week, zone=zone)


def _contact(policy: Policy, part: Slice, calendars: Calendars, at: datetime) -> CompiledCalendar | None:
    rules = policy.dunning.contact
    name = rules.countries.get(part.customer.country, rules.otherwise)
    return None if name is None else calendars.compiled(name, at, part.customer.zone)
