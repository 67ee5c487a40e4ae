"""What a deal credits is looked at again by its account, so that interest claimed upon it goes with it."""

from domain.account import commands as c
from domain.account import events as e
from domain.account.decide import decide
from domain.account.effects import RefreshCase
from domain.machine import SYSTEM
from domain.receivables.corrected import Corrected
from domain.receivables.entries import Movement
from tests.domain.account.run import Run, at

WORD = c.InvoiceCreditedByDeal(number="A", deal_id="d", credit_note="CN-1")


def test_the_account_has_the_ledger_look_at_what_was_credited() -> None:
    run = Run()
    run.imported("A", 10_000, due_day=0)
    (asked, _) = decide(run.account, WORD, SYSTEM, at(1))
    assert isinstance(asked, e.LedgerAsked)
    effect = asked.effect
    assert (type(effect), getattr(effect, "credited", "")) == (RefreshCase, "A")


def test_interest_that_goes_with_it_is_told_and_its_credit_note_sent() -> None:
    run = Run()
    run.imported("A", 10_000, due_day=0)
    run.apply(WORD, SYSTEM, "word")
    pending = next(one for one in run.account.pending if isinstance(one.effect, RefreshCase))
    gone = Corrected(number="DN-1", credit_note="CN-2", minor=500, reason="not owed")
    moved = Movement(reference="", case=run.account.case, corrected=(gone,))
    told = decide(run.account, c.EffectDone(effect_id=pending.id, result=c.Moved(movement=moved)), SYSTEM, at(1))
    assert [(one.number, one.credit_note, one.minor) for one in told if isinstance(one, e.InvoiceCredited)] == [
        ("DN-1", "CN-2", 500)
    ]
