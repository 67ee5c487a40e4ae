"""Money that nobody has claimed can be claimed, reversed and paid back; nobody owes, promises or is written to."""

from typing import get_args

import pytest

from domain.account.commands import PublicAccountCommand
from domain.account.moves import check_state, moves, possible
from domain.deal import commands as deal
from domain.deal.machine import blank
from domain.deal.state import Customer
from domain.nobody import UNIDENTIFIED
from domain.refusal import Code, Refused
from tests.domain.account.run import Run
from tests.domain.deal.driver import Driver
from tests.domain.test_opening import item

KINDS = [one.model_fields["kind"].default for one in get_args(get_args(PublicAccountCommand)[0])]
CAN_BE = {
    "record_receipt", "unallocate", "reverse_receipt", "claim_receipt", "refund", "say_refund", "note", "retry_effect",
    "skip_effect", "adopt_log", "decide", "transfer_seat", "add_signer", "recall",
}  # fmt: skip


def nobodys() -> Run:
    run = Run()
    run.pay("1", 20)
    run.account = run.account.model_copy(update={"customer_id": UNIDENTIFIED})
    return run


@pytest.mark.parametrize("kind", sorted(set(KINDS) - CAN_BE))
def test_what_takes_a_customer_is_refused_and_not_offered(kind: str) -> None:
    account = nobodys().account
    with pytest.raises(Refused, match=f"{kind} takes a customer") as told:
        check_state(account, kind)
    assert told.value.code is Code.GATE
    assert not possible(account, kind)


def test_what_remains_is_to_find_out_whose_it_is_or_to_give_it_back() -> None:
    assert set(KINDS) >= CAN_BE
    assert set(moves(nobodys().account)) == {
        "record_receipt", "unallocate", "reverse_receipt", "claim_receipt", "refund", "note",
    }  # fmt: skip


def test_nobody_buys() -> None:
    d = Driver()
    d.first = d.deal = blank("D-1", "CN01", Customer(customer_id=UNIDENTIFIED, name="x"), "CNY")
    d.refused(deal.Capture(source="web", contact="Li"), Code.GATE)


def test_nobody_owes_an_open_item() -> None:
    with pytest.raises(ValueError, match="nobody has claimed"):
        item(customer_id=UNIDENTIFIED)
