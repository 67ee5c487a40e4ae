"""The name of a receipt that waits for a second person is taken: told again it is that one, told otherwise refused."""

from datetime import timedelta
from typing import Any

import pytest

from domain.account import commands as c
from domain.account import events as e
from domain.account.asked_twice import asked_once
from domain.account.decide import decide
from domain.account.effects import ApplyReceipt
from domain.account.events import LedgerAsked
from domain.account.requests import MOST_OPEN, grounds, said_of
from domain.machine import Actor
from domain.receivables.exchange import Rate
from domain.refusal import Code, Refused
from tests.domain.account.run import FINANCE, Run, at, cny
from tests.domain.account.test_second_person import BOSS, OVER, alone_for, decision, paid, refused

OTHER = Actor(id="wu", roles=("finance",))
WAITING = paid("1", 4_000)
CHANGES: dict[str, dict[str, Any]] = {
    "a smaller amount": {"amount": cny(OVER - 1)},
    "a larger amount": {"amount": cny(4_001)},
    "another value date": {"value_date": at(0).date() - timedelta(days=1)},
    "another payer": {"payer": "somebody"},
    "another reference": {"reference": "for what"},
    "an invoice": {"invoices": ("INV-1",)},
    "a rate": {"rate": Rate.model_validate({"unit": "CNY", "quote": "EUR", "rate": "0.13"})},
}


def waiting() -> Run:
    one = alone_for("receipt")
    one.send(WAITING)
    return one


@pytest.mark.parametrize("who", [FINANCE, OTHER], ids=["the same person", "another"])
@pytest.mark.parametrize("agreed", [False, True], ids=["waits", "agreed"])
def test_the_same_receipt_told_again_is_the_request_that_waits(who: Actor, agreed: bool) -> None:
    one = waiting()
    one.until(one.now + timedelta(minutes=5))
    one.send(WAITING, who)
    (raised,) = one.events(e.RequestRaised)
    (known,) = (event for event in one.events(e.EffectCompleted) if event.effect == "apply_receipt")
    assert known.reference == raised.approval_id
    assert one.events(e.ReceiptRecorded) == []
    if agreed:
        one.send(decision(one), BOSS)
        one.send(WAITING, who)
        assert [event.amount.minor for event in one.events(e.ReceiptRecorded)] == [4_000]
        assert len(one.events(e.RequestRaised)) == 1


def test_what_is_said_to_be_other_money_is_asked_about_with_it_and_is_no_other_content() -> None:
    one = alone_for("receipt")
    shown = tuple(f"bank/{number}" for number in range(25))
    one.send(WAITING.model_copy(update={"besides": shown}))
    (raised,) = one.events(e.RequestRaised)
    assert isinstance(raised.effect, ApplyReceipt)
    assert raised.effect.besides == shown
    said = said_of(raised.effect).evidence
    assert said.startswith("said to be other money than bank/0, bank/1,")
    assert ("bank/19 and 5 more / 登记人称与 bank/0," in said, "bank/19 等共 25 笔 不是同一笔" in said) == (True, True)
    assert grounds(raised.effect).endswith(said)
    one.send(WAITING, OTHER)
    assert one.events(e.RequestRaised) == [raised]


def test_a_report_that_speaks_of_no_other_money_reads_as_before_there_was_such_a_word() -> None:
    one = waiting()
    (raised,) = one.events(e.RequestRaised)
    assert said_of(raised.effect).evidence == ""
    assert "besides" not in raised.effect.model_dump()
    assert "besides" not in WAITING.model_dump()


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("who", [FINANCE, OTHER], ids=["the same person", "another"])
def test_the_same_name_with_other_content_is_refused_until_the_first_is_over(change: str, who: Actor) -> None:
    one = waiting()
    otherwise = WAITING.model_copy(update=CHANGES[change])
    assert refused(one, otherwise, who) is Code.IDEM
    one.send(decision(one, "reject"), BOSS)
    assert decide(one.account, otherwise, who, one.now) != ()


def test_what_is_refused_names_the_approval() -> None:
    one = waiting()
    (raised,) = one.events(e.RequestRaised)
    with pytest.raises(Refused, match="another report of receipt bank/1 with other content waits") as told:
        decide(one.account, WAITING.model_copy(update={"amount": cny(1)}), OTHER, one.now)
    assert [(one.name, one.value) for one in told.value.details] == [("approval", raised.approval_id)]


def test_both_told_before_the_ledger_has_weighed_the_first_count_once_too() -> None:
    one = alone_for("receipt")
    one.apply(WAITING, FINANCE, "c1")
    assert refused(one, WAITING.model_copy(update={"amount": cny(1)}), OTHER) is Code.IDEM
    one.apply(WAITING, OTHER, "c2")
    one.perform()
    assert len(one.events(e.RequestRaised)) == 1


def test_where_no_other_request_is_taken_one_that_waits_is_still_found() -> None:
    one = waiting()
    for number in range(MOST_OPEN - 1):
        one.send(paid(f"more-{number}", 4_000))
    one.send(WAITING, OTHER)
    assert len(one.events(e.RequestRaised)) == MOST_OPEN
    with pytest.raises(Exception, match=Code.LIMIT):
        one.send(paid("one too many", 4_000))


@pytest.mark.parametrize("via", ["webhook", "import"])
def test_the_bank_s_own_word_is_booked_whatever_waits_under_its_name(via: Any) -> None:
    one = waiting()
    one.send(WAITING.model_copy(update={"amount": cny(900)}), Actor(id="bank", roles=("finance",), via=via))
    assert [event.amount.minor for event in one.events(e.ReceiptRecorded)] == [900]


def test_another_name_is_another_receipt() -> None:
    one = waiting()
    for other in ({"external_id": "2"}, {"source": "till"}):
        (asked,) = decide(one.account, WAITING.model_copy(update=other), OTHER, one.now)
        assert isinstance(asked, LedgerAsked)
        assert isinstance(asked.effect, ApplyReceipt)
        assert asked_once(one.account, asked.effect) == asked.effect


def test_all_that_a_report_says_is_content() -> None:
    # What it is said to be other money than is no word about the money itself.
    said = {"kind", "source", "external_id", "besides", *(name for change in CHANGES.values() for name in change)}
    assert said == c.RecordReceipt.model_fields.keys()
