"""A receipt pays what it names or the only thing it can mean; two answers are a question, and nothing is overpaid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.receivables.entries import Match, OpenItem
from domain.receivables.matching import match_receipt
from domain.refusal import Code, Refused
from domain.terms import Tolerance
from tests.domain.receivables.samples import item, receipt

NONE = Tolerance()
A, B, C = item("a", 100), item("b", 150), item("c", 150)


def paid(match: Match) -> list[tuple[str, int]]:
    return [(part.number, part.minor) for part in match.allocations if part.kind == "cash"]


def test_two_covering_sets_are_a_question() -> None:
    """G11, without a reference."""
    match = match_receipt(receipt(250), [A, B, C], NONE)
    assert match.allocations == ()
    assert sorted(match.candidates) == [("a", "b"), ("a", "c")]


def test_text_that_names_one_decides_between_covering_sets() -> None:
    """G11, with a reference to b."""
    match = match_receipt(receipt(250, reference="your invoice b, thanks"), [A, B, C], NONE)
    assert paid(match) == [("b", 150), ("a", 100)]
    assert match.rule == "reference"


def test_the_only_covering_set_is_paid() -> None:
    items = [item("a", 100), item("b", 151), item("c", 73)]
    match = match_receipt(receipt(173), items, NONE)
    assert (sorted(paid(match)), match.rule) == ([("a", 100), ("c", 73)], "covering_set")


def test_sets_of_different_sizes_are_two_answers() -> None:
    match = match_receipt(receipt(150), [item("a", 100), item("b", 50), item("c", 150)], NONE)
    assert match.allocations == ()
    assert sorted(match.candidates) == [("a", "b"), ("c",)]


def test_a_set_with_a_disputed_item_is_a_question_never_a_payment() -> None:
    disputed = item("a", 100, disputed_minor=40)
    match = match_receipt(receipt(100), [disputed, item("b", 70)], NONE)
    assert (match.allocations, match.candidates) == ((), (("a",),))


def test_a_receipt_that_names_a_disputed_invoice_pays_it() -> None:
    disputed = item("a", 100, disputed_minor=100)
    assert paid(match_receipt(receipt(100, "a"), [disputed], NONE)) == [("a", 100)]
    assert paid(match_receipt(receipt(100, reference="RE: a"), [disputed], NONE)) == [("a", 100)]


def test_named_invoices_are_paid_in_the_order_named_and_the_rest_stays_unapplied() -> None:
    match = match_receipt(receipt(260, "c", "a"), [A, B, C], NONE)
    assert paid(match) == [("c", 150), ("a", 100)]
    assert sum(minor for _, minor in paid(match)) == 250
    assert match_receipt(receipt(200, "c", "a"), [A, B, C], NONE).allocations[1].minor == 50


def test_instalments_of_one_invoice_are_paid_oldest_due_first() -> None:
    late, early = item("a", 60, 30, instalment=2), item("a", 40, 0, instalment=1)
    parts = match_receipt(receipt(70, "a"), [late, early], NONE).allocations
    assert [(part.instalment, part.minor) for part in parts] == [(1, 40), (2, 30)]


def test_what_names_nothing_open_stays_unapplied_even_if_an_amount_fits() -> None:
    assert match_receipt(receipt(100, "z"), [A, B], NONE).allocations == ()
    assert match_receipt(receipt(100, reference="pays z"), [A, B], NONE, beyond=["z"]).allocations == ()
    assert paid(match_receipt(receipt(100, reference="pays z"), [A, B], NONE)) == [("a", 100)]


def test_a_reference_to_a_paid_invoice_keeps_the_rest_from_being_guessed() -> None:
    match = match_receipt(receipt(250, reference="b and z"), [A, B, C], NONE, beyond=["z"])
    assert paid(match) == [("b", 150)]


@pytest.mark.parametrize(("short", "closes"), [(5, True), (6, False), (0, True)])
def test_a_shortfall_within_both_bounds_closes_the_item(short: int, closes: bool) -> None:
    allowed = Tolerance(minor=100, bp=50)
    match = match_receipt(receipt(1000 - short, "a"), [item("a", 1000)], allowed)
    assert (sum(part.minor for part in match.allocations) == 1000) is closes
    kinds = [part.kind for part in match.allocations]
    assert kinds == (["cash", "tolerance"] if closes and short else ["cash"])


def test_the_absolute_bound_of_tolerance_holds_too_and_a_disputed_item_gets_none() -> None:
    allowed = Tolerance(minor=4, bp=50)
    assert len(match_receipt(receipt(995, "a"), [item("a", 1000)], allowed).allocations) == 1
    disputed = item("a", 1000, disputed_minor=1)
    assert len(match_receipt(receipt(999, "a"), [disputed], allowed).allocations) == 1


def test_without_a_reference_the_only_item_within_tolerance_is_closed() -> None:
    allowed = Tolerance(minor=10, bp=500)
    items = [item("a", 1000), item("b", 2000)]
    match = match_receipt(receipt(995), items, allowed)
    assert [(part.kind, part.minor) for part in match.allocations] == [("cash", 995), ("tolerance", 5)]
    twins = [item("a", 1000), item("b", 1001)]
    assert match_receipt(receipt(995), twins, allowed).candidates == (("a",), ("b",))


def test_another_currency_and_no_amount_are_refused() -> None:
    for wrong, code in (
        (receipt(100, currency="USD"), Code.CCY),
        (receipt(0), Code.AMOUNT),
        (receipt(-1), Code.AMOUNT),
    ):
        with pytest.raises(Refused) as refused:
            match_receipt(wrong, [A], NONE)
        assert refused.value.code == code


def test_a_large_account_is_answered_in_bounded_time_and_never_by_guess() -> None:
    items = [item(f"n{place:04d}", 10_000 + place * 7) for place in range(2574)]
    match = match_receipt(receipt(45_001), items, NONE)
    assert match.allocations == ()
    assert "too many open items" in match.evidence[-1]


@given(
    st.lists(st.tuples(st.integers(1, 400), st.integers(0, 100)), max_size=9),
    st.integers(1, 1500),
    st.sampled_from([(), ("n0",), ("n1", "n0")]),
    st.sampled_from(["", "n2", "pays n3 and n1"]),
)
def test_never_more_than_is_open_or_came_in(
    sizes: list[tuple[int, int]], minor: int, named: tuple[str, ...], reference: str
) -> None:
    items: list[OpenItem] = [
        item(f"n{place}", size, disputed_minor=min(size, held)) for place, (size, held) in enumerate(sizes)
    ]
    match = match_receipt(receipt(minor, *named, reference=reference), items, Tolerance(minor=20, bp=900))
    per_item: dict[str, int] = {}
    for part in match.allocations:
        assert part.minor > 0
        per_item[part.number] = per_item.get(part.number, 0) + part.minor
    assert all(per_item.get(each.number, 0) <= each.open_minor for each in items)
    assert sum(part.minor for part in match.allocations if part.kind == "cash") <= minor
    untouched = [each for each in items if each.disputed_minor and each.number not in (*named, "n1", "n2", "n3")]
    assert not any(each.number in per_item for each in untouched)


def test_what_was_named_and_is_not_there_is_told_apart_from_what_is_paid() -> None:
    strange = match_receipt(receipt(100, "x"), [A], NONE)
    assert (paid(strange), strange.evidence) == (
        [],
        ("x: named by the reporter, no invoice of this account / 报告人指定的 x 不是本账户的发票",),
    )
    settled = match_receipt(receipt(100, "p", "x"), [A], NONE, beyond=("p",))
    assert paid(settled) == []
    assert [said.split(" / ")[0] for said in settled.evidence] == [
        "p: named by the reporter, nothing open",
        "x: named by the reporter, no invoice of this account",
    ]
    mixed = match_receipt(receipt(100, "a", "x"), [A], NONE)
    assert (paid(mixed), len(mixed.evidence)) == ([("a", 100)], 2)
