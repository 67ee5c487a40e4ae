"""Disputes, promises and notices: what is claimed is what is open, and only what was sent counts."""

import pytest
from sqlalchemy import select

from domain.account import effects as account
from domain.account.promise_effects import EndPromise
from domain.receivables.entries import NextStep
from domain.refusal import Code, Refused
from domain.terms import PlanTerms, PromiseTerms
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import verified
from storage.queries.invoices import invoice
from storage.tables.ledger import NOTICE, NOTICE_ITEM
from tests.storage.samples import HASH, KEY, NOW, at, imported, issue, opened, receipt, terms


@pytest.fixture
async def number(ledger: LedgerBooks) -> str:
    await opened(ledger)
    return (await ledger.issue_invoice("k-issue", NOW, issue())).number


def dispute(number: str, minor: int | None = None) -> account.OpenDispute:
    return account.OpenDispute(number=number, minor=minor, reason="price", terms_hash=HASH, **KEY)


def resolve(number: str, outcome: str) -> account.ResolveDispute:
    return account.ResolveDispute.model_validate(
        {"number": number, "outcome": outcome, "reason": "agreed", "issue_on": at(25).date(), "terms_hash": HASH} | KEY
    )


def send(step: NextStep) -> account.SendNotice:
    return account.SendNotice(step=step, terms_hash=HASH, **KEY)


async def test_a_dispute_covers_its_part_and_stops_the_ladder_for_it(ledger: LedgerBooks, number: str) -> None:
    moved = await ledger.operate("d", at(20), dispute(number))
    assert (moved.minor, moved.changes[0].disputed_minor, moved.case.disputed_minor) == (10_000, 10_000, 10_000)
    assert moved.case.next is None
    with pytest.raises(Refused) as refused:
        await ledger.operate("d2", at(20), dispute(number))
    assert refused.value.code is Code.STATE


async def test_a_rejected_dispute_makes_the_invoice_due_again(ledger: LedgerBooks, number: str) -> None:
    await ledger.operate("d", at(20), dispute(number))
    moved = await ledger.operate("x", at(21), resolve(number, "reject"))
    assert (moved.case.disputed_minor, moved.case.open_minor) == (0, 10_000)
    assert moved.case.next is not None
    with pytest.raises(Refused) as refused:
        await ledger.operate("x2", at(21), resolve(number, "reject"))
    assert refused.value.code is Code.STATE


async def test_an_accepted_dispute_is_credited(ledger: LedgerBooks, number: str) -> None:
    await ledger.operate("d", at(20), dispute(number, 3_000))
    moved = await ledger.operate("x", at(25), resolve(number, "accept"))
    assert (moved.reference, moved.minor, moved.changes[0].open_minor) == ("CN-2026-000001", 3_000, 7_000)
    assert moved.case.disputed_minor == 0


async def test_a_dispute_about_nothing_ends_as_withdrawn(ledger: LedgerBooks, database: Database, number: str) -> None:
    await ledger.operate("d", at(20), dispute(number))
    moved = await ledger.operate("r", at(21), receipt("b1", 10_000, [number]))
    assert moved.changes[0].withdrawn
    assert moved.changes[0].disputed_minor == 0
    (line,) = database.look(invoice, number).disputes
    assert (line.outcome, line.closed_at) == ("withdrawn", at(21))


def promise(number: str, minor: int | None = None) -> account.MakePromise:
    return account.MakePromise(
        number=number, minor=minor, on=at(25).date(), rules=PromiseTerms(), terms_hash=HASH, **KEY
    )


async def test_a_promise_is_kept_by_what_is_open_at_its_deadline(ledger: LedgerBooks, number: str) -> None:
    made = await ledger.operate("p", at(20), promise(number, 6_000))
    assert (made.reference, made.minor, made.case.promised_minor, made.case.promises) == (
        f"{number}-P1",
        6_000,
        6_000,
        1,
    )
    assert made.case.judge is not None
    assert made.case.judge.at == at(26, hour=0)
    await ledger.operate("r", at(24), receipt("b1", 6_000, [number]))
    judge = account.JudgePromise(promise_id=made.reference, terms_hash=HASH, **KEY)
    judged = await ledger.judge_promise("j", at(26), judge)
    assert (judged.kept, judged.number, judged.case.promises, judged.case.promises_broken) == (True, number, 0, 0)
    assert await ledger.judge_promise("j", at(27), judge) == judged


async def test_a_broken_promise_is_counted_and_stays_broken(ledger: LedgerBooks, number: str) -> None:
    made = await ledger.operate("p", at(20), promise(number))
    with pytest.raises(Refused) as refused:
        await ledger.operate("p2", at(20), promise(number, 1))
    assert refused.value.code is Code.AMOUNT
    judge = account.JudgePromise(promise_id=made.reference, terms_hash=HASH, **KEY)
    judged = await ledger.judge_promise("j", at(26), judge)
    assert (judged.kept, judged.case.promises_broken) == (False, 1)
    await ledger.operate("r", at(27), receipt("b1", 10_000, [number]))
    again = await ledger.judge_promise("j2", at(28), judge)
    assert (again.kept, again.case.promises_broken) == (False, 1)


async def due(ledger: LedgerBooks, day: int, month: int = 4) -> NextStep:
    moved = await ledger.operate(f"x{day}-{month}", at(day, month=month), account.RefreshCase(terms_hash=HASH, **KEY))
    assert moved.case.next is not None
    return moved.case.next


@pytest.mark.parametrize("unit", ["invoice", "customer"])
async def test_a_level_counts_once_it_is_sent(ledger: LedgerBooks, database: Database, unit: str) -> None:
    await opened(ledger, unit)
    number = (await ledger.issue_invoice("k", NOW, issue())).number
    step = await due(ledger, 4)
    assert (step.at, step.stage, step.level, step.invoices) == (at(4, month=4), "reminder", 1, (number,))
    plan = await ledger.plan_notice("n", at(4, month=4), send(step))
    assert plan is not None
    assert (plan.open.minor, [item.number for item in plan.items], plan.items[0].days_late) == (10_000, [number], 3)
    assert (await due(ledger, 4)).level == 1
    sent = await ledger.record_notice("n", at(4, month=4), send(step), "email")
    assert (sent.outcome, sent.channel, sent.invoices, sent.open_minor) == ("sent", "email", (number,), 10_000)
    assert sent.case.next is not None
    assert (sent.case.next.stage, sent.case.next.at, sent.case.stage) == ("L1", at(11, month=4), "reminder")
    assert await ledger.record_notice("n", at(5, month=4), send(step), "email") == sent
    counted = database.look(lambda c: c.execute(select(NOTICE.c.outcome)).scalars().all())
    assert list(counted) == ["sent"]


async def test_a_notice_about_nothing_is_void_and_advances_nothing(ledger: LedgerBooks, number: str) -> None:
    step = await due(ledger, 4)
    assert await ledger.plan_notice("n", at(4, month=4), send(step)) is not None
    await ledger.operate("r", at(4, 10, month=4), receipt("b1", 10_000, [number]))
    assert await ledger.plan_notice("n", at(4, 11, month=4), send(step)) is None
    result = await ledger.record_notice("n", at(4, 11, month=4), send(step), "")
    assert (result.outcome, result.invoices, result.case.level) == ("void", (), 0)


async def test_a_notice_that_no_channel_takes_is_undeliverable_and_advances_nothing(
    ledger: LedgerBooks, number: str
) -> None:
    step = await due(ledger, 4)
    await ledger.plan_notice("n", at(4, month=4), send(step))
    result = await ledger.record_notice("n", at(4, month=4), send(step), "")
    assert (result.outcome, result.case.level) == ("undeliverable", 0)
    assert result.case.next is not None
    assert result.case.next.level == 1


async def test_the_actions_of_a_level_come_with_its_result(ledger: LedgerBooks, number: str) -> None:
    first, second = await due(ledger, 4), at(11, month=4)
    await ledger.plan_notice("n1", first.at, send(first))
    reminded = await ledger.record_notice("n1", first.at, send(first), "email")
    assert reminded.actions == ()
    step = await due(ledger, 11)
    await ledger.plan_notice("n2", second, send(step))
    result = await ledger.record_notice("n2", second, send(step), "email")
    assert (result.stage, result.level, result.actions, result.case.next) == ("L1", 2, ("credit_hold",), None)


async def test_a_level_inside_a_dispute_is_skipped_for_ever(ledger: LedgerBooks, database: Database) -> None:
    await opened(ledger, hold="skip")
    number = (await ledger.issue_invoice("k", NOW, issue())).number
    await ledger.operate("d", at(2, month=4), dispute(number))
    step = await due(ledger, 4)
    assert (step.action, step.level) == ("skip", 1)
    skip = account.SkipLevel(step=step, terms_hash=HASH, **KEY)
    await ledger.operate("s", at(4, month=4), skip)
    resolved = await ledger.operate("x", at(5, month=4), resolve(number, "reject"))
    assert resolved.case.next is not None
    assert (resolved.case.next.stage, resolved.case.next.action) == ("L1", "notice")
    rows = database.look(lambda c: c.execute(select(NOTICE.c.outcome, NOTICE.c.stage)).all())
    assert [tuple(row) for row in rows] == [("skipped", "reminder")]


async def test_a_letter_of_a_case_names_all_its_items(ledger: LedgerBooks, database: Database) -> None:
    await opened(ledger, "customer")
    for nth in range(12):
        await ledger.operate(f"i{nth}", NOW, imported(f"OLD-{nth:02}", 100, due=at(1, month=4).date()))
    step = await due(ledger, 4)
    plan = await ledger.plan_notice("n", at(4, month=4), send(step))
    assert plan is not None
    assert (len(plan.items), plan.open.minor) == (12, 1_200)
    result = await ledger.record_notice("n", at(4, month=4), send(step), "email")
    assert len(result.invoices) == 10
    named = database.look(lambda c: c.execute(select(NOTICE_ITEM.c.instalment_id)).scalars().all())
    assert len(named) == 12


async def test_a_promise_that_is_withdrawn_is_claimed_at_once_and_kept_with_its_outcome(
    ledger: LedgerBooks, number: str, database: Database
) -> None:
    await ledger.operate("p", at(20), promise(number))
    gone = EndPromise(number=number, promise_id="", reason="a mistake", terms_hash=HASH, **KEY)
    moved = await ledger.operate("w", at(21), gone)
    assert (moved.reference, moved.minor) == (f"{number}-P1", 10_000)
    assert (moved.case.promised_minor, moved.case.promises, moved.case.promises_broken) == (0, 0, 0)
    assert moved.case.next is not None
    assert moved.case.next.stage == "reminder"
    assert await ledger.operate("w", at(22), gone) == moved
    with pytest.raises(Refused) as again:
        await ledger.operate("w2", at(22), gone)
    assert again.value.code is Code.NOTFOUND
    late = await ledger.judge_promise(
        "j", at(27), account.JudgePromise(promise_id=moved.reference, terms_hash=HASH, **KEY)
    )
    assert (late.over, late.kept, late.let_off, late.case.promises_broken) == (True, False, False, 0)
    with pytest.raises(Refused) as none:
        await ledger.judge_promise("j2", at(27), account.JudgePromise(promise_id="A-P9", terms_hash=HASH, **KEY))
    assert none.value.code is Code.NOTFOUND
    assert [one.outcome for one in database.look(lambda c: invoice(c, number)).promises] == ["withdrawn"]
    # A new one may be made: what was withdrawn is not open any more.
    assert (await ledger.operate("p2", at(22), promise(number))).reference == f"{number}-P2"


async def test_a_plan_closes_the_promise_that_it_replaces(ledger: LedgerBooks, database: Database) -> None:
    plans = terms().model_copy(update={"plan": PlanTerms(max_instalments=3, first_within=30, max_days=90)})
    await ledger.load_case(account.LoadCase(**KEY), NOW, plans, HASH, "示例客户")
    number = (await ledger.issue_invoice("k-issue", NOW, issue())).number
    await ledger.operate("p", at(20), promise(number))
    schedule = ((at(28).date(), 4_000), (at(31).date(), 6_000))
    made = await ledger.operate(
        "pl", at(21), account.MakePlan(number=number, schedule=schedule, terms_hash=HASH, **KEY)
    )
    assert (made.replaced, made.case.promises, made.case.promised_minor) == ((f"{number}-P1",), 2, 10_000)
    told = database.look(lambda c: invoice(c, number)).promises
    assert [(one.minor, one.outcome) for one in told if one.outcome] == [(10_000, "replaced")]
    assert [check.name for check in database.look(verified) if not check.holds] == []
