"""However many receipts a credit frees, each payment back that takes a second person is asked for, and none is lost."""

import pytest

from domain.account import commands as c
from domain.account import events as e
from domain.account.refunds import PayoutTold, RefundTaken
from domain.account.requests import MOST_OPEN, open_requests
from domain.machine import SYSTEM, Actor
from domain.receivables.freed import FreedCash
from domain.refusal import Code
from domain.value import Text
from tests.domain.account.run import LedgerRefused, cny
from tests.domain.account.test_second_person import BOSS, alone_for, decision, written_off


@pytest.mark.parametrize("waiting", [0, MOST_OPEN], ids=["nothing waits", "no other request would be taken"])
@pytest.mark.parametrize("count", [MOST_OPEN, MOST_OPEN + 2, 30])
def test_all_are_asked_for_and_paid_when_agreed_to(waiting: int, count: int) -> None:
    one = alone_for("refund", "write_off")
    for _ in range(waiting):
        written_off(one, 5_000)
    number = one.issue("D-freed", 100 * count, 30)
    for n in range(count):
        one.pay(f"p{n}", 100, number)
    before = len(one.events(e.RequestRaised))
    one.answers = [PayoutTold(status="done", reference=f"payout-{n}") for n in range(count)]
    one.send(c.Credit(number=number, minor=100 * count, reason="damaged", paid_part="refund"))
    raised = one.events(e.RequestRaised)[before:]
    refunds = [event for event in raised if event.effect.kind == "take_refund"]
    over = 100 * count > 1_000
    assert len(refunds) == (count if over else 0)
    assert one.events(e.AttentionNeeded) == []
    while waits := [asked for asked in open_requests(one.account.requests) if asked.effect.kind == "take_refund"]:
        one.send(decision(one, place=one.account.requests.index(waits[0])), BOSS)
    taken = one.events(RefundTaken)
    assert sorted((event.external_id, event.amount) for event in taken) == sorted(
        (f"p{n}", cny(100)) for n in range(count)
    )
    assert one.account.case.unapplied_minor == 0


@pytest.mark.parametrize("left", [0, 1, 1_999])
def test_what_went_back_meanwhile_ends_the_request_and_both_hear_of_it(left: int) -> None:
    """The cash of a credit waits for a second person, its receipt bounces, and then somebody agrees."""
    one = alone_for("refund")
    number = one.issue("D-bounced", 2_000, 30)
    one.pay("p", 2_000, number)
    one.send(c.Credit(number=number, minor=2_000, reason="damaged", paid_part="refund"))
    bounce = c.ReverseReceiptNow(source="bank", external_id="p", amount=cny(2_000 - left), reason="R")
    one.send(bounce, Actor(id="bank", via="webhook"))
    with pytest.raises(LedgerRefused, match=Code.AMOUNT):
        one.send(decision(one), BOSS)
    assert [(event.outcome, event.reason[:8]) for event in one.events(e.RequestEnded)] == [("refused", "E_AMOUNT")]
    assert (one.account.pending, one.events(e.AttentionNeeded), one.account.case.unapplied_minor) == ((), [], left)
    assert [(told.template, told.people) for told in one.staff][-1] == ("request_not_done", ("fin", "boss"))


def test_what_nobody_had_to_agree_to_still_waits_for_a_person() -> None:
    one = alone_for("refund")
    told = {"number": "INV-1", "deal_id": "D", "credit_note": "CN-1", "reason": "cancelled", "by": "fin"}
    freed = (FreedCash(source="bank", external_id="1", minor=600),)
    one.apply(c.InvoiceCreditedByDeal.model_validate(told | {"refund": freed}), SYSTEM, "word")
    (refund,) = (pending for pending in one.account.pending if pending.effect.kind == "take_refund")
    gone = c.AccountRefusal(code=Code.AMOUNT, text=Text(en="it bounced", zh="已退票"))
    one.apply(c.EffectDone(effect_id=refund.id, result=gone), SYSTEM, refund.id)
    assert [event.error for event in one.events(e.AttentionNeeded)] == ["E_AMOUNT: it bounced"]
    assert one.events(e.CommandRefused) == []


def test_a_person_s_own_request_is_still_refused_when_too_many_wait() -> None:
    one = alone_for("refund", "write_off")
    for _ in range(MOST_OPEN):
        written_off(one, 5_000)
    with pytest.raises(LedgerRefused, match=Code.LIMIT):
        written_off(one, 5_000)
