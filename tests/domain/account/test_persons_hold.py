"""A person holds orders and deliveries back apart from the ladder, and only a person lets them go on."""

import pytest

from domain.account.events_collecting import HoldLifted, HoldSet
from domain.account.explain import explain
from domain.account.hold_commands import LiftHold, ReleaseHold, SetHold
from domain.account.reading import finished
from domain.machine import Actor
from domain.refusal import Code, Refused
from domain.terms import LadderLevel
from tests.domain.account.run import FINANCE, Run, at, dunning, terms

CREDIT = Actor(id="tang.bo", roles=("credit",))
LEVELS = (LadderLevel(id="first", day=3, actions=("credit_hold",)), LadderLevel(id="second", day=30))


def debtor() -> Run:
    run = Run(terms(dunning(levels=LEVELS)))
    run.imported("A", 10_000, due_day=0)
    return run


def test_payment_ends_the_ladders_hold_and_not_a_persons() -> None:
    run = debtor()
    run.send(SetHold(reason="the cheque was false"), actor=CREDIT, moment=at(1))
    run.until(at(5))
    run.pay("r1", 10_000, "A")
    assert (run.account.credit_hold, run.account.hold is not None) == (False, True)
    # Set by the person, set by the ladder, and the ladder's lifted: orders stay back all the time.
    assert run.holds == [(True, True), (True, True), (True, True)]
    assert not finished(run.account)
    run.send(LiftHold(reason="they have explained it"), actor=FINANCE, moment=at(9))
    assert run.holds[-1] == (False, False)
    assert (run.events(HoldSet)[0].reason, run.events(HoldLifted)[0].reason) == (
        "the cheque was false", "they have explained it",
    )  # fmt: skip
    assert finished(run.account)


def test_to_lift_a_persons_hold_leaves_the_ladders_and_credit_releases_both() -> None:
    run = debtor()
    run.until(at(4))
    run.send(SetHold(reason="watch them"), actor=FINANCE)
    run.send(LiftHold(reason="enough"), actor=FINANCE)
    assert (run.account.credit_hold, run.account.hold, run.holds[-1]) == (True, None, (True, True))
    run.send(SetHold(reason="watch them again"), actor=FINANCE)
    run.send(ReleaseHold(reason="a guarantee is here"), actor=CREDIT)
    assert (run.account.credit_hold, run.account.hold, run.holds[-1]) == (False, None, (False, False))


def test_explain_says_who_holds_back_and_why() -> None:
    run = debtor()
    run.send(SetHold(reason="the cheque was false"), actor=CREDIT, moment=at(1))
    (line,) = [one for one in explain(run.account, run.now).waiting if one.command == "lift_hold"]
    assert (line.who, line.what.en, line.what.zh) == (
        "tang.bo",
        "tang.bo keeps orders and deliveries of the customer back: the cheque was false",
        "tang.bo 已冻结该客户的订单与交付：the cheque was false",
    )
    assert [one for one in explain(run.account, run.now).waiting if one.command == "release_hold"] == []


def test_only_finance_and_credit_set_it_and_there_is_one() -> None:
    run = debtor()
    with pytest.raises(Refused) as sales:
        run.send(SetHold(reason="I say so"), actor=Actor(id="eve", roles=("sales",)))
    assert sales.value.code is Code.AUTH
    with pytest.raises(Refused) as nothing:
        run.send(LiftHold(reason="there is none"), actor=CREDIT)
    assert nothing.value.code is Code.STATE
    run.send(SetHold(reason="one"), actor=CREDIT)
    with pytest.raises(Refused) as twice:
        run.send(SetHold(reason="two"), actor=FINANCE)
    assert twice.value.code is Code.STATE
    assert run.holds == [(True, True)]
