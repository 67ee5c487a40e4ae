"""What waits for a second person about open money ends when nothing is open, however that came to be."""

from collections.abc import Callable

import pytest

from domain.account import commands as c
from domain.account import events as e
from domain.account.agenda import agenda
from domain.account.requests import open_requests
from domain.account.rows import approvals_of, tasks_of
from domain.refusal import Code
from domain.terms import Alone, ApprovalTerms
from tests.domain.account.run import LedgerRefused, Run, at, terms
from tests.domain.account.test_plan_approval import RULES, plan
from tests.domain.account.test_second_person import BOSS, decision, refused

KINDS = ("write_off", "credit", "plan")
Ask = Callable[[Run, str], None]


def owing() -> tuple[Run, str]:
    alone = tuple(Alone.model_validate({"kind": kind, "minor": 1_000}) for kind in KINDS)
    run = Run(terms(plan=RULES, alone=alone, approval=ApprovalTerms()))
    return run, run.issue("d1", 9_000, due_day=30)


def write_off(run: Run, number: str) -> None:
    run.send(c.WriteOffNow(number=number, minor=9_000, reason="insolvent", evidence="court file 7"))


def arrange(run: Run, number: str) -> None:
    run.send(plan(number, 5, 15, 25), moment=at(1))


def give_in(run: Run, number: str) -> None:
    run.send(c.Dispute(number=number, reason="price"))
    run.send(c.Resolve(number=number, outcome="accept", reason="they are right"))


def credit(run: Run, number: str) -> None:
    run.send(c.Credit(number=number, minor=9_000, reason="damaged"))


ABOUT_OPEN = pytest.mark.parametrize("ask", [write_off, arrange, give_in])


@ABOUT_OPEN
def test_payment_of_all_ends_the_request_and_only_its_asker_hears_of_it(ask: Ask) -> None:
    run, number = owing()
    ask(run, number)
    asked = open_requests(run.account.requests)[-1].id
    before = len(run.staff)
    stale = decision(run)
    run.pay("1", 9_000, number)
    assert [(one.approval_id, one.outcome, one.by) for one in run.events(e.RequestEnded)] == [(asked, "overtaken", "")]
    assert [(one.template, one.people) for one in run.staff[before:]] == [("request_overtaken", ("fin",))]
    assert [row.status for row in approvals_of(run.account)] == ["superseded"]
    assert (tasks_of(run.account, run.now), agenda(run.account), run.account.pending) == ((), (), ())
    assert refused(run, stale, BOSS) is Code.STATE
    assert run.book.balances.get("bad_debt", 0) == 0


@ABOUT_OPEN
def test_payment_of_a_part_or_of_another_invoice_ends_nothing(ask: Ask) -> None:
    run, number = owing()
    other = run.issue("d2", 500, due_day=30)
    ask(run, number)
    run.pay("1", 8_999, number)
    run.pay("2", 500, other)
    assert run.book.invoice(other).open_minor == 0
    assert (run.events(e.RequestEnded), len(open_requests(run.account.requests))) == ([], 1)


@pytest.mark.parametrize("outcome", ["reject", "withdrawn"])
def test_consent_to_accept_one_dispute_accepts_no_other(outcome: str) -> None:
    run, number = owing()
    give_in(run, number)
    stale = decision(run)
    run.send(c.Resolve.model_validate({"number": number, "outcome": outcome, "reason": "they were wrong"}))
    assert [one.outcome for one in run.events(e.RequestEnded)] == ["overtaken"]
    run.send(c.Dispute(number=number, minor=8_000, reason="other"))
    assert refused(run, stale, BOSS) is Code.STATE
    assert (run.events(e.InvoiceCredited), run.account.case.disputed_minor) == ([], 8_000)
    run.send(c.Resolve(number=number, outcome="accept", reason="they are right this time"))
    run.send(decision(run), BOSS)
    assert [(one.minor, one.reason) for one in run.events(e.InvoiceCredited)] == [(8_000, "they are right this time")]
    assert [one.outcome for one in run.events(e.RequestEnded)] == ["overtaken", "done"]


def test_a_dispute_that_ends_leaves_what_else_waits_about_its_invoice() -> None:
    run, number = owing()
    run.send(c.Dispute(number=number, minor=100, reason="price"))
    run.send(c.WriteOffNow(number=number, minor=8_000, reason="insolvent", evidence="court file 7"))
    run.send(c.Resolve(number=number, outcome="reject", reason="no"))
    assert (run.events(e.RequestEnded), len(open_requests(run.account.requests))) == ([], 1)


def test_a_credit_of_a_paid_invoice_is_still_decided_on() -> None:
    run, number = owing()
    credit(run, number)
    run.pay("1", 9_000, number)
    assert run.events(e.RequestEnded) == []
    run.send(decision(run), BOSS)
    assert [event.minor for event in run.events(e.InvoiceCredited)] == [9_000]
    assert run.account.case.unapplied_minor == 9_000


def test_one_request_that_is_done_ends_the_other_about_the_same_money() -> None:
    run, number = owing()
    write_off(run, number)
    arrange(run, number)
    run.send(decision(run, place=0), BOSS)
    assert [one.outcome for one in run.events(e.RequestEnded)] == ["done", "overtaken"]
    assert run.book.balances["bad_debt"] == 9_000


def test_who_agreed_to_what_is_not_possible_any_more_hears_that_nothing_was_done() -> None:
    run, number = owing()
    write_off(run, number)
    run.pay("1", 1, number)
    with pytest.raises(LedgerRefused, match=Code.AMOUNT):
        run.send(decision(run), BOSS)
    (told,) = run.events(e.CommandRefused)
    assert "your consent is on record, nothing was done, and the request has ended" in told.text.en
    assert "您的同意已记录，但未作任何账务处理，该申请已结束" in told.text.zh
    assert run.book.balances.get("bad_debt", 0) == 0
