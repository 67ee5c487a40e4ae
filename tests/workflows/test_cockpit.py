"""Operations see in the Temporal UI where a deal is, who must do what by when, and exactly what to send."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.sdk.v1 import WorkflowMetadata

from domain.deal import commands as c
from embedded.temporal_server import TemporalServer
from tests.workflows.conftest import Begin
from tests.workflows.harness import Company
from tests.workflows.journeys import Journey
from workflows.search_attributes import (
    CURRENCY,
    CUSTOMER,
    DUE_AT,
    OWNER,
    POLICY,
    STAGE,
    STATUS,
    VALUE,
    WAITING_FOR,
    MissingSearchAttributes,
    register,
)

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
QUERIES = re.findall(r"^\|[^|`]+\| `([^`]*\bLtc[^`]*)`", OPERATIONS, re.MULTILINE)
SENT = re.compile(r"^`(\{.*\})`$", re.MULTILINE)


async def metadata(ltc: Company, workflow_id: str) -> WorkflowMetadata:
    """Ask as the UI does."""
    told: WorkflowMetadata = await ltc.handle(workflow_id).query(
        "__temporal_workflow_metadata", result_type=WorkflowMetadata
    )
    return told


async def listed(ltc: Company, query: str) -> list[str]:
    """Return the ids of the workflows that a query finds."""
    return [one.id async for one in ltc.client.list_workflows(query)]


async def payloads(ltc: Company, workflow_id: str) -> list[dict[str, Any]]:
    """Return what the page says is to be sent."""
    details = (await metadata(ltc, workflow_id)).current_details
    return [json.loads(found) for found in SENT.findall(details)]


async def test_a_deal_is_run_from_its_page_alone(ltc: Company, begin: Begin) -> None:
    journey = await begin("quote")
    for _ in range(2):
        (first,) = await payloads(ltc, journey.id)
        assert first["command"]["kind"] == "decide"
        await ltc.handle(journey.id).execute_update("submit", first)
        await ltc.settled(journey.id)

    assert (await journey.deal()).stage == "quote.approved"
    (send,) = await payloads(ltc, journey.id)
    assert send == {"actor": {"id": "liu.yang", "roles": ["sales"]}, "command": {"kind": "send_quote"}}
    await ltc.handle(journey.id).signal("command", send)
    await ltc.settled(journey.id)

    details = (await metadata(ltc, journey.id)).current_details
    for part in (
        "quote.sent",
        "**opportunity 商机** verify, 20 %",
        "**customer** · by 期限 2",
        "`accept_quote`",
        "quote_sent (liu.yang)",
        "Next timers 接下来的定时",
    ):
        assert part in details
    await ltc.assert_healthy(journey.id)


async def test_people_who_owe_the_same_are_told_it_once(ltc: Company, begin: Begin) -> None:
    journey = await begin("quote")

    details = (await metadata(ltc, journey.id)).current_details.split("\n\n")
    asked = details[details.index("**Waiting for 等待**") + 1]
    people, what, payload = asked.splitlines()
    assert people.startswith("**wang.fang, sun.yu, becker** · by 期限 ")
    assert what == "decide on quote 1 · 审批第 1 版报价"
    assert json.loads(payload.strip("`"))["actor"] == "wang.fang"
    assert details.count(asked) == 1
    assert "**amount 金额** 126,000.00 CNY" in details[1]


async def test_the_page_has_nothing_that_the_ui_shows_badly(ltc: Company, begin: Begin) -> None:
    journey = await begin("fall_behind")

    for workflow_id in (journey.id, journey.account):
        lines = (await metadata(ltc, workflow_id)).current_details.splitlines()
        assert [line for line in lines if line.startswith(("|", "```"))] == []  # neither has room or wraps there
        lists = [nth for nth, line in enumerate(lines) if line.startswith("- ") and not lines[nth - 1].startswith("- ")]
        assert lists
        assert [lines[nth] for nth in lists if lines[nth - 1] != ""] == []  # else it is shown as text


async def test_money_is_shown_per_invoice(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")
    await journey.pay(minor=100_00)
    item = (await journey.deal()).billing[0]

    details = (await metadata(ltc, journey.id)).current_details
    line = f"- {item.number} · due 到期 {item.due_on} · total 金额 142,380.00 CNY · open 未清 **142,280.00 CNY**"
    assert line in details.splitlines()
    account = (await metadata(ltc, journey.account)).current_details
    assert "**open 未清** 142,280.00 CNY" in account


async def test_what_needs_attention_stands_first(ltc: Company, begin: Begin) -> None:
    journey = Journey(ltc, "C-nobody")
    await journey.capture()

    details = (await metadata(ltc, journey.id)).current_details
    assert details.index("Needs attention") < details.index("**Waiting for 等待**")
    (retry,) = await payloads(ltc, journey.id)
    assert retry["actor"]["roles"] == ["ops"]
    assert retry["command"]["kind"] == "retry_effect"


async def test_every_handler_is_described(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")
    for workflow_id in (journey.id, journey.account):
        definition = (await metadata(ltc, workflow_id)).definition
        described = [*definition.update_definitions, *definition.signal_definitions, *definition.query_definitions]
        names = {one.name: one.description for one in described if not one.name.startswith("__")}
        assert {"submit", "command", "word", "state", "explain"} <= set(names)
        assert [name for name, text in names.items() if name and not text] == []


async def test_deals_are_found_by_their_search_attributes(ltc: Company, begin: Begin) -> None:
    journey = await begin("quote")
    described = await ltc.handle(journey.id).describe()
    found = described.typed_search_attributes
    state = await journey.deal()

    assert found[STAGE] == "quote.pending"
    assert found[STATUS] == "open"
    assert found[OWNER] == "liu.yang"
    assert found[CUSTOMER] == f"客户 {journey.customer_id}"
    assert found[VALUE] == 12_600_000
    assert found[CURRENCY] == "CNY"
    assert found[WAITING_FOR] == ["becker", "sun.yu", "wang.fang"]
    assert found[DUE_AT] > state.timeline[0].at
    assert state.terms is not None
    assert found[POLICY] == state.terms.policy[:16]
    query = f"LtcCustomer = '客户 {journey.customer_id}' AND LtcStage = 'quote.pending'"
    assert await listed(ltc, query) == [journey.id]

    owing = f"LtcCustomer = '客户 {journey.customer_id}' AND LtcWaitingFor ="
    for person in ("wang.fang", "sun.yu", "becker"):
        assert await listed(ltc, f"{owing} '{person}'") == [journey.id]
    assert await listed(ltc, f"{owing} 'liu.yang'") == []

    await journey.send(c.HoldDeal(reason="the customer moves house"))
    assert (await ltc.handle(journey.id).describe()).typed_search_attributes[STATUS] == "on_hold"


async def test_who_is_late_is_found_by_the_oldest_due_date(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")
    due_on = (await journey.case()).case.oldest_due_on
    assert due_on is not None
    of_account = f"WorkflowType = 'Account' AND LtcCustomer = '客户 {journey.customer_id}' AND LtcOldestDueOn"

    # Nobody has moved the account since its invoice was issued: what is asked changes with the days, not what it says.
    assert await listed(ltc, f"{of_account} < '{due_on + timedelta(days=1)}T00:00:00Z'") == [journey.account]
    assert await listed(ltc, f"{of_account} < '{due_on}T00:00:00Z'") == []

    await journey.pay()
    assert await listed(ltc, f"{of_account} IS NOT NULL") == []


@pytest.mark.parametrize("query", QUERIES)
async def test_the_queries_of_the_handbook_can_be_asked(ltc: Company, query: str) -> None:
    assert (await ltc.client.count_workflows(query)).count >= 0


async def test_an_attribute_of_another_type_is_named(tmp_path: Path) -> None:
    older = {WAITING_FOR.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD}
    async with TemporalServer(tmp_path) as server:
        client = await server.connect()
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=older)
        )
        with pytest.raises(MissingSearchAttributes, match="has LtcWaitingFor of another type"):
            await register(client)
        listed = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
    assert [name for name in listed.custom_attributes if name.startswith("Ltc")] == [WAITING_FOR.name]


async def test_whoever_starts_a_workflow_it_has_a_summary(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")

    assert await summary(ltc, journey.id) == f"客户 {journey.customer_id} · CNY"
    assert await summary(ltc, journey.account) == f"Receivables 应收账款 · {journey.customer_id} · CNY"


async def summary(ltc: Company, workflow_id: str) -> str | None:
    return await (await ltc.handle(workflow_id).describe()).static_summary()


async def test_what_is_under_way_is_told_in_words_of_the_business(ltc: Company, begin: Begin) -> None:
    journey = await begin("fall_behind")
    told = [
        ltc.client.data_converter.payload_converter.from_payload(event.user_metadata.summary, str)
        async for event in ltc.handle(journey.account).fetch_history_events()
        if event.user_metadata.HasField("summary")
    ]
    number = (await journey.deal()).billing[0].number

    assert any(text.startswith(f"reminder-1 for {number}") and text.endswith("days late") for text in told)
