"""The trial balance is for finance, and ends at the legal entity of the key."""

from domain.deal.events import LeadAssigned
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.operations.records import Log
from tests.api.conftest import Client
from tests.storage import samples


async def test_the_trial_balance_of_a_day(client: Client, database: Database) -> None:
    ledger = LedgerBooks(database)
    await samples.opened(ledger)
    await ledger.operate("k1", samples.NOW, samples.imported("INV-1", 10_000))
    await ledger.operate("k2", samples.at(20), samples.receipt("tx-1", 4_000, ("INV-1",)))
    finance = client("fay", "finance")
    answer = await finance.get("/api/trial-balance", params={"on": "2026-03-19", "currency": "CNY"})
    assert answer.status_code == 200
    assert answer.json() == {
        "on": "2026-03-19",
        "lines": [
            {"entity": "CN01", "currency": "CNY", "account": "opening", "debit_minor": 0, "credit_minor": 10_000},
            {"entity": "CN01", "currency": "CNY", "account": "receivable", "debit_minor": 10_000, "credit_minor": 0},
        ],
    }
    whole = (await finance.get("/api/trial-balance")).json()
    assert (whole["on"], sum(one["debit_minor"] - one["credit_minor"] for one in whole["lines"])) == (None, 0)
    assert [one["account"] for one in whole["lines"]] == ["cash", "opening", "receivable", "unapplied"]
    assert (await finance.get("/api/trial-balance", params={"currency": "EUR"})).json()["lines"] == []


async def test_who_may_not_see_the_books(client: Client, database: Database) -> None:
    await samples.opened(LedgerBooks(database))
    await LedgerBooks(database).operate("k1", samples.NOW, samples.imported("INV-1", 10_000))
    german = client("eva", "finance", entity="DE01")
    assert (await german.get("/api/trial-balance")).json()["lines"] == []
    assert (await german.get("/api/trial-balance", params={"entity": "CN01"})).json()["code"] == "E_AUTH"
    assert (await client("alice", "sales").get("/api/trial-balance")).status_code == 403
    assert (await client("fay", "finance").get("/api/trial-balance", params={"on": "soon"})).status_code == 422


async def test_everybody_sees_their_own_commission_and_finance_all(client: Client, database: Database) -> None:
    ledger = LedgerBooks(database)
    await samples.opened(ledger)
    await Log(database).append_deal(samples.deal_record("d1", [LeadAssigned(owner="bob")]))
    number = (await ledger.issue_invoice("k", samples.NOW, samples.issue())).number
    await ledger.operate("r", samples.at(20), samples.receipt("b1", 10_000, [number]))
    finance, seller = client("fay", "finance"), client("bob", "sales")
    whole = (await finance.get("/api/commission")).json()
    assert [(one["agent"], one["rule"], one["base_minor"], one["minor"]) for one in whole["totals"]] == [
        ("bob", "sales", 8_850, 266)
    ]
    assert (whole["policy"], whole["lines"]) == ("standard", [])
    mine = (await seller.get("/api/commission", params={"from": "2026-03-20", "to": "2026-03-20"})).json()
    assert [(one["on"], one["document"], one["minor"]) for one in mine["lines"]] == [("2026-03-20", "bank/b1", 266)]
    assert (await seller.get("/api/commission", params={"to": "2026-03-19"})).json()["totals"] == []
    assert (await client("eve", "sales").get("/api/commission")).json()["lines"] == []
    other = await client("eve", "sales").get("/api/commission", params={"agent": "bob"})
    assert (other.status_code, other.json()["code"]) == (403, "E_AUTH")
    assert (await client("eva", "finance", entity="DE01").get("/api/commission")).json()["totals"] == []
