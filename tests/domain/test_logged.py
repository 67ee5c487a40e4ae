"""A log gives back the state that its facts fold into, what came of messages, and whether it has other facts."""

from domain.account import commands as a
from domain.account.folding import logged as logged_account
from domain.deal import commands as c
from domain.deal.folding import logged
from domain.logged import Logged, Turned
from domain.machine import Actor
from domain.value import Text
from tests.domain.account.run import Run, cny, on
from tests.domain.deal.driver import Driver


def test_a_deal_is_read_back_with_what_came_of_its_messages() -> None:
    d = Driver().open()
    since = d.deal.version
    d.do(c.Qualify(), cause="qualify-key")
    text = Text(en="no", zh="否")
    refused = c.Unreadable(code="E_STATE", text=text, command="send_quote", excerpt="{}")
    d.do(refused, Actor(id="liu", via="console"), cause="early-key")

    found = logged(d.facts, since)

    assert found.state == d.deal
    assert found.causes == ("qualify-key",)
    assert found.turned == (Turned(cause="early-key", actor="liu", command="send_quote", excerpt="{}"),)
    assert len(found.marks) == d.deal.version - since
    assert logged([], 0) == Logged(state=None)


def test_a_log_differs_where_it_has_other_facts_or_more() -> None:
    d = Driver().qualified()
    since = 1
    ours = [fact for fact in d.facts if fact.seq > since]
    found = logged(d.facts, since)

    assert not found.differs(ours)
    assert not found.differs([*ours, *ours])
    assert found.differs(ours[:-1])
    assert found.differs([*ours[:-1], ours[-1].model_copy(update={"cause": "another"})])
    assert not logged(d.facts[:since], since).differs(ours)
    assert not logged([], since).differs(ours)


def test_an_account_is_read_back_since_it_was_opened_last() -> None:
    run = Run()
    run.issue("d1", 100, due_day=10)
    run.send(a.PauseDunning(reason="asked"))
    again = [fact.model_copy(update={"seq": fact.seq + len(run.facts)}) for fact in run.facts]

    once, twice = logged_account(run.facts, 0), logged_account([*run.facts, *again], 0)

    assert once.state == run.account
    assert twice.state is not None
    assert twice.state.version == 2 * run.account.version
    assert twice.state.case == run.account.case


def test_a_message_that_waits_for_the_ledger_is_said_to() -> None:
    run = Run()
    receipt = a.RecordReceipt(source="bank", external_id="1", amount=cny(5), value_date=on(0))
    run.apply(receipt, Actor(id="wu", roles=("finance",)), "receipt-key")

    (asking,) = logged_account(run.facts, 0).asking

    assert (asking.id, asking.asked) == ("receipt-key", run.account.pending[0].id)
