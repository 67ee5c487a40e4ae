"""What a person must tell about money that came in is asked with its evidence, and answered once."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.account import commands as account
from domain.account.effects import AllocateReceipt
from domain.statements.judging import judge
from domain.statements.posting import which_receipt
from storage.database import Database
from storage.operations.bank_answers import close_question
from storage.operations.bank_lines import keep_outcome
from storage.operations.bank_statements import Handing, TakenIn, take_in
from storage.operations.ledger import LedgerBooks
from storage.queries.bank_statements import payments
from storage.queries.work import tasks
from tests.api.conftest import NOW, Client
from tests.api.samples import put_customer_named
from tests.api.scripted_workflows import ScriptedWorkflows
from tests.statements_made import OWN, credit, statement_of
from tests.storage import samples

Taken = Callable[..., TakenIn]


@pytest.fixture
async def asked(database: Database) -> LedgerBooks:
    """G11: a receipt of 250 with open items of 100, 150 and 150, and no reference."""
    ledger = LedgerBooks(database)
    put_customer_named(database, "c-1")
    await samples.opened(ledger)
    for key, minor in (("A", 10_000), ("B", 15_000), ("C", 15_000)):
        await ledger.operate(f"i-{key}", samples.NOW, samples.imported(f"INV-{key}", minor))
    await ledger.operate("r", samples.at(20), samples.receipt("tx-1", 25_000))
    return ledger


@pytest.fixture
def taken(database: Database) -> Taken:
    def take(*entries: Any, statement_id: str = "S-1", account: str = OWN) -> TakenIn:
        statement = statement_of(entries, statement_id, account=account)
        return database.transact(take_in, statement, judge(statement), Handing(entity="CN01", by="fay"), NOW)

    return take


async def test_a_receipt_with_two_answers_is_a_question_with_its_candidates(
    client: Client, asked: LedgerBooks, workflows: ScriptedWorkflows
) -> None:
    finance = client("fay", "finance")
    (question,) = (await finance.get("/api/questions")).json()["questions"]
    assert (question["id"], question["external_id"], question["amount"]["minor"]) == ("r1", "tx-1", 25_000)
    assert question["candidates"] == [["INV-A", "INV-B"], ["INV-A", "INV-C"]]
    assert "a person must allocate" in question["evidence"][0]

    answer = await finance.post("/api/questions/r1/answer", json={"candidate": 2})

    assert (answer.status_code, answer.json()["repeated"]) == (200, False)
    ((workflow_id, submission),) = workflows.applied
    assert workflow_id == "account/CN01/c-1/CNY"
    assert submission.command == account.Allocate(
        source="bank", external_id="tx-1",
        shares=(account.Share(number="INV-A", minor=10_000), account.Share(number="INV-C", minor=15_000)),
        missing="tolerance",
    )  # fmt: skip


async def test_an_answer_must_choose_one_of_what_there_is(client: Client, asked: LedgerBooks) -> None:
    finance = client("fay", "finance")
    for body, code in (({"candidate": 3}, "E_GATE"), ({}, "E_GATE"), ({"candidate": 0}, "E_BODY")):
        answer = await finance.post("/api/questions/r1/answer", json=body)
        assert answer.json()["code"] == code
    assert (await finance.post("/api/questions/r9/answer", json={"candidate": 1})).status_code == 404
    assert (await finance.post("/api/questions/x1/answer", json={"candidate": 1})).status_code == 422
    elsewhere = client("dee", "finance", entity="DE01")
    assert (await elsewhere.get("/api/questions")).json()["questions"] == []
    assert (await elsewhere.post("/api/questions/r1/answer", json={"candidate": 1})).status_code == 404
    assert (await client("sam", "sales").post("/api/questions/r1/answer", json={"candidate": 1})).status_code == 403


async def test_what_was_decided_stays_decided(
    client: Client, database: Database, asked: LedgerBooks, workflows: ScriptedWorkflows
) -> None:
    finance = client("fay", "finance")
    pays = AllocateReceipt(
        source="bank", external_id="tx-1", shares=(("INV-A", 10_000), ("INV-B", 15_000)), terms_hash=samples.HASH,
        **samples.KEY,
    )  # fmt: skip
    await asked.operate("a", samples.at(21), pays)
    await database.write(close_question, 1, "fay", NOW)

    async def answered(body: dict[str, Any]) -> tuple[int, Any]:
        answer = await finance.post("/api/questions/r1/answer", json=body)
        told = answer.json()
        return answer.status_code, told.get("code") or (told["answered_by"], told["repeated"])

    def shares(**minor: int) -> dict[str, Any]:
        return {"shares": [{"number": f"INV-{key}", "minor": paid} for key, paid in minor.items()]}

    for same in ({"candidate": 1}, shares(B=15_000, A=10_000)):
        assert await answered(same) == (200, ("fay", True)), same
    others: tuple[dict[str, Any], ...] = (
        {"candidate": 2}, shares(C=15_000), shares(A=10_000), shares(A=9_999, B=15_000), {"verdict": "dismiss"},
    )  # fmt: skip
    for other in others:
        assert await answered(other) == (409, "E_DECIDED"), other
    assert await answered({"candidate": 3}) == await answered({}) == (409, "E_GATE")
    assert workflows.applied == []
    assert (await finance.get("/api/questions")).json()["questions"] == []


async def test_a_question_may_be_closed_with_the_cash_left_unapplied(client: Client, asked: LedgerBooks) -> None:
    finance = client("fay", "finance")
    done = await finance.post("/api/questions/r1/answer", json={"verdict": "dismiss", "reason": "they will tell"})
    assert (done.status_code, done.json()["status"], done.json()["answer"]) == (200, "answered", [])
    assert done.json()["repeated"] is False
    again = await finance.post("/api/questions/r1/answer", json={"verdict": "dismiss"})
    assert (again.status_code, again.json()) == (200, done.json() | {"repeated": True})
    other = await finance.post("/api/questions/r1/answer", json={"candidate": 1})
    assert (other.status_code, other.json()["code"]) == (409, "E_DECIDED")


async def test_a_line_in_doubt_is_answered_and_posted(
    client: Client, database: Database, workflows: ScriptedWorkflows, taken: Taken
) -> None:
    finance = client("fay", "finance")
    taken(credit(5_00, reference="R1"))
    held = taken(credit(5_00, "told otherwise"), credit(7_00, return_code="AC01"), statement_id="S-2")
    doubtful, came_back = (await finance.get("/api/questions")).json()["questions"]
    assert ("is it the same" in doubtful["text"]["en"], "came back" in came_back["text"]["en"]) == (True, True)

    same = await finance.post(f"/api/questions/{doubtful['id']}/answer", json={"verdict": "same"})
    nobody = await finance.post(
        f"/api/questions/{came_back['id']}/answer", json={"verdict": "receipt", "customer": "nobody"}
    )
    put_customer_named(database, "c-1")
    booked = await finance.post(
        f"/api/questions/{came_back['id']}/answer", json={"verdict": "receipt", "customer": "c-1"}
    )

    assert [one.status_code for one in (same, nobody, booked)] == [200, 404, 200]
    again = await finance.post(f"/api/questions/{doubtful['id']}/answer", json={"verdict": "same"})
    assert [one.json()["repeated"] for one in (same, booked, again)] == [False, False, True]
    assert again.json() == same.json() | {"repeated": True}
    assert {start.statement for start in workflows.statements} == {held.row}
    lines = (await database.read(payments, held.row)).payments
    assert [line.status for line in lines] == ["same", "ready"]
    assert (await finance.get("/api/questions")).json()["questions"] == []
    assert await database.read(tasks, ("role:finance",)) == ()


async def test_an_answer_sent_once_more_answers_no_later_question(
    client: Client, database: Database, workflows: ScriptedWorkflows, taken: Taken
) -> None:
    """Posting the line came upon another doubt: the first answer, sent again by a network, says nothing of it."""
    finance, other = client("fay", "finance"), client("eve", "finance")
    held = taken(credit(7_00, return_code="AC01"), statement_id="S-2")
    put_customer_named(database, "c-1")
    (line,) = (await database.read(payments, held.row)).payments
    path, said = f"/api/questions/b{line.line_id}/answer", {"verdict": "receipt", "customer": "c-1"}
    key = {"Idempotency-Key": "k1"}
    first = await finance.post(path, json=said, headers=key)
    database.transact(keep_outcome, line.line_id, which_receipt(()), NOW)

    again = await finance.post(path, json=said, headers=key)

    assert [(one.status_code, one.json()["repeated"]) for one in (first, again)] == [(200, False), (200, True)]
    assert [one.status for one in (await database.read(payments, held.row)).payments] == ["asked"]
    assert {start.statement for start in workflows.statements} == {held.row}
    anew = await other.post(path, json=said, headers=key)
    assert (anew.status_code, anew.json()["repeated"]) == (200, False)
    assert [one.status for one in (await database.read(payments, held.row)).payments] == ["ready"]


async def test_an_answer_names_a_receipt_that_the_line_can_take_back(
    client: Client, database: Database, asked: LedgerBooks, workflows: ScriptedWorkflows, taken: Taken
) -> None:
    """What could not be posted would only be asked about once more."""
    finance = client("fay", "finance")
    rows = (taken(credit(8_00, reference="R1")).row, taken(credit(9_00, reference="R2"), account="OTHER").row)
    names = []
    for row in rows:
        (paid,) = (await database.read(payments, row)).payments
        await asked.operate(paid.external_id, samples.at(20), samples.receipt(paid.external_id, paid.amount.minor))
        names.append(paid.external_id)
    held = taken(credit(-9_00, reference="R9", is_reversal=True), statement_id="S-9")
    (line,) = (await database.read(payments, held.row)).payments
    database.transact(keep_outcome, line.line_id, which_receipt(()), NOW)

    for receipt, code, said in (
        (names[0], "E_AMOUNT", "8.00 CNY are left"), (names[1], "E_GATE", "no receipt"),
        ("tx-404", "E_GATE", "no receipt"),
    ):  # fmt: skip
        answer = await finance.post(
            f"/api/questions/b{line.line_id}/answer", json={"verdict": "reverse", "receipt": receipt}
        )
        assert (answer.status_code, answer.json()["code"]) == (409, code), receipt
        assert said in answer.json()["detail"]
    assert [one.status for one in (await database.read(payments, held.row)).payments] == ["asked"]
    assert workflows.statements == []


async def test_questions_come_page_by_page(client: Client, asked: LedgerBooks, taken: Taken) -> None:
    taken(*(credit(minor, return_code="AC01", reference=f"R{minor}") for minor in (1, 2, 3)))
    finance = client("fay", "finance")
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await finance.get("/api/questions", params={"limit": 1, "cursor": cursor})).json()
        seen += [one["id"] for one in page["questions"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == ["r1", "b1", "b2", "b3"]


async def test_accounts_by_which_a_payer_is_known_are_kept_in_one_form(client: Client, database: Database) -> None:
    put_customer_named(database, "c-1")
    path, finance = "/api/customers/c-1/bank-accounts", client("fay", "finance")
    body = {"accounts": [{"account": "DE89 3704 0044 0532 0130 00"}, {"account": "v-1234", "kind": "virtual"}]}

    put = await finance.put(path, json=body)

    wanted = {"accounts": [
        {"account": "DE89370400440532013000", "kind": "payer"}, {"account": "V1234", "kind": "virtual"},
    ]}  # fmt: skip
    assert (put.status_code, put.json()) == (200, wanted)
    assert (await finance.get(path)).json() == wanted
    assert (await client("sam", "sales").put(path, json=body)).status_code == 403
    assert (await finance.put("/api/customers/none/bank-accounts", json=body)).status_code == 404
