"""Whoever looks at a deal sees who must do what by when, what time will do, and what can be done (T1)."""

from datetime import timedelta

import pytest

from domain.deal import commands as c
from domain.deal.explain import CLAUSES
from domain.deal.machine import agenda, approval_rows, explain, row_of, task_rows
from domain.deal.moves import moves
from domain.policy.document import Policy
from domain.terms import ContractTerms, OrderTerms
from tests.connectors.policy_trees import keys
from tests.domain.deal.driver import START, Driver, cny
from tests.domain.deal.terms_fixture import CALENDAR, STEPS, TERMS, terms

CONTRACT = terms(contract=ContractTerms(required_over=cny("0.00"), sign_due=TERMS.contract.sign_due))


def owed(d: Driver) -> list[tuple[str, str]]:
    return [(blocker.who, blocker.command) for blocker in explain(d.deal, d.now).waiting if blocker.who != "ltc"]


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("open", [("li", "respond")]),
        ("qualified", [("li", "create_quote")]),
        ("drafted", [("li", "submit_quote")]),
        ("pending", [("wang", "decide")]),
        ("approved", [("li", "send_quote")]),
        ("quoted", [("customer", "accept_quote")]),
        ("booked", [("li", "record_delivery")]),
        ("delivered", [("customer", "accept_delivery")]),
        ("billed", [("customer", "")]),
    ],
)
def test_the_standard_way_names_the_next_person(to: str, expected: list[tuple[str, str]]) -> None:
    d: Driver = getattr(Driver(), to)()
    d.quiet()
    assert owed(d) == expected
    named = [command for _, command in expected if command]
    assert set(named) <= set(explain(d.deal, d.now).moves)
    assert [(task.who, task.command) for task in task_rows(d.deal, d.now)] == [
        (who, command) for who, command in expected if who != "customer"
    ]


def test_other_ways_name_theirs() -> None:
    d = Driver(CONTRACT).quoted()
    d.accept()
    assert owed(d) == [("customer", "sign_contract"), ("li", "sign_contract")]
    d.do(c.SignContract(side="theirs", signed_by="x"))
    assert owed(d) == [("li", "sign_contract")]

    d = Driver(terms(order=OrderTerms(credit_check=True))).quoted()
    d.accept()
    assert owed(d) == []
    d.done("check_credit", c.CreditDecision(exposure_minor=1, blocked="limit"))
    assert owed(d) == [("role:credit", "release_credit")]
    assert "limit" in explain(d.deal, d.now).waiting[0].what.zh

    d = Driver().pending()
    d.vote("wang", "return", "add a reason")
    assert owed(d) == [("li", "edit_quote")]

    d = Driver().delivered()
    d.do(c.RejectDelivery(reason="scratched"))
    assert owed(d) == [("li", "record_delivery")]

    d = Driver().billed()
    d.paid(open_minor=500, disputed_minor=200)
    assert owed(d) == [("role:finance", ""), ("customer", "")]
    texts = [blocker.what.en for blocker in explain(d.deal, d.now).waiting if blocker.who != "ltc"]
    assert texts == ["resolve the dispute over 2.00 CNY of INV-1", "pay 3.00 CNY of INV-1"]
    # The account has the task, so that the list of tasks names one dispute once.
    assert task_rows(d.deal, d.now) == ()


def test_an_unassigned_and_a_late_lead_are_a_managers_matter() -> None:
    d = Driver()
    d.do(c.Capture(source="web", contact="x"))
    d.done("open_deal", c.Opened(terms=d.terms, customer=d.deal.customer))
    assert owed(d) == [("role:sales_manager", "assign")]

    d = Driver().open()
    d.tick()
    d.tick()
    assert owed(d) == [("li", "respond"), ("role:sales_manager", "assign")]
    d.do(c.Respond())
    assert owed(d) == [("li", "qualify")]
    d.do(c.Nurture(until=d.now + timedelta(days=9)))
    assert owed(d) == []
    assert len(explain(d.deal, d.now).timers) == 1


def test_deadlines_come_from_the_agenda() -> None:
    d = Driver().open()
    assert explain(d.deal, d.now).waiting[0].by == agenda(d.deal)[1].at
    d = Driver().billed()
    d.quiet()
    by = explain(d.deal, d.now).waiting[0].by
    assert by is not None
    assert by.isoformat() == "2026-10-09T15:59:59.999999+00:00"


def test_the_clause_names_the_policy_and_the_rule_that_fired() -> None:
    d = Driver().pending()
    assert explain(d.deal, d.now).clause == f"{TERMS.policy} approvals.matrix mgr: max_discount_bp > 500"
    d = Driver()
    assert explain(d.deal, d.now).clause == ""
    assert explain(d.deal, d.now).moves == ("capture",)


def test_every_clause_is_a_key_of_the_policy() -> None:
    assert set(CLAUSES.values()) <= set(keys(Policy))


def test_a_day_that_is_not_certain_yet_is_shown_as_such() -> None:
    unsure = CALENDAR.model_copy(update={"provisional_years": (2026,)})
    for calendar, said in ((unsure, "(provisional: the working days of 2026 were not published"), (CALENDAR, "")):
        d = Driver(terms(calendar=calendar)).delivered()
        shown = [why for _, why in explain(d.deal, d.now).timers]
        assert shown
        assert all((said in why.en) and (("暂定" in why.zh) == bool(said)) for why in shown)


def test_the_row_shows_the_deal_at_a_glance() -> None:
    d = Driver().pending()
    row = row_of(d.deal, d.now)
    assert (row.stage, row.waiting_for, row.value_minor, row.customer_class) == (
        "quote.pending",
        "wang",
        9_000_000,
        "C",
    )
    assert row.due_at == agenda(d.deal)[0].at
    assert (row.created_at, row.updated_at, row.version) == (START, START, d.deal.version)
    assert not row.attention


def test_the_approval_row_shows_who_may_decide_now() -> None:
    d = Driver().pending()
    (row,) = approval_rows(d.deal)
    assert (row.approval_id, row.owner_workflow, row.status, row.assignees) == (
        "D-1-q1",
        "deal/D-1",
        "pending",
        ("wang",),
    )
    breach = next(due for due in agenda(d.deal) if due.command.what == "approval_breach")
    assert row.due_at == breach.at
    for step in STEPS:
        d.vote(step.seats[0].candidates[0].person)
    (row,) = approval_rows(d.deal)
    assert (row.status, row.assignees, row.due_at) == ("approved", (), None)
    assert approval_rows(Driver().qualified().deal) == ()


def test_a_decision_is_no_move_once_the_approval_is_over() -> None:
    assert "decide" in moves(Driver().pending().deal)
    assert "decide" not in moves(Driver().approved().deal)
