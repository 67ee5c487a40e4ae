"""Due dates follow the terms alone, and the instalments of an invoice add up to it."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.business_calendar import CalendarEnded, CompiledCalendar, Roll
from domain.due_dates import Due, DueAmount, DueRule, Instalment, PaymentTerms, due_on, instalments
from domain.money import Money
from domain.working_hours import weekly_hours

OFFICE = CompiledCalendar(
    zone="UTC",
    version="office",
    valid_from=date(2026, 1, 1),
    valid_until=date(2027, 1, 1),
    hours=weekly_hours({"mon-fri": ["09:00-17:00"]}),
    holidays=(date(2026, 5, 1),),
)
ISSUED = date(2026, 1, 15)


def first_due(terms: PaymentTerms, issued_on: date) -> date:
    return due_on(issued_on, terms.instalments[0].due, terms, OFFICE)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("issue", Due.ON_ISSUE, date(2026, 1, 15)),
        ("issue+30d", Due.NET, date(2026, 2, 14)),
        ("issue+0d", Due.NET, date(2026, 1, 15)),
        ("eom+30d", Due.EOM_NET, date(2026, 3, 2)),
        ("issue+30d then eom", Due.NET_EOM, date(2026, 2, 28)),
        ("2026-12-31", Due.FIXED, date(2026, 12, 31)),
    ],
)
def test_g14_each_rule_by_its_name(text: str, kind: Due, expected: date) -> None:
    rule = DueRule.parse(text)
    assert rule.kind is kind
    assert rule.due_on(ISSUED) == expected
    assert str(rule) == text
    assert DueRule.model_validate_json(rule.model_dump_json()) == rule


def test_the_articles_short_form_is_the_same_rule() -> None:
    assert DueRule.parse("30d then eom") == DueRule.parse("issue + 30d  then eom")


@pytest.mark.parametrize("text", ["", "net30", "issue+30", "issue-3d", "eom", "eom+30d then eom", "30bd", "2026-13-01"])
def test_anything_else_is_an_error_that_names_the_forms(text: str) -> None:
    with pytest.raises(ValueError, match="issue\\+30d then eom"):
        DueRule.parse(text)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Roll.NONE, date(2026, 2, 14)),  # Saturday
        (Roll.FOLLOWING, date(2026, 2, 16)),
        (Roll.PRECEDING, date(2026, 2, 13)),
        (Roll.MODIFIED_FOLLOWING, date(2026, 2, 16)),
    ],
)
def test_a_due_date_rolls_by_rule(rule: Roll, expected: date) -> None:
    assert first_due(PaymentTerms.single("net30", "issue+30d", rule), ISSUED) == expected


def test_rolling_never_passes_the_legal_maximum() -> None:
    terms = PaymentTerms.single("net30", "issue+30d", Roll.FOLLOWING)
    legal = terms.model_copy(update={"legal_max_days": 30})
    assert first_due(terms, date(2026, 4, 2)) == date(2026, 5, 4)  # from Saturday 2 May
    assert first_due(legal, date(2026, 4, 2)) == date(2026, 4, 30)  # the holiday on Friday is no way out
    month_end = PaymentTerms.single("eom30", "eom+30d").model_copy(update={"legal_max_days": 45})
    assert first_due(month_end, date(2026, 1, 1)) == date(2026, 2, 15)


def test_only_a_fixed_date_lies_before_the_issue() -> None:
    sunday = date(2026, 3, 1)
    assert first_due(PaymentTerms.single("now", "issue", Roll.PRECEDING), sunday) == sunday
    assert first_due(PaymentTerms.single("fixed", "2026-02-28", Roll.PRECEDING), sunday) == date(2026, 2, 27)


def test_beyond_the_calendar_a_roll_is_not_guessed() -> None:
    with pytest.raises(CalendarEnded):
        first_due(PaymentTerms.single("net30", "issue+30d", Roll.FOLLOWING), date(2026, 12, 15))
    assert first_due(PaymentTerms.single("net30", "issue+30d"), date(2026, 12, 15)) == date(2027, 1, 14)


@pytest.mark.parametrize(
    ("rule", "issued_on", "expected"),
    [
        ("eom+30d cut 25", date(2026, 1, 25), date(2026, 3, 2)),
        ("eom+30d cut 25", date(2026, 1, 26), date(2026, 3, 30)),
        ("eom+30d cut 31", date(2026, 4, 30), date(2026, 5, 30)),
        ("issue+30d then day 15", date(2026, 1, 15), date(2026, 2, 15)),
        ("issue+30d then day 15", date(2026, 1, 17), date(2026, 3, 15)),
        ("issue+0d then day 31", date(2026, 2, 3), date(2026, 2, 28)),
        ("issue+30d then day 31", date(2026, 1, 30), date(2026, 3, 31)),
    ],
)
def test_months_close_and_pay_on_a_day(rule: str, issued_on: date, expected: date) -> None:
    assert DueRule.parse(rule).due_on(issued_on) == expected
    assert str(DueRule.parse(rule)) == rule


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.integers(0, 90), st.integers(1, 31))
def test_a_day_of_the_month_is_the_first_that_is_late_enough(issued_on: date, days: int, day: int) -> None:
    due = DueRule(kind=Due.NET_DAY, days=days, day=day).due_on(issued_on)
    waited = (due - issued_on).days - days
    assert 0 <= waited <= 31
    assert due.day == day or (due + timedelta(days=1)).day == 1


def test_the_last_instalment_absorbs_the_rounding() -> None:
    parts = tuple(Instalment(share_bp=share, due=DueRule.parse("issue")) for share in (3_333, 3_333, 3_334))
    split = instalments(Money(minor=10_000, currency="EUR"), ISSUED, PaymentTerms(id="x", instalments=parts), OFFICE)
    assert [part.amount.minor for part in split] == [3_333, 3_333, 3_334]
    tiny = instalments(Money(minor=5, currency="EUR"), ISSUED, PaymentTerms(id="x", instalments=parts), OFFICE)
    assert [part.amount.minor for part in tiny] == [1, 1, 3]


def test_instalments_keep_their_order_and_add_up() -> None:
    terms = PaymentTerms(
        id="thirds",
        instalments=(
            Instalment(share_bp=3334, due=DueRule.parse("issue")),
            Instalment(share_bp=3333, due=DueRule.parse("issue+30d")),
            Instalment(share_bp=3333, due=DueRule.parse("eom+30d")),
        ),
        roll=Roll.FOLLOWING,
    )
    parts = instalments(Money.of("100.01", "EUR"), ISSUED, terms, OFFICE)
    assert parts == (
        DueAmount(date(2026, 1, 15), Money(minor=3334, currency="EUR")),
        DueAmount(date(2026, 2, 16), Money(minor=3333, currency="EUR")),
        DueAmount(date(2026, 3, 2), Money(minor=3334, currency="EUR")),
    )


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(1, 9_999), unique=True, max_size=6),
    st.dates(date(2026, 1, 1), date(2026, 9, 30)),
    st.sampled_from(list(Roll)),
    st.integers(0, 60),
)
def test_any_terms_add_up_and_never_fall_due_before_the_issue(
    minor: int, cuts: list[int], issued_on: date, rule: Roll, days: int
) -> None:
    edges = [0, *sorted(cuts), 10_000]
    rules = [DueRule(kind=kind, days=days) for kind in (Due.NET, Due.EOM_NET, Due.NET_EOM)]
    terms = PaymentTerms(
        id="any",
        instalments=tuple(Instalment(share_bp=b - a, due=rules[n % 3]) for n, (a, b) in enumerate(pairwise(edges))),
        roll=rule,
        legal_max_days=days,
    )
    parts = instalments(Money(minor=minor, currency="CNY"), issued_on, terms, OFFICE)
    assert sum(part.amount.minor for part in parts) == minor
    assert all(issued_on <= part.due_on <= issued_on + timedelta(days=days) for part in parts)


@pytest.mark.parametrize("shares", [[], [9_999], [5_000, 5_001]])
def test_shares_must_be_the_whole(shares: list[int]) -> None:
    with pytest.raises(ValidationError, match="must be the whole"):
        PaymentTerms(id="bad", instalments=tuple(Instalment(share_bp=s, due=DueRule.parse("issue")) for s in shares))


def test_a_rule_is_whole() -> None:
    with pytest.raises(ValidationError):
        DueRule(kind=Due.FIXED)
    with pytest.raises(ValidationError):
        DueRule(kind=Due.NET, days=-1)


def test_terms_are_small_in_json() -> None:
    terms = PaymentTerms.single("net30", "issue+30d", Roll.FOLLOWING)
    text = terms.model_dump_json(exclude_defaults=True)
    assert text == '{"id":"net30","instalments":[{"share_bp":10000,"due":"issue+30d"}],"roll":"following"}'
    assert PaymentTerms.model_validate_json(text) == terms
