"""Yuan that pay dollars: one transaction over two accounts, exact both ways, with its gain or loss (M2, M3, M8, M9)."""

from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from domain.account import effects as account
from domain.account.exchange_effects import UndoReceiptExchange
from domain.money import Money
from domain.receivables.exchange import Rate
from domain.refusal import Code, Refused
from storage.database import Database
from storage.entries import CustomerCard
from storage.operations.customers import keep_customer
from storage.operations.ledger import LedgerBooks
from storage.queries.receipts import receipt as receipt_line
from storage.tables.ledger import CREDIT_NOTE, POSTING
from tests.storage.exchanging import (
    CNY_OF,
    PAID,
    USD,
    arrived,
    broken,
    into_dollars,
    kept,
    owing_dollars,
    posted,
    rate,
    received,
)
from tests.storage.samples import CUSTOMER, HASH, ISSUED, NOW, at


@pytest.fixture
async def yuan(ledger: LedgerBooks, database: Database) -> LedgerBooks:
    """1,000.00 USD issued at 7.10, and 7,150.03 CNY that came for it."""
    return await owing_dollars(ledger, database, 715_003)


def balances(connection: Connection) -> dict[tuple[str, str], int]:
    query = select(POSTING.c.currency, POSTING.c.account, func.sum(POSTING.c.minor))
    rows = connection.execute(query.group_by(POSTING.c.currency, POSTING.c.account))
    return {(currency, name): int(minor) for currency, name, minor in rows if minor}


def undo(exchange: str = "bank/b1-X1") -> UndoReceiptExchange:
    return UndoReceiptExchange(source="bank", external_id="b1", exchange=exchange, reason="wrong invoice", **CNY_OF)


def bounced(minor: int) -> account.ReverseReceipt:
    amount = Money(minor=minor, currency="CNY")
    return account.ReverseReceipt(source="bank", external_id="b1", amount=amount, reason="charged back", **CNY_OF)


async def test_yuan_pay_dollars_at_a_stated_rate_and_the_gain_is_posted_once(
    yuan: LedgerBooks, database: Database
) -> None:
    """7,150.03 CNY at 7.15 are 1,000.0042 USD: the invoice is paid whole, and 50.03 CNY are gained."""
    made = await yuan.operate("x", at(23), into_dollars("b1", "U-1", at_rate=rate("7.15")))
    (exchanged,) = made.exchanged
    assert (str(exchanged.given), str(exchanged.got)) == ("7,150.03 CNY", "1,000.00 USD")
    assert exchanged.rate == "1 USD = 7.15 CNY (SAFE)"
    assert (made.unapplied_minor, made.case.unapplied_minor) == (0, 0)
    assert broken(database) == []
    paid = await yuan.operate("t", at(23), arrived())
    assert [(one.number, one.before_minor, one.open_minor) for one in paid.changes] == [("U-1", 100_000, 0)]
    assert database.look(balances) == {
        ("CNY", "cash"): 715_003, ("CNY", "exchange"): -715_003 + 5_003, ("CNY", "exchange_gain"): -5_003,
        ("USD", "exchange"): 100_000, ("USD", "opening"): -100_000,
    }  # fmt: skip
    assert await yuan.operate("x", at(23), into_dollars("b1", "U-1", at_rate=rate("7.15"))) == made
    assert broken(database) == []


async def test_an_exchange_taken_back_opens_what_it_paid_and_takes_its_gain_along(
    yuan: LedgerBooks, database: Database
) -> None:
    before = database.look(balances)
    await yuan.operate("x", at(23), into_dollars("b1", "U-1", at_rate=rate("7.15")))
    await yuan.operate("t", at(23), arrived())
    back = await yuan.operate("u", at(24), undo())
    assert (back.unapplied_minor, back.minor) == (715_003, 715_003)
    assert database.look(balances) == before
    # The account in dollars hears of it later, and says then what has changed there.
    told = await yuan.operate("t2", at(24), arrived())
    assert [(one.number, one.before_minor, one.open_minor) for one in told.changes] == [("U-1", 0, 100_000)]
    assert (await yuan.operate("t3", at(24), arrived())).changes == ()
    assert broken(database) == []
    with pytest.raises(Refused) as refused:
        await yuan.operate("u2", at(24), undo())
    assert refused.value.code is Code.NOTFOUND
    again = await yuan.operate("x2", at(25), into_dollars("b1", "U-1", at_rate=rate("7.15")))
    assert [one.external_id for one in again.exchanged] == ["bank/b1-X2"]
    assert (await yuan.operate("t4", at(25), arrived(2))).changes[0].open_minor == 0
    assert database.look(posted)["exchange_gain"] == -5_003
    assert broken(database) == []


async def test_what_is_open_again_is_told_as_it_is_when_it_is_told(yuan: LedgerBooks, database: Database) -> None:
    """Before the word arrives other money has paid the invoice: nothing has changed, then."""
    await kept(database, PAID, "7.20")
    await yuan.operate("x", at(23), into_dollars("b1", "U-1", at_rate=rate("7.15")))
    await yuan.operate("t", at(23), arrived())
    await yuan.operate("u", at(24), undo())
    paid = await yuan.operate("r2", at(24), received("b2", 100_000, ["U-1"]))
    assert [(one.before_minor, one.open_minor) for one in paid.changes] == [(100_000, 0)]
    told = await yuan.operate("t2", at(24), arrived())
    assert [(one.before_minor, one.open_minor) for one in told.changes] == [(0, 0)]
    assert broken(database) == []


async def test_a_charge_back_takes_the_exchange_back_with_it(yuan: LedgerBooks, database: Database) -> None:
    await yuan.operate("x", at(23), into_dollars("b1", "U-1", at_rate=rate("7.15")))
    await yuan.operate("t", at(23), arrived())
    gone = await yuan.operate("c", at(25), bounced(715_003))
    assert [one.external_id for one in gone.exchanged] == ["bank/b1-X1"]
    told = await yuan.operate("t2", at(25), arrived())
    assert [(one.number, one.open_minor) for one in told.changes] == [("U-1", 100_000)]
    assert database.look(balances) == {("USD", "receivable"): 100_000, ("USD", "opening"): -100_000}
    assert broken(database) == []


async def test_a_part_that_bounces_takes_no_exchange_back_that_it_need_not(
    yuan: LedgerBooks, database: Database
) -> None:
    for part, minor in enumerate((300_000, 200_000), 1):
        await yuan.operate(f"x{part}", at(23), into_dollars("b1", minor=minor, at_rate=rate("7.15")))
    gone = await yuan.operate("c", at(25), bounced(300_000))
    assert [one.external_id for one in gone.exchanged] == ["bank/b1-X2"]
    assert gone.unapplied_minor == 715_003 - 300_000 - 300_000
    line = database.look(receipt_line, "bank", "b1")
    assert (line.returned.minor, line.unapplied.minor) == (600_000, 115_003)
    assert broken(database) == []


@pytest.mark.parametrize(
    ("on_list", "told", "got"),
    [
        ("7.20", None, 99_306),
        ("7.20", rate("7.15"), 100_000),
        ("7.20", rate("0.14", "CNY", "USD"), 100_100),
    ],
)
async def test_the_rate_is_the_stated_one_else_the_kept_one(
    yuan: LedgerBooks, database: Database, on_list: str, told: Rate | None, got: int
) -> None:
    await kept(database, PAID, on_list)
    made = await yuan.operate("x", at(23), into_dollars("b1", at_rate=told))
    assert made.exchanged[0].got.minor == got


async def test_a_rate_stated_with_the_receipt_holds_for_its_exchange(yuan: LedgerBooks, database: Database) -> None:
    await yuan.operate("r2", at(22), received("b2", 71_500, currency="CNY", stated=rate("7.15")))
    made = await yuan.operate("x", at(23), into_dollars("b2"))
    assert made.exchanged[0].got.minor == 10_000


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (into_dollars("b1"), Code.GATE),
        (into_dollars("b1", minor=715_004, at_rate=rate("7")), Code.AMOUNT),
        (into_dollars("b1", minor=3, at_rate=rate("7")), Code.AMOUNT),
        (into_dollars("b1", at_rate=rate("7", "EUR")), Code.CCY),
        (into_dollars("none", at_rate=rate("7")), Code.NOTFOUND),
    ],
)
async def test_what_cannot_be_exchanged_changes_nothing(
    yuan: LedgerBooks, database: Database, asked: Any, code: Code
) -> None:
    before = database.look(balances)
    with pytest.raises(Refused) as refused:
        await yuan.operate("x", at(23), asked)
    assert refused.value.code is code
    assert database.look(balances) == before
    assert broken(database) == []


async def test_exchanged_money_is_neither_paid_back_nor_claimed_nor_bounced_nor_exchanged(
    yuan: LedgerBooks, database: Database
) -> None:
    await yuan.operate("x", at(23), into_dollars("b1", at_rate=rate("7.15")))
    named = {"source": "exchange", "external_id": "bank/b1-X1", "terms_hash": HASH + "USD", **USD}
    dollars = Money(minor=1, currency="USD")
    for asked in (
        account.TakeRefund(minor=1, reason="R", by="b", **named),
        account.MoveReceipt(to_entity="CN01", to_customer_id="c-2", evidence="E", **named),
        account.ReverseReceipt(amount=dollars, reason="R", **named),
        into_dollars("b1").model_copy(update={**named, "into": "EUR"}),
    ):
        with pytest.raises(Refused) as refused:
            await yuan.operate("y", at(23), asked)
        assert refused.value.code is Code.STATE
    assert broken(database) == []


async def test_a_receipt_that_is_partly_exchanged_is_claimed_only_when_the_exchange_is_undone(
    yuan: LedgerBooks, database: Database
) -> None:
    for customer_id in (CUSTOMER, "c-2"):
        database.transact(keep_customer, CustomerCard(customer_id=customer_id, name=customer_id), NOW)
    await yuan.operate("x", at(23), into_dollars("b1", minor=100_000, at_rate=rate("7.15")))
    claim = account.MoveReceipt(
        source="bank", external_id="b1", to_entity="CN01", to_customer_id="c-2", evidence="E", **CNY_OF
    )
    before = database.look(balances)
    with pytest.raises(Refused) as refused:
        await yuan.operate("m", at(23), claim)
    assert refused.value.code is Code.STATE
    assert "/exchanges/1/undo" in refused.value.text.en
    assert database.look(balances) == before
    assert broken(database) == []

    await yuan.operate("u", at(24), undo())
    assert (await yuan.operate("m", at(24), claim)).minor == 715_003
    assert broken(database) == []


async def test_an_invoice_of_another_currency_is_named_as_that_and_not_as_missing(
    yuan: LedgerBooks, database: Database
) -> None:
    before = database.look(balances)

    def paying(number: str) -> account.AllocateReceipt:
        return account.AllocateReceipt(source="bank", external_id="b1", shares=((number, 100),), **CNY_OF)

    with pytest.raises(Refused, match="U-1 is owed in USD, this money is CNY: have it exchanged") as refused:
        await yuan.operate("a", at(23), paying("U-1"))
    assert refused.value.code is Code.CCY
    with pytest.raises(Refused, match="no invoice U-9"):
        await yuan.operate("a", at(23), paying("U-9"))
    assert database.look(balances) == before


async def test_a_credit_does_not_pay_back_what_exchanged_money_had_paid(yuan: LedgerBooks, database: Database) -> None:
    """It would issue the note and leave a refund that no repeat makes true: it is refused before anything is issued."""
    await yuan.operate("x", at(23), into_dollars("b1", "U-1", at_rate=rate("7.15")))
    await yuan.operate("t", at(23), arrived())
    before = database.look(balances)
    credit = account.CreditNote(
        number="U-1", minor=100_000, reason="sent back", issue_on=ISSUED, paid_part="refund",
        terms_hash=HASH + "USD", **USD,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        await yuan.operate("c", at(24), credit)
    assert (refused.value.code, "/undo" in refused.value.text.en) == (Code.STATE, True)
    assert database.look(balances) == before
    assert database.look(lambda connection: connection.execute(select(CREDIT_NOTE.c.id)).all()) == []

    await yuan.operate("u", at(24), undo())
    await yuan.operate("t2", at(24), arrived())
    credited = await yuan.operate("c2", at(24), credit)
    assert (credited.minor, credited.freed) == (100_000, ())
    assert broken(database) == []
