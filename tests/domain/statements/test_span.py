"""However a bank reports its bookings, and in whatever order, what is booked is the truth, or a person is asked."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money
from domain.statements.bookings import Counted, Doubt, Posted, count_once
from domain.statements.span import Relation, relation, span_of
from domain.statements.statement import Balance, BalanceKind, Direction, Entry, Payment, Statement, StatementKind

EVE = date(2026, 1, 4)
OVERNIGHT = timedelta(days=1)
M940, C052, C053, C054 = StatementKind.MT940, StatementKind.CAMT_052, StatementKind.CAMT_053, StatementKind.CAMT_054


def entry(day: int, minor: int = 500, reference: str = "", text: str = "INV-1") -> Entry:
    return Entry(
        index=1,
        direction=Direction.CREDIT if minor > 0 else Direction.DEBIT,
        amount=euros(minor),
        booked_on=EVE + day * OVERNIGHT,
        servicer_reference=reference,
        payments=(Payment(unstructured=(text,)),),
    )


def euros(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def final(
    entries: Sequence[Entry], opening: int, days: tuple[int, int], kind: StatementKind = C053, number: str = ""
) -> Statement:
    """A statement with balances, which adds up."""
    closing = opening + sum(one.amount.minor for one in entries)
    balances = (
        Balance(code=BalanceKind.OPENING_BOOKED, amount=euros(opening), on=EVE + days[0] * OVERNIGHT),
        Balance(code=BalanceKind.CLOSING_BOOKED, amount=euros(closing), on=EVE + days[1] * OVERNIGHT),
    )
    name = f"{kind} {opening} {days} {number}"
    told = {"kind": kind, "account": "1", "number": number, "statement_id": name, "balances": balances}
    return Statement.model_validate(told | {"entries": tuple(entries)})


def report(entries: Sequence[Entry], kind: StatementKind = C052) -> Statement:
    return Statement(kind=kind, account="1", entries=tuple(entries))


def pages(days: tuple[int, int], *entries: Sequence[Entry], opening: int = 0, number: int = 78) -> list[Statement]:
    """The pages of one MT940, the first of which begins where the day before ended."""
    made: list[Statement] = []
    for place, some in enumerate(entries, 1):
        began = days if place == 1 else (days[1], days[1])
        made.append(final(some, opening, began, M940, f"{number}/{place}"))
        opening += sum(one.amount.minor for one in some)
    return made


def told(*statements: Statement) -> list[Counted]:
    """Count statements of one account one after another, as they are taken in."""
    counted: list[Counted] = []
    posted: list[Posted] = []
    for statement in statements:
        one = count_once(statement, posted)
        span = span_of(statement)
        posted = [known.model_copy(update={"span": span}) if known.row in one.stand_here else known for known in posted]
        kept = [booking.key for booking in (*one.new, *one.doubtful)]
        posted += [Posted(row=row, key=key, span=span) for row, key in enumerate(kept, len(posted))]
        counted.append(one)
    return counted


def shape(counted: list[Counted]) -> list[tuple[int, int, int]]:
    return [(len(one.new), len(one.repeated), len(one.doubtful)) for one in counted]


def test_an_equal_payment_on_the_next_page_is_another_one() -> None:
    first, second = pages((0, 1), [entry(1)], [entry(1)])
    assert shape(told(first, second)) == [(1, 0, 0), (1, 0, 0)]
    assert shape(told(second, first, second, first)) == [(1, 0, 0), (1, 0, 0), (0, 1, 0), (0, 1, 0)]
    many = pages((0, 1), *([entry(1)] for _ in range(4)))
    assert shape(told(*many)) == [(1, 0, 0)] * 4
    placeholder = pages((0, 1), [entry(1, reference="0")], [entry(1, reference="0", text="Beta AG")])
    assert shape(told(*placeholder)) == [(1, 0, 0), (1, 0, 0)]


def test_reports_of_the_day_count_once_with_the_pages_of_the_day_in_any_order() -> None:
    first, second = pages((0, 1), [entry(1)], [entry(1)])
    seen = report([entry(1)])
    both = report([entry(1), entry(1)])
    assert shape(told(seen, both, first, second)) == [(1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 1, 0)]
    assert shape(told(seen, first, second, both)) == [(1, 0, 0), (0, 1, 0), (1, 0, 0), (0, 2, 0)]
    assert shape(told(second, both, first, seen)) == [(1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 1, 0)]
    assert shape(told(report([entry(1)], C054), report([entry(1)], C054), first, second)) == [
        (1, 0, 0), (0, 1, 0), (0, 1, 0), (1, 0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("reference", ["", "R1", "N/A"])
def test_an_equal_booking_of_another_statement_with_balances_is_asked(reference: str) -> None:
    one, two = (final([entry(1, reference=reference)], opening, (1, 1)) for opening in (0, 500))
    first, second, again = told(one, two, two)
    assert shape([first, second, again]) == [(1, 0, 0), (0, 0, 1), (0, 1, 0)]
    assert [booking.doubt for booking in second.doubtful] == [Doubt.STATEMENT]
    assert first.new[0].booking_id != second.doubtful[0].booking_id


def test_a_statement_sent_anew_counts_once_and_so_does_the_same_in_another_format() -> None:
    seen = [entry(1), entry(1), entry(1, reference="R1")]
    day = final(seen, 0, (0, 1))
    assert shape(told(day, day, final(seen, 0, (0, 1), M940, "12/1"))) == [(3, 0, 0), (0, 3, 0), (0, 3, 0)]


def test_an_account_that_is_swept_within_the_day_loses_no_payment() -> None:
    """0 → 500 (a payment), 500 → 0 (swept), 0 → 500 (an equal one), in three statements without numbers."""
    first, swept = final([entry(1)], 0, (1, 1)), final([entry(1, -500)], 500, (1, 1))
    third = final([entry(1)], 0, (1, 1)).model_copy(update={"statement_id": "another"})
    assert shape(told(first, swept, third)) == [(1, 0, 0), (1, 0, 0), (0, 0, 1)]


def test_what_was_said_to_be_the_same_hides_no_payment_that_comes_later() -> None:
    """The day's statement, the corrected one (`same`), then the week with two equal payments of that day."""
    day, corrected = final([entry(1)], 0, (0, 1)), final([entry(1)], 7, (0, 1))
    week, seen = final([entry(1), entry(1)], 0, (0, 5)), report([entry(1), entry(1)])
    (first,) = told(day)
    posted = [Posted(row=0, key=first.new[0].key, span=span_of(day))]
    (asked,) = count_once(corrected, posted).doubtful
    posted.append(Posted(row=1, key=asked.key, span=span_of(corrected), said_same=True))
    for later in (week, seen):
        assert shape([count_once(later, posted)]) == [(1, 1, 0)]
    assert shape([count_once(corrected, posted), count_once(day, posted)]) == [(0, 1, 0), (0, 1, 0)]
    # A report whose booking was said to be the same is repeated by the next report, without another question.
    posted[1] = posted[1].model_copy(update={"span": None})
    assert shape([count_once(seen, posted)]) == [(0, 2, 0)]


def test_a_statement_of_the_month_repeats_those_of_its_days() -> None:
    days = [final([entry(day)], 500 * day - 500, (day - 1, day)) for day in range(1, 6)]
    month = final([entry(day) for day in range(1, 6)], 0, (0, 5))
    assert shape(told(*days, month)) == [*[(1, 0, 0)] * 5, (0, 5, 0)]
    assert shape(told(month, *days)) == [(5, 0, 0), *[(0, 1, 0)] * 5]
    rows = [final([entry(day) for day in some], 500 * some[0], (some[0], some[-1])) for some in ([1, 2, 3], [2, 3, 4])]
    assert shape(told(*rows)) == [(3, 0, 0), (1, 2, 0)]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (report([]), final([entry(1)], 0, (0, 1)), Relation.OPEN),
        (final([entry(1)], 0, (0, 1)), final([entry(1)], 0, (0, 1)), Relation.ANEW),
        # Without a number, under another id: the account may have been swept between them.
        (final([entry(1)], 0, (0, 1)), final([entry(1)], 0, (1, 1)), Relation.OTHER),
        (final([entry(1)], 0, (0, 1), number="7"), final([entry(1)], 0, (1, 1), number="7"), Relation.ANEW),
        (final([entry(1)], 0, (0, 1), number="7"), final([entry(1)], 0, (0, 1)), Relation.OTHER),
        (final([entry(1)], 0, (0, 1)), final([entry(1)], 0, (1, 2)), Relation.OTHER),
        (final([entry(1)], 0, (0, 1), number="7"), final([entry(1)], 0, (0, 1), number="8"), Relation.OTHER),
        (final([entry(1)], 0, (0, 1), number="7"), final([entry(1)], 0, (0, 1), M940, "8/1"), Relation.ANEW),
        # Nothing moved on the whole: the next statement has the same balances, and only a number or an id tells.
        (final([], 0, (0, 1)), final([], 0, (1, 1)), Relation.OTHER),
        (final([], 0, (0, 1), number="7"), final([], 0, (0, 1), number="7"), Relation.ANEW),
        (final([entry(1)], 0, (0, 1), M940, "7/1"), final([entry(1)], 500, (1, 1), M940, "7/2"), Relation.APART),
        (final([entry(1)], 0, (0, 1), M940, "7/1"), final([entry(1)], 900, (1, 1), M940, "7/3"), Relation.APART),
        # No page of the same statement, not carried on, or that page made anew.
        (final([entry(1)], 0, (0, 1), M940, "7/1"), final([entry(1)], 500, (1, 1), M940, "8/2"), Relation.OTHER),
        (final([entry(1)], 0, (0, 1), M940, "7/1"), final([entry(1)], 500, (1, 1), C053, "7/2"), Relation.OTHER),
        (final([entry(1)], 0, (0, 1), M940, "7/1"), final([entry(1)], 501, (1, 1), M940, "7/2"), Relation.OTHER),
        (final([entry(1)], 0, (0, 1), M940, "7/1"), final([entry(1)], 0, (1, 1), M940, "7/3"), Relation.OTHER),
        (final([entry(1)], 0, (0, 1), M940, "7/1"), final([entry(1, 400)], 100, (1, 1), M940, "7/3"), Relation.OTHER),
        # Days that overlap, unless the balances say that one begins where the other ends.
        (final([entry(1)], 0, (0, 9)), final([entry(1)], 70, (3, 4)), Relation.OPEN),
        (final([entry(1)], 0, (0, 9)), final([entry(1)], 70, (9, 10)), Relation.OTHER),
        (final([entry(1)], 0, (0, 9)), final([entry(1)], 70, (0, 9)), Relation.OTHER),
        (final([entry(1)], 0, (0, 9)), final([entry(1)], 500, (3, 4)), Relation.OTHER),
    ],
)  # fmt: skip
def test_balances_pages_and_days_tell_what_two_statements_are(
    one: Statement, other: Statement, expected: Relation
) -> None:
    assert relation(span_of(one), span_of(other)) is expected
    assert relation(span_of(other), span_of(one)) is expected


@st.composite
def cut(draw: st.DrawFn, entries: list[Entry]) -> list[list[Entry]]:
    """Cut the entries of a day into pages."""
    ends = sorted(draw(st.sets(st.integers(1, max(1, len(entries) - 1)), max_size=3)))
    return [entries[begin:end] for begin, end in zip([0, *ends], [*ends, len(entries)], strict=True)]


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Entry], list[Statement]]:
    """The bookings of some days, and messages about them in any order: each day with its balances at least once."""
    truth: list[Entry] = []
    messages: list[Statement] = []
    balance, days = 0, draw(st.integers(1, 3))
    kinds = st.tuples(st.sampled_from([500, 500, 900, -500]), st.sampled_from(["", "", "R1"]), st.sampled_from("AAB"))
    for day in range(1, days + 1):
        made = draw(st.lists(kinds, min_size=1, max_size=6))
        entries = [entry(day, minor, reference, text) for minor, reference, text in made]
        whole = final(entries, balance, (day - 1, day))
        paged = pages((day - 1, day), *draw(cut(entries)), opening=balance, number=day)
        messages += draw(st.sampled_from([[whole], paged, [whole, *paged]]))
        for _ in range(draw(st.integers(0, 3))):
            begin = draw(st.integers(0, len(entries) - 1))
            messages.append(
                draw(
                    st.sampled_from(
                        [report(entries[: begin + 1]), report(entries[begin:], C054), report(entries, C054)]
                    )
                )
            )
        balance += sum(one.amount.minor for one in entries)
        truth += entries
    if draw(st.booleans()):
        messages.append(final(truth, 0, (0, days)))
    resent = draw(st.lists(st.sampled_from(messages), max_size=3))
    return truth, draw(st.permutations([*messages, *resent]))


def amounts(entries: Sequence[Entry]) -> Counter[tuple[date | None, int]]:
    return Counter((one.booked_on, one.amount.minor) for one in entries)


@given(deliveries())
def test_nothing_is_lost_and_nothing_counted_twice_however_it_is_reported(
    delivered: tuple[list[Entry], list[Statement]],
) -> None:
    truth, messages = delivered
    counted = told(*messages)
    booked = amounts([booking.entry for one in counted for booking in one.new])
    asked = amounts([booking.entry for one in counted for booking in one.doubtful])
    assert booked <= amounts(truth)
    assert amounts(truth) <= booked + asked
    ids = [booking.booking_id for one in counted for booking in (*one.new, *one.doubtful)]
    assert len(ids) == len(set(ids))


@given(st.data())
def test_reports_and_one_statement_with_pages_are_never_a_question(data: st.DataObject) -> None:
    """Where the bank tells each booking by a reference of its own, or all are equal."""
    count = data.draw(st.integers(1, 6))
    equal = data.draw(st.booleans())
    entries = [entry(1, reference="" if equal else f"R{place}") for place in range(count)]
    reports = [
        report(entries[: data.draw(st.integers(1, count))], data.draw(st.sampled_from([C052, C054]))) for _ in "ab"
    ]
    finals = data.draw(st.sampled_from([[final(entries, 0, (0, 1))], pages((0, 1), *data.draw(cut(entries)))]))
    counted = told(*data.draw(st.permutations([*finals, *finals, *reports])))
    assert sum(len(one.new) for one in counted) == count
    assert [one.doubtful for one in counted if one.doubtful] == []
