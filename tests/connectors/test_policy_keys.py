"""Every key that a policy accepts has an effect: a change of any of them changes an answer of the resolver."""

import json
from pathlib import Path

import pytest

from connectors.policy_files.loading import load
from domain.policy.document import Policy
from domain.policy.org_document import Organisation
from tests.connectors.policy_probe import probe
from tests.connectors.policy_trees import GONE, POLICIES, Change, edited, keys, plain

RULE = {"id": "n", "rank": 5, "when": "total_minor > 0", "seats": ["credit", "legal"], "needed": "all"}
S6, ABROAD = ("entities", "CN01", "tax", "rates", "S6"), ("entities", "DE01", "tax", "abroad")
WHY = {"en": "§ 4 Nr. 21 UStG", "zh": "免税教育服务"}
EXEMPT = {"category": "E", "reason": WHY}
DATED = {"rate_bp": 600, "dated": [{"rate_bp": 500, "since": "2027-01-01"}]}
HOURS = {"mon-thu": ["08:00-12:00"]}
KINDS = ("write_off", "credit", "refund", "claim", "exchange")
ALONE = ("receipt", "reversal", "hand_over", "plan")
TIER = {"id": "t", "over": "5000.00 CNY", "seats": ["finance_head"]}
OVER_BASE: dict[str, object] = {"per": "year", "base": [{"since": "2026-01-01", "rate_bp": 127}]}
BASES: dict[str, dict[str, object]] = {
    "base": {},
    "base.since": {"base": [{"since": "2026-07-01", "rate_bp": 127}]},
    "base.rate_bp": {"base": [{"since": "2026-01-01", "rate_bp": -12}], "over_bp": 900},
    "over_bp": {"over_bp": 900},
    "cap_bp": {"cap_bp": 2000},
}
AGENCY, PRO = ("dunning", "agencies"), {"CN01": {"name": "Pro", "email": "a@agency.example"}}
EDITS: dict[str, list[Change]] = {
    "id": [(("id",), "other")],
    "currency": [(("currency",), "USD"), (("rates",), [{"currency": "CNY", "rate": "0.14", "on": "2026-01-01"}])],
    "default_entity": [(("default_entity",), "DE01")],
    "org": [(("org",), "smaller.yaml")],
    "price_book": [(("price_book",), GONE)],
    "rates": [(("rates",), [])],
    "rates.currency": [(("rates", 1, "currency"), "GBP")],
    "rates.rate": [(("rates", 0, "rate"), "6.00")],
    "exchange": [(("exchange",), {"stated_bp": 500, "kept_bp": 500})],
    "exchange.stated_bp": [(("exchange", "stated_bp"), 500)],
    "exchange.kept_bp": [(("exchange", "kept_bp"), 500)],
    "rates.on": [(("rates", 0, "on"), "2026-12-01")],
    "entities": [(("entities", "US01"), {"zone": "UTC", "calendar": "cn", "seller": {"name": "U", "address": ["1"]}})],
    "entities.zone": [(("entities", "DE01", "zone"), "Europe/Paris")],
    "entities.calendar": [(("entities", "DE01", "calendar"), "de_contact"), (("calendars", "de"), GONE)],
    "entities.books": [(("entities", "CN01", "books"), {"currency": "CNY"})],
    "entities.books.currency": [(("entities", "CN01", "books"), {"currency": "EUR"})],
    "entities.books.rate_days": [(("entities", "CN01", "books"), {"currency": "CNY", "rate_days": 3})],
    "entities.tax": [(("entities", "DE01", "tax", "rates"), {"S19": 1900}), ],
    "entities.tax.rates": [(("entities", "CN01", "tax", "rates", "S13"), 1200)],
    "entities.tax.rates.category": [(S6, {"category": "Z"})],
    "entities.tax.rates.rate_bp": [(S6, {"rate_bp": 500})],
    "entities.tax.rates.dated": [(S6, DATED)],
    "entities.tax.rates.dated.rate_bp": [(S6, {**DATED, "dated": [{"rate_bp": 1, "since": "2027-01-01"}]})],
    "entities.tax.rates.dated.since": [(S6, {**DATED, "dated": [{"rate_bp": 500, "since": "2027-02-01"}]})],
    "entities.tax.rates.reason": [(S6, EXEMPT)],
    "entities.tax.rates.reason.en": [(S6, EXEMPT)],
    "entities.tax.rates.reason.zh": [(S6, EXEMPT)],
    "entities.tax.abroad": [(ABROAD, [])],
    "entities.tax.abroad.countries": [((*ABROAD, 1, "countries"), ["AT"])],
    "entities.tax.abroad.with_vat_id": [((*ABROAD, 0, "with_vat_id"), False)],
    "entities.tax.abroad.category": [((*ABROAD, 2, "category"), "Z")],
    "entities.tax.abroad.reason": [((*ABROAD, 2, "reason"), WHY)],
    "entities.tax.abroad.reason.en": [((*ABROAD, 2, "reason"), WHY)],
    "entities.tax.abroad.reason.zh": [((*ABROAD, 2, "reason"), WHY)],
    "entities.tax.abroad.rates": [((*ABROAD, 1, "rates"), {"S19": 2000})],
    **{
        f"entities.tax.abroad.rates.{key}": [((*ABROAD, 1, "rates"), {"S19": rule})]
        for key, rule in {
            "category": {"category": "Z"}, "rate_bp": {"rate_bp": 2000}, "dated": DATED, "dated.rate_bp": DATED,
            "dated.since": DATED, "reason": EXEMPT, "reason.en": EXEMPT, "reason.zh": EXEMPT,
        }.items()
    },
    "entities.tax.default": [(("entities", "CN01", "tax", "default"), "S6")],
    "entities.tax.price_includes_tax": [(("entities", "CN01", "tax", "price_includes_tax"), True)],
    "entities.seller": [(("entities", "CN01", "seller"), {"name": "N", "address": ["A"]})],
    **{
        f"entities.seller.{key}": [(("entities", "CN01", "seller", key), "SG" if key == "country" else "other")]
        for key in ("name", "country", "tax_id", "registration", "phone", "email", "website")
    },
    "entities.seller.address": [(("entities", "CN01", "seller", "address"), ["elsewhere"])],
    "entities.seller.bank": [(("entities", "CN01", "seller", "bank"), GONE)],
    **{
        f"entities.seller.bank.{key}": [(("entities", "CN01", "seller", "bank", key), "other")]
        for key in ("bank_name", "account_name", "iban", "account_number", "bic", "cnaps")
    },
    "entities.einvoice": [(("entities", "DE01", "einvoice"), GONE)],
    "entities.einvoice.form": [(("entities", "DE01", "einvoice", "DE", "form"), "cii")],
    "entities.einvoice.needs": [(("entities", "DE01", "einvoice", "DE", "needs"), ["vat_id"])],
    "entities.fiscal": [(("entities", "CN01", "fiscal"), {"otherwise": "3" * 19})],
    "entities.fiscal.countries": [
        (("entities", "CN01", "fiscal"), {"countries": ["HK"], "otherwise": "3" * 19}),
    ],
    "entities.fiscal.goods": [(("entities", "CN01", "fiscal"), {"goods": {"PUMP-40": "1" * 19}})],
    "entities.fiscal.otherwise": [(("entities", "CN01", "fiscal"), {"otherwise": "2" * 19})],
    "calendars": [(("calendars", "cn", "source"), "HK")],
    "calendars.source": [(("calendars", "cn_contact", "source"), "HK")],
    "calendars.zone": [(("calendars", "de", "zone"), "Europe/Rome")],
    "calendars.hours": [(("calendars", "cn", "hours"), HOURS)],
    "classes": [(("classes", 3), GONE)],
    "classes.id": [(("classes", 2, "id"), "BB")],
    "classes.when": [(("classes", 2, "when"), "orders_12m >= 6")],
    "classes.block_quotes": [(("classes", 0, "block_quotes"), False)],
    "classes.terms": [(("classes", 2, "terms"), "net30"), (("terms", "eom30"), GONE)],
    "classes.ladder": [(("classes", 2, "ladder"), "strict")],
    "classes.tolerance": [(("classes", 2, "tolerance"), "wide")],
    "classes.schedule": [(("classes", 2, "schedule"), "halves")],
    "classes.sla": [(("classes", 2, "sla"), GONE)],
    "classes.credit_limit": [(("classes", 2, "credit_limit"), GONE)],
    "classes.po_required": [(("classes", 2, "po_required"), True)],
    "lead": [(("lead", "qualify_at"), GONE)],
    "lead.sources": [(("lead", "sources", "web"), 3)],
    "lead.attributes": [(("lead", "attributes", "title"), "int")],
    "lead.score": [(("lead", "score", 0), GONE), (("lead", "attributes", "employees"), GONE)],
    "lead.score.id": [(("lead", "score", 0, "id"), "headcount")],
    "lead.score.when": [(("lead", "score", 0, "when"), "employees >= 500")],
    "lead.score.add": [(("lead", "score", 0, "add"), 21)],
    "lead.qualify_at": [(("lead", "qualify_at"), 30)],
    "lead.dedupe": [(("lead", "dedupe"), ["name"])],
    "lead.assign": [(("lead", "assign"), {"mode": "open"})],
    "lead.assign.mode": [(("lead", "assign"), {"mode": "open"})],
    "lead.assign.roles": [(("lead", "assign", "roles"), ["sales_head"])],
    "lead.assign.capacity": [(("lead", "assign", "capacity"), 35)],
    "lead.assign.sticky_owner": [(("lead", "assign", "sticky_owner"), False)],
    "lead.assign.territories": [(("lead", "assign", "territories"), {})],
    "lead.assign.fallback_role": [(("lead", "assign", "fallback_role"), GONE)],
    "lead.slas": [(("lead", "slas", "normal"), {"first_response": "5h"})],
    "lead.slas.first_response": [(("lead", "slas", "normal", "first_response"), "4h wall")],
    "lead.slas.warn_at_bp": [(("lead", "slas", "normal", "warn_at_bp"), 8000)],
    "lead.slas.max_hops": [(("lead", "slas", "normal", "max_hops"), 3)],
    "lead.disqualify_reasons": [(("lead", "disqualify_reasons"), ["other"])],
    "opportunity": [(("opportunity",), GONE)],
    "opportunity.stages": [(("opportunity", "stages", 0), GONE)],
    "opportunity.stages.id": [(("opportunity", "stages", 0, "id"), "check")],
    "opportunity.stages.probability_bp": [(("opportunity", "stages", 0, "probability_bp"), 2100)],
    "opportunity.stages.exit": [(("opportunity", "stages", 0, "exit"), [])],
    "opportunity.stages.max_age": [(("opportunity", "stages", 0, "max_age"), "15d")],
    "opportunity.skip_stages": [(("opportunity", "skip_stages"), True)],
    "opportunity.stalled_after": [(("opportunity", "stalled_after"), "11d")],
    "opportunity.lost_after": [(("opportunity", "lost_after"), "121d")],
    "opportunity.lost_reasons": [(("opportunity", "lost_reasons"), ["other"])],
    "quote": [(("quote",), {"validity": "10d", "validity_max": "20d"})],
    "quote.validity": [(("quote", "validity"), "31d")],
    "quote.validity_max": [(("quote", "validity_max"), "91d")],
    "quote.expire": [(("quote", "expire"), "instant")],
    "quote.free_lines": [(("quote", "free_lines"), True)],
    "quote.remind_before": [(("quote", "remind_before"), ["3d"])],
    "approvals": [(("approvals",), GONE)],
    "approvals.sla": [(("approvals", "sla"), "9h")],
    "approvals.warn_at_bp": [(("approvals", "warn_at_bp"), [5000])],
    "approvals.on_breach": [(("approvals", "on_breach"), "reassign")],
    "approvals.breach_again": [(("approvals", "breach_again"), "return")],
    "approvals.max_age": [(("approvals", "max_age"), "16d")],
    "approvals.reapproval": [(("approvals", "reapproval"), "full")],
    "approvals.carry_same_person": [(("approvals", "carry_same_person"), False)],
    "approvals.signer_depth": [(("approvals", "signer_depth"), 3)],
    "approvals.recall_by_owner": [(("approvals", "recall_by_owner"), False)],
    "approvals.delegation": [(("approvals", "delegation"), {"max_hops": 1})],
    "approvals.delegation.max_hops": [(("approvals", "delegation", "max_hops"), 2)],
    "approvals.delegation.same_authority": [(("approvals", "delegation", "same_authority"), False)],
    "approvals.fallback_role": [(("approvals", "fallback_role"), GONE), (("approvals", "matrix", 3, "seats"), ["ar"])],
    "approvals.matrix": [(("approvals", "matrix"), [RULE])],
    "approvals.matrix.id": [(("approvals", "matrix", 0, "id"), "first")],
    "approvals.matrix.rank": [(("approvals", "matrix", 0, "rank"), 25)],
    "approvals.matrix.when": [(("approvals", "matrix", 0, "when"), "max_discount_bp > 600")],
    "approvals.matrix.of": [(("approvals", "matrix", 0, "of"), ["amendment"])],
    "approvals.matrix.seats": [(("approvals", "matrix", 0, "seats"), ["finance"])],
    "approvals.matrix.needed": [(("approvals", "matrix", 4, "needed"), 3)],
    "account_approvals": [(("account_approvals",), GONE)],
    **{f"account_approvals.{kind}": [(("account_approvals", kind), GONE)] for kind in KINDS},
    **{f"account_approvals.{kind}.id": [(("account_approvals", kind, 0, "id"), "first")] for kind in KINDS},
    **{f"account_approvals.{kind}.over": [(("account_approvals", kind, 0, "over"), "9.00 CNY")] for kind in KINDS},
    **{f"account_approvals.{kind}.seats": [(("account_approvals", kind, 0, "seats"), ["cfo"])] for kind in KINDS},
    **{
        f"account_approvals.{kind}.needed": [
            (("account_approvals", kind, 0, "seats"), ["finance_head", "finance_head"]),
            (("account_approvals", kind, 0, "needed"), 2),
        ]
        for kind in KINDS
    },
    **{f"account_approvals.{kind}": [(("account_approvals", kind), [TIER])] for kind in ALONE},
    **{
        f"account_approvals.{kind}.{key}": [(("account_approvals", kind), [TIER | {key: value}])]
        for kind in ALONE
        for key, value in (("id", "other"), ("over", "9.00 CNY"), ("seats", ["cfo"]))
    },
    **{
        f"account_approvals.{kind}.needed": [
            (("account_approvals", kind), [TIER | {"seats": ["finance_head", "finance_head"], "needed": 2}])
        ]
        for kind in ALONE
    },
    "contract": [(("contract",), GONE)],
    "contract.required_over": [(("contract", "required_over"), "400000.00 CNY")],
    "contract.two_sided": [(("contract", "two_sided"), False)],
    "contract.sign_due": [(("contract", "sign_due"), "11d")],
    "order": [(("order", "over_delivery_bp"), 200)],
    "order.credit_check": [
        (("order",), {"credit_check": False}), *(((("classes", n, "credit_limit")), GONE) for n in range(6)),
        *((("dunning", "ladders", name, "levels", 2, "actions"), []) for name in ("gentle", "standard", "strict")),
    ],
    "order.overdue_block_days": [(("order", "overdue_block_days"), 31)],
    "order.over_delivery_bp": [(("order", "over_delivery_bp"), 100)],
    "fulfilment": [(("fulfilment",), GONE)],
    "fulfilment.acceptance": [(("fulfilment", "acceptance"), {"required": True})],
    "fulfilment.acceptance.required": [(("fulfilment", "acceptance"), {"required": False})],
    "fulfilment.acceptance.deemed_after": [(("fulfilment", "acceptance", "deemed_after"), "11bd")],
    "fulfilment.acceptance.notice_before": [(("fulfilment", "acceptance", "notice_before"), "4bd")],
    "billing": [(("billing", "schedules", "once"), [{"id": "all", "share_bp": 10000, "upon": "ordered"}])],
    "billing.schedules": [(("billing", "schedules", "once"), [{"id": "one", "share_bp": 10000, "upon": "delivered"}])],
    "billing.schedules.id": [(("billing", "schedules", "once", 0, "id"), "whole")],
    "billing.schedules.share_bp": [
        (("billing", "schedules", "halves", 0, "share_bp"), 4000),
        (("billing", "schedules", "halves", 1, "share_bp"), 6000),
    ],
    "billing.schedules.kind": [(("billing", "schedules", "project", 0, "kind"), "milestone")],
    "billing.schedules.due": [(("billing", "schedules", "project", 3, "due"), "issue+400d")],
    "billing.schedules.every": [(("billing", "schedules", "project", 4, "every"), "year")],
    "billing.schedules.when": [(("billing", "schedules", "project", 4, "when"), "arrears")],
    "billing.schedules.upon": [(("billing", "schedules", "once", 0, "upon"), "delivered")],
    "terms": [(("terms", "eom30"), {"instalments": [{"share_bp": 10000, "due": "issue"}]})],
    "terms.instalments": [
        (
            ("terms", "eom30", "instalments"),
            [{"share_bp": 5000, "due": "issue+11d"}, {"share_bp": 5000, "due": "eom+30d"}],
        ),
    ],
    "terms.instalments.share_bp": [
        (
            ("terms", "eom30", "instalments"),
            [{"share_bp": 1000, "due": "issue+11d"}, {"share_bp": 9000, "due": "eom+30d"}],
        ),
    ],
    "terms.instalments.due": [(("terms", "eom30", "instalments", 0, "due"), "eom+31d")],
    "terms.roll": [(("terms", "eom30", "roll"), "preceding")],
    "terms.discount": [(("terms", "eom30", "discount"), GONE)],
    "terms.discount.steps": [
        (
            ("terms", "eom30", "discount", "steps"),
            [{"rate_bp": 100, "within": "issue+10d"}, {"rate_bp": 50, "within": "issue+15d"}],
        ),
    ],
    "terms.discount.steps.rate_bp": [(("terms", "eom30", "discount", "steps", 0, "rate_bp"), 200)],
    "terms.discount.steps.within": [(("terms", "eom30", "discount", "steps", 0, "within"), "issue+8d")],
    "terms.discount.grace": [(("terms", "eom30", "discount", "grace"), "2d")],
    "terms.discount.tax": [(("terms", "eom30", "discount", "tax"), "excluded")],
    "terms.discount.on_partial": [(("terms", "eom30", "discount", "on_partial"), "full")],
    "terms.legal_max_days": [(("terms", "eom30", "legal_max_days"), 40)],
    "legal_max": [(("legal_max",), [{"days": 20}])],
    "legal_max.countries": [(("legal_max", 1, "countries"), ["DE"])],
    "legal_max.sector": [(("legal_max", 0, "sector"), "")],
    "legal_max.days": [(("legal_max", 1, "days"), 50)],
    "tolerances": [(("tolerances", "narrow"), {"amount": "1.00 CNY", "bp": 1})],
    "tolerances.amount": [(("tolerances", "narrow", "amount"), "11.00 CNY")],
    "tolerances.bp": [(("tolerances", "narrow", "bp"), 51)],
    "statements": [(("statements",), {"payer_mismatch": "accept"})],
    "statements.payer_mismatch": [(("statements", "payer_mismatch"), "hold")],
    "dunning": [(("dunning", "at"), "11:00")],
    "dunning.min_open": [(("dunning", "min_open"), "99.00 CNY")],
    "dunning.min_gap": [(("dunning", "min_gap"), "4bd")],
    "dunning.unit": [(("dunning", "unit"), "invoice")],
    "dunning.at": [(("dunning", "at"), "10:00")],
    "dunning.contact": [(("dunning", "contact"), {"otherwise": "de_contact"}), (("calendars", "cn_contact"), GONE)],
    "dunning.contact.countries": [(("dunning", "contact", "countries", "FR"), "de_contact")],
    "dunning.contact.otherwise": [(("dunning", "contact", "otherwise"), "de_contact")],
    "dunning.contact.max_per_day": [(("dunning", "contact", "max_per_day"), 1)],
    "dunning.contact.max_per_week": [(("dunning", "contact", "max_per_week"), 3)],
    "dunning.catch_up": [(("dunning", "catch_up"), "skip")],
    "dunning.writeoff": [(("dunning", "writeoff"), {"after_days": 365, "min_attempts": 4})],
    "dunning.writeoff.after_days": [(("dunning", "writeoff"), {"after_days": 400, "min_attempts": 4})],
    "dunning.writeoff.min_attempts": [(("dunning", "writeoff"), {"after_days": 365, "min_attempts": 3})],
    "dunning.dispute": [(("dunning", "dispute"), GONE)],
    "dunning.dispute.hold": [(("dunning", "dispute", "hold"), "skip")],
    "dunning.dispute.reasons": [(("dunning", "dispute", "reasons"), ["other"])],
    "dunning.promise": [(("dunning", "promise"), GONE)],
    "dunning.promise.max_days": [(("dunning", "promise", "max_days"), 20)],
    "dunning.promise.max_open": [(("dunning", "promise", "max_open"), 2)],
    "dunning.promise.max_per_year": [(("dunning", "promise", "max_per_year"), 5)],
    "dunning.promise.on_broken": [(("dunning", "promise", "on_broken"), "wait")],
    "dunning.promise.max_broken": [(("dunning", "promise", "max_broken"), 2)],
    "dunning.promise.grace": [(("dunning", "promise", "grace"), "3bd")],
    "dunning.agencies": [(AGENCY, PRO)],
    "dunning.agencies.name": [(AGENCY, {"CN01": PRO["CN01"] | {"name": "Other"}})],
    "dunning.agencies.email": [(AGENCY, {"CN01": PRO["CN01"] | {"email": "b@agency.example"}})],
    "dunning.agencies.language": [(AGENCY, {"CN01": PRO["CN01"] | {"language": "zh-CN"}})],
    "dunning.stop_words": [(("dunning", "stop_words"), ["破产"])],
    "dunning.ladders.levels.channels": [
        (("dunning", "ladders", "standard", "levels", 0, "channels"), ["email", "letter"])
    ],
    "dunning.plan": [(("dunning", "plan"), GONE)],
    "dunning.plan.max_instalments": [(("dunning", "plan", "max_instalments"), 11)],
    "dunning.plan.first_within_days": [(("dunning", "plan", "first_within_days"), 9)],
    "dunning.plan.max_days": [(("dunning", "plan", "max_days"), 99)],
    "dunning.plan.max_amount": [(("dunning", "plan", "max_amount"), "1.00 CNY")],
    "dunning.plan.grace": [(("dunning", "plan", "grace"), "3bd")],
    "dunning.interest": [(("dunning", "interest", "CN01"), GONE)],
    "dunning.interest.rate_bp": [(("dunning", "interest", "DE01", "rate_bp"), 900)],
    **{
        f"dunning.interest.{key}": [(("dunning", "interest", "DE01"), OVER_BASE | changed)]
        for key, changed in BASES.items()
    },
    **{
        f"dunning.ladders.interest.{key}": [(("dunning", "ladders", "standard", "interest"), OVER_BASE | changed)]
        for key, changed in BASES.items()
    },
    "dunning.interest.per": [(("dunning", "interest", "CN01", "per"), "year")],
    "dunning.ladders.interest": [(("dunning", "ladders", "standard", "interest"), {"rate_bp": 5, "per": "year"})],
    "dunning.ladders.interest.rate_bp": [
        (("dunning", "ladders", "standard", "interest"), {"rate_bp": 6, "per": "day"})
    ],
    "dunning.ladders.interest.per": [(("dunning", "ladders", "standard", "interest"), {"rate_bp": 5, "per": "year"})],
    "dunning.ladders.levels.fee": [(("dunning", "ladders", "standard", "levels", 3, "fee"), "41.00 EUR")],
    "dunning.ladders.levels.interest": [(("dunning", "ladders", "standard", "levels", 2, "interest"), True)],
    "dunning.ladders": [(("dunning", "ladders", "standard"), {"levels": [{"id": "one", "day": 5, "interest": True}]})],
    "dunning.ladders.pre_due": [(("dunning", "ladders", "standard", "pre_due"), ["0d"])],
    "dunning.ladders.levels": [(("dunning", "ladders", "standard", "levels", 0), GONE)],
    "dunning.ladders.levels.id": [(("dunning", "ladders", "standard", "levels", 0, "id"), "first")],
    "dunning.ladders.levels.day": [(("dunning", "ladders", "standard", "levels", 0, "day"), 4)],
    "commission": [(("commission",), GONE)],
    "commission.rules": [(("commission", "rules", 0), GONE)],
    "commission.rules.id": [(("commission", "rules", 0, "id"), "other")],
    "commission.rules.basis": [(("commission", "rules", 0, "basis"), "cash_received")],
    "commission.rules.rate_bp": [(("commission", "rules", 0, "rate_bp"), 151)],
    "commission.rules.agents": [(("commission", "rules", 0, "agents"), ["weber"])],
    "commission.rules.roles": [(("commission", "rules", 0, "roles"), ["ceo"])],
    "commission.rules.products": [(("commission", "rules", 0, "products"), ["LIC-YEAR"])],
    "commission.rules.tiers": [(("commission", "rules", 2, "tiers"), GONE)],
    "commission.rules.tiers.above": [(("commission", "rules", 2, "tiers", 0, "above"), ["1.00 CNY", "1.00 EUR"])],
    "commission.rules.tiers.rate_bp": [(("commission", "rules", 2, "tiers", 0, "rate_bp"), 401)],
    "dunning.ladders.levels.actions": [(("dunning", "ladders", "standard", "levels", 0, "actions"), ["call_task"])],
}  # fmt: skip
ORG_EDITS: dict[str, list[Change]] = {
    "people": [(("people", 10), GONE)],
    "people.id": [(("people", 10, "id"), "somebody")],
    "people.name": [(("people", 10, "name"), "Somebody")],
    "people.email": [(("people", 10, "email"), "somebody@example.com")],
    "people.roles": [(("people", 10, "roles"), ["sales", "legal"])],
    "people.manager": [(("people", 7, "manager"), "weber")],
    "people.team": [(("people", 8, "team"), "europe")],
    "people.active": [(("people", 10, "active"), False)],
    "people.authority": [(("people", 7, "authority"), "1.00 CNY")],
    "people.language": [(("people", 10, "language"), "en")],
    "people.zone": [(("people", 10, "zone"), "Asia/Tokyo")],
    "delegations": [(("delegations",), [{"delegator": "weber", "delegate": "klein", "since": "2026-01-01T00:00:00Z"}])],
    "absences": [(("absences",), [{"person": "weber", "since": "2026-01-01T00:00:00Z"}])],
}
WITHOUT = {"policy": "has one value", "calendars.weekend": "is a check on the hours, see test_policy_files.py"}
STANDING = {"delegator", "delegate", "person", "since", "until"}  # of a delegation or absence; tested where seats are


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shipped files, and an organisation with one person less."""
    folder = tmp_path_factory.mktemp("policies")
    for name in ("org.yaml", "pricebook.csv"):
        (folder / name).write_text((POLICIES / name).read_text())
    smaller = edited(plain("org.yaml"), [(("people", 10), GONE)])
    (folder / "smaller.yaml").write_text(json.dumps(smaller))
    return folder


@pytest.fixture(scope="module")
async def usual() -> list[str]:
    """What the shipped policy answers."""
    return await probe(load(POLICIES / "standard.yaml"))


def test_the_table_names_every_key_there_is() -> None:
    assert set(keys(Policy)) == EDITS.keys() | WITHOUT.keys()
    assert {key for key in keys(Organisation) if key.rpartition(".")[2] not in STANDING} == set(ORG_EDITS)


@pytest.mark.parametrize("key", EDITS)
async def test_a_changed_key_of_the_policy_changes_an_answer(key: str, folder: Path, usual: list[str]) -> None:
    changed = folder / "changed.yaml"
    changed.write_text(json.dumps(edited(plain("standard.yaml"), EDITS[key])))
    assert await probe(load(changed)) != usual


@pytest.mark.parametrize("key", ORG_EDITS)
async def test_a_changed_key_of_the_organisation_changes_an_answer(key: str, folder: Path, usual: list[str]) -> None:
    (folder / "changed-org.yaml").write_text(json.dumps(edited(plain("org.yaml"), ORG_EDITS[key])))
    changed = folder / "changed.yaml"
    changed.write_text(json.dumps(edited(plain("standard.yaml"), [(("org",), "changed-org.yaml")])))
    assert await probe(load(changed)) != usual


async def test_an_unchanged_policy_answers_the_same(folder: Path, usual: list[str]) -> None:
    same = folder / "same.yaml"
    same.write_text(json.dumps(plain("standard.yaml")))
    assert await probe(load(same)) == usual
