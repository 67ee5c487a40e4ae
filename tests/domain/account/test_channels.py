"""A notice that mail cannot bring is carried by a person, and its level counts when they have said so."""

import pytest

from domain.account import commands as c
from domain.account.events_collecting import NoticeInHand
from domain.account.explain import explain
from domain.account.notice_commands import SayNotice
from domain.account.reading import finished
from domain.machine import Actor
from domain.refusal import Code, Refused
from domain.terms import LadderLevel
from tests.domain.account.run import Run, at, dunning, terms

THREE = ("email", "letter", "call_task")
DONE, FAILED = SayNotice(outcome="done", note="RR 123"), SayNotice(outcome="failed", note="moved away")


def late(minor: int = 10_000) -> tuple[Run, str]:
    """An account of one overdue invoice, whose mail comes back."""
    levels = (LadderLevel(id="first", day=3, channels=THREE), LadderLevel(id="second", day=10))
    run = Run(terms(dunning(levels=levels)))
    run.channel = ""
    number = run.issue("d1", minor, due_day=0)
    run.until(at(4))
    return run, number


def tasks(run: Run) -> list[tuple[str, str]]:
    return [(one.who, one.command) for one in explain(run.account, run.now).waiting if one.who.startswith("role:")]


def test_a_letter_counts_on_the_day_on_which_it_is_posted() -> None:
    run, _ = late()
    (held,) = run.events(NoticeInHand)
    assert (held.channel, held.left, held.step.stage) == ("letter", ("call_task",), "first")
    assert (run.stages(), run.account.case.level) == ([], 0)
    assert tasks(run) == [("role:finance", "say_notice")]

    run.send(DONE, moment=at(8, 12))
    assert run.stages() == [(at(8, 12), "first")]
    assert (run.account.in_hand, run.account.case.level, tasks(run)) == (None, 1, [])
    run.channel = "email"
    run.until(at(30))
    assert run.stages() == [(at(8, 12), "first"), (at(10), "second")]


def test_what_cannot_be_posted_is_told_by_telephone_and_then_it_is_a_persons_problem() -> None:
    run, _ = late()
    run.send(FAILED)
    assert [held.channel for held in run.events(NoticeInHand)] == ["letter", "call_task"]
    run.send(FAILED)
    assert (run.account.undeliverable, run.account.case.level, run.stages()) == ("first", 0, [])
    assert tasks(run) == [("role:finance", "resume_dunning")]
    assert [staff.template for staff in run.staff] == ["undeliverable"]

    run.channel = "email"
    run.send(c.ResumeDunning())
    run.until(at(5))
    assert run.account.case.level == 1


def test_a_call_counts_too() -> None:
    run, _ = late()
    run.send(FAILED)
    run.send(DONE)
    assert [(event.channel, event.level) for fact in run.facts if (event := fact.event).kind == "notice_sent"] == [
        ("call_task", 1)
    ]


def test_a_letter_in_hand_is_withdrawn_when_the_money_comes() -> None:
    run, number = late()
    run.pay("1", 10_000, number)
    assert run.kinds().count("notice_void") == 1
    assert (run.account.in_hand, run.account.case.level, finished(run.account)) == (None, 0, True)
    with pytest.raises(Refused) as caught:
        run.send(DONE)
    assert caught.value.code == Code.STATE


def test_a_letter_in_hand_stays_when_a_part_of_it_is_paid() -> None:
    run, number = late()
    run.pay("1", 4_000, number)
    assert run.kinds().count("notice_void") == 0
    run.send(DONE)
    assert run.account.case.level == 1


def test_only_who_collects_may_say_it() -> None:
    run, _ = late()
    with pytest.raises(Refused) as caught:
        run.send(DONE, Actor(id="x", roles=("legal",)))
    assert caught.value.code == Code.AUTH
