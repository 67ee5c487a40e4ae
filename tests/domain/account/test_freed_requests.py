"""However many receipts a credit frees, each payment back that takes a second person is asked for, and none is lost."""

import pytest

from domain.account import commands as c
from domain.account import events as e
from domain.account.refunds import PayoutTold, RefundTaken
from domain.account.requests import MOST_OPEN, open_requests
from domain.refusal import Code
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


def test_a_person_s_own_request_is_still_refused_when_too_many_wait() -> None:
    one = alone_for("refund", "write_off")
    for _ in range(MOST_OPEN):
        written_off(one, 5_000)
    with pytest.raises(LedgerRefused, match=Code.LIMIT):
        written_off(one, 5_000)
