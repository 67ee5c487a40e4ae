"""Plans and notices are recounted: what was tampered with is found by name, in every way in which it can be wrong."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from domain.account import effects as account
from domain.receivables.entries import NextStep
from domain.span import Span
from domain.terms import LadderLevel, PlanTerms
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.account_statements import account_statement
from storage.queries.collecting import collection_of_account
from storage.queries.collecting_checks import collecting_checks
from storage.tables.ledger import INSTALMENT, INVOICE, NOTICE, NOTICE_ITEM, PROMISE
from tests.storage.samples import HASH, KEY, NOW, at, imported, receipt, terms

_OF_C = select(INSTALMENT.c.id).join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id).where(INVOICE.c.number == "C")
LEVELS = (LadderLevel(id="first", day=3), LadderLevel(id="second", day=10))


@pytest.fixture
async def busy(ledger: LedgerBooks, database: Database) -> Database:
    """Two plans, one of them missed at its second instalment, and a customer who was told twice of what is late."""
    made = terms("customer")
    ladder = made.dunning.model_copy(update={"levels": LEVELS, "pre_due": (Span.parse("-3d"),)})
    made = made.model_copy(
        update={"plan": PlanTerms(max_instalments=4, first_within=60, max_days=90), "dunning": ladder}
    )
    await ledger.load_case(account.LoadCase(**KEY), NOW, made, HASH, "示例客户")
    for name in ("A", "B", "C"):
        await ledger.operate(f"i{name}", NOW, imported(name, 10_000))
    await planned(ledger, "A")
    await planned(ledger, "B")
    await ledger.operate("r", at(20), receipt("b1", 3_000, ["A"]))
    for part in ("01", "02"):
        effect = account.JudgePromise(promise_id=f"A-PL1/{part}", terms_hash=HASH, **KEY)
        await ledger.judge_promise(f"j{part}", at(29), effect)
    await told(ledger, "n0", NextStep(at=at(29), action="pre_due", stage="-3d", invoices=("C",), items=1))
    for level, day in ((1, 4), (2, 11)):
        moment = at(day, month=4)
        step = NextStep(at=moment, action="notice", level=level, stage=LEVELS[level - 1].id, invoices=("C",), items=2)
        await told(ledger, f"n{level}", step)
    return database


async def planned(ledger: LedgerBooks, number: str) -> None:
    schedule = tuple((at(day).date(), minor) for day, minor in ((25, 3_000), (27, 2_000), (30, 5_000)))
    effect = account.MakePlan(number=number, schedule=schedule, terms_hash=HASH, **KEY)
    await ledger.operate(f"p{number}", NOW, effect)


async def told(ledger: LedgerBooks, key: str, step: NextStep) -> None:
    effect = account.SendNotice(step=step, terms_hash=HASH, **KEY)
    assert await ledger.plan_notice(key, step.at, effect) is not None
    assert (await ledger.record_notice(key, step.at, effect, "email")).outcome == "sent"


def found(database: Database) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {check.name: (check.checked, check.examples) for check in database.look(collecting_checks)}


async def test_what_was_not_touched_adds_up(busy: Database) -> None:
    assert found(busy) == {"plans": (2, ()), "N5": (3, ())}
    rows = busy.look(lambda c: c.execute(select(PROMISE.c.promise_id, PROMISE.c.outcome).order_by("promise_id")).all())
    assert [tuple(row) for row in rows] == [
        ("A-PL1/01", "kept"), ("A-PL1/02", "broken"), ("A-PL1/03", "void"),
        ("B-PL4/01", ""), ("B-PL4/02", ""), ("B-PL4/03", ""),
    ]  # fmt: skip


async def test_explain_and_statement_name_what_is_still_to_come(busy: Database) -> None:
    account_key = (KEY["entity"], KEY["customer_id"], KEY["currency"])
    told = busy.look(collection_of_account, account_key, at(26))
    (owed,) = [one for one in told.receivables if one.number == "B"]
    assert (owed.promised.minor, owed.promised_on, [(part.due_on.day, part.amount.minor) for part in owed.plan]) == (
        10_000, at(25).date(), [(25, 3_000), (27, 2_000), (30, 5_000)],
    )  # fmt: skip
    assert owed.what.en.endswith(
        "100.00 CNY in payment plan B-PL4, still to come: 2026-03-25 30.00 CNY, 2026-03-27 20.00 CNY, "
        "2026-03-30 50.00 CNY"
    )
    assert "100.00 CNY 已列入分期计划 B-PL4，尚待支付：2026-03-25 30.00 CNY、" in owed.what.zh
    assert [one.plan for one in told.receivables if one.number != "B"] == [(), ()]
    found = busy.look(account_statement, *account_key, at(26), "UTC")
    assert [(part.number, part.due_on.day, part.amount.minor) for part in found.plans] == [
        ("B", 25, 3_000), ("B", 27, 2_000), ("B", 30, 5_000),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("less", "left"),
    [
        (1, [(25, 3_000), (27, 2_000), (30, 4_999)]),
        (3_000, [(25, 3_000), (27, 2_000), (30, 2_000)]),
        (5_000, [(25, 3_000), (27, 2_000)]),
        (7_500, [(25, 2_500)]),
        (10_000, []),
    ],
)
async def test_a_plan_never_claims_more_than_what_an_accepted_dispute_leaves_open(
    ledger: LedgerBooks, busy: Database, less: int, left: list[tuple[int, int]]
) -> None:
    """What is credited of an invoice on a plan lessens the instalments that come last, and keeps none."""
    about = {"number": "B", "terms_hash": HASH, **KEY}
    await ledger.operate("dB", at(24), account.OpenDispute(minor=less, reason="price", **about))
    accept = account.ResolveDispute(outcome="accept", reason="price", issue_on=at(24).date(), **about)
    await ledger.operate("aB", at(24), accept)
    account_key = (KEY["entity"], KEY["customer_id"], KEY["currency"])
    told = busy.look(collection_of_account, account_key, at(24))
    owed = [one for one in told.receivables if one.number == "B"]
    assert [one.open.minor for one in owed] == ([10_000 - less] if left else [])
    assert [[(part.due_on.day, part.amount.minor) for part in one.plan] for one in owed] == ([left] if left else [])
    assert [one.promised_on for one in owed] == [at(day).date() for day, _ in left[:1]]
    found = busy.look(account_statement, *account_key, at(24), "UTC")
    assert [(part.due_on.day, part.amount.minor) for part in found.plans] == left


def _part(part: str, **values: Any) -> Callable[[Connection], object]:
    return lambda c: c.execute(update(PROMISE).where(PROMISE.c.promise_id == part).values(**values))


@pytest.mark.parametrize(
    ("tamper", "plan"),
    [
        pytest.param(_part("B-PL4/02", minor=2_001), "B-PL4", id="another amount"),
        pytest.param(_part("B-PL4/02", open_at_most=4_999), "B-PL4", id="another rest"),
        pytest.param(_part("B-PL4/02", promised_on=at(24).date()), "B-PL4", id="out of order"),
        pytest.param(_part("B-PL4/03", until=at(28)), "B-PL4", id="judged before its day"),
        pytest.param(_part("A-PL1/03", outcome="", closed_at=None), "A-PL1", id="open after a missed one"),
        pytest.param(_part("A-PL1/03", outcome="kept"), "A-PL1", id="kept after a missed one"),
        pytest.param(_part("A-PL1/02", outcome="kept"), "A-PL1", id="void though none was missed"),
        pytest.param(_part("B-PL4/02", outcome="withdrawn"), "B-PL4", id="open after one that was withdrawn"),
        pytest.param(_part("A-PL1/02", outcome="withdrawn"), "A-PL1", id="void after one that was withdrawn"),
        pytest.param(
            lambda c: c.execute(delete(PROMISE).where(PROMISE.c.promise_id == "B-PL4/03")), "B-PL4", id="one gone"
        ),
        pytest.param(lambda c: c.execute(delete(PROMISE).where(PROMISE.c.plan == "B-PL4")), "B-PL4", id="all gone"),
    ],
)
async def test_a_plan_that_is_not_what_was_agreed_on_is_named(
    busy: Database, tamper: Callable[[Connection], object], plan: str
) -> None:
    await busy.write(tamper)
    assert found(busy) == {"plans": (2, (plan,)), "N5": (3, ())}


def _again(c: Connection, /, of: str, **changed: Any) -> None:
    row = c.execute(select(NOTICE).where(NOTICE.c.notice_id == of)).one()._asdict()
    c.execute(insert(NOTICE), row | {"notice_id": "again", "at": row["at"] + timedelta(days=1)} | changed)
    for item in c.execute(select(NOTICE_ITEM).where(NOTICE_ITEM.c.notice_id == of)).all():
        c.execute(insert(NOTICE_ITEM), item._asdict() | {"notice_id": "again"})


async def test_a_level_that_went_out_twice_is_named_by_its_channel(busy: Database) -> None:
    await busy.write(_again, "n2")
    assert found(busy)["N5"] == (4, ("CN01/c-1/CNY second by email, cycle 1: 2",))


@pytest.mark.parametrize("changed", [{"channel": "letter"}, {"cycle": 2}, {"outcome": "undeliverable"}])
async def test_another_channel_or_cycle_or_one_that_did_not_go_out_is_another_notice(
    busy: Database, changed: dict[str, Any]
) -> None:
    await busy.write(_again, "n2", **changed)
    assert found(busy)["N5"][1] == ()


async def test_a_reminder_before_the_due_date_that_went_out_twice_is_named(busy: Database) -> None:
    await busy.write(_again, "n0", cycle=5)
    assert found(busy)["N5"] == (4, ("A/1 -3d: 2", "C/1 -3d: 2"))


async def test_a_level_of_one_invoice_alone_is_sent_once_whatever_the_cycle(busy: Database) -> None:
    def alone(c: Connection) -> None:
        one = c.execute(_OF_C).scalar_one()
        c.execute(delete(NOTICE_ITEM).where(NOTICE_ITEM.c.notice_id == "n2", NOTICE_ITEM.c.instalment_id != one))
        _again(c, "n2", cycle=7)

    await busy.write(alone)
    assert found(busy)["N5"] == (4, ("C/1 second: 2",))
