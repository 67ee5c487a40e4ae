"""A rate that one person states is compared with the one that is kept, else with the policy's, before money moves."""

import asyncio
from datetime import timedelta

import pytest

from domain.account import effects as account
from domain.account.exchange_effects import ExchangeReceipt
from domain.receivables.exchange import Rate
from domain.receivables.plausible import RateChecks
from domain.receivables.second_person import Second
from domain.refusal import Code, Refused
from storage.database import Database
from storage.operations.exchange_rates import DayRate, kept_rate, offer_rate
from storage.operations.ledger import LedgerBooks
from storage.queries.exchange_rates import rates_of
from tests.storage.exchanging import (
    PAID,
    broken,
    into_dollars,
    kept,
    owing_dollars,
    posted,
    rate,
    received,
)
from tests.storage.samples import ENTITY, NOW, at

CHECKS = RateChecks(bp=1_000, policy=rate("7.10", source="policy p"))
BLIND = RateChecks(bp=1_000)
SECOND = Second(over_minor=0, by="wu.ting")


@pytest.fixture
async def yuan(ledger: LedgerBooks, database: Database) -> LedgerBooks:
    """1,000.00 USD issued at 7.10, and 0.01 CNY that came for it."""
    return await owing_dollars(ledger, database, 100)


def stated(text: str, checks: RateChecks = CHECKS, second: Second | None = None) -> ExchangeReceipt:
    told = {"checks": checks, "second": second}
    return into_dollars("b1", "U-1", at_rate=rate(text)).model_copy(update=told)


@pytest.mark.parametrize(
    ("on_list", "checks", "told", "code"),
    [
        ("", CHECKS, "7.80", None),
        ("", CHECKS, "7.82", Code.LIMIT),
        ("", CHECKS, "0.00001", Code.LIMIT),
        ("", BLIND, "7.10", Code.LIMIT),
        ("8.00", CHECKS, "7.82", None),
        ("8.00", BLIND, "7.82", None),
        ("8.00", CHECKS, "7.10", Code.LIMIT),
    ],
)
async def test_what_is_far_off_is_refused_where_nobody_is_asked(
    yuan: LedgerBooks, database: Database, on_list: str, checks: RateChecks, told: str, code: Code | None
) -> None:
    """The kept rate comes before the policy's; with neither there is nothing to compare."""
    if on_list:
        await kept(database, PAID, on_list)
    if code is None:
        assert len((await yuan.operate("x", at(23), stated(told, checks))).exchanged) == 1
    else:
        with pytest.raises(Refused) as refused:
            await yuan.operate("x", at(23), stated(told, checks))
        assert refused.value.code is code
        assert database.look(posted) == {"cash": 100, "unapplied": -100}
    assert broken(database) == []


@pytest.mark.parametrize("told", ["7.82", ""], ids=["compared with", "taken"])
@pytest.mark.parametrize(("days", "holds"), [(5, True), (4, False)])
async def test_in_the_currency_of_the_books_a_kept_rate_holds_for_as_long_as_the_policy_says(
    yuan: LedgerBooks, database: Database, told: str, days: int, holds: bool
) -> None:
    """Where the policy says so, a rate of five days before is taken, and a stated one is compared with it."""
    await kept(database, PAID - timedelta(days=5), "8.00")
    checks = CHECKS.model_copy(update={"days": days})
    asked = stated(told, checks) if told else into_dollars("b1", "U-1").model_copy(update={"checks": checks})
    if holds:
        (made,) = (await yuan.operate("x", at(23), asked)).exchanged
        assert made.rate.startswith(f"1 USD = {told or '8'} CNY")
    else:
        with pytest.raises(Refused, match="policy p" if told else "nor for the 4 days before it") as refused:
            await yuan.operate("x", at(23), asked)
        assert refused.value.code is (Code.LIMIT if told else Code.GATE)
        assert database.look(posted) == {"cash": 100, "unapplied": -100}
    assert broken(database) == []


async def test_a_cent_that_would_pay_a_thousand_dollars_moves_when_a_second_person_has_agreed(
    yuan: LedgerBooks, database: Database
) -> None:
    asked = stated("0.001", second=SECOND)
    waits = await yuan.operate("x", at(23), asked)
    assert waits.waits is not None
    assert (waits.waits.minor, waits.waits.in_all_minor) == (100, 710_000)
    assert (waits.exchanged, waits.case.unapplied_minor) == ((), 100)
    assert database.look(posted) == {"cash": 100, "unapplied": -100}
    agreed = asked.model_copy(update={"second": None, "checks": None, "agreed": "a1", "minor": 100})
    (made,) = (await yuan.operate("y", at(23), agreed)).exchanged
    assert made.got.minor == 100_000
    assert broken(database) == []


async def test_a_receipt_hands_a_far_off_rate_to_no_exchange(yuan: LedgerBooks, database: Database) -> None:
    odd = rate("0.001")

    def said(external_id: str, stated: Rate, checks: RateChecks | None) -> account.ApplyReceipt:
        money = received(external_id, 100, currency="CNY", stated=stated)
        return money.model_copy(update={"checks": checks})

    for checks in (CHECKS, BLIND):
        with pytest.raises(Refused) as refused:
            await yuan.operate("r2", at(22), said("b2", odd, checks))
        assert refused.value.code is Code.LIMIT
    await yuan.operate("r3", at(22), said("b3", rate("7.12"), CHECKS))
    # What a bank or a source says is taken; whoever exchanges by it is asked about it.
    await yuan.operate("r4", at(22), said("b4", odd, None))
    with pytest.raises(Refused) as refused:
        await yuan.operate("x", at(23), into_dollars("b4", "U-1").model_copy(update={"checks": CHECKS}))
    assert refused.value.code is Code.LIMIT
    assert broken(database) == []


def offered(text: str, entity: str = "", unit: str = "USD", quote: str = "CNY") -> DayRate:
    return DayRate(rate(text, unit, quote), PAID, entity)


KEEPING = RateChecks(bp=2_000, policy=rate("7.00"))


def offer(database: Database, one: DayRate, by: str, checks: RateChecks = KEEPING) -> bool:
    return database.transact(offer_rate, one, checks, by, NOW)


def counts(database: Database, entity: str = ENTITY) -> str:
    found = database.look(kept_rate, entity, "USD", "CNY", PAID, 3)
    return "" if found is None else f"{found.rate:f}"


def test_a_rate_far_off_counts_when_a_second_person_offers_the_same(database: Database) -> None:
    assert offer(database, offered("8.40"), "wu.ting")
    for _ in range(2):
        assert not offer(database, offered("8.41"), "wu.ting")
    assert not offer(database, offered("0.14", unit="CNY", quote="USD"), "he.xin", RateChecks(bp=0))
    assert not offer(database, offered("11.00"), "fin")
    assert counts(database) == "8.40"
    assert offer(database, offered("8.410"), "he.xin")
    assert counts(database) == "8.410"
    found = database.look(rates_of, "")
    assert [(one.rate, one.recorded_by, one.confirmed_by) for one in found.rates] == [
        ("8.410", "wu.ting", "he.xin"), ("8.40", "wu.ting", ""),
    ]  # fmt: skip
    assert [one.rate for one in found.waiting] == ["11.00", "0.14"]


def test_nobody_walks_a_rate_away_in_steps(database: Database) -> None:
    """What one person has kept alone is nothing to compare the next one of the same person with."""
    assert offer(database, offered("8.00"), "wu.ting")
    assert not offer(database, offered("9.00"), "wu.ting")
    assert offer(database, offered("9.00"), "he.xin", KEEPING.model_copy(update={"policy": None}))
    assert counts(database) == "9.00"


def test_of_a_pair_that_nobody_knows_two_people_keep_the_first(database: Database) -> None:
    blind = RateChecks(bp=2_000)
    assert not offer(database, offered("8.00"), "wu.ting", blind)
    assert counts(database) == ""
    assert offer(database, offered("8.00"), "he.xin", blind)
    assert offer(database, offered("8.10"), "wu.ting", blind)
    assert counts(database) == "8.10"


def test_of_a_day_an_entitys_own_rate_comes_before_the_companys(database: Database) -> None:
    assert offer(database, offered("7.20", "DE01"), "wu.ting")
    assert counts(database) == ""
    assert offer(database, offered("7.00"), "wu.ting")
    assert (counts(database), counts(database, "DE01")) == ("7.00", "7.20")
    # A second person's word for one entity is none for another.
    assert not offer(database, offered("70.00", "DE01"), "wu.ting")
    assert not offer(database, offered("70.00", ENTITY), "he.xin")
    assert (counts(database), counts(database, "DE01")) == ("7.00", "7.20")
    assert [one.rate for one in database.look(rates_of, ENTITY).rates] == ["7.00"]


async def test_of_two_who_offer_at_one_moment_the_second_confirms(database: Database) -> None:
    for nth in range(1, 6):
        one = DayRate(rate(f"{nth}.5", unit="NOK"), PAID + timedelta(days=nth))
        kept_now = await asyncio.gather(
            *(database.write(offer_rate, one, BLIND, by, NOW) for by in ("wu.ting", "lin.hao"))
        )
        assert sorted(kept_now) == [False, True]
