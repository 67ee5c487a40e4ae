"""The log keeps the first answer to every command id, and lets go of none but those that never came to be."""

from datetime import timedelta

from domain.deal.events import DealEvent, FollowedUp, LeadAssigned
from domain.machine import Answer
from domain.ports import DealRecord
from domain.value import Text
from storage.operations.records import Log
from tests.storage.samples import NOW, deal_record

NOTED: list[DealEvent] = [FollowedUp(channel="call", note="x")]
DEAL = "deal/d1"


def answer(key: str, version: int, **fields: object) -> Answer:
    return Answer(id=key, digest=f"of {key}", version=version).model_copy(update=fields)


def told(events: list[DealEvent], first: int, *answers: Answer, run: str = "run-1", late_s: int = 0) -> DealRecord:
    at = NOW + timedelta(seconds=late_s)
    record = deal_record("d1", events, first=first)
    moved = tuple(fact.model_copy(update={"at": at}) for fact in record.facts)
    return record.model_copy(update={"facts": moved, "answers": answers, "run": run, "as_of": at})


async def test_an_answer_is_there_for_every_later_run(log: Log) -> None:
    refused = answer("b", 2, code="E_LIMIT", text=Text(en="too much", zh="过多"))
    await log.append_deal(told([LeadAssigned(owner="bob")], 1, answer("a", 1)))
    await log.append_deal(told(NOTED, 2, answer("b", 2), run="run-2"))
    await log.append_deal(told(NOTED, 3, refused, run="run-2"))
    held = answer("h", 4, waits_for="d1-x1")
    await log.append_deal(told(NOTED, 4, held, run="run-2"))

    assert await log.answer(DEAL, "h", "run-3", 0) == held
    assert await log.answer(DEAL, "a", "run-3", 0) == answer("a", 1)
    assert await log.answer(DEAL, "b", "run-3", 0) == refused
    assert await log.answer(DEAL, "c", "run-3", 0) is None
    assert await log.answer("deal/d2", "a", "run-3", 0) is None


async def test_an_answer_without_a_fact_is_kept_too(log: Log) -> None:
    await log.append_deal(told([LeadAssigned(owner="bob")], 1))
    await log.append_deal(told([], 2, answer("denied", 1, code="E_STATE")))

    assert await log.answer(DEAL, "denied", "run-2", 1) == answer("denied", 1, code="E_STATE")
    assert await log.head(DEAL) == 1


async def test_a_record_that_comes_again_changes_no_answer(log: Log) -> None:
    record = told(NOTED, 1, answer("a", 1))
    await log.append_deal(record)
    await log.append_deal(record)

    assert await log.answer(DEAL, "a", "run-2", 0) == answer("a", 1)


async def test_what_the_asking_run_does_not_know_to_be_recorded_did_not_come_to_be(log: Log) -> None:
    await log.append_deal(told([LeadAssigned(owner="bob")], 1, answer("a", 1)))
    await log.append_deal(told([*NOTED, *NOTED], 2, answer("lost", 2)))

    asked = [await log.answer(DEAL, "lost", "run-1", recorded) for recorded in (1, 2, 3)]

    assert asked == [None, None, answer("lost", 2)]
    assert await log.answer(DEAL, "a", "run-1", 1) == answer("a", 1)


async def test_an_answer_goes_with_the_facts_that_are_taken_back(log: Log) -> None:
    await log.append_deal(told([LeadAssigned(owner="bob")], 1, answer("a", 1)))
    await log.append_deal(told(NOTED, 2, answer("lost", 2)))

    await log.append_deal(told([FollowedUp(channel="mail", note="kept")], 2, answer("new", 2), late_s=10))

    found = [await log.answer(DEAL, key, "run-2", 0) for key in ("a", "lost", "new")]
    assert found == [answer("a", 1), None, answer("new", 2)]
