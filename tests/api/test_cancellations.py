"""What cancelling would do is asked of the log and the ledger; a cancellation that is out of date is shown it again."""

import json
from pathlib import Path

import pytest

from cli import run
from commands.cancellation import told
from domain.cancellation import CancellationPreview, SecondAsked
from domain.deal import commands as c
from domain.deal.machine import row_of
from domain.money import Money
from domain.ports import DealRecord
from domain.refusal import Code, refuse
from storage.database import Database
from storage.operations.records import append_deal
from tests.api.conftest import Client
from tests.api.scripted_workflows import ScriptedWorkflows
from tests.domain.deal.driver import Driver, line
from tests.workflows.harness import settings_of

PREVIEW = "/api/deals/D-1/cancellation-preview"


def put(database: Database, driver: Driver) -> None:
    row = row_of(driver.deal, driver.now)
    database.transact(append_deal, DealRecord(workflow_id="deal/D-1", facts=tuple(driver.facts), row=row))


def half_delivered() -> Driver:
    driver = Driver().booked(line(1, "10"), line(2, "2"))
    driver.do(c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="4"),)))
    return driver


async def test_what_stops_stays_owed_and_is_billed_is_shown_and_nothing_is_done(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put(database, half_delivered())
    sales = client("liu", "sales")
    workflows.away = True

    owed = (await sales.post(PREVIEW, json={})).json()
    credited = (await sales.post(PREVIEW, json={"delivered": "credited"})).json()

    assert owed["stopped"]["deliveries"] == [{"position": 1, "quantity": "6"}, {"position": 2, "quantity": "2"}]
    assert [(one["item"], one["gross"]["minor"]) for one in owed["billed"]] == [("cancellation", 4_068_000)]
    assert (owed["owed"]["minor"], owed["credited"]["minor"]) == (4_068_000, 0)
    assert (owed["second"], owed["asks"]) == (False, [])
    assert (credited["billed"], credited["owed"]["minor"]) == ([], 0)
    assert owed["content_hash"] != credited["content_hash"]
    assert (await sales.post(PREVIEW, json={})).json() == owed
    assert (await sales.post(PREVIEW, json={"delivered": "gone"})).status_code == 422
    assert (await client("eve", "sales", entity="DE01").post(PREVIEW, json={})).status_code == 404


async def test_a_deal_that_cannot_be_cancelled_has_no_preview(client: Client, database: Database) -> None:
    put(database, Driver().quoted())
    answer = await client("liu", "sales").post(PREVIEW, json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "E_STATE")


async def test_a_refusal_of_what_is_out_of_date_brings_the_preview_of_now(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put(database, half_delivered())
    sales = client("liu", "sales")
    now = (await sales.post(PREVIEW, json={})).json()
    workflows.refusal = refuse(Code.STALE, "changed", "已变化")
    cancel = {"kind": "cancel", "reason": "withdrawn", "preview": "0" * 64}

    answer = await sales.post("/api/deals/D-1/commands", json=cancel)

    assert (answer.status_code, answer.json()["code"]) == (409, "E_STALE")
    told = {one["name"]: one["value"] for one in answer.json()["details"]}
    assert told["content_hash"] == now["content_hash"]
    assert json.loads(told["preview"]) == now


def test_who_will_be_asked_for_what_is_said_in_both_languages() -> None:
    zero, minor = Money(minor=0, currency="CNY"), Money(minor=700, currency="CNY")
    asked = (
        SecondAsked(kind="credit", amount=minor, in_all=minor, over=zero, roles=("finance_head", "cfo")),
        SecondAsked(kind="refund", amount=minor, in_all=minor, over=zero),
    )
    preview = CancellationPreview(deal_id="D-1", delivered="owed", credited=minor, owed=zero, in_all=zero, asks=asked)
    said = [line for line in told(preview) if "second person" in line.en]
    assert [line.en for line in said] == [
        "a second person (finance_head, cfo) must agree to credit 7.00 CNY: one may do up to 0.00 CNY alone",
        "a second person must agree to pay back 7.00 CNY: one may do up to 0.00 CNY alone",
    ]
    assert [line.zh for line in said] == [
        "红冲 7.00 CNY 须由第二人 (finance_head, cfo)审批：单人权限为 0.00 CNY",
        "退款 7.00 CNY 须由第二人审批：单人权限为 0.00 CNY",
    ]


@pytest.mark.parametrize(("minor", "shown"), [(None, False), (0, False), (953_724, True)])
def test_what_will_never_be_billed_is_said_in_both_languages(minor: int | None, shown: bool) -> None:
    zero, forgone = Money.zero("EUR"), None if minor is None else Money(minor=minor, currency="EUR")
    given = forgone or zero
    asked = SecondAsked(kind="credit", amount=given, in_all=given, over=zero)
    preview = CancellationPreview(
        deal_id="D-1", delivered="credited", credited=zero, owed=zero, in_all=given, forgone=forgone, asks=(asked,)
    )
    said = list(told(preview))
    assert [(line.en, line.zh) for line in said if "not billed" in line.en] == (
        [("give up what was delivered and not billed: 9,537.24 EUR", "放弃已交付未开票部分：9,537.24 EUR")]
        if shown
        else []
    )
    (second,) = [line for line in said if "second person" in line.en]
    assert ("must agree to give up" in second.en, second.zh.startswith("放弃或红冲")) == (shown, shown)


@pytest.mark.parametrize(("language", "words"), [("en", "no more delivery of line 1: 6"), ("zh", "第 1 行不再交付：6")])
def test_the_same_from_the_command_line(
    tmp_path: Path, migrated_api_file: Path, capsys: pytest.CaptureFixture[str], language: str, words: str
) -> None:
    settings_of("127.0.0.1:1", tmp_path, "q", console=True).remember()
    (tmp_path / "ltc.db").write_bytes(migrated_api_file.read_bytes())
    database = Database(f"sqlite:///{tmp_path / 'ltc.db'}")
    put(database, half_delivered())
    database.close()

    assert run(["cancellation", "D-1", "--data-dir", str(tmp_path), "--language", language]) == 0
    shown = capsys.readouterr().out
    assert words in shown
    assert "40,680.00 CNY" in shown
    assert run(["cancellation", "D-1", "--data-dir", str(tmp_path), "--json"]) == 0
    assert f"{json.loads(capsys.readouterr().out)['content_hash']}" in shown
    assert run(["cancellation", "D-9", "--data-dir", str(tmp_path)]) == 1
    assert run(["cancellation", "D-1", "--delivered", "gone", "--data-dir", str(tmp_path)]) != 0
