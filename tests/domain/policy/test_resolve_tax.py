"""The tax of a customer follows from the policy, the entity's country and the customer's country and VAT identifier."""

from typing import Any

import pytest

from domain.einvoice.codes import TaxCategory
from domain.policy.document import Policy
from domain.policy.resolve_tax import has_vat_id, tax_rates
from domain.policy.sanity_taxes import tax_faults
from domain.terms import TaxRate
from tests.domain.policy.shipped import changed, customer, standard

TAX = ("entities", "DE01", "tax")
WHY = {"en": "§ 4 Nr. 21 UStG", "zh": "免税"}


def rates(policy: Policy | None = None, **facts: Any) -> dict[str, tuple[int, TaxCategory | None]]:
    found = tax_rates((policy or standard()).entities["DE01"], customer(**facts))
    return {rate.code: (rate.rate_bp, rate.category) for rate in found}


HOME = {"S19": (1900, None), "S7": (700, None), "Z": (0, None)}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"country": "DE"}, HOME),
        ({"country": ""}, HOME),
        ({"country": "FR"}, HOME),
        ({"country": "FR", "tax_id": "DE123456789"}, HOME),
        ({"country": "FR", "tax_id": "FR12345678901"}, dict.fromkeys(HOME, (0, TaxCategory.REVERSE_CHARGE))),
        ({"country": "CN"}, dict.fromkeys(HOME, (0, TaxCategory.EXPORT))),
        ({"country": "GB", "tax_id": "GB123456789"}, dict.fromkeys(HOME, (0, TaxCategory.EXPORT))),
    ],
)
def test_the_shipped_entity_in_germany(facts: dict[str, Any], expected: dict[str, Any]) -> None:
    assert rates(**facts) == expected


def test_a_greek_vat_identifier_begins_with_el() -> None:
    assert has_vat_id(customer(country="GR", tax_id="EL123456789"))
    assert not has_vat_id(customer(country="GR", tax_id="GR123456789"))


def test_reverse_charge_says_so_in_both_languages() -> None:
    found = tax_rates(standard().entities["DE01"], customer(country="AT", tax_id="ATU12345678"))
    assert {(rate.reason.en, rate.reason.zh) for rate in found if rate.reason} == {
        ("Reverse charge: the buyer owes the tax", "反向征税：由购买方缴纳税款")
    }


def test_a_country_may_have_rates_of_its_own_that_change_on_a_day() -> None:
    dated = {"rate_bp": 2000, "dated": [{"rate_bp": 1900, "since": "2026-07-01"}]}
    policy = changed(((*TAX, "abroad"), [{"countries": ["AT"], "rates": {"S19": dated}}]))
    found = tax_rates(policy.entities["DE01"], customer(country="AT"))
    assert [(rate.code, rate.rate_bp, str(rate.since)) for rate in found] == [
        ("S19", 2000, "None"), ("S19", 1900, "2026-07-01"), ("S7", 700, "None"), ("Z", 0, "None"),
    ]  # fmt: skip


def test_an_exempt_code_has_its_reason() -> None:
    policy = changed(((*TAX, "rates", "EDU"), {"category": "E", "reason": WHY}))
    (found,) = [rate for rate in tax_rates(policy.entities["DE01"], customer(country="DE")) if rate.code == "EDU"]
    assert found == TaxRate.model_validate({"code": "EDU", "rate_bp": 0, "category": "E", "reason": WHY})


@pytest.mark.parametrize(
    ("path", "value", "wrong"),
    [
        (("rates", "S19"), {"category": "S"}, "category S has no rate"),
        (("rates", "S19"), {"rate_bp": 1900, "reason": WHY}, "reason has no effect where there is a tax"),
        (("rates", "S7"), {"category": "Z", "rate_bp": 700}, "category Z has no rate"),
        (("rates", "S7"), {"category": "E"}, "nobody may guess why this is exempt"),
        (
            ("rates", "S7"),
            {"dated": [{"rate_bp": 700, "since": "2026-01-01"}, {"rate_bp": 500, "since": "2026-01-01"}]},
            "2026-01-01 is not after 2026-01-01",
        ),
        (("abroad", 0, "category"), "S", "S has a rate: name the rates instead"),
        (("abroad", 0, "category"), "E", "nobody may guess why this is exempt"),
        (("abroad", 0, "rates"), {"S19": 2000}, "rates have no effect beside a category"),
        (("abroad", 1, "reason"), WHY, "reason has no effect without a category"),
    ],
)
def test_what_contradicts_itself_is_a_fault(path: tuple[str | int, ...], value: object, wrong: str) -> None:
    assert [one.wrong for one in tax_faults(changed(((*TAX, *path), value)))] == [wrong]
    assert list(tax_faults(standard())) == []
