"""A receipt that waits for a second person in one account is booked in no other by a person's word."""

import pytest
from sqlalchemy import Connection, insert

from domain.account import effects as account
from domain.account.requests import named
from domain.receivables.second_person import Second
from domain.refusal import Code, Refused
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.tables.records import APPROVAL
from tests.storage.samples import HASH, KEY, NOW, at, opened, receipt, terms

ALONE = Second(over_minor=1_000, by="wu.ting")
ELSEWHERE = "account/CN01/unidentified/CNY"


def waits(connection: Connection, reported: account.ApplyReceipt, status: str, owner: str = ELSEWHERE) -> None:
    row = {
        "approval_id": "CN01.unidentified.CNY.4", "owner_workflow": owner, "deal_id": "", "kind": "receipt",
        "reference": named(reported), "status": status, "content_hash": "h", "amount_minor": 5_000, "currency": "CNY",
        "requester": "wu.ting", "opened_at": NOW, "due_at": None,
    }  # fmt: skip
    connection.execute(insert(APPROVAL), row)


def reported(external_id: str = "b1", second: Second | None = ALONE) -> account.ApplyReceipt:
    return receipt(external_id, 900).model_copy(update={"second": second})


@pytest.mark.parametrize("status", ["resolving", "pending", "stuck"])
async def test_what_waits_elsewhere_is_not_booked_here(ledger: LedgerBooks, database: Database, status: str) -> None:
    await opened(ledger)
    database.transact(waits, reported(), status)
    with pytest.raises(Refused, match=r"CN01\.unidentified\.CNY\.4") as refused:
        await ledger.operate("r1", at(20), reported())
    assert refused.value.code is Code.IDEM
    case = await ledger.load_case(account.LoadCase(**KEY), NOW, terms(), HASH, "示例客户")
    assert case.case.unapplied_minor == 0
    assert (await ledger.operate("r2", at(20), reported("b2"))).case.unapplied_minor == 900


@pytest.mark.parametrize("status", ["approved", "rejected", "returned", "recalled", "expired"])
async def test_what_is_over_elsewhere_is_in_nobody_s_way(ledger: LedgerBooks, database: Database, status: str) -> None:
    await opened(ledger)
    database.transact(waits, reported(), status)
    assert (await ledger.operate("r1", at(20), reported())).case.unapplied_minor == 900


async def test_the_account_s_own_request_and_the_bank_s_word_are_in_nobody_s_way(
    ledger: LedgerBooks, database: Database
) -> None:
    await opened(ledger)
    database.transact(waits, reported(), "pending", "account/CN01/c-1/CNY")
    assert (await ledger.operate("r1", at(20), reported())).case.unapplied_minor == 900
    database.transact(waits_too, reported("b2"))
    assert (await ledger.operate("r2", at(20), reported("b2", None))).case.unapplied_minor == 1_800


def waits_too(connection: Connection, other: account.ApplyReceipt) -> None:
    connection.execute(APPROVAL.delete())
    waits(connection, other, "pending")
