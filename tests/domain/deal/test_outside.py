"""An effect is pending until its result is in; what fails waits for a person; what is unreadable only leaves a line."""

import pytest

from domain.deal import commands as c
from domain.deal.machine import evolve, explain, row_of, task_rows
from domain.deal.state import Stage
from domain.machine import SYSTEM
from domain.refusal import Code
from domain.value import Text, Value
from tests.domain.deal.driver import OPS, Driver


def failed(d: Driver, kind: str) -> str:
    pending = d.waiting(kind)
    d.do(c.EffectFailed(effect_id=pending.id, error="timed out"), SYSTEM, pending.id)
    return pending.id


def test_a_result_completes_its_effect_once() -> None:
    d = Driver().booked()
    d.do(c.RecordDelivery())
    effect_id = Driver().qualified().deal.pending
    assert effect_id == ()
    d.refused(c.EffectDone(effect_id="D-1/9/notify", result=c.Done()), Code.NOTFOUND, SYSTEM)
    d.refused(c.EffectFailed(effect_id="D-1/9/notify", error="x"), Code.NOTFOUND, SYSTEM)


def test_what_fails_is_parked_shown_and_tried_again() -> None:
    d = Driver().ordered()
    effect_id = failed(d, "create_order")

    assert d.waiting("create_order").parked == "timed out"
    assert row_of(d.deal, d.now).attention
    assert row_of(d.deal, d.now).waiting_for == "role:ops"
    (task, _) = task_rows(d.deal, d.now)
    assert (task.who, task.command) == ("role:ops", "retry_effect")
    assert {"retry_effect", "skip_effect", "abort"} <= set(explain(d.deal, d.now).moves)

    assert d.do(c.RetryEffect(effect_id=effect_id), OPS) == ("effect_retried",)
    assert d.waiting("create_order").parked is None
    d.refused(c.RetryEffect(effect_id=effect_id), Code.STATE, OPS)
    assert d.done("create_order", c.Booked(erp_reference="SO-9")) == ("order_booked",)


def test_only_what_the_deal_can_do_without_is_skipped() -> None:
    d = Driver().ordered()
    assert d.do(c.SkipEffect(effect_id=failed(d, "create_order"), reason="by hand"), OPS) == ("effect_skipped",)
    assert d.stage() is Stage.ACTIVE

    d = Driver().delivered()
    d.do(c.AcceptDelivery(accepted_by="x"))
    effect_id = failed(d, "issue_invoice")
    assert "retry" in d.refused(c.SkipEffect(effect_id=effect_id, reason="x"), Code.STATE, OPS).text.en


def test_another_effect_than_the_parked_one_is_left_alone() -> None:
    d = Driver().ordered()
    failed(d, "create_order")
    for command in (
        c.RetryEffect(effect_id="nothing"),
        c.SkipEffect(effect_id="nothing", reason="x"),
        c.AbortEffect(effect_id="nothing", reason="x"),
    ):
        d.refused(command, Code.NOTFOUND, OPS)


def test_an_answer_to_another_question_waits_for_a_person() -> None:
    d = Driver().delivered()
    d.do(c.AcceptDelivery(accepted_by="x"))
    assert d.done("issue_invoice", c.Done()) == ("attention_needed",)
    assert "answered with done" in (d.waiting("issue_invoice").parked or "")


def test_giving_up_while_the_deal_opens_loses_it() -> None:
    d = Driver()
    d.do(c.Capture(source="web", contact="x"))
    effect_id = failed(d, "open_deal")
    assert [blocker.who for blocker in explain(d.deal, d.now).waiting] == ["role:ops"]
    d.refused(c.SkipEffect(effect_id=effect_id, reason="x"), Code.STATE, OPS)
    assert d.do(c.AbortEffect(effect_id=effect_id, reason="test lead"), OPS) == ("effect_skipped", "deal_lost")


def test_a_skipped_assignment_is_a_managers_matter() -> None:
    d = Driver().open()
    d.tick()
    d.tick()
    found = d.do(c.SkipEffect(effect_id=failed(d, "assign_lead"), reason="by hand"), OPS)
    assert found == ("effect_skipped", "lead_unassignable")


def test_what_cannot_be_read_changes_nothing_but_the_log() -> None:
    d = Driver().booked()
    before = d.deal
    text = Text(en="not JSON", zh="不是 JSON")
    assert d.do(c.Unreadable(code="E_STATE", text=text, command="x" * 900, excerpt="y" * 900)) == ("command_refused",)
    after = d.deal.model_copy(update={"version": before.version, "timeline": before.timeline})
    assert after == before
    refused = d.facts[-1].event.model_dump()
    assert (len(refused["command"]), len(refused["excerpt"])) == (200, 500)


def test_closed_deals_still_take_the_results_they_wait_for() -> None:
    d = Driver().billed()
    d.paid()
    assert d.stage() is Stage.PAID
    assert d.done("send_invoice") == ("invoice_sent",)
    effect_id = failed(d, "open_receivable")
    assert explain(d.deal, d.now).moves == ("retry_effect", "skip_effect")
    assert d.do(c.SkipEffect(effect_id=effect_id, reason="paid anyway"), OPS) == ("effect_skipped",)


class Stranger(Value):
    """A command of nobody."""

    kind: str = "stranger"


def test_a_stranger_is_no_command() -> None:
    Driver().qualified().refused(Stranger(), Code.STATE)


def test_an_event_nobody_knows_leaves_a_line_and_nothing_else() -> None:
    d = Driver().qualified()
    fact = d.facts[-1]
    text = Text(en="x", zh="x")
    other = fact.model_validate(
        {
            "seq": 99,
            "at": d.now,
            "actor": SYSTEM,
            "cause": "x",
            "event": {"kind": "command_refused", "code": "X", "text": text},
        }
    )
    after = evolve(d.deal, other)
    assert after.version == 99
    assert after.model_copy(update={"version": d.deal.version, "timeline": d.deal.timeline}) == d.deal


@pytest.mark.parametrize("kept", [50])
def test_the_timeline_is_short(kept: int) -> None:
    d = Driver().qualified()
    for nth in range(70):
        d.do(c.FollowUp(channel="call", note=f"{nth}" * 100))
    assert len(d.deal.timeline) == kept
    assert [entry.seq for entry in d.deal.timeline] == list(range(d.deal.version - 49, d.deal.version + 1))
    assert max(len(entry.note) for entry in d.deal.timeline) == 80
