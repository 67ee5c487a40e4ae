"""Payment terms that would contradict themselves on some day of issue are faults of the policy."""

from typing import Any

import pytest

from domain.policy.sanity_terms import terms_faults
from tests.domain.policy.shipped import changed, standard

DISCOUNT = ("terms", "eom30", "discount")


def found(*changes: Any) -> list[tuple[str, str]]:
    return [(".".join(map(str, one.path)), one.wrong) for one in terms_faults(changed(*changes))]


def test_the_shipped_terms_are_sound() -> None:
    assert list(terms_faults(standard())) == []


@pytest.mark.parametrize(
    ("steps", "path", "wrong"),
    [
        (
            [{"rate_bp": 100, "within": "issue+10d"}, {"rate_bp": 100, "within": "issue+12d"}],
            "steps.1.rate_bp",
            "100 is not below 100",
        ),
        (
            [{"rate_bp": 200, "within": "issue+10d"}, {"rate_bp": 100, "within": "issue+10d"}],
            "steps.1.within",
            "issue+10d is not always later than issue+10d",
        ),
        (
            [{"rate_bp": 200, "within": "issue+20d"}, {"rate_bp": 100, "within": "eom+15d"}],
            "steps.1.within",
            "eom+15d is not always later than issue+20d",
        ),
        (
            [{"rate_bp": 200, "within": "issue+30d"}],
            "steps.0.within",
            "issue+30d is not always before instalment 1 is due (eom+30d)",
        ),
        (
            [{"rate_bp": 200, "within": "2027-06-01"}],
            "steps.0.within",
            "2027-06-01 is not always before instalment 1 is due (eom+30d)",
        ),
    ],
)
def test_a_discount_that_does_not_fall_or_ends_too_late(steps: Any, path: str, wrong: str) -> None:
    assert found(((*DISCOUNT, "steps"), steps)) == [(f"terms.eom30.discount.{path}", wrong)]


def test_a_grace_is_in_days() -> None:
    assert found(((*DISCOUNT, "grace"), "4h wall")) == [("terms.eom30.discount.grace", "4h wall is not in days")]


def test_prices_with_tax_cannot_be_taxed_on_the_discounted_net() -> None:
    changes = (((*DISCOUNT, "tax"), "mixed"), (("entities", "CN01", "tax", "price_includes_tax"), True))
    assert [path for path, _ in found(*changes)] == ["entities.CN01.tax.price_includes_tax"]
