"""A notice that went out claims fees and interest once, on a debit note; money and credits treat it as any claim."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from domain.account import effects as account
from domain.account.commands import NoticeResult
from domain.deal.effects import CreditInvoice
from domain.receivables.closing import month_named
from domain.receivables.entries import NextStep
from domain.receivables.late_claims import DebitNote
from domain.terms import AccountTerms, InterestTerms, LadderLevel
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.operations.periods import close_period
from storage.queries.credit_notes import credit_note
from storage.queries.invariants import verified
from storage.queries.invoices import invoice
from storage.tables.late_claims import LATE_CLAIM, LATE_CORRECTION
from storage.tables.ledger import POSTING
from tests.storage.samples import ENTITY, HASH, KEY, NOW, at, cny, imported, receipt, terms

LEVELS = (
    LadderLevel(id="reminder", day=3),
    LadderLevel(id="final", day=10, fee_minor=1_000, interest=True),
    LadderLevel(id="last", day=20, fee_minor=1_000, interest=True),
)


def costly() -> AccountTerms:
    plain = terms("customer")
    ladder = {"levels": LEVELS, "interest": InterestTerms(rate_bp=5, per="day")}
    return plain.model_copy(update={"dunning": plain.dunning.model_copy(update=ladder)})


@pytest.fixture
async def late(ledger: LedgerBooks) -> LedgerBooks:
    """Two items of 1,000.00 and 500.00, due on 2 and 5 April."""
    await ledger.load_case(account.LoadCase(**KEY), NOW, costly(), HASH, "示例客户")
    await ledger.operate("a", NOW, imported("A", 100_000, date(2026, 4, 2)))
    await ledger.operate("b", NOW, imported("B", 50_000, date(2026, 4, 5)))
    await notify(ledger, "n1", 1, 6)
    return ledger


async def notify(ledger: LedgerBooks, key: str, level: int, day: int, channel: str = "email") -> NoticeResult:
    moment = at(day, month=4)
    step = NextStep(at=moment, action="notice", level=level, stage=LEVELS[level - 1].id, invoices=("A",), items=2)
    effect = account.SendNotice(step=step, terms_hash=HASH, **KEY)
    await ledger.plan_notice(key, moment, effect)
    return await ledger.record_notice(key, moment, effect, channel)


async def test_the_notice_says_what_the_debit_note_claims(late: LedgerBooks, database: Database) -> None:
    moment = at(12, month=4)
    step = NextStep(at=moment, action="notice", level=2, stage="final", invoices=("A",), items=2)
    effect = account.SendNotice(step=step, terms_hash=HASH, **KEY)
    for _ in range(2):
        plan = await late.plan_notice("n2", moment, effect)
        assert plan is not None
        assert [(one.component, one.number, one.minor, one.days) for one in plan.claims] == [
            ("fee", "A", 1_000, 0),
            ("interest", "A", 500, 10),
            ("interest", "B", 175, 7),
        ]
    assert database.look(lambda c: c.execute(select(LATE_CLAIM.c.debit_note_id)).scalars().all()) == [None] * 3

    first = await late.record_notice("n2", moment, effect, "email")
    again = await late.record_notice("n2", moment, effect, "email")

    assert first == again
    assert first.debit_note == DebitNote(
        number="DN-2026-000001", gross=cny(1_675), fee_minor=1_000, interest_minor=675, invoices=("A", "B")
    )
    assert first.case.open_minor == 151_675
    note = database.look(lambda c: invoice(c, "DN-2026-000001"))
    assert [(part.component, part.claim_of, part.amount.minor, part.due_on) for part in note.invoice.instalments] == [
        ("fee", "A", 1_000, date(2026, 4, 12)),
        ("interest", "A", 500, date(2026, 4, 12)),
        ("interest", "B", 175, date(2026, 4, 12)),
    ]
    assert _posted(database, "invoice:n2") == {"receivable": 1_675, "dunning_fees": -1_000, "late_interest": -675}
    assert _broken(database) == {}


async def test_a_notice_that_reached_nobody_claims_nothing(late: LedgerBooks, database: Database) -> None:
    result = await notify(late, "n2", 2, 12, channel="")
    assert (result.outcome, result.debit_note, result.case.open_minor) == ("undeliverable", None, 150_000)
    sent = await notify(late, "n3", 2, 13)
    assert sent.debit_note is not None
    assert (sent.debit_note.number, sent.debit_note.gross) == ("DN-2026-000001", cny(1_000 + 550 + 200))
    assert _broken(database) == {}


async def test_the_next_level_claims_only_the_days_since(late: LedgerBooks, database: Database) -> None:
    await notify(late, "n2", 2, 12)
    third = await notify(late, "n3", 3, 22)
    assert third.debit_note is not None
    # Ten days of 50 and of 25 fen, and the fee of another level.
    assert (third.debit_note.fee_minor, third.debit_note.interest_minor) == (1_000, 750)
    assert _broken(database) == {}


async def test_money_that_names_an_invoice_pays_what_its_lateness_cost_first(
    late: LedgerBooks, database: Database
) -> None:
    await notify(late, "n2", 2, 12)
    by_name = await late.operate("r1", at(20), receipt("b1", 20_000, ["A"]))
    assert [(part.number, part.instalment, part.minor) for part in by_name.allocations] == [
        ("DN-2026-000001", 1, 1_000),
        ("DN-2026-000001", 2, 500),
        ("A", 1, 18_500),
    ]
    by_text = await late.operate("r2", at(20), receipt("b2", 100, reference="invoice B"))
    assert [(part.number, part.instalment, part.minor) for part in by_text.allocations] == [("DN-2026-000001", 3, 100)]
    assert _broken(database) == {}


async def test_a_fee_that_is_waived_takes_its_income_back(late: LedgerBooks, database: Database) -> None:
    await notify(late, "n2", 2, 12)
    effect: dict[str, Any] = {"number": "DN-2026-000001", "reason": "a gesture", "terms_hash": HASH, **KEY}
    waived = account.CreditNote(minor=1_200, issue_on=date(2026, 4, 13), **effect)
    moved = await late.operate("c", at(13, month=4), waived)
    assert moved.case.open_minor == 150_475
    assert _posted(database, "credit_note:c") == {"receivable": -1_200, "dunning_fees": 1_000, "late_interest": 200}
    assert _broken(database) == {}


def dated(external_id: str, minor: int, value_day: int, invoices: list[str]) -> account.ApplyReceipt:
    effect = receipt(external_id, minor, invoices)
    return effect.model_copy(
        update={"receipt": effect.receipt.model_copy(update={"value_date": date(2026, 4, value_day)})}
    )


async def test_money_with_an_earlier_value_date_takes_the_interest_of_later_days_back(
    late: LedgerBooks, database: Database
) -> None:
    await notify(late, "n2", 2, 12)
    moved = await late.operate("r1", at(15, month=4), dated("b1", 100_000, 6, ["A"]))

    # Four days of 50 fen, and six of the 12.04 that the money was short by.
    (corrected,) = moved.corrected
    assert (corrected.number, corrected.credit_note, corrected.minor) == ("DN-2026-000001", "CN-2026-000001", 296)
    assert {change.number: change.open_minor for change in moved.changes} == {"DN-2026-000001": 175, "A": 1_204}
    assert (moved.case.open_minor, moved.case.unapplied_minor) == (51_379, 0)
    assert _posted(database, "credit_note:r1") == {"receivable": -296, "late_interest": 296}
    assert _posted(database, "release:r1") == {"receivable": 296, "unapplied": -296}
    assert _posted(database, "allocation/bank/b1:r1") == {"receivable": -296, "unapplied": 296}
    note = database.look(lambda c: credit_note(c, "CN-2026-000001"))
    assert (note.credit_note.credits, note.credit_note.gross) == ("DN-2026-000001", cny(296))
    assert await late.operate("r1", at(15, month=4), dated("b1", 100_000, 6, ["A"])) == moved
    again = await late.operate("r2", at(16, month=4), dated("b2", 204, 16, ["A"]))
    assert again.corrected == ()
    assert _broken(database) == {}


async def test_interest_that_was_written_off_and_was_not_owed_is_not_kept_when_money_recovers_it(
    late: LedgerBooks, database: Database
) -> None:
    await notify(late, "n2", 2, 12)
    name = "DN-2026-000001"
    off = account.WriteOff(number=name, minor=None, reason="small", evidence="x", terms_hash=HASH, **KEY)
    await late.operate("w", at(13, month=4), off)
    paid = await late.operate("r1", at(15, month=4), dated("b1", 100_000, 1, ["A"]))
    assert (paid.corrected, paid.case.open_minor) == ((), 50_000)

    some = await late.operate("r2", at(16, month=4), dated("b2", 500, 16, [name]))
    assert [(one.instalment, one.minor) for one in some.allocations] == [(3, 175), (2, 325)]
    assert [(one.number, one.minor) for one in some.corrected] == [(name, 325)]
    assert (some.case.open_minor, some.case.unapplied_minor) == (50_000, 325)
    rest = await late.operate("r3", at(17, month=4), dated("b3", 1_175, 17, [name]))
    assert [(one.number, one.minor) for one in rest.corrected] == [(name, 175)]
    assert (rest.case.open_minor, rest.case.unapplied_minor) == (50_000, 500)
    assert {change.number: change.open_minor for change in rest.changes} == {name: 0, "A": 0, "B": 50_000}
    assert _broken(database) == {}


async def test_when_that_money_bounces_the_next_level_claims_it_again(late: LedgerBooks, database: Database) -> None:
    await notify(late, "n2", 2, 12)
    await late.operate("r1", at(15, month=4), dated("b1", 100_000, 6, ["A"]))
    back = account.ReverseReceipt(
        source="bank", external_id="b1", amount=cny(100_000), reason="bounced", terms_hash=HASH, **KEY
    )
    bounced = await late.operate("back", at(16, month=4), back)
    assert (bounced.corrected, bounced.case.open_minor) == ((), 100_000 + 50_000 + 1_000 + 204 + 175)

    third = await notify(late, "n3", 3, 22)
    assert third.debit_note is not None
    assert (third.debit_note.fee_minor, third.debit_note.interest_minor) == (1_000, 296 + 500 + 250)
    assert _broken(database) == {}

    paid = await late.operate("r3", at(25, month=4), dated("b3", 103_000, 6, ["A"]))
    # Of 1,000 fen for twenty days, four days of 50 are owed; A is paid, so that the rest pays nothing.
    assert [(one.number, one.minor) for one in paid.corrected] == [("DN-2026-000001", 4), ("DN-2026-000002", 796)]
    assert {change.number: change.open_minor for change in paid.changes}["A"] == 0
    assert paid.case.unapplied_minor == 800
    assert _broken(database) == {}


async def test_what_is_credited_was_never_owed_and_bears_no_interest(late: LedgerBooks, database: Database) -> None:
    await notify(late, "n2", 2, 12)
    effect: dict[str, Any] = {"number": "A", "reason": "returned", "terms_hash": HASH, **KEY}
    moved = await late.operate(
        "c", at(13, month=4), account.CreditNote(minor=40_000, issue_on=date(2026, 4, 13), **effect)
    )
    assert [(one.number, one.minor) for one in moved.corrected] == [("DN-2026-000001", 200)]
    assert moved.reference == "CN-2026-000001"
    assert moved.corrected[0].credit_note == "CN-2026-000002"
    assert _broken(database) == {}


async def test_what_a_deal_credits_takes_its_interest_back_as_soon_as_the_account_hears_of_it(
    late: LedgerBooks, database: Database
) -> None:
    await notify(late, "n2", 2, 12)
    whole = CreditInvoice(deal_id="", number="A", reason="cancelled", issue_on=date(2026, 4, 13), **KEY)
    assert (await late.credit_invoice("c", at(13, month=4), whole)).amount == cny(100_000)
    heard = account.RefreshCase(credited="A", terms_hash=HASH, **KEY)
    moved = await late.operate("h", at(13, month=4), heard)
    assert [(one.number, one.credit_note, one.minor) for one in moved.corrected] == [
        ("DN-2026-000001", "CN-2026-000002", 500)
    ]
    assert [(change.number, change.open_minor - change.before_minor) for change in moved.changes] == [
        ("A", 0), ("DN-2026-000001", -500),
    ]  # fmt: skip
    again = await late.operate("h2", at(14, month=4), heard)
    assert again.corrected == ()
    assert _broken(database) == {}


async def test_a_correction_goes_into_the_first_open_month(late: LedgerBooks, database: Database) -> None:
    await notify(late, "n2", 2, 12)
    for month in map(month_named, ("2026-03", "2026-04")):
        await database.write(close_period, ENTITY, month, date(2026, 5, 3), at(3, month=5), "fay")
    moved = await late.operate("r1", at(28, month=4), dated("b1", 50_000, 6, ["B"]))
    (corrected,) = moved.corrected
    note = database.look(lambda c: credit_note(c, corrected.credit_note))
    assert note.credit_note.issued_on == date(2026, 5, 1)
    assert _broken(database) == {}


async def test_a_correction_that_was_tampered_with_is_found(late: LedgerBooks, database: Database) -> None:
    await notify(late, "n2", 2, 12)
    await late.operate("r1", at(15, month=4), dated("b1", 100_000, 6, ["A"]))
    await database.write(lambda c: c.execute(update(LATE_CORRECTION).values(minor=297)))
    assert _broken(database) == {"late corrections": ("CN-2026-000001",)}
    await database.write(lambda c: c.execute(update(LATE_CORRECTION).values(minor=296)))
    await database.write(lambda c: c.execute(update(LATE_CLAIM).where(LATE_CLAIM.c.minor == 500).values(minor=295)))
    assert _broken(database) == {"late claims": ("DN-2026-000001/2",), "late corrections": ("DN-2026-000001/2",)}


async def test_what_was_tampered_with_is_found(late: LedgerBooks, database: Database) -> None:
    await notify(late, "n2", 2, 12)
    await notify(late, "n3", 3, 22)
    await database.write(lambda c: c.execute(update(LATE_CLAIM).where(LATE_CLAIM.c.minor == 175).values(minor=176)))
    assert _broken(database) == {"late claims": ("DN-2026-000001/3",)}
    await database.write(lambda c: c.execute(update(LATE_CLAIM).where(LATE_CLAIM.c.minor == 176).values(minor=175)))
    await database.write(lambda c: c.execute(update(LATE_CLAIM).where(LATE_CLAIM.c.level == 3).values(level=2)))
    assert _broken(database) == {"claimed once": ("A level 2",)}
    days = update(LATE_CLAIM).where(LATE_CLAIM.c.notice_id == "n3").values(from_on=date(2026, 4, 12), level=3)
    await database.write(lambda c: c.execute(days))
    assert _broken(database) == {"claimed once": ("A/1 from 2026-04-12", "B/1 from 2026-04-12")}


def _posted(database: Database, entry: str) -> dict[str, int]:
    legs = select(POSTING.c.account, POSTING.c.minor).where(POSTING.c.entry == entry)
    return {row.account: row.minor for row in database.look(lambda c: c.execute(legs).all())}


def _broken(database: Database) -> dict[str, tuple[str, ...]]:
    return {check.name: check.examples for check in database.look(verified) if not check.holds}
