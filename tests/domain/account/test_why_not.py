"""What an account does not take now is refused with the reason that holds there, for every command."""

from typing import get_args

import pytest

from domain.account import commands as c
from domain.account.commands import PublicAccountCommand
from domain.account.hold_commands import SetHold
from domain.account.moves import check_state, possible
from domain.account.state import Account
from domain.refusal import Code, Refused
from tests.domain.account.run import Run, cny, terms

KINDS = [one.model_fields["kind"].default for one in get_args(get_args(PublicAccountCommand)[0])]
NOTHING_OPEN, NO_CASH = "nothing is open", "no cash of this account is unapplied"
EMPTY = {
    **dict.fromkeys(("dispute", "promise", "plan", "write_off", "hand_over"), NOTHING_OPEN),
    **dict.fromkeys(("allocate", "refund", "exchange"), NO_CASH),
    **dict.fromkeys(("retry_effect", "skip_effect"), "nothing waits for attention"),
    **dict.fromkeys(("decide", "add_signer", "recall", "transfer_seat"), "nothing is being approved"),
    "resolve": "nothing is disputed",
    "withdraw_promise": "no promise stands",
    "withdraw_plan": "no payment plan stands",
    "lift_hold": "no person has set a hold",
    "resume_dunning": "letters are not stopped",
    "release_hold": "no order or delivery is held back",
    "say_refund": "of no refund the outcome is unknown",
    "say_notice": "no letter or call waits for a person",
}


def said(account: Account, kind: str) -> str:
    with pytest.raises(Refused) as told:
        check_state(account, kind)
    assert told.value.code is Code.STATE
    assert "可执行" in told.value.text.zh
    return told.value.text.en


def test_every_command_that_an_empty_account_refuses_says_why() -> None:
    account = Run(terms()).account
    assert {kind for kind in KINDS if not possible(account, kind)} == EMPTY.keys()
    for kind, why in EMPTY.items():
        assert said(account, kind).startswith(f"{kind} is not possible now ({why}); possible are: ")


def test_an_account_that_is_not_read_yet_says_so() -> None:
    account = Account(entity="CN01", customer_id="c1", currency="CNY")
    for kind in KINDS:
        if not possible(account, kind):
            assert "(the account is still being read, try again in a moment)" in said(account, kind)


def test_what_is_done_already_is_said_to_be() -> None:
    one = Run(terms())
    one.issue("D", 1_000, 30)
    one.send(c.PauseDunning(reason="talks"))
    assert "(letters are stopped already (talks))" in said(one.account, "pause_dunning")
    one.send(SetHold(reason="a false cheque"))
    assert "(a person has set a hold already (a false cheque))" in said(one.account, "set_hold")
    handed = one.account.model_copy(update={"handed_over": True})
    assert "(the account is handed over for collection already)" in said(handed, "hand_over")
    assert cny(1_000).minor == one.account.case.open_minor
