"""An account says who owes what and when; people's tasks follow from it, and the state stays small."""

import pytest

from domain.account import commands as c
from domain.account import events as e
from domain.account.agenda import agenda
from domain.account.decide import decide
from domain.account.evolve import AccountFact, evolve
from domain.account.explain import explain
from domain.account.rows import row_of, tasks_of
from domain.machine import KEPT_TIMELINE, SYSTEM
from domain.nobody import UNIDENTIFIED
from domain.refusal import Code, Refused
from domain.value import Text
from tests.domain.account.run import Run, at, on


def test_an_open_account_names_the_customer_the_timers_and_the_clause() -> None:
    run = Run()
    run.issue("d1", 12345, due_day=30)
    told = explain(run.account, run.now)
    assert (told.stage, [blocker.who for blocker in told.waiting]) == ("current", ["customer"])
    assert told.waiting[0].what.zh == "付款 123.45 CNY"
    assert told.timers[0][0] == at(33)
    assert told.timers[0][1].en == "reminder for INV-2026-000001, 3 days late"
    assert told.clause.startswith("0123456789ab dunning C per invoice: reminder +3d")
    assert "record_receipt" in told.moves
    assert "allocate" not in told.moves


def customer_lines(run: Run) -> list[str]:
    return [one.what.en for one in explain(run.account, run.now).waiting if one.who == "customer"]


def test_what_a_customer_owes_is_told_once_and_each_amount_once() -> None:
    run = Run()
    first = run.issue("d1", 10_000, due_day=0)
    run.issue("d2", 5_000, due_day=30)
    assert customer_lines(run) == ["pay 150.00 CNY"]
    run.until(at(4))
    assert customer_lines(run) == ["pay 150.00 CNY, 100.00 CNY of it overdue"]
    run.until(at(34))
    assert customer_lines(run) == ["pay 150.00 CNY, all of it overdue"]
    run.send(c.Promise(number=first, minor=4_000, on=on(40)))
    assert customer_lines(run) == ["pay 40.00 CNY as promised", "pay 150.00 CNY, all of it overdue"]


def test_what_is_promised_as_a_whole_is_asked_for_by_its_promise_alone() -> None:
    run = Run()
    number = run.issue("d1", 10_000, due_day=0)
    run.send(c.Promise(number=number, on=on(10)), moment=at(2))
    told = explain(run.account, run.now).waiting
    assert [(one.what.en, one.what.zh, one.by) for one in told if one.who == "customer"] == [
        ("pay 100.00 CNY as promised", "按承诺付款 100.00 CNY", at(11, 0))
    ]


def test_no_line_is_told_twice() -> None:
    run = Run()
    run.issue("d1", 10_000, due_day=0)
    run.send(c.PauseDunning(reason="talks"), moment=at(2))
    waiting = explain(run.account, run.now).waiting
    assert len(waiting) == len(set(waiting)) == 2


def test_unapplied_and_disputed_money_is_a_task_of_finance() -> None:
    run = Run()
    number = run.issue("d1", 100, due_day=30)
    run.send(c.Dispute(number=number, minor=30, reason="price"))
    run.pay("1", 20)
    tasks = tasks_of(run.account, run.now)
    assert [(task.who, task.command) for task in tasks] == [("role:finance", "allocate"), ("role:finance", "resolve")]
    assert tasks[0].what_en == "allocate 0.20 CNY of unapplied cash"
    row = row_of(run.account, run.now)
    assert (row.open_minor, row.unapplied_minor, row.disputed_minor, row.next_at) == (100, 20, 30, at(33))


def test_cash_with_nothing_open_names_a_way_out_that_there_is() -> None:
    run = Run()
    run.pay("1", 20)
    (task,) = tasks_of(run.account, run.now)
    assert (task.who, task.command) == ("role:finance", "claim_receipt")
    assert "nothing is open" in task.what_en
    nobody = run.account.model_copy(update={"customer_id": UNIDENTIFIED})
    (task,) = tasks_of(nobody, run.now)
    assert (task.command, task.what_en.startswith("find out whose 0.20 CNY")) == ("claim_receipt", True)
    assert "认领" in task.what_zh
    assert "claim_receipt" in explain(nobody, run.now).moves


def test_a_claim_for_nobody_is_refused() -> None:
    run = Run()
    run.pay("1", 20)
    claim = c.ClaimReceipt(source="bank", external_id="1", entity="CN01", customer_id=UNIDENTIFIED, evidence="e")
    abroad = claim.model_copy(update={"entity": "DE01", "customer_id": "c1"})
    with pytest.raises(Refused) as refused:
        run.send(abroad)
    assert refused.value.code is Code.GATE
    assert "its cash stays in the books of CN01" in refused.value.text.en
    with pytest.raises(Refused) as refused:
        run.send(claim)
    assert refused.value.code is Code.GATE


def test_the_timeline_is_bounded_and_the_state_is_small() -> None:
    run = Run()
    for place in range(60):
        run.pay(f"r{place}", 1)
    assert len(run.account.timeline) == KEPT_TIMELINE
    assert run.account.timeline[-1].seq == run.account.version
    assert len(run.account.model_dump_json()) < 64_000


def test_what_cannot_be_read_is_recorded_and_changes_nothing_else() -> None:
    run = Run()
    poison = c.Unreadable(code="E_STATE", text=Text(en="x", zh="x"), command="y" * 999, excerpt="z" * 9999)
    (event,) = decide(run.account, poison, SYSTEM, run.now)
    assert isinstance(event, e.CommandRefused)
    assert (len(event.command), len(event.excerpt)) == (200, 500)
    fact = AccountFact(seq=run.account.version + 1, at=run.now, actor=SYSTEM, cause="x", event=event)
    after = evolve(run.account, fact)
    assert (after.case, after.pending, after.version) == (run.account.case, (), run.account.version + 1)


def test_whatever_is_owed_somebody_is_named_or_a_timer_runs() -> None:
    """T1, over the states that a case goes through."""
    run = Run()
    number = run.issue("d1", 100, due_day=0)
    for command in (c.Dispute(number=number, reason="price"), c.PauseDunning(reason="talks")):
        run.send(command)
        assert agenda(run.account) or explain(run.account, run.now).waiting
    run.until(at(100))
    told = explain(run.account, run.now)
    assert [blocker.who for blocker in told.waiting] == ["role:finance", "fin", "customer"]
