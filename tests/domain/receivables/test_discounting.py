"""Paying early takes off what was offered, once, and only with cash that covers the rest (M12, G4, G5)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.business_calendar import CompiledCalendar
from domain.due_dates import CashDiscount, DiscountStep, DiscountTax, DueRule, OnPartial, PaymentTerms
from domain.money import Money
from domain.receivables.allocating import bounced, by_shares
from domain.receivables.crediting import credit_plan
from domain.receivables.discounting import discount_left, no_longer_covered
from domain.receivables.entries import Allocation, AppliedCash, Invoice, Match, OpenItem, Receipt
from domain.receivables.invoicing import invoice_of
from domain.receivables.matching import match_receipt
from domain.receivables.postings import of_allocations
from domain.span import Span
from domain.terms import TaxRate, Tolerance
from tests.domain.receivables.samples import DAY_0
from tests.domain.receivables.test_invoicing import adds_up, ask, line

ISSUED = date(2026, 3, 2)
EARLY, LAST, LATE = date(2026, 3, 5), date(2026, 3, 12), date(2026, 3, 13)
S19 = (TaxRate(code="S19", rate_bp=1900),)


def terms(**changes: Any) -> PaymentTerms:
    """Return 30 days net with 2 % for payment within ten."""
    step = DiscountStep(rate_bp=200, within=DueRule.parse("issue+10d"))
    discount = CashDiscount(steps=(step,)).model_copy(update=changes)
    return PaymentTerms.single("skonto", "issue+30d").model_copy(update={"discount": discount})


def issued(net: int, rates: tuple[TaxRate, ...] = S19, number: str = "a", **changes: Any) -> Invoice:
    code = rates[0].code if rates else ""
    return invoice_of(ask(line(1, net, code=code), rates=rates, payment=terms(**changes)), number)


def items(*invoices: Invoice) -> list[OpenItem]:
    return [
        OpenItem(
            number=one.number,
            instalment=part.index,
            deal_id="d",
            issued_on=one.issued_on,
            due_on=part.due_on,
            amount_minor=part.amount.minor,
            open_minor=part.amount.minor,
            currency=part.amount.currency,
            discount=part.discount,
        )
        for one in invoices
        for part in one.instalments
    ]


def money(minor: int, on: date = EARLY, *numbers: str, reference: str = "") -> Receipt:
    return Receipt(
        source="bank",
        external_id="1",
        amount=Money(minor=minor, currency="CNY"),
        value_date=on,
        received_at=DAY_0,
        invoices=numbers,
        reference=reference,
    )


def told(match: Match) -> list[tuple[str, str, int]]:
    return [(part.number, part.kind, part.minor) for part in match.allocations]


@pytest.mark.parametrize(
    ("mode", "gross", "early", "tax", "corrected"),
    [
        (DiscountTax.INCLUDED, 1_190_000, 1_166_200, 190_000, 3_800),
        (DiscountTax.EXCLUDED, 1_190_000, 1_170_000, 190_000, 0),
        (DiscountTax.MIXED, 1_186_200, 1_166_200, 186_200, 0),
    ],
)
def test_g4_ten_thousand_and_nineteen_percent_with_two_percent_off_in_three_tax_modes(
    mode: DiscountTax, gross: int, early: int, tax: int, corrected: int
) -> None:
    invoice = issued(1_000_000, tax=mode)
    assert (invoice.gross.minor, sum(part.tax.minor for part in invoice.taxes)) == (gross, tax)
    assert adds_up(invoice)
    match = match_receipt(money(early, LAST), items(invoice), Tolerance())
    assert told(match) == [("a", "cash", early), ("a", "discount", gross - early)]
    assert match.allocations[1].tax_minor == corrected
    legs = {leg.account: leg.minor for leg in of_allocations(match.allocations, "CNY")}
    assert legs == {"unapplied": early, "discounts": 20_000, "receivable": -gross} | (
        {"tax": corrected} if corrected else {}
    )
    assert told(match_receipt(money(early, LATE), items(invoice), Tolerance())) == []
    assert told(match_receipt(money(early, LATE, "a"), items(invoice), Tolerance())) == [("a", "cash", early)]


def test_a_mixed_invoice_shows_what_it_leaves_untaxed_as_a_sum_of_its_own() -> None:
    taxes = issued(1_000_000, tax=DiscountTax.MIXED).taxes
    assert [(part.code, part.rate_bp, part.base.minor, part.tax.minor) for part in taxes] == [
        ("S19", 1900, 980_000, 186_200),
        ("discount", 0, 20_000, 0),
    ]


@pytest.mark.parametrize(
    ("on_partial", "settles"), [(OnPartial.REMAINING, 49_000), (OnPartial.FULL, 48_000), (OnPartial.NONE, 50_000)]
)
def test_g5_after_half_was_paid_early_the_rest_is_settled_early_by(on_partial: OnPartial, settles: int) -> None:
    (item,) = items(issued(100_000, (), on_partial=on_partial))
    half = match_receipt(money(50_000, EARLY, "a"), [item], Tolerance())
    assert told(half) == [("a", "cash", 50_000)]
    rest = item.model_copy(update={"open_minor": 50_000, "cash": ((EARLY, 50_000),)})
    match = match_receipt(money(settles, LAST, "a"), [rest], Tolerance())
    assert sum(part.minor for part in match.allocations) == 50_000
    assert told(match)[0] == ("a", "cash", settles)
    less = match_receipt(money(settles - 1, LAST, "a"), [rest], Tolerance())
    assert told(less) == [("a", "cash", settles - 1)]


def test_the_whole_is_not_discounted_where_a_part_of_it_came_late() -> None:
    (item,) = items(issued(100_000, (), on_partial=OnPartial.FULL))
    late = item.model_copy(update={"open_minor": 50_000, "cash": ((LATE, 50_000),)})
    assert discount_left(late, EARLY) == 0


def test_of_two_steps_the_value_date_chooses_and_grace_is_not_printed() -> None:
    steps = tuple(
        DiscountStep(rate_bp=rate, within=DueRule.parse(within))
        for rate, within in ((300, "issue+7d"), (200, "issue+14d"))
    )
    weekdays = CompiledCalendar.always().model_copy(update={"hours": (*(((540, 1020),),) * 5, (), ())})
    discount = CashDiscount(steps=steps, grace=Span.parse("1bd")).dated(ISSUED, weekdays)
    assert [(step.within.on, step.latest) for step in discount.steps] == [
        (date(2026, 3, 9), date(2026, 3, 10)),
        (date(2026, 3, 16), date(2026, 3, 17)),
    ]
    assert discount.dated(date(2027, 1, 1), weekdays) == discount
    plain = PaymentTerms.single("two", "issue+30d").model_copy(update={"discount": discount})
    (item,) = items(invoice_of(ask(line(1, 100_000), rates=(), payment=plain), "a"))
    found = [discount_left(item, date(2026, 3, day)) for day in (10, 11, 17, 18)]
    assert found == [3_000, 2_000, 2_000, 0]


def test_two_sets_of_which_one_is_discounted_are_a_question() -> None:
    pair = items(issued(100_000, (), number="a"), issued(98_000, (), number="b", steps=terms_of(100)))
    match = match_receipt(money(98_000), pair, Tolerance())
    assert (told(match), sorted(match.candidates)) == ([], [("a",), ("b",)])


def terms_of(rate_bp: int) -> tuple[DiscountStep, ...]:
    return (DiscountStep(rate_bp=rate_bp, within=DueRule.parse("issue+10d")),)


def test_invoices_named_together_are_settled_by_the_only_discounts_that_make_up_the_difference() -> None:
    both = items(issued(100_000, (), number="a"), issued(50_000, (), number="b"))
    named = match_receipt(money(149_000, EARLY, "a", "b"), both, Tolerance())
    assert told(named) == [("a", "cash", 100_000), ("b", "cash", 49_000), ("b", "discount", 1_000)]
    whole = match_receipt(money(147_000, EARLY, "a", "b"), both, Tolerance())
    assert told(whole) == [
        ("a", "cash", 98_000), ("a", "discount", 2_000), ("b", "cash", 49_000), ("b", "discount", 1_000),
    ]  # fmt: skip
    unnamed = match_receipt(money(147_000), both, Tolerance())
    assert told(unnamed) == told(whole)
    first = match_receipt(money(98_500, EARLY, "a", "b"), both, Tolerance())
    assert told(first) == [("a", "cash", 98_500), ("a", "discount", 1_500)]


def test_a_customer_who_pays_in_full_gives_the_discount_away_and_a_disputed_item_has_none() -> None:
    (item,) = items(issued(100_000, ()))
    assert told(match_receipt(money(100_000, EARLY, "a"), [item], Tolerance())) == [("a", "cash", 100_000)]
    disputed = item.model_copy(update={"disputed_minor": 100})
    assert told(match_receipt(money(98_000, EARLY, "a"), [disputed], Tolerance())) == [("a", "cash", 98_000)]
    assert told(match_receipt(money(98_000), [disputed], Tolerance())) == []


def test_a_discount_and_a_tolerance_are_never_added_up() -> None:
    (item,) = items(issued(100_000, ()))
    generous = Tolerance(minor=5_000, bp=5_000)
    within = match_receipt(money(97_999, EARLY, "a"), [item], generous)
    assert told(within) == [("a", "cash", 97_999), ("a", "tolerance", 2_001)]
    by_right = match_receipt(money(98_001, EARLY, "a"), [item], generous)
    assert told(by_right) == [("a", "cash", 98_001), ("a", "discount", 1_999)]


def test_a_person_who_allocates_the_early_price_gives_the_discount_with_it() -> None:
    (item,) = items(issued(100_000, ()))
    early = by_shares([item], (("a", 98_000),), 98_000, LAST)
    assert [(part.kind, part.minor) for part in early] == [("cash", 98_000), ("discount", 2_000)]
    late = by_shares([item], (("a", 98_000),), 98_000, LATE)
    assert [(part.kind, part.minor) for part in late] == [("cash", 98_000)]


def entry(kind: str, minor: int, receipt: str = "1", tax: int = 0) -> AppliedCash:
    part = Allocation.model_validate({"number": "a", "instalment": 1, "kind": kind, "minor": minor, "tax_minor": tax})
    return AppliedCash(source="bank", external_id=receipt, allocation=part)


def test_a_bounce_takes_the_discount_of_its_receipt_with_it() -> None:
    applied = [entry("cash", 98_000), entry("discount", 2_000, tax=319)]
    back = bounced(applied, 0, 1)
    assert [(part.kind, part.minor, part.tax_minor) for part in back] == [("cash", 1, 0), ("discount", 2_000, 319)]


@pytest.mark.parametrize(("on_partial", "falls"), [(OnPartial.FULL, 1), (OnPartial.REMAINING, 0)])
def test_the_discount_of_another_receipt_falls_where_it_was_on_the_whole(on_partial: OnPartial, falls: int) -> None:
    whole = items(issued(100_000, (), on_partial=on_partial))
    back = [entry("cash", 50_000, "1").allocation]
    assert len(no_longer_covered(whole, back, [entry("cash", 48_000, "2"), entry("discount", 2_000, "2")])) == falls


def test_a_credit_gives_back_what_was_paid_and_takes_its_part_of_the_discount_back() -> None:
    (item,) = items(issued(100_000, ()))
    settled = item.model_copy(update={"open_minor": 0, "cash": ((EARLY, 98_000),)})
    applied = [entry("cash", 98_000), entry("discount", 2_000)]
    part = credit_plan([settled], applied, 10_000)
    assert [(one.allocation.kind, one.allocation.minor) for one in part.released] == [
        ("cash", 9_800),
        ("discount", 200),
    ]
    assert (part.minor, part.released_minor) == (10_000, 9_800)
    whole = credit_plan([settled], applied, 100_000)
    assert [one.allocation.minor for one in whole.released] == [98_000, 2_000]


@given(
    net=st.integers(1, 10_000_000),
    rate=st.integers(1, 9_999),
    shares=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    mode=st.sampled_from(DiscountTax),
)
def test_what_the_instalments_offer_is_what_the_invoice_offers(
    net: int, rate: int, shares: list[int], mode: DiscountTax
) -> None:
    parts = Money(minor=10_000, currency="CNY").allocate(shares)
    plan = PaymentTerms.single("x", "issue+30d")
    split = plan.model_copy(
        update={
            "instalments": tuple(plan.instalments[0].model_copy(update={"share_bp": part.minor}) for part in parts),
            "discount": CashDiscount(steps=terms_of(rate), tax=mode),
        }
    )
    invoice = invoice_of(ask(line(1, net, code="S19"), rates=S19, payment=split), "a")
    assert adds_up(invoice)
    offered = [part.discount.steps[0] for part in invoice.instalments if part.discount]
    base = invoice.gross.minor if mode is DiscountTax.INCLUDED else invoice.net.minor
    assert sum(step.minor for step in offered) == (2 * base * rate + 10_000) // 20_000
    assert all(0 <= step.tax_minor <= step.minor for step in offered)
    for part in items(invoice):
        assert 0 <= discount_left(part, EARLY) <= part.open_minor
