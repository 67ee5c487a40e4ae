"""A compiled slice is plain data in the deal's currency; what the policy cannot state becomes the careful amount."""

from datetime import date
from typing import Any

import pytest

from connectors.policy_files.calendars import PolicyCalendars
from domain.policy.compile import Slice, account_terms, deal_terms, rate_checks
from domain.policy.document import Policy
from domain.policy.dunning import WriteOffRules
from domain.policy.resolve_class import classify
from domain.refusal import Code, Refused
from domain.terms import AccountTerms, ContactCaps, DealTerms, WriteOffTerms
from tests.domain.policy.shipped import CEL, NOW, changed, customer, shipped, standard


def part(policy: Policy, currency: str = "CNY", entity: str = "CN01", **facts: object) -> Slice:
    one = customer(**facts)
    found = classify(policy, one, CEL, NOW)
    return Slice(policy="p@1", entity=entity, currency=currency, customer=one, customer_class=found)


def deal(policy: Policy | None = None, **more: Any) -> DealTerms:
    policy = policy or standard()
    return deal_terms(policy, part(policy, **more), PolicyCalendars(policy), NOW)


def account(policy: Policy | None = None, **more: Any) -> AccountTerms:
    policy = policy or standard()
    return account_terms(policy, part(policy, **more), PolicyCalendars(policy), NOW)


def test_a_class_b_deal_is_billed_once_accepted_at_month_end_plus_thirty_without_a_contract() -> None:
    terms = deal()
    assert (terms.customer_class, terms.payment.id, terms.entity) == ("B", "eom30", "CN01")
    assert (terms.zone, terms.customer_zone) == ("Asia/Shanghai", "Asia/Shanghai")
    assert [(p.id, p.share_bp, p.upon.value) for p in terms.billing.parts] == [("all", 10_000, "accepted")]
    assert [(rate.code, rate.rate_bp) for rate in terms.billing.rates] == [("S13", 1300), ("S6", 600), ("Z", 0)]
    assert terms.billing.default_tax == "S13"
    assert str(terms.contract.required_over) == "500,000.00 CNY"
    assert str(terms.order.credit_limit) == "1,500,000.00 CNY"
    assert str(terms.lead.first_response) == "4h business"
    assert terms.calendar.windows(date(2026, 3, 4)) == ((540, 720), (810, 1080))
    assert DealTerms.model_validate_json(terms.model_dump_json()) == terms


def test_the_other_entity_has_its_own_calendar_zone_and_tax() -> None:
    terms = deal(currency="EUR", entity="DE01", country="DE", zone="Europe/Berlin")
    assert (terms.zone, terms.calendar.zone, terms.billing.default_tax) == ("Europe/Berlin", "Europe/Berlin", "S19")
    assert str(terms.contract.required_over) == "65,000.00 EUR"


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        ({"country": "CN"}, 60),
        ({"country": "CN", "sector": "public"}, 30),
        ({"country": "FR", "sector": "public"}, 30),
        ({"country": "FR", "sector": "sme"}, 60),
        ({"country": "US", "sector": "public"}, 60),  # the terms' own
    ],
)
def test_the_law_of_the_customers_country_shortens_the_terms(facts: dict[str, Any], days: int) -> None:
    assert deal(**facts).payment.legal_max_days == days


def test_terms_that_are_shorter_than_the_law_stay_as_they_are() -> None:
    short = changed((("terms", "eom30", "legal_max_days"), 20))
    assert deal(short).payment.legal_max_days == 20
    assert deal(changed((("terms", "eom30", "legal_max_days"), None)), country="US").payment.legal_max_days is None


def test_an_amount_in_an_unstated_currency_is_converted_and_without_a_rate_is_the_careful_one() -> None:
    assert str(deal(currency="USD").order.credit_limit) == "211,267.60 USD"
    unrated = deal(currency="SEK")
    assert (str(unrated.order.credit_limit), str(unrated.contract.required_over)) == ("0.00 SEK", "0.00 SEK")
    assert account(currency="SEK").tolerance.minor == 0
    assert str(account(currency="SEK").dunning.min_open) == "0.00 SEK"
    assert account(currency="JPY").tolerance.minor == 0
    jpy = changed((("rates",), [{"currency": "JPY", "rate": "0.05", "on": "2026-01-01"}]))
    assert account(jpy, currency="JPY").tolerance.minor == 200


def test_the_excluding_class_blocks_quotes_and_the_others_do_not() -> None:
    assert deal(blacklisted=True).quote.blocked is True
    assert deal().quote.blocked is False


def test_the_account_knows_the_ladder_and_the_hours_of_the_customer() -> None:
    terms = account(country="DE", zone="Europe/Berlin")
    levels = [(level.id, level.day, level.actions) for level in terms.dunning.levels]
    assert levels[:3] == [("reminder-1", 3, ()), ("reminder-2", 10, ()), ("notice", 20, ("call_task", "credit_hold"))]
    assert (terms.dunning.pre_due, terms.dunning.at_minute, terms.dunning.zone) == ((), 570, "Asia/Shanghai")
    assert terms.dunning.contact is not None
    assert (terms.dunning.contact.zone, terms.dunning.contact.version[:2]) == ("Europe/Berlin", "DE")
    elsewhere = account(country="FR", zone="Europe/Paris").dunning.contact
    assert elsewhere is not None
    assert (elsewhere.zone, elsewhere.version[:2]) == ("Europe/Paris", "CN")
    assert AccountTerms.model_validate_json(terms.model_dump_json()) == terms
    assert [str(one) for one in account(strategic=True).dunning.pre_due] == ["-7bd"]


def test_an_entity_that_the_policy_does_not_have_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        deal(entity="US01")
    assert refused.value.code is Code.NOTFOUND
    assert "CN01, DE01" in refused.value.text.en


def test_the_reference_process_switches_everything_off_that_the_files_do_not_have() -> None:
    ref1, nohold = shipped("ref1").policy, shipped("ref1-nohold").policy
    terms = deal(ref1, currency="USD", entity="REF1")
    assert terms.calendar.version == "always"
    assert (terms.zone, terms.quote.expire, str(terms.quote.validity)) == ("UTC", "instant", "365d")
    assert (terms.lead.qualify_at, terms.lead.first_response) == (None, None)
    assert (terms.opportunity.stages, terms.opportunity.stalled_after, terms.opportunity.lost_after) == ((), None, None)
    assert (terms.approval.sla, terms.approval.max_age, terms.contract.required_over) == (None, None, None)
    assert (terms.order.credit_check, terms.order.credit_limit) == (False, None)
    assert terms.fulfilment.acceptance_required is False
    assert [(p.share_bp, p.upon.value) for p in terms.billing.parts] == [(10_000, "delivered")]
    assert [(rate.code, rate.rate_bp) for rate in terms.billing.rates] == [("Z", 0)]
    assert (str(terms.payment.instalments[0].due), terms.payment.roll.value) == ("issue+30d", "none")
    dunning = account(ref1, currency="CAD", entity="REF1").dunning
    assert [(level.id, level.day) for level in dunning.levels] == [
        ("reminder", 3), ("L1", 10), ("L2", 20), ("L3", 30), ("collections", 45),
    ]  # fmt: skip
    assert (dunning.unit, dunning.min_open.minor, dunning.min_gap, dunning.at_minute) == ("invoice", 0, None, 540)
    assert (dunning.contact, dunning.zone, dunning.dispute_hold, dunning.pre_due) == (None, "UTC", "skip", ())
    assert account(nohold, currency="USD", entity="REF1").dunning.dispute_hold == "none"


def test_levels_that_were_missed_follow_one_another_unless_the_policy_leaves_them_out() -> None:
    standard = shipped("standard").policy
    assert account(standard).dunning.catch_up == "step"
    dunning = standard.dunning.model_copy(update={"catch_up": "skip"})
    assert account(standard.model_copy(update={"dunning": dunning})).dunning.catch_up == "skip"


def test_a_write_off_is_proposed_by_the_policys_days_and_attempts() -> None:
    standard = shipped("standard").policy
    assert account(standard).dunning.write_off is None
    rules = WriteOffRules(after_days=365, min_attempts=6)
    dunning = standard.dunning.model_copy(update={"writeoff": rules})
    found = account(standard.model_copy(update={"dunning": dunning})).dunning.write_off
    assert found == WriteOffTerms(after_days=365, min_attempts=6)


def test_contacts_are_capped_in_the_zone_of_the_customer() -> None:
    assert account().dunning.caps is None
    capped = changed((("dunning", "contact", "max_per_day"), 1), (("dunning", "contact", "max_per_week"), 3))
    caps = account(capped, zone="Europe/Berlin").dunning.caps
    assert caps == ContactCaps(per_day=1, per_week=3, zone="Europe/Berlin")
    alone = account(changed((("dunning", "contact", "max_per_week"), 2))).dunning.caps
    assert alone is not None
    assert (alone.per_day, alone.per_week) == (None, 2)


def test_the_two_reference_policies_differ_only_in_the_hold() -> None:
    one, other = (shipped(name).policy.model_dump() for name in ("ref1", "ref1-nohold"))
    assert (one.pop("id"), other.pop("id")) == ("ref1", "ref1-nohold")
    assert (one["dunning"].pop("dispute")["hold"], other["dunning"].pop("dispute")["hold"]) == ("skip", "none")
    assert one == other


def test_a_kept_rate_holds_for_as_long_as_the_books_of_the_legal_entity_say() -> None:
    policy = changed((("entities", "DE01", "books"), {"currency": "EUR", "rate_days": 3}))
    found = {entity: rate_checks(policy, entity, ("EUR", "USD"), NOW).days for entity in ("DE01", "CN01")}
    assert found == {"DE01": 3, "CN01": 10}
    assert policy.entities["CN01"].books is None
