"""At the end of the ladder finance is asked once about each item that nobody could collect."""

import pytest

from domain.account import commands as c
from domain.account.events import InvoiceWrittenOff
from domain.account.explain import explain
from domain.account.write_off_events import WriteOffProposed
from domain.terms import LadderLevel, WriteOffTerms
from tests.domain.account.run import Run, at, dunning, on, terms

LEVELS = tuple(LadderLevel(id=name, day=day) for name, day in (("a", 3), ("b", 10), ("c", 20)))
UNITS = pytest.mark.parametrize("unit", ["customer", "invoice"])


def debtor(unit: str, attempts: int = 3) -> Run:
    rules = WriteOffTerms(after_days=100, min_attempts=attempts)
    run = Run(terms(dunning(levels=LEVELS, unit=unit, write_off=rules)))
    run.imported("A", 10_000, due_day=0)
    return run


@UNITS
def test_an_item_is_proposed_once_at_its_age_and_finance_decides(unit: str) -> None:
    run = debtor(unit)
    run.until(at(99, 23))
    assert (run.events(WriteOffProposed), run.account.case.proposed_minor) == ([], 0)
    run.until(at(100, 10))
    assert run.events(WriteOffProposed) == [WriteOffProposed(invoices=("A",), minor=10_000)]
    (told,) = [one for one in run.staff if one.template == "write_off_proposed"]
    assert (told.role, told.facts) == ("finance", (("invoices", "A"), ("open", "100.00 CNY")))
    (line,) = [one for one in explain(run.account, run.now).waiting if one.command == "write_off"]
    assert (line.who, line.what.en) == (
        "role:finance", "decide whether 100.00 CNY that nobody could collect is written off, or go on",
    )  # fmt: skip
    assert (run.events(InvoiceWrittenOff), run.account.case.open_minor) == ([], 10_000)
    run.until(at(400))
    assert len(run.events(WriteOffProposed)) == 1
    run.send(c.WriteOffNow(number="A", reason="insolvent"))
    assert (run.account.case.proposed_minor, run.account.case.open_minor) == (0, 0)
    assert [one for one in explain(run.account, run.now).waiting if one.command == "write_off"] == []


@UNITS
def test_each_item_has_its_own_day_and_what_is_paid_is_not_proposed(unit: str) -> None:
    run = debtor(unit)
    run.imported("B", 5_000, due_day=5)
    run.imported("C", 7_000, due_day=6)
    run.until(at(50))
    run.pay("r1", 5_000, "B")
    run.until(at(101))
    assert [one.invoices for one in run.events(WriteOffProposed)] == [("A",)]
    run.until(at(200))
    # In the case of a customer the last letter is about all that is late, so that C has had but two of three.
    proposed = [(one.invoices, one.minor) for one in run.events(WriteOffProposed)]
    assert proposed == [(("A",), 10_000), (("C",), 7_000)][: 2 if unit == "invoice" else 1]


def test_a_case_of_a_customer_is_at_its_end_with_its_last_letter() -> None:
    run = debtor("customer", attempts=2)
    run.imported("C", 7_000, due_day=6)
    run.until(at(200))
    assert [(one.invoices, one.minor) for one in run.events(WriteOffProposed)] == [
        (("A",), 10_000), (("C",), 7_000),
    ]  # fmt: skip


@UNITS
def test_too_few_notices_propose_nothing(unit: str) -> None:
    run = debtor(unit, attempts=4)
    run.until(at(400))
    assert (run.events(WriteOffProposed), run.account.case.propose) == ([], None)


@UNITS
def test_what_is_in_dispute_or_promised_waits_until_that_is_over(unit: str) -> None:
    run = debtor(unit)
    run.send(c.Dispute(number="A", reason="price"), moment=at(90))
    run.until(at(110))
    assert run.events(WriteOffProposed) == []
    run.send(c.Resolve(number="A", outcome="reject", reason="as agreed"), moment=at(111))
    run.send(c.Promise(number="A", on=on(120)), moment=at(111))
    run.until(at(119))
    assert len(run.events(WriteOffProposed)) <= 1
    run.until(at(130))
    assert len(run.events(WriteOffProposed)) == 1


def test_a_policy_without_the_rule_proposes_nothing() -> None:
    run = Run(terms(dunning(levels=LEVELS)))
    run.imported("A", 10_000, due_day=0)
    run.until(at(2_000))
    assert run.events(WriteOffProposed) == []
