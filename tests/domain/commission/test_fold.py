"""M11: commission is a function of the ledger, and when everything is credited it is zero, to the minor unit."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.commission.facts import Change, Sale, SoldLine
from domain.commission.fold import commission, earned_minor, totals
from domain.commission.statement import statement
from domain.policy.commission import CommissionRule

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def rule(name: str = "r", basis: str = "cash_received", rate_bp: int = 300, **more: Any) -> CommissionRule:
    raw = {"id": name, "basis": basis, "rate_bp": rate_bp, **more}
    return CommissionRule.model_validate(raw)


def sale(number: str = "I1", net: int = 10_000, gross: int = 11_300, nth: int = 0, **more: Any) -> Sale:
    at = START + timedelta(hours=nth)
    usual: dict[str, Any] = {
        "entity": "CN01", "number": number, "deal_id": f"D-{number}", "agent": "bob", "roles": ("sales",),
        "currency": "CNY", "at": at, "on": at.date(), "net_minor": net, "gross_minor": gross,
        "lines": (SoldLine(sku="A", net_minor=net),),
    }  # fmt: skip
    return Sale.model_validate(usual | more)


def cash(minor: int, nth: int, number: str = "I1") -> Change:
    at = START + timedelta(hours=nth)
    return Change(
        entity="CN01", number=number, what="cash", document=f"bank/{nth}", at=at, on=at.date(), gross_minor=minor
    )


def credit(net: int, gross: int, nth: int, number: str = "I1") -> Change:
    at = START + timedelta(hours=nth)
    return Change(
        entity="CN01", number=number, what="credit", document=f"CN-{nth}", at=at, on=at.date(), net_minor=net,
        gross_minor=gross,
    )  # fmt: skip


def told(sales: list[Sale], changes: list[Change], *rules: CommissionRule) -> list[tuple[str, str, int, int]]:
    return [(line.rule, line.document, line.base_minor, line.minor) for line in commission(sales, changes, rules)]


def test_by_invoice_it_is_earned_at_once_and_taken_back_by_the_part_credited() -> None:
    found = told([sale()], [cash(5_000, 1), credit(2_500, 2_825, 2)], rule(basis="invoiced"))
    assert found == [("r", "I1", 10_000, 300), ("r", "CN-2", -2_500, -75)]


def test_by_cash_the_net_part_of_what_was_paid_counts() -> None:
    found = told([sale()], [cash(5_650, 1), cash(5_650, 2), cash(-5_650, 3)], rule())
    assert found == [("r", "bank/1", 5_000, 150), ("r", "bank/2", 5_000, 150), ("r", "bank/3", -5_000, -150)]


def test_a_cancelled_sale_leaves_nothing_in_one_line_that_names_the_credit_note() -> None:
    found = told([sale()], [cash(11_300, 1), cash(-11_300, 2), credit(10_000, 11_300, 2)], rule())
    assert found == [("r", "bank/1", 10_000, 300), ("r", "CN-2", -10_000, -300)]


def test_the_first_rule_that_fits_a_line_counts_and_what_none_fits_earns_nothing() -> None:
    lines = (SoldLine(sku="A", net_minor=6_000), SoldLine(sku="B", net_minor=3_000), SoldLine(sku="C", net_minor=1_000))
    rules = (
        rule("eve", "invoiced", 9_000, agents=("eve",)), rule("heads", "invoiced", 9_000, roles=("sales_head",)),
        rule("b", "invoiced", 1_000, products=("B",)), rule("a", "invoiced", 100, products=("A", "B")),
    )  # fmt: skip
    assert told([sale(lines=lines)], [], *rules) == [("a", "I1", 6_000, 60), ("b", "I1", 3_000, 300)]
    assert told([sale(lines=lines, agent="eve")], [], *rules) == [("eve", "I1", 10_000, 9_000)]
    assert told([sale(lines=lines, roles=("sales", "sales_head"))], [], *rules) == [("heads", "I1", 10_000, 9_000)]


@pytest.mark.parametrize(
    ("base", "minor"),
    [(0, 0), (100_000, 3_000), (100_001, 3_000), (100_013, 3_001), (300_000, 11_000), (300_010, 11_001)],
)
def test_tiers_add_up_and_only_what_is_above_has_their_rate(base: int, minor: int) -> None:
    tiers = ({"above": "1000.00 CNY", "rate_bp": 400}, {"above": "3000.00 CNY", "rate_bp": 500})
    assert earned_minor(rule(tiers=tiers), "CNY", Fraction(base)) == minor
    assert earned_minor(rule(tiers=tiers), "EUR", Fraction(base)) == earned_minor(rule(), "EUR", Fraction(base))


def test_tiers_are_counted_by_the_year_of_the_invoice() -> None:
    tiered = rule(basis="invoiced", rate_bp=100, tiers=({"above": "100.00 CNY", "rate_bp": 1_000},))
    sales = [sale("I1"), sale("I2", nth=1), sale("I3", nth=2, on=date(2027, 1, 4))]
    assert told(sales, [], tiered) == [
        ("r", "I1", 10_000, 100), ("r", "I2", 10_000, 1_000), ("r", "I3", 10_000, 100),
    ]  # fmt: skip
    # The first is taken back at the rate that the second had: as if it had never been.
    assert told(sales, [credit(10_000, 11_300, 3)], tiered)[-1] == ("r", "CN-3", -10_000, -1_000)


def test_a_statement_has_the_lines_of_its_days_and_agent() -> None:
    sales = [sale(), sale("I2", agent="eve", nth=24)]
    lines = commission(sales, [cash(11_300, 30), cash(11_300, 72, "I2")], [rule()])
    found = statement(lines, "p@1", date(2026, 3, 3), date(2026, 3, 4))
    assert [(one.agent, one.rule, one.base_minor, one.minor) for one in found.totals] == [("bob", "r", 10_000, 300)]
    assert statement(lines, "p@1", None, None, "eve").lines == lines[1:]
    assert statement(lines, "p@1", date(2026, 3, 6), None).totals == ()


RULES = (
    rule("svc", "invoiced", 777, products=("S",)),
    rule("all", "cash_received", 333, tiers=({"above": "50.00 CNY", "rate_bp": 1_111},)),
)
Step = tuple[str, int, int]


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[Sale], list[Change]]:
    """Invoices that are paid, paid back and credited in part, never beyond what they are."""
    sales = []
    for nth in range(draw(st.integers(1, 4))):
        nets = draw(st.lists(st.integers(0, 10_000), min_size=1, max_size=3))
        net = sum(nets)
        gross = net + draw(st.integers(0, net))
        skus = draw(st.lists(st.sampled_from("SX"), min_size=len(nets), max_size=len(nets)))
        lines = tuple(SoldLine(sku=sku, net_minor=part) for sku, part in zip(skus, nets, strict=True))
        agent = draw(st.sampled_from(["bob", "eve"]))
        year = draw(st.sampled_from([2026, 2027]))
        sales.append(sale(f"I{nth}", net, gross, nth, lines=lines, agent=agent, on=date(year, 3, 2)))
    left = {one.number: (one.net_minor, one.gross_minor) for one in sales}
    paid = dict.fromkeys(left, 0)
    changes: list[Change] = []
    for nth in range(10, 10 + draw(st.integers(0, 12))):
        number = draw(st.sampled_from(sorted(left)))
        net, gross = left[number]
        if draw(st.booleans()):
            now = draw(st.integers(0, gross))
            changes.append(cash(now - paid[number], nth, number))
            paid[number] = now
        else:
            off = draw(st.integers(0, gross - paid[number]))
            off_net = net if off == gross else net * off // gross if gross else 0
            changes.append(credit(off_net, off, nth, number))
            left[number] = net - off_net, gross - off
    return sales, changes


def whole_credit(sales: list[Sale], changes: list[Change], numbers: set[str]) -> list[Change]:
    """Take back what is paid of some invoices and credit the rest of them."""
    found = []
    for one in sales:
        of_it = [change for change in changes if change.number == one.number]
        paid = sum(change.gross_minor for change in of_it if change.what == "cash")
        net = one.net_minor - sum(change.net_minor for change in of_it)
        gross = one.gross_minor - sum(change.gross_minor for change in of_it if change.what == "credit")
        if one.number in numbers:
            found += [cash(-paid, 100, one.number), credit(net, gross, 100, one.number)]
    return found


@given(ledgers())
def test_after_full_credit_nothing_is_left(ledger: tuple[list[Sale], list[Change]]) -> None:
    sales, changes = ledger
    back = whole_credit(sales, changes, {one.number for one in sales})
    lines = commission(sales, [*changes, *back], RULES)
    assert set(totals(lines).values()) <= {0}
    assert sum(line.base_minor for line in lines) == 0


@given(ledgers(), st.data())
def test_an_invoice_that_is_credited_in_full_counts_as_if_it_had_never_been(
    ledger: tuple[list[Sale], list[Change]], data: st.DataObject
) -> None:
    sales, changes = ledger
    gone = data.draw(st.sampled_from([one.number for one in sales]))
    credited = commission(sales, [*changes, *whole_credit(sales, changes, {gone})], RULES)
    without = commission([one for one in sales if one.number != gone], changes, RULES)
    sums = {key: minor for key, minor in totals(credited).items() if minor}
    assert sums == {key: minor for key, minor in totals(without).items() if minor}


@given(ledgers())
def test_it_is_a_function_of_what_the_ledger_is_and_not_of_the_way_there(
    ledger: tuple[list[Sale], list[Change]],
) -> None:
    """The sum of all lines is the closed form over what each invoice is at the end."""
    sales, changes = ledger
    bases: dict[tuple[str, int, str], Fraction] = {}
    for one in sales:
        of_it = [change for change in changes if change.number == one.number]
        paid = sum(change.gross_minor for change in of_it if change.what == "cash")
        net = one.net_minor - sum(change.net_minor for change in of_it)
        gross = one.gross_minor - sum(change.gross_minor for change in of_it if change.what == "credit")
        for each in RULES:
            skus = {"S"} if each.id == "svc" else {"X"}
            mine = sum(line.net_minor for line in one.lines if line.sku in skus)
            if mine and gross:
                part = Fraction(net * mine, one.net_minor)
                key = (one.agent, one.on.year, each.id)
                bases[key] = bases.get(key, Fraction(0)) + (part if each.id == "svc" else part * Fraction(paid, gross))
    wanted: dict[str, int] = {}
    for (agent, _, name), base in bases.items():
        each = next(one for one in RULES if one.id == name)
        wanted[agent] = wanted.get(agent, 0) + earned_minor(each, "CNY", base)
    found = totals(commission(sales, changes, RULES))
    assert {agent: minor for agent, minor in wanted.items() if minor} == {
        agent: minor for (agent, _), minor in found.items() if minor
    }
    assert all(base >= 0 for base in bases.values())
