"""After a stop word nobody is written to until a person says so, not even when everything was paid meanwhile."""

import pytest

from domain.account import commands as c
from domain.account import events as e
from domain.account.explain import explain, stage_of
from domain.account.reading import finished
from domain.account.reply_commands import CustomerReplied
from domain.machine import Actor
from domain.refusal import Code, Refused
from tests.domain.account.run import FINANCE, Run, at, dunning, terms

STOP = CustomerReplied(text="we are in Insolvency", channel="email")
SALES = Actor(id="li", roles=("sales",))
MAILBOX = Actor(id="webhook:mail", via="webhook")


def owing() -> Run:
    run = Run(terms(dunning(stop_words=("insolvency", "破产"))))
    run.issue("d1", 100, due_day=0)
    return run


def test_a_stop_word_pauses_without_an_end_and_asks_a_person() -> None:
    run = owing()
    run.send(c.PauseDunning(reason="talks", until=at(2)))
    run.send(STOP, MAILBOX, moment=at(1))
    run.until(at(60))
    assert (run.stages(), stage_of(run.account)) == ([], "paused")
    assert [event.stop_words for event in run.events(e.ReplyReceived)] == [("insolvency",)]
    assert [(staff.template, staff.role) for staff in run.staff] == [("stop_word", "finance")]
    owed = [(one.who, one.by, one.command) for one in explain(run.account, run.now).waiting if one.who != "customer"]
    assert owed == [("role:finance", None, "resume_dunning")]


def test_a_stop_word_at_the_end_of_a_long_mail_is_heard_and_little_of_the_mail_is_kept() -> None:
    run = owing()
    run.send(CustomerReplied(text="x " * 99_000 + "破\r\n产"), MAILBOX)
    heard = run.events(e.ReplyReceived)
    assert [(event.stop_words, event.text) for event in heard] == [(("破产",), "x " * 250)]
    assert stage_of(run.account) == "paused"


def test_a_reply_without_one_is_noted_and_changes_nothing() -> None:
    run = owing()
    run.send(CustomerReplied(text="we pay tomorrow"), SALES)
    run.until(at(3))
    assert (len(run.events(e.ReplyReceived)), run.account.pause, run.staff) == (1, None, [])
    assert [stage for _, stage in run.stages()] == ["reminder"]


def test_only_finance_or_credit_resumes_with_a_reason() -> None:
    run = owing()
    run.send(STOP)
    for actor, command, code in (
        (SALES, c.ResumeDunning(reason="they are back"), Code.AUTH),
        (FINANCE, c.ResumeDunning(), Code.GATE),
        (FINANCE, c.ResumeDunning(reason="  "), Code.GATE),
    ):
        with pytest.raises(Refused) as caught:
            run.send(command, actor)
        assert caught.value.code == code
    run.send(c.ResumeDunning(reason="the petition was turned down"), moment=at(8))
    run.until(at(9))
    assert [stage for _, stage in run.stages()] == ["reminder"]


def test_an_account_that_is_paid_remembers_the_stop_for_the_next_invoice() -> None:
    run = owing()
    run.send(STOP)
    run.pay("1", 100, "INV-2026-000001")
    assert run.account.case.open_minor == 0
    assert not finished(run.account)
    run.issue("d2", 200, due_day=5)
    run.until(at(40))
    assert run.stages() == []
