"""What money had lifted comes back when the money does not stay; what a person lifted stays lifted."""

import pytest

from domain.account import commands as c
from domain.account.hold_commands import ReleaseHold
from domain.machine import Actor
from domain.terms import LadderLevel
from tests.domain.account.run import Run, at, cny, dunning, terms

LEVELS = (
    LadderLevel(id="first", day=3),
    LadderLevel(id="second", day=10, actions=("credit_hold", "stop_delivery")),
    LadderLevel(id="third", day=20),
)
BOUNCED = c.ReverseReceiptNow(source="bank", external_id="1", amount=cny(10_000), reason="no funds")
TAKEN_BACK = c.Unallocate(source="bank", external_id="1", reason="it was another customer's")
CREDIT = Actor(id="zhou.mei", roles=("credit",))


def late(day: int) -> tuple[Run, str]:
    run = Run(terms(dunning(levels=LEVELS)))
    number = run.issue("d1", 10_000, due_day=0)
    run.until(at(day))
    return run, number


def held(run: Run) -> tuple[bool, bool]:
    return run.account.credit_hold, run.account.delivery_stop


@pytest.mark.parametrize(("command", "more"), [(BOUNCED, ["third"]), (TAKEN_BACK, [])])
def test_what_a_payment_lifted_is_set_again_when_it_is_taken_back(
    command: c.PublicAccountCommand, more: list[str]
) -> None:
    run, number = late(11)
    assert held(run) == (True, True)
    run.pay("1", 10_000, number)
    assert held(run) == (False, False)
    run.send(command, moment=at(13))
    assert (held(run), run.holds) == ((True, True), [(True, True), (False, False), (True, True)])
    assert [stage for _, stage in run.stages()] == ["first", "second"]
    run.until(at(21))
    # Money that was only taken off the invoice is still there: no letter claims what it covers.
    assert [stage for _, stage in run.stages()] == ["first", "second", *more]
    assert run.kinds().count("credit_hold_set") == 2


def test_it_is_set_again_by_an_account_that_had_ended_meanwhile() -> None:
    run, number = late(11)
    run.pay("1", 10_000, number)
    later = Run(run.terms, run.ledger)
    later.now = at(13)
    later.send(BOUNCED)
    assert (held(later), later.holds) == ((True, True), [(True, True)])


def test_what_had_not_come_to_that_level_is_not_held() -> None:
    run, number = late(5)
    run.pay("1", 10_000, number)
    run.send(BOUNCED, moment=at(6))
    assert (held(run), run.holds) == ((False, False), [])


def test_what_a_person_lifted_stays_lifted_when_a_part_payment_bounces() -> None:
    run, number = late(11)
    run.send(ReleaseHold(reason="a guarantee is here"), CREDIT)
    run.pay("1", 4_000, number)
    run.send(c.ReverseReceiptNow(source="bank", external_id="1", amount=cny(4_000), reason="no funds"))
    assert (held(run), run.account.case.overdue_minor) == ((False, False), 10_000)


def test_another_invoice_that_falls_due_is_held_by_its_own_ladder() -> None:
    run, number = late(11)
    other = run.issue("d2", 5_000, due_day=12, issued_day=11)
    run.pay("1", 10_000, number)
    run.until(at(14))
    assert held(run) == (False, False)
    run.pay("2", 5_000, other)
    run.send(BOUNCED.model_copy(update={"external_id": "2", "amount": cny(5_000)}))
    assert held(run) == (False, False)
