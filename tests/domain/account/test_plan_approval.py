"""A plan beyond the policy waits for a second person; until they agree nothing has changed, and letters go on."""

from typing import Any

import pytest

from domain.account import events as e
from domain.account.plan_commands import Plan, PlanPart
from domain.account.plan_events import PlanMade
from domain.approval.requests import Decide
from domain.machine import Actor
from domain.refusal import Code, Refused
from domain.terms import Alone, ApprovalTerms, PlanTerms
from tests.domain.account.run import LedgerRefused, Run, at, cny, on, terms

RULES = PlanTerms(max_instalments=2, first_within=10, max_days=60)
BY_TWO: dict[str, Any] = {"alone": (Alone(kind="plan", minor=5_000_000),), "approval": ApprovalTerms()}


def owing(*, by_two: bool = True) -> tuple[Run, str]:
    run = Run(terms(plan=RULES, **(BY_TWO if by_two else {})))
    return run, run.issue("d1", 9_000, due_day=0)


def plan(number: str, *days: int, reason: str = "their season begins in May") -> Plan:
    part = 9_000 // len(days)
    return Plan(number=number, instalments=tuple(PlanPart(due_on=on(day), minor=part) for day in days), reason=reason)


def decided(run: Run, verdict: str = "approve") -> None:
    approval = run.account.requests[-1].approval
    assert approval is not None
    told = Decide.model_validate(
        {
            "approval_id": approval.id,
            "verdict": verdict,
            "content_hash": approval.subject.content_hash,
            "reason": "seen",
        }
    )
    run.send(told, Actor(id="boss", roles=("chief",)))


def test_beyond_the_bounds_it_is_made_when_the_second_person_agrees() -> None:
    run, number = owing()
    run.send(plan(number, 5, 15, 25), moment=at(1))
    (raised,) = run.events(e.RequestRaised)
    assert (raised.requester, raised.amount, raised.effect.reason) == (
        "fin", cny(9_000), "their season begins in May",
    )  # fmt: skip
    assert run.events(PlanMade) == []
    approval = run.account.requests[-1].approval
    assert approval is not None
    assert (approval.subject.kind, approval.subject.reference) == (
        "plan",
        f"let {number} be paid in 3 instalments until 2026-03-27 / {number} 分 3 期还款，至 2026-03-27",
    )
    decided(run)
    (made,) = run.events(PlanMade)
    assert (made.minor, made.first_on, made.last_on) == (9_000, on(5), on(25))
    assert [event.outcome for event in run.events(e.RequestEnded)] == ["done"]


def test_letters_go_on_until_somebody_agrees_and_after_a_no() -> None:
    run, number = owing()
    run.send(plan(number, 5, 15, 25), moment=at(1))
    run.until(at(4))
    decided(run, "reject")
    run.until(at(11))
    assert [stage for _, stage in run.stages()] == ["reminder", "L1"]
    assert run.events(PlanMade) == []


def test_within_the_bounds_nobody_is_asked_whatever_the_amount() -> None:
    run, number = owing()
    run.send(plan(number, 5, 15, reason=""), moment=at(1))
    assert (len(run.events(PlanMade)), run.events(e.RequestRaised)) == (1, [])


def test_without_a_reason_there_is_nothing_to_judge_by() -> None:
    run, number = owing()
    with pytest.raises(LedgerRefused) as refused:
        run.send(plan(number, 5, 15, 25, reason=""), moment=at(1))
    assert refused.value.args == (Code.GATE,)
    assert run.account.requests == ()


def test_where_the_policy_names_nobody_it_is_refused() -> None:
    run, number = owing(by_two=False)
    with pytest.raises(LedgerRefused) as refused:
        run.send(plan(number, 5, 15, 25), moment=at(1))
    assert refused.value.args == (Code.LIMIT,)


def test_what_is_paid_meanwhile_makes_another_plan_of_it() -> None:
    run, number = owing()
    run.send(plan(number, 5, 15, 25), moment=at(1))
    run.pay("1", 1_000, number)
    with pytest.raises(LedgerRefused) as refused:
        decided(run)
    assert refused.value.args == (Code.AMOUNT,)
    assert [event.outcome for event in run.events(e.RequestEnded)] == ["refused"]
    assert run.events(PlanMade) == []


def test_the_same_plan_is_asked_for_once() -> None:
    run, number = owing()
    run.send(plan(number, 5, 15, 25), moment=at(1))
    with pytest.raises(Refused) as refused:
        run.send(plan(number, 5, 15, 25))
    assert refused.value.code == Code.STATE
    run.send(plan(number, 6, 16, 26))
    assert len(run.events(e.RequestRaised)) == 2
