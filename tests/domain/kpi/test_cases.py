"""The figures of cases follow from what was claimed, paid and noted, under the recording's own names."""

from datetime import date
from typing import Any

from domain.kpi import tree
from domain.kpi.cases import COLLECTION, REPEATED, CaseFact, ClaimFact, NoteFact, PaidFact, case_figures
from domain.kpi.checkfile import names_asked, of_cases_alone, read_check


def claim(day: str, minor: int, charge: str = "") -> ClaimFact:
    return ClaimFact(date.fromisoformat(day), minor, "fine", charge, charge or "fine")


def paid(day: str, minor: int) -> PaidFact:
    return PaidFact(date.fromisoformat(day), minor, "payment")


def note(day: str, what: str) -> NoteFact:
    return NoteFact(date.fromisoformat(day), what, what)


def told(node: tree.Node | None) -> Any:
    """Return figures as plain values."""
    if isinstance(node, tree.Section):
        return {name: told(entry) for name, entry in node.entries.items()}
    assert isinstance(node, tree.Figure)
    return node.value


def of(*cases: CaseFact, asked: tuple[str, ...] = ()) -> Any:
    return told(case_figures(cases, asked))


def test_what_was_claimed_and_paid_decides_what_a_case_is() -> None:
    whole = CaseFact((claim("2024-12-31", 30), claim("2025-02-01", 10, "sent")), (paid("2025-03-01", 40),))
    part = CaseFact((claim("2025-01-01", 30),), (paid("2025-01-02", 29),))
    back = CaseFact((claim("2025-01-01", 30),), (paid("2025-01-02", 30), paid("2025-01-09", -30)))
    found = of(whole, part, back)["totals"]
    assert [found[name] for name in ("settled", "partial", "unpaid", "fine", "total_due", "paid")] == [
        1,
        1,
        1,
        90,
        100,
        69,
    ]
    assert (found["sent"], found["payments_per_case"], found["activities"]["payment"]) == (1, {"1": 3}, 3)
    assert (found["first"], found["last"]) == ("2024-12-31", "2025-03-01")


def test_a_case_counts_in_the_year_of_its_first_claim() -> None:
    late = CaseFact(
        (claim("2024-12-31", 30), claim("2025-02-01", 10, "penalty")), (), (note("2026-01-01", COLLECTION),)
    )
    found = of(late, CaseFact((claim("2025-01-01", 5),)))["by_year"]
    names = ("cases", "total_due", "penalty", "collection")
    told_of = {year: tuple(part[name] for name in names) for year, part in found.items()}
    assert told_of == {"2024": (1, 40, 1, 1), "2025": (1, 5, 0, 0)}


def test_a_payment_told_again_is_a_report_and_no_money() -> None:
    once = CaseFact((claim("2025-01-01", 30),), (paid("2025-01-02", 30),), (note("2025-01-02", REPEATED),))
    found = of(once)["totals"]
    assert (found["paid"], found["multi_payment"], found["payments_per_case"], found["events"]) == (30, 1, {"2": 1}, 3)
    assert REPEATED not in found


def test_a_thing_that_happens_twice_in_a_case_is_one_case_and_two_records() -> None:
    twice = CaseFact((claim("2025-01-01", 30),), (), (note("2025-01-02", "appeal"), note("2025-02-02", "appeal")))
    found = of(twice)["totals"]
    assert (found["appeal"], found["activities"]) == (1, {"appeal": 2, "fine": 1})


def test_what_is_asked_and_never_happened_counts_zero_and_no_name_hides_a_figure_of_ours() -> None:
    odd = CaseFact((claim("2025-01-01", 30),), (), (note("2025-01-02", "settled"),))
    found = of(odd, asked=("appeal", "paid", "fine"))["totals"]
    assert (found["appeal"], found["settled"], found["paid"], found["fine"]) == (0, 0, 0, 30)


def test_no_cases_are_no_figures_to_be_met() -> None:
    found = of()
    assert (found["totals"]["cases"], found["totals"]["first"], found["by_year"]) == (0, None, {})


def test_a_check_asks_for_the_names_that_it_expects_to_be_zero() -> None:
    check = read_check('{"days": {}, "totals": {"a": 0, "b": 1, "c": 0.0}, "by_year": {"2025": {"d": 0, "b": 0}}}')
    alone, others = of_cases_alone(check)
    assert (names_asked(alone), others) == (("a", "c", "d", "b"), ("days",))
    assert names_asked(read_check('{"by_year": 3}')) == ()
