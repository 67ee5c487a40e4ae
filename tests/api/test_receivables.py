"""Receipts, accounts and invoices are shown as the ledger has them; what is asked goes to the right account."""

import io
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from pypdf import PdfReader

from domain.account import commands as account
from domain.account.paper_commands import MailStatement
from domain.account.plan_commands import Plan, PlanPart
from storage.database import Database
from storage.operations.accounts import hold_account
from storage.operations.documents import keep
from storage.operations.ledger import LedgerBooks
from storage.queries.masters import customer
from tests.api.conftest import NOW, Client
from tests.api.samples import put_customer_named
from tests.api.scripted_workflows import ScriptedWorkflows
from tests.storage import samples

RECEIPT: dict[str, Any] = {
    "source": "bank", "external_id": "tx-1", "amount": {"minor": 4_000, "currency": "CNY"},
    "value_date": "2026-03-20", "customer": "c-1", "invoices": ["INV-1"],
}  # fmt: skip
RESUME = {"kind": "resume_dunning"}
ACCOUNT = "account/CN01/c-1/CNY"


@pytest.fixture
async def ledger(database: Database) -> LedgerBooks:
    """An account that owes 10,000 on INV-1, of which tx-1 has paid 4,000."""
    ledger = LedgerBooks(database)
    put_customer_named(database, "c-1")
    await samples.opened(ledger)
    await ledger.operate("k1", samples.NOW, samples.imported("INV-1", 10_000))
    await ledger.operate("k2", samples.at(20), samples.receipt("tx-1", 4_000, ("INV-1",)))
    return ledger


async def test_a_reported_receipt_is_answered_as_the_ledger_has_it(
    client: Client, ledger: LedgerBooks, workflows: ScriptedWorkflows
) -> None:
    finance = client("fay", "finance")
    answer = await finance.post("/api/receipts", json=RECEIPT, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 201
    told = answer.json()
    assert (told["answered"]["version"], told["receipt"]["unapplied"]["minor"]) == (3, 0)
    assert [(one["number"], one["minor"]) for one in told["allocations"]] == [("INV-1", 4_000)]
    ((workflow_id, submission),) = workflows.applied
    assert (workflow_id, submission.id) == (ACCOUNT, "fay:k")
    assert submission.command == account.RecordReceipt(
        source="bank", external_id="tx-1", amount=samples.cny(4_000), value_date=date(2026, 3, 20), invoices=("INV-1",)
    )
    read = await finance.get(f"/api/receipts/{told['receipt']['receipt_id']}")
    assert read.json() == {
        "receipt": told["receipt"], "allocations": told["allocations"], "refunds": [], "exchanges": [],
        "hint": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "command"),
    [
        (
            "allocations",
            {"shares": [{"number": "INV-1", "minor": 5}]},
            account.Allocate(source="bank", external_id="tx-1", shares=(account.Share(number="INV-1", minor=5),)),
        ),
        (
            "unallocate",
            {"reason": "wrong customer"},
            account.Unallocate(source="bank", external_id="tx-1", reason="wrong customer"),
        ),
        (
            "reversals",
            {"amount": {"minor": 4_000, "currency": "CNY"}, "reason": "bounced"},
            account.ReverseReceiptNow(source="bank", external_id="tx-1", amount=samples.cny(4_000), reason="bounced"),
        ),
        (
            "claim",
            {"customer": "c-1", "evidence": "the remittance names them"},
            account.ClaimReceipt(
                source="bank",
                external_id="tx-1",
                entity="CN01",
                customer_id="c-1",
                evidence="the remittance names them",
            ),
        ),
    ],
)
async def test_what_finance_does_with_a_receipt_goes_to_its_account(
    client: Client, ledger: LedgerBooks, workflows: ScriptedWorkflows, path: str, body: dict[str, Any], command: Any
) -> None:
    finance = client("fay", "finance")
    answer = await finance.post(f"/api/receipts/1/{path}", json=body)
    assert answer.status_code == 200, answer.text
    ((workflow_id, submission),) = workflows.applied
    assert (workflow_id, submission.command) == (ACCOUNT, command)
    assert (await client("dan", "finance", entity="DE01").post(f"/api/receipts/1/{path}", json=body)).status_code == 404
    assert len(workflows.applied) == 1


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ({"kind": "dispute", "reason": "quality"}, account.Dispute(number="INV-1", reason="quality")),
        ({"kind": "resolve", "outcome": "reject"}, account.Resolve(number="INV-1", outcome="reject")),
        (
            {"kind": "promise", "on": "2026-12-24", "minor": 7},
            account.Promise(number="INV-1", on=date(2026, 12, 24), minor=7),
        ),
        (
            {"kind": "plan", "instalments": [{"due_on": "2026-12-24", "minor": 7}]},
            Plan(number="INV-1", instalments=(PlanPart(due_on=date(2026, 12, 24), minor=7),)),
        ),
        ({"kind": "write_off", "reason": "bankrupt"}, account.WriteOffNow(number="INV-1", reason="bankrupt")),
        (
            {"kind": "credit", "reason": "returned", "minor": 9},
            account.Credit(number="INV-1", reason="returned", minor=9),
        ),
    ],
)  # fmt: skip
async def test_what_is_done_about_an_invoice_goes_to_its_account(
    client: Client, ledger: LedgerBooks, workflows: ScriptedWorkflows, body: dict[str, Any], command: Any
) -> None:
    answer = await client("fay", "finance").post("/api/invoices/INV-1/commands", json=body)
    assert answer.status_code == 200, answer.text
    ((workflow_id, submission),) = workflows.applied
    assert (workflow_id, submission.command) == (ACCOUNT, command)
    foreign = await client("dan", "finance", entity="DE01").post("/api/invoices/INV-1/commands", json=body)
    assert foreign.status_code == 404
    assert len(workflows.applied) == 1


async def test_an_invoice_is_read_with_what_is_open_and_its_document_once_it_is_sent(
    client: Client, database: Database, ledger: LedgerBooks
) -> None:
    finance = client("fay", "finance")
    read = (await finance.get("/api/invoices/INV-1")).json()
    assert (read["open"], read["items"][0]["open"]["minor"]) == ({"minor": 6_000, "currency": "CNY"}, 6_000)
    missing = await finance.get("/api/invoices/INV-1.pdf")
    assert (missing.status_code, missing.json()["code"]) == (404, "E_NOTFOUND")
    assert "when the invoice is sent" in missing.json()["detail"]
    database.transact(keep, "invoice/CN01/INV-1.pdf", "INV-1.pdf", "application/pdf", b"%PDF-1.7", NOW)
    found = await finance.get("/api/invoices/INV-1.pdf")
    assert (found.status_code, found.content, found.headers["content-type"]) == (200, b"%PDF-1.7", "application/pdf")
    none = await finance.get("/api/invoices/INV-1.xml")
    assert (none.status_code, "if the policy has one for the customer's country" in none.json()["detail"]) == (
        404,
        True,
    )
    database.transact(keep, "invoice/CN01/INV-1.xml", "INV-1.xml", "application/xml", b"<Invoice/>", NOW)
    xml = await finance.get("/api/invoices/INV-1.xml")
    assert (xml.status_code, xml.content, xml.headers["content-type"]) == (200, b"<Invoice/>", "application/xml")
    assert xml.headers["content-disposition"].startswith("attachment")
    view = (await finance.get("/api/invoices/INV-1")).json()
    assert [view[name] for name in ("file", "xml")] == [sha256(one.content).hexdigest() for one in (found, xml)]
    for ending in ("pdf", "xml"):
        path = f"/api/invoices/INV-1.{ending}"
        assert (await client("dan", "finance", entity="DE01").get(path)).status_code == 404
        assert (await client("sid", "auditor").get(path)).status_code == 403


async def test_a_statement_has_items_receipts_ages_and_a_balance(client: Client, ledger: LedgerBooks) -> None:
    """Today is 25 November; INV-1 has been due since 1 April, and 700 came in that pay nothing."""
    finance = client("fay", "finance")
    await ledger.operate("k9", samples.at(24), samples.receipt("tx-9", 700, reference="nothing of yours"))
    told = (await finance.get("/api/accounts/c-1/statement?currency=CNY&since=2026-11-01")).json()
    assert {name: told[name]["minor"] for name in ("total_open", "unapplied", "balance")} == {
        "total_open": 6_000, "unapplied": 700, "balance": 5_300,
    }  # fmt: skip
    assert [(band["from_days"], band["to_days"], band["open"]["minor"]) for band in told["ageing"]] == [
        (None, 0, 0), (1, 30, 0), (31, 60, 0), (61, 90, 0), (91, None, 6_000),
    ]  # fmt: skip
    assert [(one["reference"], one["amount"]["minor"], one["unapplied"]["minor"]) for one in told["receipts"]] == [
        ("nothing of yours", 700, 700)
    ], "what is older is left out, unless it has cash left"
    assert [one["number"] for one in told["open_items"]["items"]] == ["INV-1"]
    assert told["since"] == "2026-11-01"
    early = (await finance.get("/api/accounts/c-1/statement?currency=CNY&since=2026-01-01")).json()
    assert [one["reference"] for one in early["receipts"]] == ["tx-1", "nothing of yours"]


async def test_a_statement_is_printed_for_its_customer_and_mailed_by_the_account(
    client: Client, ledger: LedgerBooks, workflows: ScriptedWorkflows
) -> None:
    finance = client("fay", "finance")
    path = "/api/accounts/c-1/statement.pdf?currency=CNY"
    printed = await finance.get(path)
    assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
    assert printed.headers["cache-control"] == "private, no-store"
    text = PdfReader(io.BytesIO(printed.content)).pages[0].extract_text()
    words = ("Statement of account", "c-1-CNY-20261125", "INV-1", "238", "60.00")
    assert [word for word in words if word not in text] == []
    assert (await client("dan", "finance", entity="DE01").get(path)).status_code == 404
    assert (await client("al", "auditor").get(path)).status_code == 403
    assert (await finance.get("/api/accounts/c-1/statement.pdf?currency=EUR")).status_code == 404
    body = {"kind": "mail_statement"}
    assert (await finance.post("/api/accounts/c-1/commands?currency=CNY", json=body)).status_code == 200
    ((workflow_id, submission),) = workflows.applied
    assert (workflow_id, submission.command) == (ACCOUNT, MailStatement())


async def test_a_credit_note_is_read_with_its_document_once_it_is_sent(
    client: Client, database: Database, ledger: LedgerBooks
) -> None:
    finance = client("fay", "finance")
    await ledger.operate("k3", samples.at(21), samples.credited("INV-1", 5_000))
    read = (await finance.get("/api/credit-notes/CN-2026-000001")).json()
    told = {name: read["credit_note"][name] for name in ("credits", "offset_minor", "released_minor", "reason")}
    assert told == {"credits": "INV-1", "offset_minor": 5_000, "released_minor": 0, "reason": "returned"}
    assert (read["original_issued_on"], read["file"], read["xml"]) == ("2026-03-02", "", "")
    for ending, media_type in (("pdf", "application/pdf"), ("xml", "application/xml")):
        path = f"/api/credit-notes/CN-2026-000001.{ending}"
        missing = await finance.get(path)
        assert (missing.status_code, missing.json()["code"]) == (404, "E_NOTFOUND")
        database.transact(keep, f"credit_note/CN01/CN-2026-000001.{ending}", "n", media_type, ending.encode(), NOW)
        found = await finance.get(path)
        assert (found.content, found.headers["content-type"]) == (ending.encode(), media_type)
        assert (await client("dan", "finance", entity="DE01").get(path)).status_code == 404
        assert (await client("sid", "auditor").get(path)).status_code == 403
    read = (await finance.get("/api/credit-notes/CN-2026-000001")).json()
    assert [read["file"], read["xml"]] == [sha256(one).hexdigest() for one in (b"pdf", b"xml")]
    assert (await finance.get("/api/credit-notes/CN-1")).json()["code"] == "E_NOTFOUND"


async def test_an_account_is_summed_up_and_its_items_are_paged(client: Client, ledger: LedgerBooks) -> None:
    for n in range(2, 5):
        await ledger.operate(f"i{n}", samples.NOW, samples.imported(f"INV-{n}", 100, due=date(2026, 4, n)))
    finance = client("fay", "finance")
    (summed,) = (await finance.get("/api/accounts/c-1")).json()["accounts"]
    assert (summed["currency"], summed["case"]["open_minor"], summed["case"]["items"]) == ("CNY", 6_300, 4)
    assert (await client("dan", "finance", entity="DE01").get("/api/accounts/c-1")).json() == {"accounts": []}
    numbers, cursor = [], ""
    while True:
        page = await finance.get(f"/api/accounts/c-1/statement?currency=CNY&limit=3&cursor={cursor}")
        items = page.json()["open_items"]
        numbers += [item["number"] for item in items["items"]]
        cursor = items["next"]
        if not cursor:
            break
    assert numbers == ["INV-1", "INV-2", "INV-3", "INV-4"]


async def test_an_account_takes_open_items_of_another_system(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_customer_named(database, "C-9")
    body = {
        "kind": "import_open_item", "number": "OLD-1", "issued_on": "2026-01-02",
        "instalments": [{"index": 1, "due_on": "2026-02-01", "amount": {"minor": 500, "currency": "USD"}}],
    }  # fmt: skip
    answer = await client("fay", "finance").post("/api/accounts/C-9/commands?currency=USD", json=body)
    assert answer.status_code == 200, answer.text
    ((workflow_id, submission),) = workflows.applied
    assert (workflow_id, submission.command.kind) == ("account/CN01/C-9/USD", "import_open_item")


async def test_money_lands_with_the_entity_that_is_owed(
    client: Client, database: Database, ledger: LedgerBooks, workflows: ScriptedWorkflows
) -> None:
    """The account decides, then the customer's own entity, then the default; two accounts are a question."""
    finance = client("fay", "finance", entity="")
    put_customer_named(database, "C-de", entity="DE01")
    money = {"minor": 1, "currency": "EUR"}
    owed = RECEIPT | {"customer": "C-de", "external_id": "tx-8", "amount": money, "invoices": []}
    await finance.post("/api/receipts", json=owed)
    assert workflows.applied[-1][0] == "account/DE01/C-de/EUR"
    await finance.post("/api/accounts/C-de/commands?currency=EUR", json=RESUME)
    assert workflows.applied[-1][0] == "account/DE01/C-de/EUR"
    await finance.post("/api/receipts", json=owed | {"entity": "CN01", "external_id": "tx-9"})
    assert workflows.applied[-1][0] == "account/CN01/C-de/EUR"

    database.transact(hold_account, "DE01", "c-1", "CNY")
    count = len(workflows.applied)
    unclear = await finance.post("/api/receipts", json=RECEIPT | {"external_id": "tx-10"})
    assert (unclear.status_code, unclear.json()["code"]) == (422, "E_BODY")
    assert "name one of CN01, DE01" in unclear.text
    assert (await finance.get("/api/accounts/c-1/statement?currency=CNY")).status_code == 422
    assert (await finance.get("/api/accounts/c-1/statement?currency=CNY&entity=CN01")).status_code == 200
    assert len(workflows.applied) == count


async def test_accountants_list_what_is_owed_in_their_entity(client: Client, ledger: LedgerBooks) -> None:
    """Today is 25 November; INV-1 was due on 1 April."""
    finance, foreign = client("fay", "finance", entity=""), client("dan", "finance", entity="DE01")
    (late,) = (await finance.get("/api/invoices?status=overdue")).json()["invoices"]
    told = (late["number"], late["open"]["minor"], late["overdue"]["minor"], late["days_late"])
    assert told == ("INV-1", 6_000, 6_000, 238)
    (owing,) = (await finance.get("/api/accounts?status=overdue&customer=c-1")).json()["accounts"]
    assert (owing["overdue"]["minor"], owing["oldest_due_on"]) == (6_000, "2026-04-01")
    assert (await finance.get("/api/receipts?unapplied=true")).json() == {"receipts": [], "next": ""}
    (money,) = (await finance.get("/api/receipts?unapplied=false&customer=c-1")).json()["receipts"]
    assert (money["external_id"], money["applied"]["minor"]) == ("tx-1", 4_000)
    for path in ("invoices", "accounts", "receipts"):
        assert (await foreign.get(f"/api/{path}")).json()[path] == []
        assert (await foreign.get(f"/api/{path}?entity=CN01")).status_code == 403
        assert (await client("bo", "ops", entity="").get(f"/api/{path}?cursor=x")).status_code == 400
    assert (await finance.get("/api/invoices?status=foo")).status_code == 422
    assert (await client("al", "auditor").get("/api/invoices")).status_code == 403


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"amount": {"minor": 1, "currency": "XYZ"}}, 422, "must be a currency of ISO 4217"),
        ({"invoices": ["INV-1", "INV-404"]}, 404, "CN01/c-1/CNY has no invoice INV-404"),
        ({"amount": {"minor": 1, "currency": "EUR"}}, 404, "CN01/c-1/EUR has no invoice INV-1"),
        ({"customer": "c-2"}, 404, "CN01/c-2/CNY has no invoice INV-1"),
    ],
)
async def test_a_receipt_that_names_what_is_not_there_is_refused(
    client: Client, database: Database, ledger: LedgerBooks, workflows: ScriptedWorkflows,
    changed: dict[str, Any], status: int, said: str,
) -> None:  # fmt: skip
    put_customer_named(database, "c-2")
    body = RECEIPT | {"external_id": "tx-2"} | changed
    answer = await client("fay", "finance").post("/api/receipts", json=body)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text
    assert workflows.applied == []


async def test_the_invariants_are_recounted(client: Client, ledger: LedgerBooks) -> None:
    checks = (await client("ona", "ops").get("/api/invariants")).json()["checks"]
    assert checks
    assert {check["broken"] for check in checks} == {0}


async def test_money_of_nobody_goes_to_the_unidentified_and_of_a_stranger_is_refused(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    finance = client("fay", "finance")
    stranger = await finance.post("/api/receipts", json=RECEIPT | {"customer": "C-none"})
    assert (stranger.status_code, stranger.json()["code"]) == (404, "E_NOTFOUND")
    assert (await finance.post("/api/accounts/C-none/commands?currency=CNY", json=RESUME)).status_code == 404
    assert workflows.applied == []
    # The scripted workflows write no ledger, so the answer cannot show the receipt.
    await finance.post("/api/receipts", json=RECEIPT | {"customer": None, "invoices": []})
    ((workflow_id, _),) = workflows.applied
    assert workflow_id == "account/CN01/unidentified/CNY"
    assert database.look(customer, "unidentified").name
    # Nobody reads what is held there: there is no statement of it, neither as data nor as a letter.
    for call in ("statement", "statement.pdf"):
        read = await finance.get(f"/api/accounts/unidentified/{call}?currency=CNY&entity=CN01")
        assert (read.status_code, read.json()["code"]) == (409, "E_GATE")
    assert (await finance.get("/api/accounts/unidentified?currency=CNY")).status_code == 200


async def test_an_invoice_and_its_account_are_explained(client: Client, ledger: LedgerBooks) -> None:
    """Today is 25 November; INV-1 was due on 1 April, and tx-1 has paid a part of it."""
    finance = client("fay", "finance")
    told = (await finance.get("/api/invoices/INV-1/explain")).json()
    (one,) = told["receivables"]
    assert (told["account"], one["open"]["minor"], one["days_late"], one["promised_on"]) == (ACCOUNT, 6_000, 238, None)
    assert one["what"]["en"] == "INV-1: 60.00 CNY open, 238 days late"
    assert (await finance.get("/api/accounts/c-1/explain?currency=CNY")).json() == told
    assert (await client("dan", "finance", entity="DE01").get("/api/invoices/INV-1/explain")).status_code == 404
    assert (await finance.get("/api/invoices/INV-404/explain")).status_code == 404
    assert (await finance.get("/api/accounts/c-1/explain?currency=EUR")).status_code == 404
    assert (await client("al", "auditor").get("/api/invoices/INV-1/explain")).status_code == 403


async def test_a_receipt_that_waits_for_a_second_person_is_accepted_and_not_there(
    client: Client, ledger: LedgerBooks, workflows: ScriptedWorkflows
) -> None:
    workflows.approval = "CN01.c-1.CNY.4"
    answer = await client("fay", "finance").post("/api/receipts", json=RECEIPT | {"external_id": "tx-9"})
    assert answer.status_code == 202
    told = answer.json()
    assert (told["receipt"], told["allocations"], told["answered"]["version"]) == (None, [], 3)
    assert len(workflows.applied) == 1
