"""What was tampered with is found, by name; an untouched database has nothing to find."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Connection, delete, insert, update

from domain.account import effects as account
from domain.deal.events import CommandRefused, LeadAssigned, LeadQualified
from domain.refusal import Refused
from domain.value import Text
from storage.database import Database
from storage.operations.anchors import anchor_day
from storage.operations.ledger import LedgerBooks
from storage.operations.records import Log
from storage.queries.invariants import verified
from storage.tables.ledger import ALLOCATION, INVOICE, NUMBER, POSTING, RECEIPT, SERIES
from storage.tables.records import ANCHOR_HEAD, CHAIN, DEAL, EVENT
from tests.storage.samples import HASH, KEY, NOW, at, cny, credit_all, deal_record, imported, issue, opened, receipt


@pytest.fixture
async def busy(database: Database, ledger: LedgerBooks, log: Log) -> Database:
    """A database with everything in it that money can do, and two logs under an anchor."""
    await opened(ledger)
    numbers = [(await ledger.issue_invoice(f"k{n}", NOW, issue(item=f"i{n}"))).number for n in range(3)]
    await ledger.operate("o", NOW, imported("OLD-1", 700))
    await ledger.operate("r1", at(20), receipt("b1", 12_000, numbers[:1]))
    await ledger.operate("r2", at(20), receipt("b2", 4_000, numbers[1:2]))
    bounce = account.ReverseReceipt(
        source="bank", external_id="b1", amount=cny(500), reason="R", terms_hash=HASH, **KEY
    )
    await ledger.operate("x", at(21), bounce)
    await ledger.credit_invoice("c", at(21), credit_all(numbers[1], at(21).date()))
    off = account.WriteOff(number=numbers[2], minor=1_000, reason="r", terms_hash=HASH, **KEY)
    await ledger.operate("w", at(22), off)
    for deal in ("d1", "d2"):
        await log.append_deal(deal_record(deal, [LeadAssigned(owner="bob"), LeadQualified(score=60)]))
    await database.write(anchor_day, date(2026, 3, 22), at(22))
    return database


def broken(database: Database) -> dict[str, tuple[str, ...]]:
    return {check.name: check.examples for check in database.look(verified) if not check.holds}


async def test_an_untouched_database_holds_everything(busy: Database) -> None:
    checks = busy.look(verified)
    assert [check.name for check in checks if not check.holds] == []
    assert {check.name: check.checked for check in checks} == {
        "M1": 4, "M2": 2, "M3": 1, "M4": 1, "M5": 4, "M10": 1, "M12": 0, "discounts": 1, "tax": 4,
        "N6": 0, "refunds": 1, "postings": 12, "N1": 3, "N2": 4, "N3": 4, "B1": 0, "N4": 0, "fiscal": 0,
        "S3": 4, "versions": 2, "anchors": 1, "commands": 4,
        "late claims": 0, "claimed once": 0, "late corrections": 0, "plans": 0, "N5": 0, "periods": 0,
        "M6 deposits": 0, "deposits": 1, "deferred": 0, "M6 orders": 1,
        "M8": 0, "exchange gains": 1, "exchange losses": 1, "exchanges": 1,
    }  # fmt: skip


Tamper = Callable[[Connection], object]


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        pytest.param(
            lambda c: c.execute(delete(ALLOCATION).where(ALLOCATION.c.id == 1)),
            {"M1", "M3", "M10"},
            id="allocation gone",
        ),
        pytest.param(
            lambda c: c.execute(update(ALLOCATION).where(ALLOCATION.c.id == 1).values(minor=9_000)),
            {"M1", "M3", "M10"},
            id="allocation changed",
        ),
        pytest.param(
            lambda c: c.execute(
                insert(ALLOCATION),
                [
                    {
                        "account_id": 1,
                        "instalment_id": 1,
                        "receipt_id": 1,
                        "credit_note_id": None,
                        "kind": "cash",
                        "minor": minor,
                        "value_date": date(2026, 3, 20),
                        "at": NOW,
                        "reverses_id": back,
                        "reason": "",
                    }
                    for minor, back in ((-10_001, 1), (10_001, None))
                ],
            ),
            {"M1"},
            id="reversed too far",
        ),
        pytest.param(
            lambda c: c.execute(update(RECEIPT).where(RECEIPT.c.external_id == "b1").values(minor=11_000)),
            {"M3"},
            id="receipt changed",
        ),
        pytest.param(
            lambda c: c.execute(update(RECEIPT).where(RECEIPT.c.external_id == "b1").values(minor=10_499)),
            {"M2", "M3"},
            id="receipt below what it pays",
        ),
        pytest.param(
            lambda c: c.execute(update(INVOICE).where(INVOICE.c.id == 1).values(gross_minor=10_001)),
            {"M5", "M10"},
            id="invoice changed",
        ),
        pytest.param(
            lambda c: c.execute(update(POSTING).where(POSTING.c.id == 1).values(minor=10_001)),
            {"postings", "M10"},
            id="posting changed",
        ),
        pytest.param(lambda c: c.execute(delete(NUMBER).where(NUMBER.c.n == 2)), {"N2"}, id="number gone"),
        pytest.param(lambda c: c.execute(update(SERIES).values(next=9)), {"N2"}, id="series moved"),
        pytest.param(
            lambda c: c.execute(update(NUMBER).where(NUMBER.c.n == 2).values(issued_on=date(2026, 3, 1))),
            {"N3"},
            id="date moved back",
        ),
        pytest.param(
            lambda c: c.execute(delete(EVENT).where(EVENT.c.workflow_id == "deal/d1", EVENT.c.seq == 1)),
            {"S3", "versions"},
            id="first event gone",
        ),
        pytest.param(
            lambda c: c.execute(delete(EVENT).where(EVENT.c.workflow_id == "deal/d1", EVENT.c.seq == 2)),
            {"S3", "versions", "anchors"},
            id="last event gone",
        ),
        pytest.param(
            lambda c: c.execute(delete(EVENT).where(EVENT.c.workflow_id == "deal/d1")),
            {"S3", "versions", "anchors"},
            id="history gone",
        ),
        pytest.param(
            lambda c: c.execute(update(EVENT).where(EVENT.c.seq == 1).values(actor="mallory")),
            {"S3"},
            id="actor changed",
        ),
        pytest.param(lambda c: c.execute(update(DEAL).values(version=7)), {"versions"}, id="read model ahead"),
        pytest.param(lambda c: c.execute(update(CHAIN).values(seq=7)), {"S3", "versions"}, id="head moved"),
        pytest.param(lambda c: c.execute(update(ANCHOR_HEAD).values(hash="0")), {"anchors"}, id="anchor changed"),
    ],
)
async def test_what_was_tampered_with_is_found(busy: Database, tamper: Tamper, found: set[str]) -> None:
    busy.transact(tamper)
    assert set(broken(busy)) == found


async def test_a_day_is_sealed_once_and_never_after_a_later_one(busy: Database) -> None:
    first = busy.transact(anchor_day, date(2026, 3, 23), at(23))
    assert busy.transact(anchor_day, date(2026, 3, 23), at(24)) == first
    with pytest.raises(Refused, match="E_PERIOD"):
        busy.transact(anchor_day, date(2026, 3, 21), at(24))


@pytest.mark.parametrize(
    ("causes", "found"),
    [
        pytest.param(("k", "k", "other", "deal/d1/2/x"), set(), id="once, in two facts"),
        pytest.param(("k", "other", "k", "other"), {"deal/d1: k"}, id="twice, and a refusal of the other"),
    ],
)
async def test_a_command_with_effects_in_two_places_is_found(
    database: Database, log: Log, causes: tuple[str, ...], found: set[str]
) -> None:
    refused = CommandRefused(code="E_IDEM", text=Text(en="x", zh="x"))
    record = deal_record("d1", [LeadAssigned(owner="bob"), LeadQualified(score=60), LeadAssigned(owner="eve"), refused])
    named = tuple(fact.model_copy(update={"cause": cause}) for fact, cause in zip(record.facts, causes, strict=True))

    await log.append_deal(record.model_copy(update={"facts": named}))

    assert broken(database) == ({"commands": tuple(found)} if found else {})
