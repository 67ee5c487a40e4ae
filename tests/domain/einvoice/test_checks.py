"""Each of our own checks finds its error, and nothing else, to the cent and in both languages."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from domain.einvoice.amounts import exclusive
from domain.einvoice.checks import check
from domain.einvoice.codes import InvoiceType, TaxCategory, TaxRounding
from domain.einvoice.findings import OwnRule, Severity, Source
from domain.einvoice.model import (
    Adjustment,
    AdjustmentKind,
    DocumentAdjustment,
    Draft,
    EInvoice,
    Header,
    Item,
    Preceding,
    Prepayment,
    TaxSubtotal,
    Treatment,
)
from domain.money import Money
from tests.einvoice_samples import HAMBURG, ISSUED, STANDARD, VIENNA

Change = Callable[[EInvoice], EInvoice]


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


def right() -> EInvoice:
    """100.00 less 10 % and 50.00, a freight of 5.00: 145.00 and 27.55, of which 72.55 were paid."""
    off = Adjustment(
        kind=AdjustmentKind.ALLOWANCE, amount=eur("10.00"), reason="10 %", base=eur("100.00"), percent_bp=1000
    )
    freight = DocumentAdjustment(kind=AdjustmentKind.CHARGE, amount=eur("5.00"), reason="Freight", treatment=STANDARD)
    head = Header(
        number="INV-1", issued_on=ISSUED, type=InvoiceType.INVOICE, currency="EUR", seller=HAMBURG, buyer=VIENNA,
        due_on=date(2026, 4, 4), prepayments=(Prepayment(number="INV-0", amount=eur("72.55")),),
    )  # fmt: skip
    first = Item(id="1", name="A", quantity=Decimal(4), price=Decimal(25), treatment=STANDARD, adjustments=(off,))
    second = Item(id="2", name="B", quantity=Decimal(1), price=Decimal(50), treatment=STANDARD)
    return exclusive(Draft(header=head, items=(first, second), adjustments=(freight,)))


def test_nothing_is_wrong_before() -> None:
    assert check(right()) == ()


def head(**changed: object) -> Change:
    return lambda one: one.model_copy(update={"header": one.header.model_copy(update=changed)})


def sums(**changed: object) -> Change:
    return lambda one: one.model_copy(update={"totals": one.totals.model_copy(update=changed)})


def line(**changed: object) -> Change:
    return lambda one: one.model_copy(update={"lines": (one.lines[0].model_copy(update=changed), *one.lines[1:])})


def tax(**changed: object) -> Change:
    return lambda one: one.model_copy(update={"breakdown": (one.breakdown[0].model_copy(update=changed),)})


def charge(**changed: object) -> Change:
    return lambda one: one.model_copy(update={"adjustments": (one.adjustments[0].model_copy(update=changed),)})


def both(*changes: Change) -> Change:
    def changed(one: EInvoice) -> EInvoice:
        for change in changes:
            one = change(one)
        return one

    return changed


def twice(one: EInvoice) -> EInvoice:
    nothing = TaxSubtotal(treatment=Treatment(category=TaxCategory.ZERO), base=eur("0.00"), tax=eur("0.00"))
    return one.model_copy(update={"breakdown": (*one.breakdown, nothing)})


NAMELESS = HAMBURG.model_copy(update={"name": " "})
UNKNOWN = HAMBURG.model_copy(update={"vat_id": "", "registration": "HRB 1"})
ANONYMOUS = HAMBURG.model_copy(update={"vat_id": "", "registration": "", "tax_number": "12/345/6789"})
STATELESS = HAMBURG.model_copy(update={"address": HAMBURG.address.model_copy(update={"country": "Germany"})})
MISPREFIXED = VIENNA.model_copy(update={"vat_id": "12345678"})
OFF_BY_FIVE = both(tax(tax=eur("27.60")), sums(tax=eur("27.60"), gross=eur("172.60"), payable=eur("100.05")))

WRONG: list[tuple[str, Change, OwnRule, str]] = [
    (
        "a line a cent off",
        both(line(net=eur("90.01")), sums(lines=eur("140.01")), charge(amount=eur("4.99")), sums(charges=eur("4.99"))),
        OwnRule.LINE_NET,
        "BT-131 of line 1",
    ),
    (
        "a percentage that does not give its amount",
        charge(base=eur("100.00"), percent_bp=400),
        OwnRule.ADJUSTMENT,
        "BT-99",
    ),
    (
        "a negative charge",
        both(
            charge(amount=eur("-5.00"), kind=AdjustmentKind.ALLOWANCE),
            sums(charges=eur("0.00"), allowances=eur("-5.00")),
        ),
        OwnRule.ADJUSTMENT,
        "BT-92",
    ),
    (
        "the sum of lines",
        both(sums(lines=eur("140.01"), net=eur("145.01"), gross=eur("172.56"), payable=eur("100.01"))),
        OwnRule.SUM_OF_LINES,
        "BT-106",
    ),
    (
        "the sum of allowances",
        both(sums(allowances=eur("0.01"), net=eur("144.99"), gross=eur("172.54"), payable=eur("99.99"))),
        OwnRule.SUM_OF_ALLOWANCES,
        "BT-107",
    ),
    (
        "the sum of charges",
        both(sums(charges=eur("5.01"), net=eur("145.01"), gross=eur("172.56"), payable=eur("100.01"))),
        OwnRule.SUM_OF_CHARGES,
        "BT-108",
    ),
    ("the net", sums(net=eur("145.01"), gross=eur("172.56"), payable=eur("100.01")), OwnRule.NET, "BT-109"),
    ("a tax group too many", twice, OwnRule.TAX_GROUPS, "BG-23"),
    ("a tax five cents off, which the official rules forgive", OFF_BY_FIVE, OwnRule.TAX_AMOUNT, "BT-117 of S 19%"),
    (
        "the sum of taxes",
        sums(tax=eur("27.56"), gross=eur("172.56"), payable=eur("100.01")),
        OwnRule.TAX_TOTAL,
        "BT-110",
    ),
    ("the gross", sums(gross=eur("172.56"), payable=eur("100.01")), OwnRule.GROSS, "BT-112"),
    ("what was paid", sums(prepaid=eur("72.54"), payable=eur("100.01")), OwnRule.PREPAID, "BT-113"),
    ("what is to be paid", sums(payable=eur("100.01")), OwnRule.PAYABLE, "BT-115"),
    ("a foreign amount", line(net=Money.of("90.00", "USD")), OwnRule.CURRENCY, "BT-131 of line 1"),
    ("a tax accounted in the same currency", sums(tax_accounted=eur("27.55")), OwnRule.CURRENCY, "BT-6"),
    ("a reason on taxed goods", tax(reason="exempt"), OwnRule.TAX_REASON, "BT-120 of S"),
    ("a seller unknown to the tax office", head(seller=UNKNOWN), OwnRule.TAX_PARTIES, "BT-31"),
    (
        "a credit note of nothing",
        head(type=InvoiceType.CREDIT_NOTE, due_on=None, prepayments=(), rounding=eur("-72.55")),
        OwnRule.TYPE,
        "BG-3",
    ),
    ("the number of what it corrects", head(preceding=(Preceding(number="INV-1"),)), OwnRule.TYPE, "BT-25"),
    ("deposits on a deposit", head(type=InvoiceType.PREPAYMENT), OwnRule.TYPE, "BT-113"),
    ("no due date and no terms", head(due_on=None), OwnRule.DUE, "BT-9"),
    ("due before it is issued", head(due_on=date(2026, 3, 4)), OwnRule.DUE, "BT-9"),
    (
        "a due date on a credit note",
        head(type=InvoiceType.CREDIT_NOTE, preceding=(Preceding(number="INV-9"),), prepayments=()),
        OwnRule.DUE,
        "BT-9",
    ),
    ("no number", head(number=""), OwnRule.PRESENT, "BT-1"),
    ("no name of the seller", head(seller=NAMELESS), OwnRule.PRESENT, "BT-27"),
    ("no country code", head(seller=STATELESS), OwnRule.PRESENT, "BT-40"),
    ("no registration", head(seller=ANONYMOUS), OwnRule.PRESENT, "BT-30"),
    ("a VAT identifier without its country", head(buyer=MISPREFIXED), OwnRule.PRESENT, "BT-48"),
    ("an item without a name", line(name=""), OwnRule.PRESENT, "BT-153 of line 1"),
    ("a control character", line(description="bell\x07"), OwnRule.TEXT, "invoice.lines[0].description"),
    ("half a surrogate pair", head(notes=("\ud800",)), OwnRule.TEXT, "invoice.header.notes[0]"),
]


@pytest.mark.parametrize(("change", "rule", "where"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_an_error_is_found_where_it_is(change: Change, rule: OwnRule, where: str) -> None:
    found = check(change(right()))
    assert (rule, where) in [(one.rule, one.where) for one in found]
    for one in found:
        assert (one.source, one.severity) == (Source.OWN, Severity.FATAL)
        assert one.text.en
        assert any("\u4e00" <= character <= "\u9fff" for character in one.text.zh)


def test_every_check_has_its_error() -> None:
    shown = {row[2] for row in WRONG} | {OwnRule.TAX_BASE, OwnRule.TAX_RATE}
    assert shown == set(OwnRule)


def test_a_wrong_amount_is_told_with_the_right_one() -> None:
    (found,) = check(sums(payable=eur("100.01"))(right()))
    assert found.text.en == "BT-115 is 100.01 EUR, must be 100.00 EUR"
    assert found.text.zh == "BT-115 为 100.01 EUR，应为 100.00 EUR"


def test_the_base_of_a_tax_is_the_sum_of_its_category() -> None:
    found = check(tax(base=eur("145.01"))(right()))
    assert [one.rule for one in found] == [OwnRule.TAX_BASE]


@pytest.mark.parametrize(
    ("category", "rate_bp"), [(TaxCategory.STANDARD, 0), (TaxCategory.ZERO, 1900), (TaxCategory.EXEMPT, 500)]
)
def test_a_category_has_its_rate(category: TaxCategory, rate_bp: int) -> None:
    treatment = Treatment(category=category, rate_bp=rate_bp)
    wrong = tax(treatment=treatment)(right())
    assert OwnRule.TAX_RATE in [one.rule for one in check(wrong)]


def rated(rounding: TaxRounding, taxed: str) -> EInvoice:
    off = both(tax(tax=eur(taxed)), sums(tax=eur(taxed), gross=eur("145.00").plus(eur(taxed))))(right())
    payable = off.totals.gross.minus(off.totals.prepaid)
    return sums(payable=payable)(off).model_copy(update={"tax_rounding": rounding})


@pytest.mark.parametrize(
    ("rounding", "taxed", "wrong"),
    [
        (TaxRounding.ON_BASE, "27.54", True), (TaxRounding.WITHIN_GROSS, "27.55", False),
        (TaxRounding.WITHIN_GROSS, "27.57", True), (TaxRounding.SHARE, "27.56", False),
        (TaxRounding.SHARE, "27.57", True), (TaxRounding.SHARE, "27.53", True),
    ],
)  # fmt: skip
def test_only_the_named_rounding_is_forgiven(rounding: TaxRounding, taxed: str, *, wrong: bool) -> None:
    found = [one.rule for one in check(rated(rounding, taxed))]
    assert found == ([OwnRule.TAX_AMOUNT] if wrong else [])


@pytest.mark.parametrize("category", [TaxCategory.REVERSE_CHARGE, TaxCategory.INTRA_COMMUNITY, TaxCategory.EXPORT])
def test_who_is_untaxed_is_known_to_the_tax_office(category: TaxCategory) -> None:
    nobody = {"vat_id": "", "registration": ""}
    one = head(seller=UNKNOWN, buyer=VIENNA.model_copy(update=nobody))(right())
    part = one.breakdown[0].model_copy(update={"treatment": Treatment(category=category), "reason_code": "X"})
    found = check(one.model_copy(update={"breakdown": (part,)}))
    assert OwnRule.TAX_PARTIES in [finding.rule for finding in found]


def test_what_is_outside_vat_names_no_vat_identifier() -> None:
    outside = Treatment(category=TaxCategory.OUTSIDE)
    part = right().breakdown[0].model_copy(update={"treatment": outside, "reason_code": "VATEX-EU-O"})
    found = check(right().model_copy(update={"breakdown": (part,)}))
    assert (OwnRule.TAX_PARTIES, "BT-31") in [(one.rule, one.where) for one in found]


@pytest.mark.parametrize(("currency", "refused"), [("KWD", True), ("JPY", False), ("EUR", False)])
def test_three_decimal_places_cannot_be_written(currency: str, *, refused: bool) -> None:
    plain = Item(id="1", name="A", quantity=Decimal(1), price=Decimal(100), treatment=STANDARD)
    one = right().header.model_copy(update={"currency": currency, "prepayments": ()})
    found = check(exclusive(Draft(header=one, items=(plain,))))
    assert [finding.where for finding in found] == (["BT-5"] if refused else [])
