"""Who asks for what waits for a second person is told so, and by which approval: of every kind, and asked again."""

from collections.abc import Callable
from typing import Any, get_args

import pytest

from domain.account import commands as c
from domain.account.hold_commands import HandOverNow
from domain.account.plan_commands import Plan, PlanPart
from domain.account.refunds import PayoutTold, RefundNow
from domain.account.requests import open_requests
from domain.machine import Actor
from domain.span import Span
from domain.terms import Alone, ApprovalTerms, PlanTerms, RequestKind
from domain.value import Value
from tests.domain.account.run import FINANCE, Run, at, cny, on, terms
from tests.domain.account.test_second_person import paid
from workflows.account_machine import AccountMachine

OTHER = Actor(id="eva", roles=("finance", "credit"))


class Told(Run):
    """An account that notes which approval each command and each result is said to wait for."""

    def __init__(self, limits: int) -> None:
        self.held: list[str] = []
        alone = tuple(Alone(kind=kind, minor=limits) for kind in get_args(RequestKind))
        rules = ApprovalTerms(sla=Span.parse("8h wall"), max_age=Span.parse("15d"))
        plan = PlanTerms(max_instalments=1, first_within=10, max_days=60)
        super().__init__(terms(alone=alone, approval=rules, plan=plan))

    def apply(self, command: Value, actor: Actor, cause: str) -> None:
        before = self.account
        super().apply(command, actor, cause)
        self.held += filter(None, [AccountMachine().held(before, self.account, command)])


def issued(one: Run) -> str:
    return one.issue("D", 10_000, 30)


def received(one: Run) -> dict[str, Any]:
    one.send(paid("1", 5_000), Actor(id="bank", via="webhook"))
    return {"source": "bank", "external_id": "1"}


def overdue(one: Run) -> Value:
    number = one.issue("D", 10_000, 1)
    one.until(at(3))
    return HandOverNow(reason=f"they have moved away, see {number}")


def disputed(one: Run) -> str:
    number = issued(one)
    one.send(c.Dispute(number=number, minor=5_000, reason="price"))
    return number


ASKED: dict[tuple[RequestKind, str], Callable[[Run], Value]] = {
    ("write_off", ""): lambda one: c.WriteOffNow(number=issued(one), minor=5_000, reason="gone", evidence="file 7"),
    ("credit", ""): lambda one: c.Credit(number=issued(one), minor=5_000, reason="price"),
    ("credit", "dispute"): lambda one: c.Resolve(number=disputed(one), outcome="accept", reason="they are right"),
    ("refund", ""): lambda one: RefundNow(**received(one), amount=cny(2_000), reason="overpaid"),
    ("claim", ""): lambda one: c.ClaimReceipt(**received(one), entity="CN01", customer_id="c2", evidence="their mail"),
    ("receipt", ""): lambda one: paid("2", 5_000),
    ("reversal", ""): lambda one: c.ReverseReceiptNow(**received(one), amount=cny(2_000), reason="bounced"),
    ("hand_over", ""): overdue,
    ("plan", ""): lambda one: Plan(
        number=issued(one), reason="their season",
        instalments=tuple(PlanPart(due_on=on(day), minor=5_000) for day in (5, 15)),
    ),
}  # fmt: skip
KINDS = pytest.mark.parametrize("asked", ASKED.values(), ids=["-".join(filter(None, key)) for key in ASKED])


def test_every_kind_that_may_wait_is_here() -> None:
    # A rate is weighed by the ledger with what the policy and people have kept: tests/workflows/test_exchanges.py.
    assert {kind for kind, _ in ASKED} | {"exchange"} == set(get_args(RequestKind))


@KINDS
def test_above_the_amount_the_asker_is_told_the_approval(asked: Callable[[Run], Value]) -> None:
    one = Told(1_000)
    one.send(asked(one))
    (waiting,) = open_requests(one.account.requests)
    assert one.held == [waiting.id]


@KINDS
def test_whoever_asks_the_same_at_the_same_time_is_told_the_same(asked: Callable[[Run], Value]) -> None:
    one = Told(1_000)
    same = asked(one)
    one.apply(same, FINANCE, "first")
    one.apply(same, OTHER, "second")
    one.perform()
    (waiting,) = open_requests(one.account.requests)
    assert one.held == [waiting.id, waiting.id]


@pytest.mark.parametrize("kind", [key for key in ASKED if key != ("plan", "")], ids="-".join)
def test_what_one_person_may_do_waits_for_nothing(kind: tuple[RequestKind, str]) -> None:
    """A plan beyond the bounds waits whatever its amount."""
    one, asked = Told(10_000), ASKED[kind]
    one.answers = [PayoutTold(status="done", reference="payout-1")]
    one.send(asked(one))
    assert one.held == []
    assert one.account.requests == ()
