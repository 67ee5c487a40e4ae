"""Operations see in the Temporal UI where a deal is, who must do what by when, and exactly what to send."""

import json
import re
from typing import Any

from temporalio.api.sdk.v1 import WorkflowMetadata

from domain.deal import commands as c
from tests.workflows.conftest import Begin
from tests.workflows.harness import Company
from tests.workflows.journeys import Journey
from workflows.search_attributes import CURRENCY, CUSTOMER, DUE_AT, OWNER, POLICY, STAGE, STATUS, VALUE, WAITING_FOR

SENT = re.compile(r"^`(\{.*\})`$", re.MULTILINE)


async def metadata(ltc: Company, workflow_id: str) -> WorkflowMetadata:
    """Ask as the UI does."""
    told: WorkflowMetadata = await ltc.handle(workflow_id).query(
        "__temporal_workflow_metadata", result_type=WorkflowMetadata
    )
    return told


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
    assert found[WAITING_FOR] in {"wang.fang", "sun.yu", "becker"}
    assert found[DUE_AT] > state.timeline[0].at
    assert state.terms is not None
    assert found[POLICY] == state.terms.policy[:16]
    query = f"LtcCustomer = '客户 {journey.customer_id}' AND LtcStage = 'quote.pending'"
    listed = [one.id async for one in ltc.client.list_workflows(query)]
    assert listed == [journey.id]

    await journey.send(c.HoldDeal(reason="the customer moves house"))
    assert (await ltc.handle(journey.id).describe()).typed_search_attributes[STATUS] == "on_hold"


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
