"""Books in two currencies as beancount: bean-check accepts them, and their balances are ours."""

from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection

from connectors.bookkeeping.beancount import account_name, beancount_lines, title_of
from domain.account import effects as account
from domain.account.exchange_effects import UndoReceiptExchange
from domain.money import Money
from domain.receivables.journal import JournalEntry
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.journal import journal, trial_balance
from tests.bean_check import bean_check, posted_until
from tests.storage.exchanging import (
    CNY_OF,
    PAID,
    arrived,
    into_dollars,
    item,
    kept,
    opened,
    rate,
    received,
    unallocated,
)
from tests.storage.samples import ISSUED, at

TITLES = {
    "Invoice 发票", "Receipt 收款", "Cash applied 核销", "Cash taken back 反核销", "Receipt bounced 退票",
    "Exchanged into another currency 折算转出", "Exchanged from another currency 折算转入",
    "Exchange taken back 折算撤销转回", "Exchanged money returned 折算撤销转出", "Exchange difference 汇兑损益",
}  # fmt: skip


def entries_of(connection: Connection) -> list[JournalEntry]:
    return list(journal(connection))


async def two_currencies(ledger: LedgerBooks, database: Database) -> None:
    """Let dollars be paid by dollars and by yuan, and let some of it be taken back."""
    await kept(database, ISSUED, "7.10")
    await kept(database, PAID, "7.20")
    await opened(ledger)
    await opened(ledger, "CNY", None)
    await ledger.operate("i1", at(2), item("U-1", 100_000))
    await ledger.operate("i2", at(2), item("U-2", 50_000))
    # Dollars at a gain, taken back, and at a loss.
    await ledger.operate("r1", at(22), received("b1", 30_000, ["U-2"]))
    await ledger.operate("u1", at(22), unallocated("b1"))
    await ledger.operate("r2", at(22), received("b2", 20_000, ["U-2"], stated=rate("7.00")))
    # Yuan exchanged, taken back, exchanged at another rate, and charged back in part.
    await ledger.operate("r3", at(22), received("b1c", 715_003, currency="CNY"))
    first = into_dollars("b1c", "U-1", at_rate=rate("7.15"))
    (made,) = (await ledger.operate("x1", at(23), first)).exchanged
    taken = arrived().model_copy(update={"external_id": made.external_id})
    await ledger.operate("t1", at(23), taken)
    undone = UndoReceiptExchange(
        source="bank", external_id="b1c", exchange=made.external_id, reason="wrong rate", **CNY_OF
    )
    await ledger.operate("u2", at(24), undone)
    await ledger.operate("t2", at(24), taken)
    again = into_dollars("b1c", "U-1", minor=300_000, at_rate=rate("7.05"))
    (made,) = (await ledger.operate("x2", at(25), again)).exchanged
    await ledger.operate("t3", at(25), taken.model_copy(update={"external_id": made.external_id}))
    back = Money(minor=100_000, currency="CNY")
    await ledger.operate(
        "c", at(26), account.ReverseReceipt(source="bank", external_id="b1c", amount=back, reason="R", **CNY_OF)
    )


async def test_bean_check_accepts_exchanges_and_differences_and_finds_our_balances(
    ledger: LedgerBooks, database: Database, tmp_path: Path
) -> None:
    await two_currencies(ledger, database)
    entries = database.look(entries_of)
    assert {title_of(entry) for entry in entries} == TITLES
    lines = list(beancount_lines(entries))
    assert bean_check(tmp_path, lines) == ""
    ours = {
        (account_name(line.entity, line.account), line.currency): Decimal(line.balance_minor) / 100
        for line in database.look(trial_balance)
        if line.balance_minor
    }
    assert posted_until(lines, at(28).date()) == ours
    assert {("Equity:CN01:Exchange", "USD"), ("Equity:CN01:Exchange", "CNY")} <= ours.keys()
