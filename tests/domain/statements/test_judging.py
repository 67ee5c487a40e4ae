"""A statement posts when it adds up, or when its kind has no balances; else a person looks."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money
from domain.statements.figures import figures
from domain.statements.judging import Verdict, adds_up, judge
from domain.statements.problem import Problem, ProblemKind
from domain.statements.statement import Balance, Direction, Entry, Statement, StatementKind
from domain.value import Text

DAY = date(2026, 1, 5)
POSTS_WITHOUT = {StatementKind.CAMT_052, StatementKind.CAMT_054, StatementKind.MT942}


def balance(code: str, minor: int, currency: str = "EUR") -> Balance:
    return Balance(code=code, amount=Money(minor=minor, currency=currency))


def entry(minor: int, state: str = "BOOK", currency: str = "EUR") -> Entry:
    side = Direction.DEBIT if minor < 0 else Direction.CREDIT
    amount = Money(minor=minor, currency=currency)
    return Entry(index=1, direction=side, amount=amount, state=state, booked_on=DAY)


def statement(kind: StatementKind, *entries: Entry, balances: tuple[Balance, ...] = ()) -> Statement:
    return Statement(kind=kind, entries=entries, balances=balances)


@pytest.mark.parametrize("kind", StatementKind)
def test_without_balances_the_kind_decides(kind: StatementKind) -> None:
    expected = Verdict.POST if kind in POSTS_WITHOUT else Verdict.ASK
    assert judge(statement(kind, entry(5))).verdict is expected
    assert judge(statement(kind, entry(5), balances=(balance("OPBD", 1),))).verdict is expected
    assert judge(statement(kind, entry(5), balances=(balance("CLBD", 6),))).verdict is expected


@pytest.mark.parametrize("kind", StatementKind)
@given(st.lists(st.integers(-(10**9), 10**9)), st.integers(-(10**9), 10**9), st.integers(-3, 3))
def test_one_cent_decides(kind: StatementKind, amounts: list[int], start: int, wrong: int) -> None:
    balances = (balance("OPBD", start), balance("CLBD", start + sum(amounts) + wrong))
    found = statement(kind, *map(entry, amounts), entry(77, "PDNG"), entry(9, "INFO"), balances=balances)
    assert adds_up(found) is (wrong == 0)
    assert judge(found).verdict is (Verdict.QUARANTINE if wrong else Verdict.POST)
    assert [reason.kind for reason in judge(found).reasons] == ([ProblemKind.BALANCE] if wrong else [])


def test_the_opening_is_booked_else_the_close_before_else_what_was_available() -> None:
    balances = (balance("OPAV", 3), balance("PRCD", 2), balance("OPBD", 1), balance("CLAV", 9), balance("CLBD", 4))
    assert [
        adds_up(statement(StatementKind.CAMT_053, entry(part), balances=balances[left:]))
        for left, part in ((0, 3), (0, 2))
    ] == [True, False]
    without_booked = (balances[0], balances[1], balances[4])
    assert adds_up(statement(StatementKind.CAMT_053, entry(2), balances=without_booked)) is True
    assert adds_up(statement(StatementKind.CAMT_053, entry(1), balances=(balances[0], balances[4]))) is True
    assert adds_up(statement(StatementKind.CAMT_053, entry(6), balances=balances[2:4])) is None


@pytest.mark.parametrize(
    "found",
    [
        statement(StatementKind.CAMT_053, entry(5, currency="SEK"), balances=(balance("OPBD", 0), balance("CLBD", 5))),
        statement(StatementKind.CAMT_053, entry(5), balances=(balance("OPBD", 0), balance("CLBD", 5, "SEK"))),
        statement(StatementKind.CAMT_052, entry(5), balances=(balance("OPBD", 0, "SEK"), balance("CLBD", 5))),
    ],
)
def test_other_currencies_never_add_up_whatever_their_numbers_say(found: Statement) -> None:
    assert adds_up(found) is False
    assert [reason.kind for reason in judge(found).reasons] == [ProblemKind.CURRENCY]


def test_any_problem_quarantines_a_statement_that_adds_up() -> None:
    problem = Problem(kind=ProblemKind.DATE, place="entry 1", text=Text(en="30 February", zh="2月30日"))
    found = statement(StatementKind.CAMT_053, entry(5), balances=(balance("OPBD", 0), balance("CLBD", 5)))
    judged = judge(found.model_copy(update={"problems": (problem,)}))
    assert (judged.verdict, judged.reasons) == (Verdict.QUARANTINE, (problem,))


def test_a_booked_credit_without_any_day_cannot_be_posted() -> None:
    undated = entry(5).model_copy(update={"booked_on": None})
    found = statement(StatementKind.CAMT_054, undated)
    assert [reason.kind for reason in judge(found).reasons] == [ProblemKind.DATE]
    pending = undated.model_copy(update={"state": "PDNG"})
    assert judge(statement(StatementKind.CAMT_054, pending)).verdict is Verdict.POST


def test_figures_count_every_state_and_zero_amounts_by_their_direction() -> None:
    zero_debit = entry(0).model_copy(update={"direction": Direction.DEBIT})
    found = figures(statement(StatementKind.CAMT_053, entry(5), entry(7, "PDNG"), entry(-3), zero_debit))
    assert (found.entries, found.credits_n, found.debits_n) == (4, 2, 2)
    assert (str(found.credits), str(found.debits)) == ("0.12", "0.03")
    assert {one.name: one.count for one in found.states} == {"BOOK": 3, "PDNG": 1}
    assert (found.opening, found.closing, found.balance_ok) == (None, None, None)
