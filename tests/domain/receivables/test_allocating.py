"""What is put on is never above what is open; what is taken back is the newest, with its tolerance."""

import pytest

from domain.receivables.allocating import bounced, by_shares, spread, to_unallocate
from domain.receivables.claims import disputed_minor
from domain.receivables.crediting import credit_plan
from domain.receivables.entries import Allocation, AllocationKind, AppliedCash
from domain.receivables.postings import balanced, of_allocations, of_unallocations
from domain.refusal import Code, Refused
from tests.domain.receivables.samples import DAY_0, item


def applied(number: str, minor: int, kind: AllocationKind = "cash") -> AppliedCash:
    allocation = Allocation(number=number, instalment=1, kind=kind, minor=minor)
    return AppliedCash(source="bank", external_id="1", allocation=allocation)


def test_an_amount_goes_to_the_oldest_due_first() -> None:
    parts = spread([item("b", 50, 9), item("a", 50, 1)], 70, "writeoff")
    assert [(part.number, part.minor, part.kind) for part in parts] == [("a", 50, "writeoff"), ("b", 20, "writeoff")]


@pytest.mark.parametrize("minor", [0, -5, 101])
def test_nothing_and_more_than_is_open_are_refused(minor: int) -> None:
    with pytest.raises(Refused) as refused:
        spread([item("a", 100)], minor, "cash")
    assert refused.value.code == Code.AMOUNT


def test_shares_pay_even_what_is_disputed() -> None:
    items = [item("a", 100, disputed_minor=100), item("b", 50)]
    assert [part.minor for part in by_shares(items, [("a", 80), ("b", 50)], 130, DAY_0.date())] == [80, 50]


@pytest.mark.parametrize(
    ("shares", "unapplied", "code"),
    [
        ([("a", 80)], 79, Code.AMOUNT),
        ([("a", 101)], 500, Code.AMOUNT),
        ([("a", 1), ("a", 1)], 500, Code.AMOUNT),
        ([("z", 1)], 500, Code.NOTFOUND),
    ],
)
def test_shares_beyond_the_receipt_or_the_invoice_are_refused(
    shares: list[tuple[str, int]], unapplied: int, code: Code
) -> None:
    with pytest.raises(Refused) as refused:
        by_shares([item("a", 100)], shares, unapplied, DAY_0.date())
    assert refused.value.code == code


def test_unallocating_takes_cash_and_its_tolerance_of_what_is_named() -> None:
    held = [applied("a", 95), applied("a", 5, "tolerance"), applied("b", 10)]
    assert [part.minor for part in to_unallocate(held, ("a",))] == [95, 5]
    assert len(to_unallocate(held, ())) == 3
    for numbers in (("z",), ()):
        with pytest.raises(Refused) as refused:
            to_unallocate(held if numbers else [], numbers)
        assert refused.value.code == Code.NOTFOUND


def test_a_bounce_takes_the_unapplied_part_and_then_the_newest() -> None:
    held = [applied("a", 60), applied("b", 95), applied("b", 5, "tolerance")]
    back = bounced(held, 30, 50)
    assert [(part.number, part.kind, part.minor) for part in back] == [("b", "cash", 20), ("b", "tolerance", 5)]
    assert [(part.number, part.minor) for part in bounced(held, 30, 150)][:2] == [("b", 95), ("a", 25)]
    assert bounced(held, 30, 30) == ()
    for minor in (0, 186):
        with pytest.raises(Refused):
            bounced(held, 30, minor)


def test_postings_balance_and_taking_back_posts_the_opposite() -> None:
    parts = [applied("a", 95).allocation, applied("a", 5, "tolerance").allocation]
    legs, back = of_allocations(parts, "CNY"), of_unallocations(parts, "CNY")
    assert [(leg.account, leg.minor) for leg in legs] == [("unapplied", 95), ("tolerance", 5), ("receivable", -100)]
    assert [leg.minor for leg in back] == [-95, -5, 100]
    with pytest.raises(ValueError, match="do not balance"):
        balanced("CNY", ("cash", 1))


def test_a_refused_amount_is_written_with_its_currency() -> None:
    """Nobody counts in minor units; 100.00 was open of the invoice."""
    open_items = [item("a", 10_000)]
    refusals = (
        lambda: spread(open_items, 99_999_999, "cash"),
        lambda: by_shares(open_items, (("a", 99_999_999),), 10_000, DAY_0.date()),
        lambda: disputed_minor(open_items, 99_999_999),
        lambda: credit_plan(open_items, (), 99_999_999),
    )
    for refusal in refusals:
        with pytest.raises(Refused) as refused:
            refusal()
        for text in (refused.value.text.en, refused.value.text.zh):
            assert "999,999.99 CNY" in text
            assert "100.00 CNY" in text
            assert "99999999" not in text
