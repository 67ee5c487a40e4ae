"""What is credited or written off keeps no promise: it lessens what was promised by nobody, then what comes last."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.receivables.claims import NO_RELIEF, OpenPromise, Relief, is_kept, is_let_off, relieved, still_promised
from domain.receivables.collecting import planned
from domain.receivables.plans import Planned, plan_of
from domain.receivables.second_person import Weighed
from domain.terms import PlanTerms
from tests.domain.account.run import terms
from tests.domain.receivables.samples import item

TODAY = datetime(2026, 3, 2, tzinfo=UTC).date()
AMOUNTS = st.integers(1, 9)
WHAT_CAME = st.lists(st.tuples(st.sampled_from(["paid", "credited", "written off"]), AMOUNTS), max_size=12)


def plan(*minors: int, disputed: int = 0, before: Relief = NO_RELIEF) -> tuple[OpenPromise, ...]:
    schedule = tuple((TODAY + timedelta(days=place), minor) for place, minor in enumerate(minors, 1))
    asked = Planned(plan_id="a-PL1", schedule=schedule, before=before)
    rules = PlanTerms(max_instalments=99, first_within=99, max_days=999)
    owed = item("a", sum(minors) + disputed, disputed_minor=disputed)
    made = plan_of([owed], (), asked, terms(plan=rules), TODAY)
    assert not isinstance(made, Weighed)
    return made


def left(parts: tuple[OpenPromise, ...], open_minor: int, now: Relief) -> list[int]:
    return [still_promised(open_minor, [(one.minor, one.open_at_most)]) for one in (relieved(p, now) for p in parts)]


def test_a_dispute_accepted_after_the_plan_pays_none_of_it() -> None:
    """1,000 of which 200 are disputed; a plan over the other 800; the dispute is accepted."""
    parts, accepted = plan(200, 200, 200, 200, disputed=200), Relief(credited_minor=200)
    assert left(parts, 800, accepted) == [200, 200, 200, 200]
    assert [is_kept(one, 800, accepted) for one in parts] == [False] * 4
    assert [is_kept(one, 600, accepted) for one in parts] == [True, False, False, False]


def test_a_dispute_rejected_leaves_its_part_beside_the_plan() -> None:
    parts = plan(200, 200, 200, 200, disputed=200)
    assert left(parts, 1_000, Relief()) == [200, 200, 200, 200]
    assert [is_kept(one, 800, Relief()) for one in parts] == [True, False, False, False]


def test_a_credit_of_what_was_planned_is_taken_from_the_end() -> None:
    parts, given = plan(300, 200, 400), Relief(credited_minor=450)
    assert left(parts, 450, given) == [300, 150, 0]
    assert [is_kept(one, 450, given) for one in parts] == [False] * 3
    assert [is_kept(one, 150, given) for one in parts] == [True, False, False]
    assert [is_kept(one, 0, given) for one in parts] == [True, True, False]
    assert [is_let_off(one, given) for one in parts] == [False, False, True]
    assert [part.amount.minor for part in planned([relieved(one, given) for one in parts], {"a": 450}, "CNY")] == [
        300, 150,
    ]  # fmt: skip


def test_what_was_credited_before_the_plan_lessens_nothing_of_it() -> None:
    before = Relief(credited_minor=70, written_off_minor=30)
    parts = plan(300, 200, before=before)
    assert [relieved(one, before) for one in parts] == list(parts)
    recovered = before.model_copy(update={"written_off_minor": 0, "credited_minor": 80})
    assert left(parts, 490, recovered) == [300, 190]


def test_to_be_let_off_all_that_was_promised_is_not_to_keep_it_but_to_be_let_off_a_part_is_no_breach() -> None:
    (whole,) = plan(1_000)
    assert not is_kept(whole, 0, Relief(written_off_minor=1_000))
    assert is_let_off(whole, Relief(written_off_minor=1_000))
    assert not is_let_off(whole, Relief(written_off_minor=999))
    assert is_let_off(whole, Relief(credited_minor=1_000))
    assert is_let_off(whole, Relief(credited_minor=400, written_off_minor=600))
    assert not is_let_off(whole, Relief(credited_minor=999))
    assert not is_kept(whole, 0, Relief(credited_minor=1_000))
    assert is_kept(whole, 0, Relief(credited_minor=999))
    assert is_kept(whole, 0, Relief(written_off_minor=100))
    assert not is_kept(whole, 1, Relief(written_off_minor=100))


@given(st.lists(AMOUNTS, min_size=1, max_size=5), st.integers(0, 9), WHAT_CAME)
def test_payments_count_from_the_front_of_a_plan_and_relief_from_its_end(
    minors: list[int], disputed: int, came: list[tuple[str, int]]
) -> None:
    """Each unit that is owed stands in a row, the instalments in order and what was in dispute behind them."""
    parts = plan(*minors, disputed=disputed)
    row = [place for place, minor in enumerate([*minors, disputed]) for _ in range(minor)]
    sums = {"paid": 0, "credited": 0, "written off": 0}
    for what, minor in came:
        moved = min(minor, len(row))
        row = row[moved:] if what == "paid" else row[: len(row) - moved]
        sums[what] += moved
    now = Relief(credited_minor=sums["credited"], written_off_minor=sums["written off"])
    assert left(parts, len(row), now) == [row.count(place) for place in range(len(minors))]
    for place, part in enumerate(parts):
        wholly_let_off = sums["written off"] + sums["credited"] > 0 and not relieved(part, now).minor
        assert is_let_off(part, now) is wholly_let_off
        through = all(unit > place for unit in row)
        assert is_kept(part, len(row), now) is (through and not wholly_let_off)
    stands = [relieved(one, now) for one in parts]
    assert [relieved(one, now) for one in stands] == stands
