"""Interest to the cent, for the days and amounts that bear it; costs before interest before principal (G6, G7)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money
from domain.receivables import postings
from domain.receivables.entries import OpenItem
from domain.receivables.late_claims import (
    LateClaim,
    debit_note,
    in_words,
    interest,
    issued,
    late_claims,
    principal,
)
from domain.receivables.lateness import Arrears, ClaimedInterest, LateInvoice
from domain.receivables.matching import match_receipt
from domain.terms import DatedRate, DunningTerms, InterestTerms, LadderLevel, Tolerance
from tests.domain.receivables.samples import item, receipt

DUE = date(2026, 3, 2)
CHINA, GERMANY = InterestTerms(rate_bp=5, per="day"), InterestTerms(rate_bp=1015, per="year")


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def late(minor: int, **changes: object) -> LateInvoice:
    part = Arrears(instalment=1, due_on=DUE, amount_minor=minor)
    return LateInvoice(number="a", parts=(part.model_copy(update=changes),))


def claimed(until: int, minor: int) -> ClaimedInterest:
    return ClaimedInterest(
        notice="n",
        at=datetime(2026, 3, 2, tzinfo=UTC),
        number="DN-1",
        position=1,
        minor=minor,
        from_on=after(1),
        until_on=after(until),
        days=until,
        rate_bp=5,
        per="day",
    )


def charged(invoice: LateInvoice, terms: InterestTerms, today: date) -> int:
    return sum(claim.minor for claim in interest(invoice, {1}, terms, today))


def ladder(interest_terms: InterestTerms | None, **changes: object) -> DunningTerms:
    levels = (LadderLevel(id="r", day=3), LadderLevel(id="final", day=45, **changes))  # type: ignore[arg-type]  # any
    return DunningTerms(levels=levels, min_open=Money.zero("EUR"), interest=interest_terms)


def test_interest_by_the_day_and_by_the_year() -> None:
    """G6."""
    assert charged(late(10_000_000), CHINA, after(30)) == 150_000
    claims = late_claims([late(1_000_000)], [("a", 1)], 2, ladder(GERMANY, fee_minor=4_000, interest=True), after(45))
    assert [(claim.component, claim.minor, claim.days) for claim in claims] == [
        ("fee", 4_000, 0),
        ("interest", 12_514, 45),
    ]
    assert (claims[1].from_on, claims[1].until_on, claims[1].base_minor) == (after(1), after(45), 1_000_000)


STATUTORY = InterestTerms(
    rate_bp=0,
    rates=(DatedRate(since=date(2026, 1, 1), rate_bp=1027), DatedRate(since=date(2026, 7, 1), rate_bp=1052)),
)
"""Nine points over a base rate of 1.27 %, and of 1.52 % from 1 July."""


def test_each_half_year_bears_its_own_rate_and_the_whole_is_rounded_once() -> None:
    invoice = LateInvoice(number="a", parts=(Arrears(instalment=1, due_on=date(2026, 6, 10), amount_minor=1_000_001),))
    first, second = interest(invoice, {1}, STATUTORY, date(2026, 7, 31))
    assert (first.from_on, first.until_on, first.days, first.rate_bp) == (
        date(2026, 6, 11),
        date(2026, 6, 30),
        20,
        1027,
    )
    assert (second.from_on, second.until_on, second.days, second.rate_bp) == (
        date(2026, 7, 1), date(2026, 7, 31), 31, 1052,
    )  # fmt: skip
    # 20 and 31 days: 5,627.40 and 8,934.80 cents, together 14,562.20.
    assert (first.minor, second.minor) == (5_627, 8_935)


def test_days_before_the_first_rate_of_the_table_bear_none_and_are_not_claimed_later() -> None:
    invoice = late(1_000_000).model_copy(
        update={"parts": (Arrears(instalment=1, due_on=date(2025, 12, 1), amount_minor=1_000_000),)}
    )
    (claim,) = interest(invoice, {1}, STATUTORY, date(2026, 1, 31))
    assert (claim.from_on, claim.days, claim.minor) == (date(2026, 1, 1), 31, 8_722)


def test_above_its_cap_an_instalment_bears_no_more() -> None:
    capped = GERMANY.model_copy(update={"cap_bp": 100})
    assert charged(late(1_000_000), capped, after(30)) == 8_342
    assert charged(late(1_000_000), capped, after(90)) == 10_000
    assert charged(late(1_000_000, claims=(claimed(30, 8_342),)), capped, after(90)) == 1_658
    assert charged(late(1_000_000, claims=(claimed(90, 10_000),)), capped, after(400)) == 0


@given(st.integers(1, 10_000_000), st.integers(1, 400), st.lists(st.tuples(st.integers(1, 400), st.integers(0, 2000))))
def test_claims_by_rate_add_up_to_all_days_rounded_once(minor: int, days: int, steps: list[tuple[int, int]]) -> None:
    rates = {after(day): rate for day, rate in steps} | {after(0): 500}
    dated = tuple(DatedRate(since=since, rate_bp=rate) for since, rate in rates.items())
    terms = InterestTerms(rate_bp=0, rates=dated)
    exact = sum(minor * terms.on(after(day)) for day in range(1, days + 1))
    claims = list(interest(late(minor), {1}, terms, after(days)))
    assert sum(claim.minor for claim in claims) == (2 * exact + 3_650_000) // 7_300_000
    ends = [(claim.from_on, claim.until_on) for claim in claims]
    assert all(before[1] < following[0] for before, following in pairwise(ends))


def test_nothing_is_claimed_on_the_due_day_nor_by_a_level_that_claims_nothing() -> None:
    assert charged(late(10_000_000), CHINA, DUE) == 0
    assert charged(late(10_000_000), CHINA, after(1)) == 5_000
    assert late_claims([late(100)], [("a", 1)], 1, ladder(CHINA, fee_minor=9, interest=True), after(9)) == ()
    assert late_claims([late(100)], [("a", 1)], 2, ladder(None, interest=True), after(45)) == ()


def test_a_fee_is_claimed_once_for_a_level_of_an_invoice_and_never_on_fees() -> None:
    terms = ladder(None, fee_minor=9)
    again = late(100).model_copy(update={"fee_levels": (2,)})
    assert late_claims([again], [("a", 1)], 2, terms, after(45)) == ()
    assert late_claims([], principal([item("DN-1", 40, component="fee", claim_of="a")]), 2, terms, after(45)) == ()


def test_a_payment_ends_interest_with_its_value_date() -> None:
    paid = late(10_000_000, paid=((after(10), 4_000_000),))
    assert charged(paid, CHINA, after(10)) == 50_000
    assert charged(paid, CHINA, after(30)) == 50_000 + 60_000
    assert charged(late(10_000_000, paid=((after(-5), 10_000_000),)), CHINA, after(30)) == 0


def test_the_disputed_part_bears_none_while_the_dispute_lasts() -> None:
    held = late(10_000_000).model_copy(update={"disputes": ((after(11), after(20), 4_000_000),)})
    assert charged(held, CHINA, after(30)) == 150_000 - 10 * 2_000
    still = late(10_000_000).model_copy(update={"disputes": ((after(1), None, 10_000_000),)})
    assert charged(still, CHINA, after(30)) == 0


def test_a_dispute_lies_on_the_oldest_instalment_first() -> None:
    parts = (
        Arrears(instalment=1, due_on=DUE, amount_minor=100_000),
        Arrears(instalment=2, due_on=after(5), amount_minor=100_000),
    )
    invoice = LateInvoice(number="a", parts=parts, disputes=((DUE, None, 150_000),))
    claims = list(interest(invoice, {1, 2}, CHINA, after(15)))
    assert [(claim.instalment, claim.days, claim.minor) for claim in claims] == [(2, 10, 250)]


@given(
    st.integers(1, 10**10),
    st.integers(1, 60),
    st.integers(0, 60),
    st.lists(st.tuples(st.integers(-5, 90), st.integers(1, 10**9)), max_size=4),
    st.sampled_from([CHINA, GERMANY]),
)
def test_claimed_in_two_parts_it_is_the_same_but_for_one_rounding(
    minor: int, first: int, more: int, paid: list[tuple[int, int]], terms: InterestTerms
) -> None:
    payments = tuple((after(day), part) for day, part in paid)
    whole = charged(late(minor, paid=payments), terms, after(first + more))
    begun = charged(late(minor, paid=payments), terms, after(first))
    rest = charged(late(minor, paid=payments, claims=(claimed(first, 1),)), terms, after(first + more))
    assert abs(whole - begun - rest) <= 1
    assert charged(late(minor, paid=payments, claims=(claimed(first, 1),)), terms, after(first)) == 0


@given(st.integers(1, 10**9), st.integers(1, 90), st.lists(st.integers(1, 10**9), max_size=3))
def test_it_is_what_adding_day_by_day_gives(minor: int, days: int, paid: list[int]) -> None:
    payments = tuple((after(7 * place), part) for place, part in enumerate(paid))
    sums = 0
    for day in range(1, days + 1):
        sums += max(0, minor - sum(part for at, part in payments if at < after(day))) * CHINA.rate_bp
    assert charged(late(minor, paid=payments), CHINA, after(days)) == (2 * sums + 10_000) // 20_000


def claim(component: str, minor: int, number: str = "a") -> LateClaim:
    return LateClaim.model_validate(
        {
            "component": component, "number": number, "instalment": 1, "minor": minor, "from_on": after(1),
            "until_on": after(45), "days": 45, "base_minor": 1_000_000, "rate_bp": 1015,
        }
    )  # fmt: skip


def test_a_debit_note_has_an_open_item_for_each_claim_and_posts_to_their_income() -> None:
    note = debit_note(
        "DN-2026-000001", ("DE01", "c", "EUR"), [claim("fee", 4_000), claim("interest", 12_514)], after(45)
    )
    assert [
        (part.index, part.due_on, part.amount.minor, part.component, part.claim_of) for part in note.instalments
    ] == [
        (1, after(45), 4_000, "fee", "a"),
        (2, after(45), 12_514, "interest", "a"),
    ]
    assert [(leg.account, leg.minor) for leg in postings.of_invoice(note)] == [
        ("receivable", 16_514),
        ("dunning_fees", -4_000),
        ("late_interest", -12_514),
    ]
    (tax,) = note.taxes
    assert (tax.code, tax.category, tax.base.minor, tax.tax.minor) == ("O", "O", 16_514, 0)
    assert tax.reason is not None
    assert tax.reason.en == "Compensation for late payment, outside the scope of VAT"
    told = issued(note)
    assert (told.gross.minor, told.fee_minor, told.interest_minor, told.invoices) == (16_514, 4_000, 12_514, ("a",))


def test_interest_says_how_it_was_counted() -> None:
    said = in_words(claim("interest", 12_514), "EUR")
    assert said.en == "Interest on a, 10,000.00 EUR, 2026-03-03 to 2026-04-16, 45 days at 10.15% a year (act/365)"


FEE: dict[str, Any] = {"component": "fee", "claim_of": "a", "due_day": 45}
INTEREST: dict[str, Any] = {"component": "interest", "claim_of": "a", "due_day": 45, "instalment": 2}
CLAIM = [item("a", 1000), item("DN-1", 30, **INTEREST), item("DN-1", 10, **FEE)]


def paid(minor: int, *invoices: str, reference: str = "", items: list[OpenItem] = CLAIM) -> list[tuple[str, int, int]]:
    match = match_receipt(receipt(minor, *invoices, reference=reference), items, Tolerance())
    return [(part.number, part.instalment, part.minor) for part in match.allocations]


def test_costs_are_paid_first_then_interest_then_principal() -> None:
    """G7: by name of the invoice, whoever names it."""
    expected = [("DN-1", 1, 10), ("DN-1", 2, 30), ("a", 1, 460)]
    assert paid(500, "a") == expected
    assert paid(500, reference="invoice a") == expected
    assert paid(25, "a") == [("DN-1", 1, 10), ("DN-1", 2, 15)]


def test_a_receipt_may_say_otherwise() -> None:
    assert paid(40, "DN-1") == [("DN-1", 1, 10), ("DN-1", 2, 30)]
    assert paid(500, "a", "DN-1") == [("a", 1, 500)]
    assert paid(1000) == [("a", 1, 1000)]
    assert paid(500) == []


def test_each_invoice_takes_its_own_costs_with_it() -> None:
    items = [*CLAIM, item("b", 500, 9), item("DN-2", 20, component="fee", claim_of="b", due_day=60)]
    assert paid(1060, reference="a b", items=items) == [
        ("DN-1", 1, 10), ("DN-1", 2, 30), ("a", 1, 1000), ("DN-2", 1, 20),
    ]  # fmt: skip
    assert paid(600, "b", "a", items=items)[:2] == [("DN-2", 1, 20), ("b", 1, 500)]


def test_what_is_left_of_a_paid_invoice_is_what_its_lateness_cost() -> None:
    rest = [item("DN-1", 30, **INTEREST)]
    match = match_receipt(receipt(50, reference="for a"), rest, Tolerance(), beyond=["a"])
    assert [(part.number, part.minor) for part in match.allocations] == [("DN-1", 30)]
