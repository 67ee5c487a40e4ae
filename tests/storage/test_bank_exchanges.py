"""What the bank exchanged pays what its payer instructed, to the cent and by name, at the bank's rate; else nothing."""

from datetime import timedelta
from typing import Any

import pytest

from domain.account import effects as account
from domain.receivables.plausible import RateChecks
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from tests.storage.exchanging import PAID, USD, arrived, broken, item, kept, opened, posted, rate, received
from tests.storage.samples import HASH, ISSUED, at

CHECKS = RateChecks(bp=1_000, policy=rate("7.10", source="policy p"))
BANK = rate("7.15", source="bank: 1,000.00 USD instructed")


@pytest.fixture
async def owed(ledger: LedgerBooks, database: Database) -> LedgerBooks:
    """600.00 and 400.00 USD, issued at 7.10."""
    await kept(database, ISSUED, "7.10")
    await opened(ledger)
    await opened(ledger, "CNY", None)
    await ledger.operate("i", at(2), item("U-1", 60_000))
    await ledger.operate("j", at(2), item("U-2", 40_000))
    return ledger


def came(minor: int = 715_000, reference: str = "U-1, U-2", **told: Any) -> account.ApplyReceipt:
    money = received("b1", minor, currency="CNY", reference=reference, stated=told.pop("stated", BANK))
    return money.model_copy(update={"checks": CHECKS, "rated_by": "source", **told})


async def test_it_is_exchanged_and_pays_them(owed: LedgerBooks, database: Database) -> None:
    made = await owed.operate("r", at(22), came())
    (one,) = made.exchanged
    assert (str(one.given), str(one.got), made.unapplied_minor) == ("7,150.00 CNY", "1,000.00 USD", 0)
    assert one.rate == "1 USD = 7.15 CNY (bank: 1,000.00 USD instructed)"
    assert await owed.operate("r", at(22), came()) == made
    again = await owed.operate("r2", at(22), came())
    assert (again.repeated, again.exchanged) == (True, ())
    paid = await owed.operate("t", at(22), arrived())
    assert [(change.number, change.open_minor) for change in paid.changes] == [("U-1", 0), ("U-2", 0)]
    # What it brought is 1,000 at 7.15 less 1,000 at 7.10.
    assert database.look(posted) == {"cash": 715_000, "exchange": -710_000, "exchange_gain": -5_000}
    assert broken(database) == []


@pytest.mark.parametrize(
    "told",
    [
        {"minor": 715_100}, {"reference": "U-1"}, {"reference": "invoice"}, {"reference": "U-1, U-22"},
        {"rated_by": ""}, {"via": "webhook"}, {"checks": None}, {"checks": RateChecks(bp=1_000)},
        {"checks": RateChecks(bp=70, policy=rate("7.10"))}, {"stated": None}, {"stated": rate("7.15", "EUR")},
    ],
    ids=str,
)  # fmt: skip
async def test_where_there_is_a_doubt_it_stays_where_it_is(
    owed: LedgerBooks, database: Database, told: dict[str, Any]
) -> None:
    made = await owed.operate("r", at(22), came(**told))
    assert (made.exchanged, made.allocations, made.unapplied_minor) == ((), (), told.get("minor", 715_000))
    assert database.look(posted) == {"cash": made.unapplied_minor, "unapplied": -made.unapplied_minor}
    assert broken(database) == []


@pytest.mark.parametrize(("days", "times"), [(5, 1), (4, 0)])
async def test_the_banks_rate_is_compared_with_one_as_old_as_the_policy_lets_it_be(
    owed: LedgerBooks, database: Database, days: int, times: int
) -> None:
    await kept(database, PAID - timedelta(days=5), "7.15")
    checks = RateChecks(bp=0, days=days)
    assert len((await owed.operate("r", at(22), came(checks=checks))).exchanged) == times
    assert broken(database) == []


async def test_what_is_disputed_is_not_paid_by_itself(owed: LedgerBooks, database: Database) -> None:
    dispute = account.OpenDispute(number="U-1", minor=1, reason="price", terms_hash=HASH + "USD", **USD)
    await owed.operate("d", at(21), dispute)
    assert (await owed.operate("r", at(22), came())).exchanged == ()
    assert broken(database) == []


@pytest.mark.parametrize("stated", [BANK, None], ids=["rated", "unrated"])
@pytest.mark.parametrize("name", ["U-1", "u-1,", "S-1 and U-1"])
async def test_what_names_an_invoice_of_another_currency_pays_no_other_by_its_amount(
    owed: LedgerBooks, database: Database, name: str, stated: Any
) -> None:
    await owed.operate("k", at(2), item("K-1", 429_000, currency="CNY"))
    made = await owed.operate("r", at(22), came(429_100, name, stated=stated))
    assert (made.allocations, made.exchanged, made.unapplied_minor) == ((), (), 429_100)
    exactly = received("b2", 429_000, currency="CNY", reference=name, stated=stated)
    told = await owed.operate("r2", at(22), exactly.model_copy(update={"checks": CHECKS}))
    assert (told.allocations, told.exchanged, told.unapplied_minor) == ((), (), 429_000)
    assert told.match is not None
    assert told.match.evidence == ("U-1 stands in the reference / 附言中有 U-1",)
    assert broken(database) == []


async def test_the_bank_s_exchange_pays_it_although_the_money_covers_another_invoice_too(
    owed: LedgerBooks, database: Database
) -> None:
    await owed.operate("k", at(2), item("K-1", 715_000, currency="CNY"))
    made = await owed.operate("r", at(22), came())
    assert ([str(one.got) for one in made.exchanged], made.unapplied_minor) == (["1,000.00 USD"], 0)
    assert broken(database) == []


async def test_without_such_a_name_the_amount_still_decides(owed: LedgerBooks, database: Database) -> None:
    await owed.operate("k", at(2), item("K-1", 429_000, currency="CNY"))
    made = await owed.operate("r", at(22), came(429_000, "your invoice XU-1", stated=None))
    assert [(part.number, part.minor) for part in made.allocations] == [("K-1", 429_000)]
    assert broken(database) == []
