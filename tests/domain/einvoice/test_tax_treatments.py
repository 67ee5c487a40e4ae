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


GERMAN = BUYER.model_copy(update={"country": "DE", "tax_id": "DE123456788"})


def electronic(rates: tuple[TaxRate, ...], *codes: str, buyer: Party = BUYER, **changes: Any) -> EInvoice:
    lines = [line(place, 1_000_000, code=code) for place, code in enumerate(codes or ("S13",), 1)]
    invoice = invoice_of(ask(*lines, rates=rates, **changes), "INV-2026-000001")
    return einvoice_of(invoice_document(invoice, buyer, SELLER))


def early(tax: DiscountTax, *rates_bp: int, due: str = "issue+30d") -> PaymentTerms:
    """Return terms with discounts after 10 days, 20 days and so on."""
    steps = tuple(
        DiscountStep(rate_bp=rate, within=DueRule.parse(f"issue+{10 * place}d"))
        for place, rate in enumerate(rates_bp, 1)
    )
    return PaymentTerms.single("x", due).model_copy(update={"discount": CashDiscount(steps=steps, tax=tax)})


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
    made = electronic(S19, payment=early(DiscountTax.MIXED, 200))
    assert [(one.kind, one.amount.minor, one.treatment.category) for one in made.adjustments] == [
        ("allowance", 20_000, TaxCategory.STANDARD),
        ("charge", 20_000, TaxCategory.EXEMPT),
    ]
    assert [(part.base.minor, part.tax.minor) for part in made.breakdown] == [(980_000, 186_200), (20_000, 0)]
    assert (made.totals.net.minor, made.totals.payable.minor) == (1_000_000, 1_186_200)
    assert made.header.payment_terms == "Until 12 Mar 2026 11,662.00 CNY settle it (2% off)."
    assert check(made) == ()


def test_what_is_left_untaxed_stands_beside_lines_that_are_exempt() -> None:
    """They share a category, and the allowance and the charge were left out: no such invoice could be sent."""
    exempt = free("A", "E", "because")
    made = electronic((*S19, exempt), "S13", "A", payment=early(DiscountTax.MIXED, 200))
    assert [(one.kind, one.amount.minor, one.treatment.category) for one in made.adjustments] == [
        ("allowance", 20_000, TaxCategory.STANDARD),
        ("charge", 20_000, TaxCategory.EXEMPT),
    ]
    assert [(part.base.minor, part.tax.minor) for part in made.breakdown] == [(980_000, 186_200), (1_020_000, 0)]
    assert check(made) == ()


@pytest.mark.parametrize(
    ("tax", "base"),
    [
        (DiscountTax.INCLUDED, ""),
        (DiscountTax.EXCLUDED, "BASISBETRAG=10000.00#"),
        (DiscountTax.MIXED, "BASISBETRAG=10000.00#"),
    ],
)
def test_a_german_customer_reads_the_discount_by_machine(tax: DiscountTax, base: str) -> None:
    """XRechnung, BR-DE-18: one line for each step, of what is not the amount to be paid with its base."""
    made = electronic(S19, buyer=GERMAN, payment=early(tax, 225, 50))
    *said, nothing = made.header.payment_terms.split("\n")
    assert [text for text in said if text.startswith("#")] == [
        f"#SKONTO#TAGE=10#PROZENT=2.25#{base}", f"#SKONTO#TAGE=20#PROZENT=0.50#{base}",
    ]  # fmt: skip
    assert (len(said), nothing) == (4, ""), "the sentences, the lines, and a line break at the end"
    assert check(made) == ()


def test_nobody_else_does_and_without_a_discount_there_is_no_line() -> None:
    assert "#" not in electronic(S19, payment=early(DiscountTax.INCLUDED, 200)).header.payment_terms
    assert "#" not in electronic(S19, buyer=GERMAN).header.payment_terms


def test_a_discount_that_is_no_rate_of_the_whole_is_said_in_words_only() -> None:
    """2 % of two categories, each rounded: 0.004 and 0.004 are nothing, of both together they are 0.01."""
    rates = (*S19, TaxRate(code="S7", rate_bp=700))
    terms = early(DiscountTax.EXCLUDED, 200)
    lines = (line(1, 20, code="S13"), line(2, 20, code="S7"))
    invoice = invoice_of(ask(*lines, rates=rates, payment=terms), "INV-2026-000001")
    made = einvoice_of(invoice_document(invoice, GERMAN, SELLER))
    assert made.header.payment_terms == "Until 12 Mar 2026 0.45 CNY settle it (2% off)."
