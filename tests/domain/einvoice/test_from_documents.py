"""The electronic form of a printed document has its figures to the cent, and refuses what nobody said."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.correspondence import invoice_document
from domain.documents import (
    CreditNoteDocument,
    Deduction,
    DocumentLine,
    Instalment,
    InvoiceDocument,
    InvoicePurpose,
    TaxLine,
)
from domain.einvoice.checks import check
from domain.einvoice.codes import InvoiceType, PaymentMeans, TaxCategory, TaxRounding
from domain.einvoice.forms import Form, FormRule, Need
from domain.einvoice.from_documents import CodeMeaning, Particulars, einvoice_of
from domain.einvoice.model import Exemption
from domain.einvoice.units import unit_code
from domain.money import Money
from domain.receivables.late_claims import LateClaim, debit_note
from domain.receivables.taxation import Amount, tax_within, taxed
from domain.refusal import Code, Refused
from domain.terms import TaxRate
from tests.connectors.document_samples import chinese_invoice, cny, credit_note, english_invoice, eur

DAY = date(2026, 3, 5)


def german(**changed: object) -> InvoiceDocument:
    """The English invoice between parties whose countries have codes."""
    invoice = english_invoice()
    parties = {
        "seller": invoice.seller.model_copy(update={"country": "DE"}),
        "customer": invoice.customer.model_copy(update={"country": "GB"}),
    }
    return invoice.model_copy(update=parties | changed)


def chinese() -> InvoiceDocument:
    invoice = chinese_invoice()
    deposit = Deduction(
        description="预付款", amount=cny("20000.00"), number="INV-2026-000101", issued_on=date(2026, 1, 5)
    )
    return invoice.model_copy(
        update={
            "seller": invoice.seller.model_copy(update={"country": "CN"}),
            "customer": invoice.customer.model_copy(update={"country": "CN"}),
            "deductions": (deposit,),
        }
    )


def test_an_invoice_keeps_its_figures() -> None:
    made = einvoice_of(german())
    assert check(made) == ()
    head, sums = made.header, made.totals
    assert (head.number, head.type, head.due_on) == ("INV-2026-000123", InvoiceType.INVOICE, date(2026, 4, 4))
    assert (sums.net, sums.tax, sums.gross, sums.payable) == (eur("1000"), eur("190"), eur("1190"), eur("1190"))
    assert (head.seller.vat_id, head.seller.registration) == ("DE123456789", "HRB 12345")
    assert head.transfer is not None
    assert (head.transfer.means, head.transfer.account) == (PaymentMeans.SEPA_CREDIT_TRANSFER, "DE89370400440532013000")
    (line,) = made.lines
    assert (line.quantity, line.unit, line.price, line.net) == (Decimal("2.5"), "DAY", Decimal(400), eur("1000"))
    assert head.delivery is not None
    assert head.delivery.on == date(2026, 3, 2)


def test_a_final_invoice_names_its_deposit_and_its_instalments() -> None:
    made = einvoice_of(chinese())
    assert check(made) == ()
    assert made.totals.prepaid == cny("20000.00")
    assert made.totals.payable == cny("72240.00")
    assert [(one.number, one.issued_on) for one in made.header.references] == [("INV-2026-000101", date(2026, 1, 5))]
    assert made.header.due_on is None
    assert made.header.payment_terms == "月结30天\n2026年4月5日 前支付 ¥36,120.00; 2026年5月5日 前支付 ¥36,120.00"
    assert made.header.notes[0] == "预付款：已付 ¥20,000.00"
    assert [part.treatment.category for part in made.breakdown] == [TaxCategory.STANDARD] * 2
    assert made.header.seller.tax_number == made.header.seller.registration == "91310115MA1K4B3C2X"


def test_a_discount_is_an_allowance_and_an_unknown_unit_is_kept_in_words() -> None:
    line = chinese().lines[0].model_copy(update={"unit": "捆"})
    made = einvoice_of(chinese().model_copy(update={"lines": (line, chinese().lines[1])}))
    (allowance,) = made.lines[0].adjustments
    assert (allowance.amount, allowance.base, made.lines[0].net) == (cny("4000"), cny("80000"), cny("76000"))
    assert (made.lines[0].unit, made.lines[0].attributes[0].value) == ("C62", "捆")
    assert check(made) == ()


def test_a_part_of_an_order_is_no_discount() -> None:
    """30 % of ten pieces at 8,000.00 with 5 % off: the net is the price of the whole quantity."""
    line = DocumentLine(
        position=1, description="A", quantity=Decimal(10), unit_price=eur("8000"), discount_bp=500, net=eur("22800"),
        tax_code="S",
    )  # fmt: skip
    part = TaxLine(code="S", rate_bp=1900, base=eur("22800"), tax=eur("4332"))
    whole = eur("27132")
    made = einvoice_of(
        german(
            lines=(line,), taxes=(part,), net=eur("22800"), tax=eur("4332"), gross=whole,
            instalments=(Instalment(due_on=date(2026, 4, 4), amount=whole),),
        )
    )  # fmt: skip
    assert (made.lines[0].price, made.lines[0].price_quantity) == (Decimal(22800), Decimal(10))
    assert made.lines[0].adjustments == ()
    assert check(made) == ()


def test_a_credit_note_refers_to_its_invoice_and_says_why() -> None:
    parties = {"seller": german().seller, "customer": german().customer}
    made = einvoice_of(credit_note().model_copy(update=parties))
    assert check(made) == ()
    assert made.header.type is InvoiceType.CREDIT_NOTE
    assert [(one.number, one.issued_on) for one in made.header.references] == [("INV-2026-000123", date(2026, 3, 5))]
    assert made.header.notes == ("Goods returned",)
    assert made.totals.gross == eur("1190")


@pytest.mark.parametrize(
    ("purpose", "kind"),
    [(InvoicePurpose.PREPAYMENT, InvoiceType.PREPAYMENT), (InvoicePurpose.FEES, InvoiceType.DEBIT_NOTE)],
)
def test_what_an_invoice_is_for_is_its_type(purpose: InvoicePurpose, kind: InvoiceType) -> None:
    assert einvoice_of(german(purpose=purpose)).header.type is kind


def untaxed(code: str) -> InvoiceDocument:
    line = german().lines[0].model_copy(update={"tax_code": code})
    part = TaxLine(code=code, rate_bp=0, base=eur("1000"), tax=eur("0"))
    due = (Instalment(due_on=date(2026, 4, 4), amount=eur("1000")),)
    return german(lines=(line,), taxes=(part,), tax=eur("0"), gross=eur("1000"), instalments=due)


def test_a_claim_outside_vat_names_no_vat_identifier() -> None:
    made = einvoice_of(untaxed("O"))
    assert (made.header.seller.vat_id, made.header.buyer.vat_id) == ("", "")
    assert [(part.reason, part.reason_code) for part in made.breakdown] == [("Not subject to VAT", "VATEX-EU-O")]
    assert check(made) == ()


def test_a_debit_note_is_payable_together_and_names_what_it_is_about() -> None:
    """Each claim is an open item; the paper asks for their sum, once, and shows no tax (UStAE 1.3 (6))."""
    claims = [
        LateClaim(
            component="fee" if place == 2 else "interest", number=f"INV-2026-00000{place}", instalment=1,
            minor=place * 1_000, from_on=DAY, until_on=DAY, days=10, base_minor=1, rate_bp=1_015,
        )
        for place in (2, 1, 2)
    ]  # fmt: skip
    note = debit_note("DN-2026-000001", ("DE01", "c", "EUR"), claims, DAY)
    document = invoice_document(note, german().customer, german().seller)
    assert document.instalments == (Instalment(due_on=DAY, amount=eur("50")),)
    assert document.about == ("INV-2026-000002", "INV-2026-000001")
    assert [line.note for line in document.taxes] == ["Compensation for late payment, outside the scope of VAT"]
    made = einvoice_of(document)
    assert check(made) == ()
    assert (made.header.type, made.header.due_on) == (InvoiceType.DEBIT_NOTE, DAY)
    assert [one.number for one in made.header.references] == ["INV-2026-000002", "INV-2026-000001"]
    assert [(part.treatment.category, part.reason, part.reason_code) for part in made.breakdown] == [
        ("O", "Compensation for late payment, outside the scope of VAT", "VATEX-EU-O")
    ]


@pytest.mark.parametrize(("code", "lacks"), [("O", 0), ("Z", 3)])
def test_what_supplies_nothing_needs_nothing_of_the_buyer(code: str, lacks: int) -> None:
    buyer = german().customer.model_copy(update={"buyer_reference": "", "email": "", "tax_id": "7"})
    rule = FormRule(country="GB", form=Form.UBL, needs=tuple(Need))
    made = einvoice_of(untaxed(code).model_copy(update={"customer": buyer}))
    assert len(list(rule.lacking(made))) == lacks


def test_why_there_is_no_tax_is_not_guessed() -> None:
    with pytest.raises(Refused) as refused:
        einvoice_of(untaxed("FREE"))
    assert refused.value.code is Code.GATE
    reason = Exemption(category=TaxCategory.EXEMPT, reason="§ 4 Nr. 21 UStG")
    said = Particulars(codes=(CodeMeaning(code="FREE", category=TaxCategory.EXEMPT, exemption=reason),))
    made = einvoice_of(untaxed("FREE"), said)
    assert [(part.treatment.category, part.reason) for part in made.breakdown] == [("E", "§ 4 Nr. 21 UStG")]


def test_a_pro_forma_and_a_nameless_deposit_are_refused() -> None:
    with pytest.raises(Refused) as pro_forma:
        einvoice_of(german(purpose=InvoicePurpose.PRO_FORMA))
    assert pro_forma.value.code is Code.STATE
    with pytest.raises(Refused) as nameless:
        einvoice_of(chinese_invoice())
    assert nameless.value.code is Code.GATE


def test_what_xml_refuses_becomes_a_space() -> None:
    line = german().lines[0].model_copy(update={"description": "bell\x07\x00 <b>&amp;"})
    made = einvoice_of(german(lines=(line,), notes=("half \ud800 pair",)))
    assert made.lines[0].name == "bell   <b>&amp;"
    assert made.header.notes == ("half   pair",)
    assert check(made) == ()


@pytest.mark.parametrize(
    ("written", "code"),
    [("", "C62"), ("days", "DAY"), ("台", "C62"), ("KG", "KGM"), (" 个月 ", "MON"), ("bundle", None)],
)
def test_units_have_codes(written: str, code: str | None) -> None:
    assert unit_code(written) == code


@given(
    st.lists(st.tuples(st.integers(1, 10**7), st.sampled_from(["S19", "S7", "Z"])), min_size=1, max_size=5),
    st.booleans(),
)
@settings(deadline=None)
def test_what_the_ledger_taxed_is_right_to_the_cent(prices: list[tuple[int, str]], inclusive: bool) -> None:
    amounts = [Amount(tax_code=code, minor=minor) for minor, code in prices]
    rates = (TaxRate(code="S19", rate_bp=1900), TaxRate(code="S7", rate_bp=700), TaxRate(code="Z", rate_bp=0))
    priced = taxed(amounts, rates, "EUR", price_includes_tax=inclusive)
    lines = tuple(
        DocumentLine(
            position=n, description="A", quantity=Decimal(1), unit_price=Money(minor=minor, currency="EUR"),
            net=Money(minor=net, currency="EUR"), tax_code=code,
        )
        for n, ((minor, code), net) in enumerate(zip(prices, priced.nets, strict=True), start=1)
    )  # fmt: skip
    gross = Money(minor=priced.gross_minor, currency="EUR")
    net = Money(minor=priced.net_minor, currency="EUR")
    made = einvoice_of(
        german(
            lines=lines, net=net, tax=gross.minus(net), gross=gross,
            taxes=tuple(TaxLine.model_validate(dict(one)) for one in priced.taxes),
            instalments=(Instalment(due_on=date(2026, 4, 4), amount=gross),),
        ),
        Particulars(codes=(CodeMeaning(code="Z", category=TaxCategory.ZERO),)),
    )  # fmt: skip
    assert check(made) == ()
    assert made.totals.gross == gross


@given(st.integers(1, 10**8), st.sampled_from([600, 725, 1300, 1900]), st.integers(0, 10**8))
@settings(deadline=None)
def test_parts_of_a_credited_invoice_may_be_a_cent_off_and_no_more(gross: int, rate_bp: int, before: int) -> None:
    """A credit takes the tax between two amounts of its invoice, as `domain.receivables.crediting` does."""
    tax = tax_within(before + gross, rate_bp) - tax_within(before, rate_bp)
    amounts = {
        name: Money(minor=minor, currency="EUR")
        for name, minor in (("net", gross - tax), ("tax", tax), ("gross", gross))
    }
    line = german().lines[0].model_copy(update={"net": amounts["net"]})
    part = TaxLine(code="S", rate_bp=rate_bp, base=amounts["net"], tax=amounts["tax"])
    note: CreditNoteDocument = credit_note().model_copy(
        update={
            "seller": german().seller,
            "customer": german().customer,
            "lines": (line,),
            "taxes": (part,),
            "parts": (),
        }
        | amounts
    )
    made = einvoice_of(note)
    assert [one.text.en for one in check(made)] == []
    assert made.tax_rounding in set(TaxRounding)
