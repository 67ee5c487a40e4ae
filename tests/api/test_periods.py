"""Finance close months of their legal entity, the oldest first, once they are over."""

from typing import Any

import pytest
from sqlalchemy import func, select

from storage.database import Database
from storage.operations.edge import put_meta
from storage.operations.ledger import LedgerBooks
from storage.tables.periods import PERIOD
from tests.api.conftest import NOW, Client
from tests.storage import samples

MARCH = "/api/periods/CN01-2026-03/close"
NOW_TEXT = "2026-11-25T09:00:00Z"


@pytest.fixture(autouse=True)
async def books(database: Database) -> None:
    """An item of March and money of 20 March; it is November."""
    ledger = LedgerBooks(database)
    await samples.opened(ledger)
    await ledger.operate("k1", samples.NOW, samples.imported("INV-1", 10_000))
    await ledger.operate("k2", samples.at(20), samples.receipt("tx-1", 4_000, ("INV-1",)))


def closed(database: Database) -> int:
    counted = select(func.count()).select_from(PERIOD)
    count: int = database.look(lambda connection: connection.execute(counted).scalar_one())
    return count


def line(account: str, debit_minor: int, credit_minor: int) -> dict[str, Any]:
    return {
        "entity": "CN01", "currency": "CNY", "account": account, "debit_minor": debit_minor,
        "credit_minor": credit_minor,
    }  # fmt: skip


async def test_a_close_answers_the_trial_balance_of_the_month_and_so_does_a_repeat(client: Client) -> None:
    finance = client("fay", "finance")
    first = await finance.post(MARCH)
    assert first.status_code == 200
    assert first.json() == {
        "id": "CN01-2026-03",
        "entity": "CN01",
        "month": "2026-03",
        "status": "closed",
        "closed_at": "2026-11-25T09:00:00Z",
        "closed_by": "fay",
        "totals": [{"currency": "CNY", "debit_minor": 18_000, "credit_minor": 18_000}],
        "lines": [
            line("cash", 4_000, 0), line("opening", 0, 10_000), line("receivable", 10_000, 4_000),
            line("unapplied", 4_000, 4_000),
        ],
        "reopened": [],
    }  # fmt: skip
    again = await client("eve", "admin").post(MARCH)
    assert (again.status_code, again.json()) == (200, first.json())


async def test_the_months_are_listed_with_what_may_be_done(client: Client) -> None:
    finance = client("fay", "finance", entity="")
    assert (await finance.post(MARCH)).status_code == 200
    shown = (await finance.get("/api/periods")).json()["periods"]
    assert [(one["month"], one["status"]) for one in shown] == [
        ("2026-11", "running"), *((f"2026-{month:02}", "open") for month in range(10, 3, -1)), ("2026-03", "closed"),
    ]  # fmt: skip
    assert (shown[-1]["closed_by"], shown[-1]["totals"][0]["debit_minor"]) == ("fay", 18_000)
    assert (await finance.get("/api/periods", params={"entity": "DE01"})).json() == {"periods": [], "next": ""}


@pytest.mark.parametrize(
    ("month", "says"),
    [
        pytest.param("2026-11", "2026-11 is not over: close it on 2026-12-01 or later", id="running"),
        pytest.param("2027-01", "2027-01 is not over: close it on 2027-02-01 or later", id="to come"),
        pytest.param("2026-05", "2026-03 is still open in the books of CN01: close it before 2026-05", id="not yet"),
        pytest.param(
            "2026-02", "the books of CN01 begin after 2026-02: the month to close next is 2026-03", id="too early"
        ),
    ],
)
async def test_a_wrong_month_is_refused(client: Client, database: Database, month: str, says: str) -> None:
    answer = await client("fay", "finance").post(f"/api/periods/CN01-{month}/close")
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (409, "E_STATE", says)
    assert closed(database) == 0


@pytest.mark.parametrize("name", ["CN01", "2026-03", "CN01-2026-13", "CN01-2026-3", "CN01-0000-01", "CN01-2026-03-01"])
async def test_what_is_no_month_is_refused(client: Client, database: Database, name: str) -> None:
    assert (await client("fay", "finance").post(f"/api/periods/{name}/close")).status_code == 422
    assert closed(database) == 0


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(("alice", "sales"), id="sales"),
        pytest.param(("cora", "credit", "ops", "sales_manager"), id="not finance"),
    ],
)
async def test_only_finance_close_and_see_the_months(client: Client, database: Database, who: Any) -> None:
    for answer in (await client(*who).post(MARCH), await client(*who).get("/api/periods")):
        assert (answer.status_code, answer.json()["code"]) == (403, "E_AUTH")
    assert (await client().post(MARCH)).status_code == 401
    assert closed(database) == 0


async def test_a_key_of_another_entity_closes_nothing_here(client: Client, database: Database) -> None:
    german = client("eva", "finance", entity="DE01")
    answer = await german.post(MARCH)
    assert (answer.status_code, answer.json()["code"]) == (403, "E_AUTH")
    assert (await german.get("/api/periods")).json() == {"periods": [], "next": ""}
    empty = await german.post("/api/periods/DE01-2026-03/close")
    assert (empty.status_code, empty.json()["code"]) == (409, "E_STATE")
    assert closed(database) == 0


async def test_a_month_is_over_by_business_time_where_the_entity_is(client: Client, database: Database) -> None:
    """Between 16:00 and midnight UTC of the last day it is the next month in Shanghai already."""
    finance = client("fay", "finance")
    for month in range(3, 11):
        assert (await finance.post(f"/api/periods/CN01-2026-{month:02}/close")).status_code == 200
    five_days = 5 * 86_400
    database.transact(put_meta, "clock_offset_s", str(five_days + 6 * 3_600), NOW)
    assert (await finance.post("/api/periods/CN01-2026-11/close")).status_code == 409
    database.transact(put_meta, "clock_offset_s", str(five_days + 7 * 3_600), NOW)
    answer = await finance.post("/api/periods/CN01-2026-11/close")
    assert (answer.status_code, answer.json()["closed_at"]) == (200, "2026-11-30T16:00:00Z")


REOPEN, AUDIT = "/api/periods/CN01-2026-03/reopen", {"evidence": "letter 7 of the auditor"}


async def test_somebody_else_opens_the_last_month_by_evidence(client: Client, database: Database) -> None:
    finance, other = client("fay", "finance"), client("eve", "admin")
    before = (await finance.post(MARCH)).json()
    denied = await finance.post(REOPEN, json=AUDIT)
    assert (denied.status_code, denied.json()["code"], closed(database)) == (403, "E_SOD", 1)
    for body in ({}, {"evidence": ""}):
        assert (await other.post(REOPEN, json=body)).status_code == 422
    assert (await other.post(REOPEN, json={"evidence": " "})).json()["code"] == "E_GATE"

    opened = await other.post(REOPEN, json=AUDIT)

    again = {"closed_by": "fay", "closed_at": before["closed_at"], "reopened_by": "eve", "reopened_at": NOW_TEXT}
    assert opened.status_code == 200
    assert (opened.json()["status"], opened.json()["reopened"]) == ("open", [again | AUDIT])
    assert (await other.post(REOPEN, json=AUDIT)).json() == opened.json()
    assert (await finance.post(REOPEN, json=AUDIT)).json()["code"] == "E_STATE"
    assert closed(database) == 0
    assert (await finance.post(MARCH)).json() == before | {"reopened": [again | AUDIT]}
    (march,) = [one for one in (await finance.get("/api/periods")).json()["periods"] if one["month"] == "2026-03"]
    assert (march["status"], len(march["reopened"])) == ("closed", 1)


async def test_only_finance_of_the_entity_open_the_last_month(client: Client, database: Database) -> None:
    for month in ("03", "04"):
        assert (await client("fay", "finance").post(f"/api/periods/CN01-2026-{month}/close")).status_code == 200
    for who, entity, code in ((("alice", "sales"), "", "E_AUTH"), (("eva", "finance"), "DE01", "E_AUTH"),
                              (("eve", "finance"), "", "E_STATE")):  # fmt: skip
        answer = await client(*who, entity=entity).post(REOPEN, json=AUDIT)
        assert answer.json()["code"] == code
    assert (
        "that is 2026-04, open it first" in (await client("eve", "finance").post(REOPEN, json=AUDIT)).json()["detail"]
    )
    assert closed(database) == 2
