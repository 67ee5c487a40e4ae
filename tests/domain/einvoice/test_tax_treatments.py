"""What an issued invoice says of its tax is what its electronic form says: category, reason, and what bears no tax."""

from datetime import date
from typing import Any

import pytest

from domain.correspondence import invoice_document
from domain.documents import Party, Seller
from domain.due_dates import CashDiscount, DiscountStep, DiscountTax, DueRule, PaymentTerms
from domain.einvoice.checks import check
from domain.einvoice.codes import TaxCategory
from domain.einvoice.from_documents import einvoice_of
from domain.einvoice.model import EInvoice
from domain.receivables.invoicing import invoice_of
from domain.terms import TaxRate
from tests.domain.receivables.test_invoicing import ask, line

SELLER = Seller(name="Beispiel GmbH", address=("Musterstraße 1", "10115 Berlin"), country="DE", tax_id="DE123456789")
BUYER = Party(
    name="Exemple SA", address=("1 rue Exemple", "75001 Paris"), country="FR", tax_id="FR12345678901", email="a@b.fr"
)
S19 = (TaxRate(code="S13", rate_bp=1900),)


def electronic(rates: tuple[TaxRate, ...], *codes: str, **changes: Any) -> EInvoice:
    lines = [line(place, 1_000_000, code=code) for place, code in enumerate(codes or ("S13",), 1)]
    invoice = invoice_of(ask(*lines, rates=rates, **changes), "INV-2026-000001")
    return einvoice_of(invoice_document(invoice, BUYER, SELLER))


def free(code: str, category: str, en: str) -> TaxRate:
    return TaxRate.model_validate(
        {"code": code, "rate_bp": 0, "category": category, "reason": {"en": en, "zh": "免税"}}
    )


@pytest.mark.parametrize(
    ("category", "code"), [("AE", "VATEX-EU-AE"), ("G", "VATEX-EU-G"), ("K", "VATEX-EU-IC"), ("E", "")]
)
def test_a_category_without_tax_says_why_and_two_codes_of_it_are_one_sum(category: str, code: str) -> None:
    made = electronic((free("A", category, "because"), free("B", category, "because")), "A", "B")
    assert [(part.treatment.category, part.base.minor, part.tax.minor) for part in made.breakdown] == [
        (category, 2_000_000, 0)
    ]
    assert [(part.reason, part.reason_code) for part in made.breakdown] == [("because", code)]
    assert check(made) == ()


def test_a_supply_within_the_union_names_the_country_of_delivery() -> None:
    made = electronic((free("A", "K", "because"),), "A")
    assert made.header.delivery is not None
    assert (made.header.delivery.country, made.header.delivery.on) == ("FR", date(2026, 3, 2))


def test_g4_mixed_takes_the_discount_off_the_taxed_base_and_charges_it_untaxed() -> None:
    step = DiscountStep(rate_bp=200, within=DueRule.parse("issue+10d"))
    discount = CashDiscount(steps=(step,), tax=DiscountTax.MIXED)
    terms = PaymentTerms.single("x", "issue+30d").model_copy(update={"discount": discount})
    made = electronic(S19, payment=terms)
    assert [(one.kind, one.amount.minor, one.treatment.category) for one in made.adjustments] == [
        ("allowance", 20_000, TaxCategory.STANDARD),
        ("charge", 20_000, TaxCategory.EXEMPT),
    ]
    assert [(part.base.minor, part.tax.minor) for part in made.breakdown] == [(980_000, 186_200), (20_000, 0)]
    assert (made.totals.net.minor, made.totals.payable.minor) == (1_000_000, 1_186_200)
    assert made.header.payment_terms == "Until 12 Mar 2026 11,662.00 CNY settle it (2% off)."
    assert check(made) == ()
