"""The trial balance is for finance, and ends at the legal entity of the key."""

from storage.database import Database
from storage.operations.ledger import LedgerBooks
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
