"""A booking counts once, in however many messages it is reported."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money
from domain.statements.bookings import Counted, Doubt, Posted, account_key, count_once, is_iban
from domain.statements.statement import Direction, Entry, Payment, Statement, StatementKind

IBAN = "DE89370400440532013000"


def entry(minor: int = 500, reference: str = "", text: str = "INV-1", day: int = 5) -> Entry:
    return Entry(
        index=1,
        direction=Direction.CREDIT,
        amount=Money(minor=minor, currency="EUR"),
        booked_on=date(2026, 1, day),
        servicer_reference=reference,
        payments=(Payment(unstructured=(text,)),),
    )


def once(*statements: tuple[Entry, ...]) -> list[Counted]:
    """Count statements of one account one after another, as they are imported."""
    counted: list[Counted] = []
    for entries in statements:
        keys = [booking.key for one in counted for booking in (*one.new, *one.doubtful)]
        known = [Posted(row=row, key=key) for row, key in enumerate(keys)]
        found = Statement(kind=StatementKind.CAMT_053, account=IBAN, entries=entries)
        counted.append(count_once(found, known))
    return counted


def shape(counted: list[Counted]) -> list[tuple[int, int, int]]:
    return [(len(one.new), len(one.repeated), len(one.doubtful)) for one in counted]


def test_a_booking_of_the_day_report_counts_once_by_the_banks_reference() -> None:
    assert shape(once((entry(reference="R1"),), (entry(reference="R1", text="told differently"),))) == [
        (1, 0, 0), (0, 1, 0),
    ]  # fmt: skip


def test_a_booking_counts_once_by_all_that_is_told_where_there_is_no_reference() -> None:
    cut = entry().model_copy(update={"payments": (Payment(unstructured=("IN", "V-1")),)})
    assert shape(once((entry(),), (cut,))) == [(1, 0, 0), (0, 1, 0)]
    assert shape(once((entry(reference="NONREF"),), (entry(reference="R1"),))) == [(1, 0, 0), (0, 1, 0)]


def test_equal_bookings_of_one_statement_are_as_many_as_there_are() -> None:
    assert shape(once((entry(), entry()), (entry(), entry(), entry()))) == [(2, 0, 0), (1, 2, 0)]
    assert shape(once((entry(reference="R"), entry(reference="R")), (entry(reference="R"),))) == [(2, 0, 0), (0, 1, 0)]


def test_two_payers_of_one_amount_on_one_day_are_never_mixed_up() -> None:
    assert shape(once((entry(text="A"),), (entry(text="B"), entry(text="A")))) == [(1, 0, 0), (1, 1, 0)]
    assert shape(once((entry(text="A", reference="1"),), (entry(text="A", reference="2"),))) == [(1, 0, 0), (1, 0, 0)]


def test_what_agrees_in_day_and_amount_alone_is_a_question() -> None:
    assert shape(once((entry(text="A"),), (entry(text="B"),))) == [(1, 0, 0), (0, 0, 1)]
    assert shape(once((entry(text="A"),), (entry(text="B", reference="R1"),))) == [(1, 0, 0), (0, 0, 1)]
    assert shape(once((entry(day=5),), (entry(day=6),), (entry(minor=501),))) == [(1, 0, 0), (1, 0, 0), (1, 0, 0)]


def test_a_reference_that_comes_with_another_day_is_a_question_and_never_a_booking_counted_before() -> None:
    later = entry(reference="R1", day=6)
    first, second, again = once((entry(reference="R1"),), (later,), (later,))
    assert shape([first, second, again]) == [(1, 0, 0), (0, 0, 1), (0, 1, 0)]
    assert [booking.doubt for booking in (*first.new, *second.doubtful)] == [None, Doubt.REFERENCE]
    assert first.new[0].booking_id != second.doubtful[0].booking_id
    by_day = once((entry(text="A"),), (entry(text="B"),))[1]
    assert [booking.doubt for booking in by_day.doubtful] == [Doubt.DAY]


def test_a_reference_of_two_days_counts_once_for_each_of_them() -> None:
    both = (entry(reference="R1", day=5), entry(reference="R1", day=6))
    assert shape(once(both, both[1:], both[:1])) == [(2, 0, 0), (0, 1, 0), (0, 1, 0)]
    assert shape(once(both[1:], both)) == [(1, 0, 0), (1, 1, 0)]
    assert shape(once(both[:1], both)) == [(1, 0, 0), (1, 1, 0)]
    assert shape(once((both[0], both[0]), both)) == [(2, 0, 0), (0, 1, 1)]


def test_the_day_without_a_booking_day_is_the_value_day() -> None:
    valued = entry(reference="R1").model_copy(update={"booked_on": None, "valued_on": date(2026, 1, 5)})
    assert shape(once((valued,), (entry(reference="R1", day=5),))) == [(1, 0, 0), (0, 1, 0)]
    assert shape(once((valued,), (entry(reference="R1", day=6),))) == [(1, 0, 0), (0, 0, 1)]


def test_pending_entries_are_no_bookings() -> None:
    assert shape(once((entry().model_copy(update={"state": "PDNG"}),))) == [(0, 0, 0)]


ENTRIES = st.builds(
    entry,
    minor=st.sampled_from([100, 200]),
    reference=st.sampled_from(["", "", "R1", "R2"]),
    text=st.sampled_from(["A", "B"]),
    day=st.sampled_from([5, 6]),
)


@given(st.lists(ENTRIES, max_size=6), st.lists(ENTRIES, max_size=6))
def test_importing_a_statement_again_posts_nothing_and_ids_are_unique(one: list[Entry], two: list[Entry]) -> None:
    first, second, third = once(tuple(one), tuple(two), tuple(one))
    assert (third.new, third.doubtful) == ((), ())
    assert len(third.repeated) == len(one)
    ids = [booking.booking_id for counted in (first, second) for booking in counted.new]
    assert len(ids) == len(set(ids))
    assert len(first.new) == len(one)


@given(st.lists(ENTRIES, max_size=6), st.lists(ENTRIES, max_size=6))
def test_only_what_agrees_in_reference_and_day_or_in_all_that_is_told_is_dropped(
    one: list[Entry], two: list[Entry]
) -> None:
    first, second = once(tuple(one), tuple(two))
    for booking in second.repeated:
        key = booking.key
        assert any(
            (key.by_day == known.key.by_day and (key.by_reference == known.key.by_reference != ""))
            or key.by_content == known.key.by_content
            for known in first.new
        )
    assert len(second.new) + len(second.repeated) + len(second.doubtful) == len(two)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("de89 3704 0044 0532 0130 00", IBAN), (f"{IBAN}EUR", IBAN), (IBAN, IBAN),
        ("12345678/1020304050", "123456781020304050"), ("ABC123EUR", "ABC123EUR"), ("", ""),
    ],
)  # fmt: skip
def test_an_account_has_one_key_however_it_is_written(written: str, key: str) -> None:
    assert account_key(written) == key


def test_the_check_digits_tell_an_iban() -> None:
    assert is_iban(IBAN)
    assert not is_iban("DE88370400440532013000")
    assert not is_iban("DE89")
