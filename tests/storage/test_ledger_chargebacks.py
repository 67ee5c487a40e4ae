"""What was paid back and is then charged back left twice: the customer owes it, and every sum still holds (M2, M3)."""

import pytest
from sqlalchemy import Connection, func, select

from domain.account import effects as account
from domain.receivables.second_person import Second, Weighed
from domain.refusal import Code, Refused
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import invariants
from storage.queries.receipts import receipt as receipt_line
from storage.tables.ledger import POSTING
from tests.storage.samples import HASH, KEY, NOW, at, cny, credited, issue, opened, receipt
from tests.storage.test_ledger_refunds import broken, settle, take


@pytest.fixture
async def refunded(ledger: LedgerBooks) -> LedgerBooks:
    """10,000 paid with 12,000, of which 1,500 went back to the payer."""
    await opened(ledger)
    number = (await ledger.issue_invoice("k-issue", NOW, issue())).number
    await ledger.operate("r", at(12), receipt("b1", 12_000, [number]))
    await ledger.operate("t", at(20), take(1_500))
    await ledger.operate("s", at(21), settle("done"))
    return ledger


def bounce(minor: int) -> account.ReverseReceipt:
    return account.ReverseReceipt(
        source="bank", external_id="b1", amount=cny(minor), reason="charged back", terms_hash=HASH, **KEY
    )


def balances(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(POSTING.c.account, func.sum(POSTING.c.minor)).group_by(POSTING.c.account))
    return {name: int(minor) for name, minor in rows if minor and name not in ("revenue", "tax")}


async def test_what_left_twice_is_owed_at_once_by_a_debit_note(refunded: LedgerBooks, database: Database) -> None:
    gone = await refunded.operate("c", at(25), bounce(12_000))
    assert (gone.claim, gone.minor, gone.unapplied_minor) == ("DN-2026-000001", 1_500, 0)
    assert [(one.number, one.open_minor) for one in gone.changes] == [("INV-2026-000001", 10_000)]
    assert (gone.case.open_minor, gone.case.items) == (11_500, 2)
    # 12,000 came, 1,500 were paid back, 12,000 were taken.
    assert database.look(balances) == {"cash": -1_500, "receivable": 11_500}
    line = database.look(receipt_line, "bank", "b1")
    assert (line.applied, line.returned, line.unapplied) == (cny(0), cny(12_000), cny(0))
    assert broken(database) == []
    assert await refunded.operate("c", at(25), bounce(12_000)) == gone
    paid = await refunded.operate("p", at(26), receipt("b2", 1_500, [gone.claim]))
    assert [(one.number, one.open_minor) for one in paid.changes] == [(gone.claim, 0)]
    assert database.look(balances) == {"receivable": 10_000}
    assert broken(database) == []


@pytest.mark.parametrize("slices", [(1_000, 500), (9_000, 1_500, 500), (10_500, 600, 400)])
async def test_slices_of_what_left_twice_add_up_where_a_second_person_is_asked(
    refunded: LedgerBooks, database: Database, slices: tuple[int, ...]
) -> None:
    """Refunded whole, in part or beside what is still there: the last slice is what goes beyond the amount."""
    await refunded.operate("t2", at(22), take(500))
    *below, last = slices
    alone = Second(over_minor=sum(below), by="wu.ting")
    for number, minor in enumerate(below):
        done = await refunded.operate(f"c{number}", at(25), bounce(minor).model_copy(update={"second": alone}))
        assert done.waits is None
    before = database.look(balances)
    waits = await refunded.operate("last", at(26), bounce(last).model_copy(update={"second": alone}))
    assert waits.waits == Weighed(minor=last, in_all_minor=sum(slices))
    assert database.look(balances) == before
    agreed = await refunded.operate("agreed", at(26), bounce(last).model_copy(update={"minor": last, "agreed": "A-1"}))
    assert agreed.waits is None
    assert broken(database) == []


async def test_nothing_leaves_a_third_time(refunded: LedgerBooks, database: Database) -> None:
    first = await refunded.operate("c1", at(25), bounce(11_000))
    assert (first.claim, first.minor) == ("DN-2026-000001", 500)
    before = database.look(balances)
    with pytest.raises(Refused) as refused:
        await refunded.operate("c2", at(25), bounce(1_001))
    assert (refused.value.code, database.look(balances)) == (Code.AMOUNT, before)
    second = await refunded.operate("c3", at(26), bounce(1_000))
    assert (second.claim, second.minor) == ("DN-2026-000002", 1_000)
    with pytest.raises(Refused):
        await refunded.operate("c4", at(26), bounce(1))
    assert database.look(balances) == {"cash": -1_500, "receivable": 11_500}
    assert broken(database) == []


async def test_a_refund_under_way_that_fails_leaves_money_for_the_claim(
    ledger: LedgerBooks, database: Database
) -> None:
    await opened(ledger)
    await ledger.operate("r", at(12), receipt("b1", 1_000))
    await ledger.operate("t", at(20), take(1_000))
    gone = await ledger.operate("c", at(21), bounce(1_000))
    assert (gone.claim, gone.minor) == ("DN-2026-000001", 1_000)
    await ledger.operate("s", at(22), settle("failed"))
    assert database.look(balances) == {"receivable": 1_000, "unapplied": -1_000}
    assert broken(database) == []
    shares = ((gone.claim, 1_000),)
    paid = account.AllocateReceipt(source="bank", external_id="b1", shares=shares, terms_hash=HASH, **KEY)
    assert (await ledger.operate("a", at(23), paid)).case.open_minor == 0
    assert database.look(balances) == {}
    assert broken(database) == []


async def test_a_claim_that_is_given_up_is_bad_debt(refunded: LedgerBooks, database: Database) -> None:
    gone = await refunded.operate("c", at(25), bounce(12_000))
    await refunded.operate("n", at(26), credited(gone.claim, 1_500))
    assert database.look(balances) == {"cash": -1_500, "bad_debt": 1_500, "receivable": 10_000}
    assert broken(database) == []


async def test_a_claim_that_is_not_in_the_cash_is_found(refunded: LedgerBooks, database: Database) -> None:
    await refunded.operate("c", at(25), bounce(12_000))
    lost = POSTING.delete().where(POSTING.c.entry == "invoice:c")
    await database.write(lambda connection: connection.execute(lost))
    assert [check.name for check in database.look(invariants) if check.broken] == ["M3", "M10"]
