"""A claim is handed over once, after a second person where the policy wants one; then only the agency writes."""

from typing import Any

import pytest

from domain.account import commands as c
from domain.account import events as e
from domain.account.explain import stage_of
from domain.account.hand_over_effects import SendHandOver, TellAgency
from domain.account.hold_commands import HandOverNow
from domain.account.requests import open_requests
from domain.account.rows import tasks_of
from domain.approval.requests import Decide
from domain.machine import Actor
from domain.refusal import Code, Refused
from domain.terms import Agency, Alone, ApprovalTerms, LadderLevel
from tests.domain.account.run import FINANCE, Run, at, cny, dunning, terms

AGENCY = Agency(name="Pro Inkasso", email="claims@agency.example")
LEVELS = (LadderLevel(id="first", day=3), LadderLevel(id="over", day=10, actions=("hand_over",)))
NOW = HandOverNow(reason="they have moved away")


def late(**more: Any) -> tuple[Run, str]:
    run = Run(terms(dunning(levels=LEVELS), agency=AGENCY, **more))
    return run, run.issue("d1", 10_000, due_day=0)


def by_two(over_minor: int = 0) -> dict[str, Any]:
    return {"alone": (Alone(kind="hand_over", minor=over_minor),), "approval": ApprovalTerms()}


def decided(run: Run, verdict: Any = "approve") -> None:
    approval = run.account.requests[-1].approval
    assert approval is not None
    told = Decide(approval_id=approval.id, verdict=verdict, content_hash=approval.subject.content_hash, reason="seen")
    run.send(told, Actor(id="boss", roles=("chief",)))


def test_the_last_level_hands_over_and_the_agency_hears_of_money() -> None:
    run, number = late()
    run.until(at(60))
    assert stage_of(run.account) == "handed_over"
    (sent,) = run.agency
    assert isinstance(sent, SendHandOver)
    assert (sent.agency, sent.email, sent.language) == ("Pro Inkasso", "claims@agency.example", "en")

    run.pay("1", 4_000, number)
    run.send(c.ReverseReceiptNow(source="bank", external_id="1", amount=cny(4_000), reason="returned"))
    news = [one for one in run.agency if isinstance(one, TellAgency)]
    assert [(one.what, one.amount, one.reference) for one in news] == [
        ("paid", cny(4_000), "bank/1"),
        ("returned", cny(4_000), "bank/1"),
    ]
    assert [stage for _, stage in run.stages()] == ["first", "over"]


def test_money_before_the_hand_over_is_nobody_elses_business() -> None:
    run, number = late()
    run.pay("1", 4_000, number)
    assert run.agency == []


def test_above_the_amount_a_second_person_agrees_first() -> None:
    run, _ = late(**by_two(9_999))
    run.until(at(11))
    assert (run.account.handed_over, run.agency) == (False, [])
    (raised,) = run.events(e.RequestRaised)
    assert (raised.requester, raised.amount) == ("role:finance", cny(10_000))
    decided(run)
    assert run.account.handed_over
    assert [(event.stage, len(run.agency)) for event in run.events(e.HandedOver)] == [("over", 1)]


def test_up_to_the_amount_nobody_is_asked() -> None:
    run, _ = late(**by_two(10_000))
    run.until(at(11))
    assert (run.account.handed_over, run.events(e.RequestRaised)) == (True, [])


def test_what_is_not_agreed_to_stays_with_us_and_may_be_asked_again() -> None:
    run, _ = late(**by_two())
    run.until(at(11))
    decided(run, "reject")
    assert (run.account.handed_over, run.agency) == (False, [])
    run.send(NOW)
    decided(run)
    assert [event.reason for event in run.events(e.HandedOver)] == ["they have moved away"]


def test_what_grew_meanwhile_was_not_agreed_to() -> None:
    run, _ = late(**by_two())
    run.until(at(11))
    run.issue("d2", 5_000, due_day=1)
    with pytest.raises(Exception, match="E_STALE"):
        decided(run)
    assert run.account.handed_over is False


@pytest.mark.parametrize("by", ["payment", "credit"])
def test_what_waits_ends_when_the_customer_owes_nothing(by: str) -> None:
    run, number = late(**by_two())
    run.imported("B", 500, due_day=1)
    run.until(at(11))
    stale = run.account.requests[-1].approval
    assert stale is not None
    run.pay("1", 10_000, number)
    assert (run.events(e.RequestEnded), len(open_requests(run.account.requests))) == ([], 1)
    before = len(run.staff)
    if by == "payment":
        run.pay("2", 500, "B")
    else:
        run.send(c.Credit(number="B", minor=500, reason="damaged"))
    (ended,) = run.events(e.RequestEnded)
    assert (ended.approval_id, ended.outcome, ended.by) == (stale.id, "overtaken", "")
    assert [(told.template, told.people) for told in run.staff[before:]] == [("request_overtaken", ("role:finance",))]
    assert (tasks_of(run.account, run.now), run.account.handed_over, run.agency) == ((), False, [])
    with pytest.raises(Refused) as caught:
        decided(run)
    assert caught.value.code == Code.STATE
    run.send(c.ReverseReceiptNow(source="bank", external_id="1", amount=cny(10_000), reason="returned"))
    run.send(NOW)
    decided(run)
    assert [event.reason for event in run.events(e.HandedOver)] == ["they have moved away"]


@pytest.mark.parametrize(
    ("actor", "day", "code"),
    [(Actor(id="li", roles=("sales",)), 5, Code.AUTH), (FINANCE, 0, Code.STATE)],
)
def test_only_finance_or_credit_hands_over_and_only_what_is_overdue(actor: Actor, day: int, code: Code) -> None:
    run, _ = late()
    run.until(at(day))
    with pytest.raises(Refused) as caught:
        run.send(NOW, actor)
    assert caught.value.code == code


def test_it_is_handed_over_once() -> None:
    run, _ = late()
    run.until(at(5))
    run.send(NOW)
    with pytest.raises(Refused) as caught:
        run.send(NOW)
    assert caught.value.code == Code.STATE
    assert len(run.agency) == 1


def test_without_an_agency_finance_is_asked_as_before() -> None:
    run = Run(terms(dunning(levels=LEVELS)))
    run.issue("d1", 10_000, due_day=0)
    run.until(at(60))
    assert (run.account.handed_over, run.agency) == (True, [])
    assert [staff.template for staff in run.staff] == ["hand_over"]
