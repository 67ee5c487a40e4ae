"""What waits for a second person is asked for once, whoever asks again and however quickly."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.account import commands as c
from domain.account import events as e
from domain.account.decide import decide
from domain.account.refunds import RefundNow
from domain.account.requests import open_requests
from domain.approval.requests import Recall
from domain.machine import Actor
from domain.refusal import Code, Refused
from domain.span import Span
from domain.terms import Alone, ApprovalTerms, RequestKind
from domain.value import Value
from tests.domain.account.run import FINANCE, Run, cny, terms
from tests.domain.account.test_second_person import BOSS, decision

OTHER = Actor(id="eva", roles=("finance",))
KINDS: tuple[RequestKind, ...] = ("write_off", "credit", "claim", "refund")
Asked = Callable[[Run], tuple[Value, Value]]


def run() -> Run:
    rules = ApprovalTerms(sla=Span.parse("8h wall"), warn_at_bp=(5_000,), max_age=Span.parse("15d"))
    return Run(terms(alone=tuple(Alone(kind=kind, minor=1_000) for kind in KINDS), approval=rules))


def write_off(one: Run) -> tuple[Value, Value]:
    asked: dict[str, Any] = {"number": one.issue("D", 10_000, 30), "reason": "insolvent", "evidence": "file 7"}
    return c.WriteOffNow(minor=5_000, **asked), c.WriteOffNow(minor=4_000, **asked)


def all_written_off(one: Run) -> tuple[Value, Value]:
    asked: dict[str, Any] = {"number": one.issue("D", 10_000, 30), "minor": None, "reason": "insolvent"}
    return c.WriteOffNow(evidence="file 7", **asked), c.WriteOffNow(evidence="file 8", **asked)


def credit(one: Run) -> tuple[Value, Value]:
    number = one.issue("D", 10_000, 30)
    return c.Credit(number=number, minor=5_000, reason="price"), c.Credit(number=number, minor=5_000, reason="other")


def dispute_accepted(one: Run) -> tuple[Value, Value]:
    first, second = one.issue("D", 10_000, 30), one.issue("E", 10_000, 30)
    for number in (first, second):
        one.send(c.Dispute(number=number, minor=5_000, reason="price"))
    asked: dict[str, Any] = {"outcome": "accept", "reason": "they are right"}
    return c.Resolve(number=first, **asked), c.Resolve(number=second, **asked)


def claim(one: Run) -> tuple[Value, Value]:
    one.pay("1", 5_000)
    asked: dict[str, Any] = {"source": "bank", "external_id": "1", "entity": "CN01", "evidence": "their mail"}
    return c.ClaimReceipt(customer_id="c2", **asked), c.ClaimReceipt(customer_id="c3", **asked)


def refund(one: Run) -> tuple[Value, Value]:
    one.pay("1", 5_000)
    asked: dict[str, Any] = {"source": "bank", "external_id": "1", "reason": "overpaid"}
    return RefundNow(amount=cny(2_000), **asked), RefundNow(amount=cny(2_001), **asked)


WAYS = pytest.mark.parametrize("asked", [write_off, all_written_off, credit, dispute_accepted, claim, refund])


@WAYS
@pytest.mark.parametrize("actor", [FINANCE, OTHER], ids=lambda actor: actor.id)
def test_the_same_again_is_refused_with_the_approval_that_waits(asked: Asked, actor: Actor) -> None:
    one = run()
    same, another = asked(one)
    one.send(same)
    (waiting,) = open_requests(one.account.requests)

    with pytest.raises(Refused, match=waiting.id) as told:
        decide(one.account, same, actor, one.now)

    assert told.value.code is Code.STATE
    assert waiting.id in told.value.text.zh
    one.send(another, actor)
    assert [len(one.events(e.RequestRaised)), len(open_requests(one.account.requests))] == [2, 2]


@WAYS
def test_two_at_once_raise_one_request(asked: Asked) -> None:
    """The second is asked before the ledger has weighed the first: nobody could refuse it then."""
    one = run()
    same, _ = asked(one)
    one.apply(same, FINANCE, "first")
    one.apply(same, OTHER, "second")
    one.perform()

    (raised,) = one.events(e.RequestRaised)
    assert raised.requester == FINANCE.id
    assert [done.reference for done in one.events(e.EffectCompleted) if done.reference] == [raised.approval_id]
    assert one.events(e.CommandRefused) == []


@WAYS
@pytest.mark.parametrize("end", ["recall", "reject"])
def test_what_has_ended_may_be_asked_again(asked: Asked, end: str) -> None:
    one = run()
    same, _ = asked(one)
    one.send(same)
    (waiting,) = open_requests(one.account.requests)
    if end == "recall":
        one.send(Recall(approval_id=waiting.id, reason="not now"))
    else:
        one.send(decision(one, "reject"), BOSS)

    one.send(same)

    assert len(one.events(e.RequestRaised)) == 2
    assert len(open_requests(one.account.requests)) == 1
