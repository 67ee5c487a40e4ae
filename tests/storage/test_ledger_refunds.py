"""A refund takes cash aside once and is settled once; receipts, returns and postings agree at every moment (M2, M3)."""

import pytest
from sqlalchemy import Connection, Executable, delete, func, select, update

from domain.account import effects as account
from domain.receivables.second_person import Second, Weighed
from domain.refusal import Code, Refused
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import invariants
from storage.queries.receipts import receipt as receipt_line
from storage.queries.refunds import refunds_of_receipt
from storage.tables.ledger import POSTING, RECEIPT_RETURN
from storage.tables.refunds import REFUND
from tests.storage.samples import ENTITY, HASH, KEY, NOW, at, cny, issue, opened, receipt


@pytest.fixture
async def ledger_with_cash(ledger: LedgerBooks) -> LedgerBooks:
    """An account with an invoice of 10,000 and a receipt of 12,000 that pays it."""
    await opened(ledger)
    number = (await ledger.issue_invoice("k-issue", NOW, issue())).number
    await ledger.operate("r", at(12), receipt("b1", 12_000, [number]))
    return ledger


def take(minor: int, second: Second | None = None, agreed: str = "") -> account.TakeRefund:
    return account.TakeRefund(
        source="bank", external_id="b1", minor=minor, reason="paid twice", by="wu.ting", second=second, agreed=agreed,
        terms_hash=HASH, **KEY,
    )  # fmt: skip


def settle(outcome: str, refund_id: str = "bank/b1-R1") -> account.SettleRefund:
    told = {"refund_id": refund_id, "outcome": outcome, "reference": "PO-1", "terms_hash": HASH, **KEY}
    return account.SettleRefund.model_validate(told)


def balances(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(POSTING.c.account, func.sum(POSTING.c.minor)).group_by(POSTING.c.account))
    return {name: int(minor) for name, minor in rows if name in ("cash", "unapplied", "refunds")}


def broken(database: Database) -> list[str]:
    return [check.name for check in database.look(invariants) if check.broken]


@pytest.mark.parametrize(
    ("outcome", "cash", "left"), [("done", 10_500, 500), ("failed", 12_000, 2_000)]
)  # fmt: skip
async def test_cash_is_set_aside_and_then_paid_or_given_back(
    ledger_with_cash: LedgerBooks, database: Database, outcome: str, cash: int, left: int
) -> None:
    ledger = ledger_with_cash
    taken = await ledger.operate("t", at(20), take(1_500))
    assert (taken.reference, taken.minor, taken.unapplied_minor) == ("bank/b1-R1", 1_500, 500)
    assert taken.case.unapplied_minor == 500
    assert database.look(balances) == {"cash": 12_000, "unapplied": -500, "refunds": -1_500}
    assert broken(database) == []
    await ledger.operate("s", at(21), settle(outcome))
    assert database.look(balances) == {"cash": cash, "unapplied": -left, "refunds": 0}
    line = database.look(receipt_line, "bank", "b1")
    assert (line.unapplied, line.returned) == (cny(left), cny(2_000 - left))
    assert broken(database) == []
    (refund,) = database.look(refunds_of_receipt, "bank", "b1")
    assert (refund.outcome, refund.reference) == (outcome, "PO-1")
    assert (refund.asked_by, refund.amount) == ("wu.ting", cny(1_500))


async def test_the_same_effect_again_takes_nothing_and_two_refunds_have_two_names(
    ledger_with_cash: LedgerBooks, database: Database
) -> None:
    first = await ledger_with_cash.operate("t", at(20), take(1_500))
    assert await ledger_with_cash.operate("t", at(20), take(1_500)) == first
    second = await ledger_with_cash.operate("t2", at(20), take(500))
    assert (second.reference, second.unapplied_minor) == ("bank/b1-R2", 0)
    with pytest.raises(Refused) as refused:
        await ledger_with_cash.operate("t3", at(20), take(1))
    assert refused.value.code is Code.AMOUNT
    await ledger_with_cash.operate("s", at(21), settle("done"))
    await ledger_with_cash.operate("s-again", at(21), settle("done"))
    with pytest.raises(Refused) as other:
        await ledger_with_cash.operate("s-other", at(21), settle("failed"))
    assert other.value.code is Code.IDEM
    assert database.look(balances)["cash"] == 10_500


async def test_what_was_refunded_before_counts_with_it(ledger_with_cash: LedgerBooks, database: Database) -> None:
    alone = Second(over_minor=1_000, by="wu.ting")
    assert (await ledger_with_cash.operate("t", at(20), take(1_000, alone))).waits is None
    waits = await ledger_with_cash.operate("t2", at(20), take(1, alone))
    assert waits.waits == Weighed(minor=1, in_all_minor=1_001)
    assert len(database.look(refunds_of_receipt, "bank", "b1")) == 1
    await ledger_with_cash.operate("t3", at(20), take(1, agreed="CN01.c1.CNY.9"))
    assert database.look(refunds_of_receipt, "bank", "b1")[1].agreed == "CN01.c1.CNY.9"


async def test_what_the_same_command_pays_back_beside_it_counts_with_it(
    ledger_with_cash: LedgerBooks, database: Database
) -> None:
    alone = Second(over_minor=1_000, by="wu.ting")
    wanted = take(600, alone)
    waits = await ledger_with_cash.operate("t", at(20), wanted.model_copy(update={"along_minor": 401}))
    assert waits.waits == Weighed(minor=600, in_all_minor=1_001)
    assert database.look(refunds_of_receipt, "bank", "b1") == ()
    assert (await ledger_with_cash.operate("t2", at(20), wanted.model_copy(update={"along_minor": 400}))).waits is None


async def test_a_receipt_stays_while_its_refund_is_under_way(ledger_with_cash: LedgerBooks) -> None:
    unallocate = account.UnallocateReceipt(
        source="bank", external_id="b1", numbers=(), reason="theirs", terms_hash=HASH, **KEY
    )
    await ledger_with_cash.operate("u", at(20), unallocate)
    await ledger_with_cash.operate("t", at(20), take(1_500))
    claim = account.MoveReceipt(
        source="bank", external_id="b1", to_entity=ENTITY, to_customer_id="c9", evidence="x", terms_hash=HASH, **KEY
    )
    with pytest.raises(Refused) as refused:
        await ledger_with_cash.operate("m", at(20), claim)
    assert refused.value.code is Code.STATE


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (delete(RECEIPT_RETURN), {"N6", "M3"}),
        (delete(POSTING).where(POSTING.c.entry.startswith("refund:")), {"refunds", "M3"}),
        (update(REFUND).values(minor=1), {"N6", "refunds"}),
    ],
)
async def test_a_refund_that_was_tampered_with_is_found(
    ledger_with_cash: LedgerBooks, database: Database, tamper: Executable, found: set[str]
) -> None:
    await ledger_with_cash.operate("t", at(20), take(1_500))
    await database.write(lambda connection: connection.execute(tamper))
    assert set(broken(database)) == found


async def test_a_refund_that_is_not_there_is_not_settled(ledger_with_cash: LedgerBooks) -> None:
    with pytest.raises(Refused) as refused:
        await ledger_with_cash.operate("s", at(20), settle("done", "bank/b1-R9"))
    assert refused.value.code is Code.NOTFOUND


async def test_receipts_whose_names_read_alike_have_refunds_of_their_own(
    ledger: LedgerBooks, database: Database
) -> None:
    await opened(ledger)
    names = [("psp", "a/b"), ("psp/a", "b"), ("psp%2Fa", "b")]
    for source, external_id in names:
        reported = receipt(external_id, 1_000)
        money = reported.receipt.model_copy(update={"source": source})
        await ledger.operate(f"r-{source}", at(12), reported.model_copy(update={"receipt": money}))
        effect = take(400).model_copy(update={"source": source, "external_id": external_id})
        await ledger.operate(f"t-{source}", at(20), effect)
    found = [database.look(refunds_of_receipt, *name)[0].refund_id for name in names]
    assert found == ["psp/a/b-R1", "psp%2Fa/b-R1", "psp%252Fa/b-R1"]
    assert broken(database) == []
