"""Gains and losses by rates are posted once, on the value date, and taken back with what brought them (M8, M9)."""

from datetime import date

import pytest
from sqlalchemy import select, update

from domain.account import effects as account
from domain.deal.effects import CreditInvoice
from domain.refusal import Code, Refused
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import invariants
from storage.queries.questions import questions
from storage.tables.exchange import DIFFERENCE
from tests.storage.exchanging import (
    PAID,
    USD,
    allocated,
    bounced,
    broken,
    days,
    item,
    kept,
    opened,
    posted,
    rate,
    received,
    unallocated,
)
from tests.storage.samples import HASH, ISSUED, at


@pytest.fixture
async def dollars(ledger: LedgerBooks, database: Database) -> LedgerBooks:
    """1,000.00 USD issued at 7.10, and money that comes at 7.20."""
    await kept(database, ISSUED, "7.10")
    await kept(database, PAID, "7.20")
    await opened(ledger)
    await ledger.operate("i", at(2), item("U-1", 100_000))
    return ledger


GAIN = {"exchange": 10_000, "exchange_gain": -10_000}


async def test_what_a_rate_brought_is_posted_once_on_the_value_date(dollars: LedgerBooks, database: Database) -> None:
    paid = await dollars.operate("r", at(22), received("b1", 100_000, ["U-1"]))
    assert [change.open_minor for change in paid.changes] == [0]
    assert database.look(posted) == GAIN
    assert database.look(days) == [("exchange_difference:r", PAID)]
    await dollars.operate("r", at(22), received("b1", 100_000, ["U-1"]))
    again = await dollars.operate("r2", at(22), received("b1", 100_000, ["U-1"]))
    assert again.repeated
    assert database.look(posted) == GAIN
    assert broken(database) == []


async def test_what_is_taken_back_takes_its_gain_along_and_brings_it_again(
    dollars: LedgerBooks, database: Database
) -> None:
    await dollars.operate("r", at(22), received("b1", 100_000, ["U-1"]))
    await dollars.operate("u", at(23), unallocated("b1"))
    assert database.look(posted) == {}
    assert database.look(days)[-1] == ("exchange_difference:u", at(23).date())
    await dollars.operate("a", at(24), allocated("b1", ("U-1", 100_000)))
    assert database.look(posted) == GAIN
    await dollars.operate("x", at(25), bounced("b1", 100_000))
    assert database.look(posted) == {}
    assert broken(database) == []


async def test_a_loss_is_a_loss_and_part_payments_lose_no_cent(dollars: LedgerBooks, database: Database) -> None:
    """Three thirds at two rates: the last cent of dollars takes the last fen of the books."""
    await dollars.operate("r1", at(22), received("b1", 33_333, ["U-1"], stated=rate("7.00")))
    # Worth 233331 when it came, 236664 (33.333 % of 710000, rounded down) when it was issued.
    assert database.look(posted) == {"exchange": -3_333, "exchange_loss": 3_333}
    await dollars.operate("r2", at(22), received("b2", 33_333, ["U-1"]))
    await dollars.operate("r3", at(22), received("b3", 33_334, ["U-1"]))
    came = 233_331 + 239_998 + 240_005
    assert database.look(posted) == {"exchange": came - 710_000, "exchange_gain": 710_000 - came}
    assert broken(database) == []


async def test_a_credit_is_at_the_rate_of_its_invoice_and_releases_the_gain_of_the_cash(
    dollars: LedgerBooks, database: Database
) -> None:
    await dollars.operate("r", at(22), received("b1", 40_000, ["U-1"]))
    assert database.look(posted) == {"exchange": 4_000, "exchange_gain": -4_000}
    whole = CreditInvoice(deal_id="", number="U-1", reason="cancelled", issue_on=at(23).date(), **USD)
    await dollars.credit_invoice("c", at(23), whole)
    assert database.look(posted) == {}
    assert broken(database) == []


async def test_money_without_a_rate_that_only_recovers_is_taken_and_asked_about(
    dollars: LedgerBooks, database: Database
) -> None:
    off = account.WriteOff(number="U-1", minor=None, reason="insolvent", terms_hash=HASH + "USD", **USD)
    await dollars.operate("w", at(20), off)
    taken = await dollars.operate("r", at(24), received("b1", 40_000, ["U-1"], on=date(2026, 3, 24)))
    assert (taken.allocations, taken.unapplied_minor) == ((), 40_000)
    assert [(one.before_minor, one.open_minor, one.recovered_minor) for one in taken.changes] == [(0, 0, 0)]
    (question,) = database.look(questions)
    assert question.candidates == (("U-1",),)
    with pytest.raises(Refused) as refused:
        await dollars.operate("a", at(24), allocated("b1", ("U-1", 40_000)))
    assert refused.value.code is Code.GATE
    assert broken(database) == []

    await kept(database, date(2026, 3, 24), "7.30")
    done = await dollars.operate("a", at(24), allocated("b1", ("U-1", 40_000)))
    assert [(one.recovered_minor, one.open_minor) for one in done.changes] == [(40_000, 0)]
    assert database.look(posted) == {"exchange": 8_000, "exchange_gain": -8_000}
    assert broken(database) == []


@pytest.mark.parametrize(("day", "lacking"), [(date(2026, 3, 24), "2026-03-24"), (PAID, "2026-03-02")])
async def test_without_a_rate_money_is_taken_and_a_person_is_asked(
    ledger: LedgerBooks, database: Database, day: date, lacking: str
) -> None:
    await kept(database, PAID, "7.20")
    await opened(ledger)
    await ledger.operate("i", at(2), item("U-1", 100_000))
    taken = await ledger.operate("r", at(24), received("b1", 100_000, ["U-1"], on=day))
    assert (taken.allocations, taken.unapplied_minor) == ((), 100_000)
    assert taken.match is not None
    assert taken.match.candidates == (("U-1",),)
    assert f"no rate of USD in CNY is kept for {lacking}" in taken.match.evidence[-1]
    (question,) = database.look(questions)
    assert question.candidates == (("U-1",),)
    with pytest.raises(Refused) as refused:
        await ledger.operate("a", at(24), allocated("b1", ("U-1", 100_000)))
    assert refused.value.code is Code.GATE
    assert database.look(posted) == {}
    await kept(database, ISSUED, "7.10")
    await kept(database, date(2026, 3, 24), "7.20")
    await ledger.operate("a2", at(24), allocated("b1", ("U-1", 100_000)))
    assert database.look(posted) == GAIN
    assert broken(database) == []


async def test_a_later_rate_of_a_day_changes_nothing_that_is_posted(dollars: LedgerBooks, database: Database) -> None:
    await dollars.operate("r", at(22), received("b1", 50_000, ["U-1"]))
    await kept(database, ISSUED, "6.00")
    await kept(database, PAID, "9.00")
    await dollars.operate("r2", at(22), received("b2", 50_000, ["U-1"]))
    # The item keeps the worth it had; the new money has the new rate.
    assert database.look(posted) == {"exchange": 5_000 + 95_000, "exchange_gain": -100_000}
    assert broken(database) == []


async def test_books_without_a_currency_post_no_differences(ledger: LedgerBooks, database: Database) -> None:
    await opened(ledger, books=None)
    await ledger.operate("i", at(2), item("U-1", 100_000))
    paid = await ledger.operate("r", at(22), received("b1", 100_000, ["U-1"]))
    assert [change.open_minor for change in paid.changes] == [0]
    assert database.look(posted) == {}


async def test_a_difference_that_is_not_as_reckoned_is_found(dollars: LedgerBooks, database: Database) -> None:
    await dollars.operate("r", at(22), received("b1", 100_000, ["U-1"]))
    await database.write(lambda connection: connection.execute(update(DIFFERENCE).values(minor=9_999)))
    found = {check.name: check.examples for check in database.look(invariants) if check.broken}
    assert found == {"M8": ("U-1/1",), "exchange gains": ("CN01/c-1/USD",)}
    assert database.look(lambda connection: connection.execute(select(DIFFERENCE.c.minor)).scalar()) == 9_999
