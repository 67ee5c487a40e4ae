"""What no database can keep comes in by no way: signal, update or API; a refusal of it can be recorded on both."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter
from temporalio.client import WorkflowUpdateFailedError

from api.bodies import JsonBody
from api.problems import Rejected
from domain.account import commands as a
from domain.account.commands import PublicAccountCommand
from domain.deal import commands as c
from domain.deal.commands import PublicDealCommand
from domain.money import Money
from domain.refusal import Code
from embedded.temporal_server import TemporalServer
from simulation.standard_deal import CURRENCY, LINES, OWNER
from tests.workflows.harness import Company, company, signed
from tests.workflows.journeys import Journey
from tests.workflows.malformed import malformed, sample
from tests.workflows.poison import messages, words
from tests.workflows.test_poison import refusals, swallow
from workflows.messages import Envelope

UNIONS: dict[str, Any] = {"deal": PublicDealCommand, "account": PublicAccountCommand}
BODIES: dict[str, JsonBody[Any]] = {name: JsonBody(TypeAdapter(union), "Tested") for name, union in UNIONS.items()}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
async def ltc(
    request: pytest.FixtureRequest,
    temporal_server: TemporalServer,
    postgres_url: Callable[[], Awaitable[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Company]:
    """A company on each of both databases."""
    url = await postgres_url() if request.param == "postgresql" else ""
    async with company(temporal_server, tmp_path_factory.mktemp("malformed"), database_url=url) as opened:
        yield opened


@pytest.mark.parametrize("kind", UNIONS)
def test_the_api_refuses_every_malformed_field(kind: str) -> None:
    accepted = []
    for one in malformed(UNIONS[kind]):
        try:
            BODIES[kind].read(TypeAdapter(object).dump_json(one.command))
        except Rejected:
            continue
        accepted.append(one.where)

    assert accepted == []


def test_the_samples_are_well_formed_but_for_what_is_spoilt() -> None:
    commands = [sample(model) for model in (c.Nurture, a.RecordReceipt, c.CreateQuote, a.Allocate, a.ImportOpenItem)]
    read = [TypeAdapter(PublicDealCommand | PublicAccountCommand).validate_python(one) for one in commands]

    assert [command.kind for command in read] == [
        "nurture", "record_receipt", "create_quote", "allocate", "import_open_item",
    ]  # fmt: skip
    for union in UNIONS.values():
        with_fields = {model.__name__ for model in get_args(get_args(union)[0]) if len(model.model_fields) > 1}
        assert {one.where.split(".")[0] for one in malformed(union)} == with_fields


async def test_every_malformed_field_is_refused_by_signal_and_by_update(ltc: Company) -> None:
    journey = Journey(ltc, await ltc.customer())
    await journey.until("qualify")
    await journey.send_account(receipt(journey, "1"))
    for kind, workflow_id in (("deal", journey.id), ("account", journey.account)):
        before, length = len(await refusals(ltc, workflow_id)), len(malformed(UNIONS[kind]))
        for one in malformed(UNIONS[kind]):
            envelope = signed(workflow_id, Envelope(id=one.where, actor=OWNER, command=one.command))
            with pytest.raises(WorkflowUpdateFailedError) as caught:
                await ltc.handle(workflow_id).execute_update("submit", envelope)
            assert getattr(caught.value.cause, "type", "") == Code.GATE, one
            await ltc.handle(workflow_id).signal("command", envelope)
        await ltc.settled(workflow_id, within_s=120)

        recorded = (await refusals(ltc, workflow_id))[before:]
        assert [refusal["code"] for refusal in recorded] == [Code.GATE] * length
        await ltc.assert_healthy(workflow_id)
    await journey.send(c.CreateQuote(lines=LINES))
    await journey.send_account(receipt(journey, "2"))
    assert (await journey.case()).case.unapplied_minor == 2000


async def test_every_poison_is_recorded(ltc: Company) -> None:
    journey = Journey(ltc, await ltc.customer())
    await journey.until("capture")

    assert await swallow(ltc, journey.id, [*messages(journey.id), *words(journey.id)]) == []

    await ltc.assert_healthy(journey.id)


def receipt(journey: Journey, number: str) -> a.RecordReceipt:
    """Money that pays nothing yet, so that the account stays open."""
    return a.RecordReceipt(
        source="bank",
        external_id=f"{journey.deal_id}/{number}",
        amount=Money(minor=1000, currency=CURRENCY),
        value_date="2026-11-25",  # type: ignore[arg-type]  # pydantic reads it
    )
