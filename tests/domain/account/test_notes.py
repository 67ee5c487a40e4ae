"""A note is kept in the log and changes nothing."""

import pytest

from domain.account import events as e
from domain.account.note_commands import Note
from domain.machine import Actor
from domain.refusal import Code, Refused
from tests.domain.account.run import FINANCE, Run, at, dunning, terms

NOTE = Note(what="notified", text="by registered letter")
OTHER_SYSTEM = Actor(id="import", via="import")


@pytest.mark.parametrize("actor", [FINANCE, OTHER_SYSTEM])
def test_a_note_changes_nothing_but_the_log(actor: Actor) -> None:
    run = Run(terms(dunning()))
    run.issue("d1", 100, due_day=0)
    before = run.account
    run.send(NOTE, actor, moment=at(1))
    assert run.events(e.Noted) == [e.Noted(what="notified", text="by registered letter")]
    told = {"version": before.version + 1, "timeline": run.account.timeline}
    assert run.account == before.model_copy(update=told)
    assert (run.account.timeline[-1].note, run.staff, run.account.pending) == (
        "notified by registered letter", [], before.pending,
    )  # fmt: skip
    run.until(at(3))
    assert [stage for _, stage in run.stages()] == ["reminder"]


def test_not_everybody_notes() -> None:
    run = Run(terms(dunning()))
    with pytest.raises(Refused) as refused:
        run.send(NOTE, Actor(id="x", roles=("warehouse",)))
    assert (refused.value.code, run.events(e.Noted)) == (Code.AUTH, [])
