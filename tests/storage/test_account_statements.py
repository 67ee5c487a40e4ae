"""A statement is what the ledger has: items, what came in, what is left over, on both databases."""

from datetime import date, timedelta

import pytest

from domain.account.effects import ReverseReceipt
from domain.account.exchange_effects import UndoReceiptExchange
from domain.account_statement import MOST_ITEMS
from domain.refusal import Refused
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.account_statements import Statements, account_statement
from tests.storage import exchanging
from tests.storage.samples import CURRENCY, CUSTOMER, ENTITY, HASH, KEY, NOW, at, cny, imported, opened, receipt

ACCOUNT = (ENTITY, CUSTOMER, CURRENCY)


async def test_items_receipts_and_sums_are_those_of_the_ledger(database: Database) -> None:
    ledger = LedgerBooks(database)
    await opened(ledger)
    await ledger.operate("1", NOW, imported("INV-1", 10_000, date(2026, 3, 10)))
    await ledger.operate("2", NOW, imported("INV-2", 5_000, date(2026, 4, 30)))
    await ledger.operate("3", NOW, imported("INV-3", 900, date(2026, 3, 10)))
    await ledger.operate("4", at(20), receipt("tx-1", 4_000, ("INV-1",)))
    await ledger.operate("5", at(20), receipt("tx-2", 900, ("INV-3",)))
    await ledger.operate("6", at(20), receipt("tx-3", 300, reference="who knows"))

    found = await Statements(database).statement(*ACCOUNT, at(25), "Asia/Shanghai")

    assert [(one.invoice_number, one.open, one.days_late) for one in found.items] == [
        ("INV-1", cny(6_000), 15),
        ("INV-2", cny(5_000), -36),
    ]
    assert [(one.reference, one.unapplied) for one in found.receipts] == [
        ("tx-1", cny(0)),
        ("tx-2", cny(0)),
        ("who knows", cny(300)),
    ]
    assert [band.open.minor for band in found.ageing] == [5_000, 6_000, 0, 0, 0]
    assert (found.total_open, found.unapplied, found.balance) == (cny(11_000), cny(300), cny(10_700))
    assert (found.as_of.utcoffset(), found.since) == (timedelta(hours=8), date(2025, 12, 25))
    late = database.look(account_statement, *ACCOUNT, at(25), "UTC", date(2026, 3, 21))
    assert [one.reference for one in late.receipts] == ["who knows"]
    with pytest.raises(Refused, match="E_NOTFOUND"):
        await Statements(database).statement(ENTITY, CUSTOMER, "EUR", at(25), "UTC")


def listed(database: Database, currency: str = CURRENCY) -> list[tuple[str, str]]:
    """Return what a statement lists as received: the reference and the amount."""
    found = database.look(account_statement, ENTITY, CUSTOMER, currency, at(25), "UTC")
    return [(one.reference, str(one.amount)) for one in found.receipts]


async def test_what_an_undone_exchange_had_paid_is_not_listed_as_received(database: Database) -> None:
    ledger = LedgerBooks(database)
    await exchanging.opened(ledger)
    await exchanging.opened(ledger, "CNY", None)
    await ledger.operate("i", at(2), exchanging.item("U-1", 100_000))
    await ledger.operate("r", at(22), exchanging.received("b1", 715_003, currency="CNY"))
    undo = UndoReceiptExchange(
        source="bank", external_id="b1", exchange="bank/b1-X1", reason="wrong", **exchanging.CNY_OF
    )
    into = exchanging.into_dollars("b1", "U-1", at_rate=exchanging.rate("7.15"))
    await ledger.operate("x1", at(23), into)
    await ledger.operate("t1", at(23), exchanging.arrived())
    assert listed(database, "USD") == [("bank/b1-X1", "1,000.00 USD")]

    await ledger.operate("u", at(24), undo)

    found = database.look(account_statement, *ACCOUNT[:2], "USD", at(25), "UTC")
    assert ([str(one.open) for one in found.items], found.receipts, found.unapplied.minor) == (["1,000.00 USD"], (), 0)
    assert listed(database, "CNY") == [("b1", "7,150.03 CNY")]
    await ledger.operate("x2", at(25), into)
    await ledger.operate("t2", at(25), exchanging.arrived(2))
    assert listed(database, "USD") == [("bank/b1-X2", "1,000.00 USD")]


@pytest.mark.parametrize(("bounced", "left"), [(4_000, []), (1_000, [("tx-1", "30.00 CNY")])])
async def test_what_bounced_is_not_listed_as_received(
    database: Database, bounced: int, left: list[tuple[str, str]]
) -> None:
    ledger = LedgerBooks(database)
    await opened(ledger)
    await ledger.operate("1", NOW, imported("INV-1", 10_000, date(2026, 3, 10)))
    await ledger.operate("4", at(20), receipt("tx-1", 4_000, ("INV-1",)))
    back = ReverseReceipt(source="bank", external_id="tx-1", amount=cny(bounced), reason="R", **KEY, terms_hash=HASH)
    await ledger.operate("5", at(21), back)
    assert listed(database) == left


async def test_of_very_many_items_the_oldest_are_listed_and_all_are_summed(database: Database) -> None:
    ledger = LedgerBooks(database)
    await opened(ledger)
    for place in range(MOST_ITEMS // 50 + 1):
        parts = imported(f"INV-{place:03}", 50).invoice
        due = [date(2026, 4, 1) + timedelta(days=place)] * 50
        many = parts.model_copy(
            update={
                "instalments": tuple(
                    parts.instalments[0].model_copy(update={"index": n, "due_on": day, "amount": cny(1)})
                    for n, day in enumerate(due, start=1)
                )
            }
        )
        effect = imported(f"INV-{place:03}", 50).model_copy(update={"invoice": many})
        await ledger.operate(f"k{place}", NOW, effect)
    found = database.look(account_statement, *ACCOUNT, NOW, "UTC")
    assert (len(found.items), found.left_out, found.left_out_open) == (MOST_ITEMS, 50, cny(50))
    assert found.items[-1].invoice_number == "INV-019"
    assert found.total_open == cny(MOST_ITEMS + 50)
