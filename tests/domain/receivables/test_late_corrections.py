"""Interest that money with an earlier value date shows not to have been owed is credited, to the cent and once."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.receivables.entries import OpenItem
from domain.receivables.late_claims import in_words, interest
from domain.receivables.late_corrections import Corrections, corrections, owed_again
from domain.receivables.lateness import Arrears, ClaimedInterest, LateCash, LateInvoice
from domain.terms import InterestTerms
from tests.domain.receivables.samples import item

DUE = date(2026, 3, 2)
DAILY = InterestTerms(rate_bp=5, per="day")


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def moment(days: int) -> datetime:
    return datetime.combine(after(days), time(9), UTC)


def claim(minor: int, until: int, begun: int = 1, **changes: object) -> ClaimedInterest:
    made = ClaimedInterest(
        notice=f"n{until}",
        at=moment(until),
        number=f"DN-{until}",
        position=1,
        minor=minor,
        from_on=after(begun),
        until_on=after(until),
        days=until - begun + 1,
        rate_bp=5,
        per="day",
        open_minor=minor,
    )
    return made.model_copy(update=changes)


def invoice(minor: int, *claims: ClaimedInterest, paid: tuple[tuple[int, int, int], ...] = ()) -> LateInvoice:
    """Return an invoice of one instalment; ``paid`` is (value day, minor, day on which it was recorded)."""
    part = Arrears(
        instalment=1,
        due_on=DUE,
        amount_minor=minor,
        paid=tuple((after(value_day), part) for value_day, part, _ in paid),
        learnt=tuple((after(value_day), moment(recorded)) for value_day, _, recorded in paid),
        claims=claims,
    )
    return LateInvoice(number="a", parts=(part,))


def corrected(late: LateInvoice, open_minor: int = 0) -> Corrections:
    principal: list[OpenItem] = [item("a", open_minor)] if open_minor else []
    return corrections([late], principal, moment(60))


def credited(found: Corrections) -> list[tuple[str, int]]:
    return [(one.number, one.plan.minor) for one in found.credits]


def test_the_days_after_the_value_date_are_credited() -> None:
    # Thirty days of 5.00; the money was there on the tenth day.
    late = invoice(1_000_000, claim(15_000, 30), paid=((10, 1_000_000, 35),))
    found = corrected(late)
    assert credited(found) == [("DN-30", 10_000)]
    assert found.credits[0].claims[0].model_dump() == {"notice": "n30", "position": 1, "minor": 10_000}
    assert [(part.number, part.instalment, part.kind, part.minor) for part in found.credits[0].plan.allocations] == [
        ("DN-30", 1, "credit", 10_000)
    ]
    assert (found.credits[0].plan.released, found.applied) == ((), ())


def test_of_a_part_payment_its_own_interest_is_credited() -> None:
    assert credited(corrected(invoice(1_000_000, claim(15_000, 30), paid=((20, 400_000, 35),)))) == [("DN-30", 2_000)]


def test_money_from_before_the_due_date_takes_all_of_it() -> None:
    assert credited(corrected(invoice(1_000_000, claim(15_000, 30), paid=((-3, 1_000_000, 35),)))) == [
        ("DN-30", 15_000)
    ]


def test_money_known_before_the_notice_or_later_than_its_days_takes_nothing() -> None:
    assert credited(corrected(invoice(1_000_000, claim(15_000, 30), paid=((10, 500_000, 29),)))) == []
    assert credited(corrected(invoice(1_000_000, claim(15_000, 30), paid=((30, 1_000_000, 35),)))) == []
    assert credited(corrected(invoice(1_000_000, claim(15_000, 30), paid=((34, 1_000_000, 35),)))) == []


def test_each_debit_note_loses_its_own_days() -> None:
    two = claim(5_000, 10), claim(10_000, 30, begun=11)
    assert credited(corrected(invoice(1_000_000, *two, paid=((6, 1_000_000, 35),)))) == [
        ("DN-10", 2_000),
        ("DN-30", 10_000),
    ]
    assert credited(corrected(invoice(1_000_000, *two, paid=((25, 1_000_000, 35),)))) == [("DN-30", 2_500)]


def test_what_was_corrected_is_not_credited_twice() -> None:
    done = claim(15_000, 30, corrected_minor=10_000, open_minor=5_000)
    assert credited(corrected(invoice(1_000_000, done, paid=((10, 1_000_000, 35),)))) == []


def test_what_was_waived_by_hand_is_not_credited_again() -> None:
    waived = claim(15_000, 30, open_minor=4_000)
    assert credited(corrected(invoice(1_000_000, waived, paid=((10, 1_000_000, 35),)))) == [("DN-30", 4_000)]
    gone = claim(15_000, 30, open_minor=0)
    assert credited(corrected(invoice(1_000_000, gone, paid=((10, 1_000_000, 35),)))) == []


def test_interest_paid_for_nothing_pays_what_was_sold_with_its_own_value_date() -> None:
    """Costs, interest, principal (G7): 1,000.00 came on day 4 and was first used for ten days of interest."""
    cash = LateCash(source="bank", external_id="r", value_date=after(4), minor=500)
    paid = claim(500, 10, open_minor=0, cash=(cash,))
    found = corrected(invoice(100_000, paid, paid=((4, 99_500, 13),)), open_minor=500)
    # Four days of 50, and six of what was short by then: 500 less what is freed, which is 300 less 0.6.
    assert credited(found) == [("DN-10", 299)]
    assert [(one.external_id, one.allocation.number, one.allocation.minor) for one in found.applied] == [
        ("r", "a", 299)
    ]
    (released,) = found.credits[0].plan.released
    assert (released.allocation.number, released.allocation.instalment, released.allocation.minor) == ("DN-10", 1, 299)


def test_what_frees_more_than_is_open_stays_unapplied() -> None:
    cash = LateCash(source="bank", external_id="r", value_date=after(4), minor=500)
    found = corrected(invoice(100_000, claim(500, 10, open_minor=0, cash=(cash,)), paid=((4, 100_000, 13),)))
    assert (credited(found), found.applied) == ([("DN-10", 300)], ())


def test_taken_back_it_is_claimed_again_once_and_only_what_was_credited() -> None:
    done = claim(15_000, 30, corrected_minor=10_000)
    late = invoice(1_000_000, done)
    assert owed_again(late.parts[0], late) == 10_000
    first, rest = interest(late, {1}, DAILY, after(40))
    assert (first.minor, first.days, first.from_on, first.until_on) == (10_000, 0, after(1), after(30))
    assert (rest.minor, rest.days, rest.from_on) == (5_000, 10, after(31))
    assert in_words(first, "CNY").en == (
        "Interest on a within 2026-03-03 to 2026-04-01, credited before, since the payment that had ended it was "
        "taken back"
    )

    again = claim(10_000, 40, days=0, from_on=after(1), until_on=after(30))
    claimed = invoice(1_000_000, done, again, claim(5_000, 40, begun=31, position=2))
    assert owed_again(claimed.parts[0], claimed) == 0
    assert credited(corrected(claimed)) == []
    # And credited again, when money of that value date comes after all.
    assert credited(corrected(invoice(1_000_000, done, again, paid=((10, 1_000_000, 45),)))) == [("DN-40", 10_000)]


def test_claimed_again_it_keeps_within_the_cap() -> None:
    late = invoice(1_000_000, claim(15_000, 30, corrected_minor=10_000))
    capped = DAILY.model_copy(update={"cap_bp": 160})
    assert [one.minor for one in interest(late, {1}, capped, after(40))] == [10_000, 1_000]


@given(
    st.integers(1, 10**9),
    st.integers(1, 90),
    st.lists(st.tuples(st.integers(-5, 95), st.integers(1, 10**9)), max_size=4),
)
def test_corrected_it_is_what_would_have_been_claimed_had_all_been_known(
    minor: int, until: int, payments: list[tuple[int, int]]
) -> None:
    (first, *more) = interest(invoice(minor), {1}, DAILY, after(until)) if minor * until * 10 >= 10_000 else (None,)
    if first is None:
        return
    assert more == []
    paid = tuple((day, part, 99) for day, part in payments)
    known = sum(one.minor for one in interest(invoice(minor, paid=paid), {1}, DAILY, after(until)))
    found = corrected(invoice(minor, claim(first.minor, until), paid=paid))
    assert first.minor - sum(credit for _, credit in credited(found)) == known
