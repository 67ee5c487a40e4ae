"""A statement is taken in once; what it books counts once in whatever message; what is in doubt is held."""

from datetime import date, timedelta

import pytest

from domain.money import Money
from domain.refusal import Code, Refused
from domain.statements.answering import Answering
from domain.statements.judging import judge
from domain.statements.posting import receipt_of
from domain.statements.statement import Balance, BalanceKind, Payment, Statement, StatementKind
from domain.statements.told_exchange import ToldExchange
from storage.database import Database
from storage.operations.bank_answers import answer_line
from storage.operations.bank_statements import Handing, TakenIn, decide, take_in
from storage.queries.bank_lines import line_by_id
from storage.queries.bank_statements import payments, statement, statements
from storage.queries.work import tasks
from tests.statements_made import DAY, OWN, cny, credit, statement_of
from tests.storage.samples import NOW

BY = Handing(entity="CN01", by="wu.ting")
FINANCE = ("role:finance",)


def taken(database: Database, statement: Statement, handing: Handing = BY) -> TakenIn:
    return database.transact(take_in, statement, judge(statement), handing, NOW)


def refused(database: Database, statement: Statement, handing: Handing = BY) -> Refused:
    with pytest.raises(Refused) as caught:
        taken(database, statement, handing)
    return caught.value


async def test_the_same_statement_is_taken_in_once_and_another_under_its_id_is_refused(database: Database) -> None:
    entries = [credit(5_00, "a", reference="R1"), credit(7_00, "b", reference="R2")]
    first = taken(database, statement_of(entries))

    again = taken(database, statement_of(entries))
    other = refused(database, statement_of(entries[:1]))

    assert (first.status, first.repeated, again.repeated, again.row) == ("posting", False, True, first.row)
    assert first.workflow_id == f"statement/{OWN}/S-1"
    assert other.code is Code.IDEM
    page = await database.read(payments, first.row)
    assert [(line.status, line.amount.minor) for line in page.payments] == [("ready", 5_00), ("ready", 7_00)]
    assert len((await database.read(statements)).statements) == 1


async def test_nothing_of_a_statement_that_does_not_add_up_is_posted_before_a_person_lets_it_go(
    database: Database,
) -> None:
    held = taken(database, statement_of([credit(5_00, reference="R1")], off=1))
    assert held.status == "quarantined"
    assert (await database.read(payments, held.row)).payments == ()
    (task,) = await database.read(tasks, FINANCE)
    assert (task.owner_workflow, task.command) == (held.workflow_id, "release")
    assert "100.00 CNY + 5.00 ≠ 105.01 CNY" in task.what_en

    released = database.transact(decide, held.row, "release", "the bank confirmed it by phone", "wu.ting", NOW)

    assert released.status == "posting"
    assert database.transact(decide, held.row, "release", "once more", "wu.ting", NOW).repeated
    page = await database.read(payments, held.row)
    assert [(line.status, line.amount.minor) for line in page.payments] == [("ready", 5_00)]
    assert (page.statement.decided_by, page.statement.decision) == ("wu.ting", "release")
    assert await database.read(tasks, FINANCE) == ()
    with pytest.raises(Refused) as caught:
        database.transact(decide, held.row, "discard", "too late", "wu.ting", NOW)
    assert caught.value.code is Code.DECIDED


async def test_a_discarded_statement_leaves_its_id_to_the_one_that_the_bank_sends_anew(database: Database) -> None:
    wrong = statement_of([credit(5_00, reference="R1")], off=1)
    right = statement_of([credit(5_00, reference="R1")])
    held = taken(database, wrong)
    assert "discard that one first" in refused(database, right).text.en

    database.transact(decide, held.row, "discard", "the bank sent another", "wu.ting", NOW)
    new = taken(database, right)

    assert (new.status, new.row != held.row) == ("posting", True)
    assert taken(database, wrong).status == "discarded"
    assert (await database.read(statement, held.row)).status == "discarded"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (StatementKind.CAMT_052, "posting"), (StatementKind.CAMT_054, "posting"), (StatementKind.MT942, "posting"),
        (StatementKind.CAMT_053, "asked"), (StatementKind.MT940, "asked"),
    ],
)  # fmt: skip
async def test_without_balances_reports_and_advices_post_and_statements_ask(
    database: Database, kind: StatementKind, status: str
) -> None:
    assert taken(database, statement_of([credit(5_00)], kind=kind, balances=())).status == status


async def test_a_booking_counts_once_in_the_report_of_the_day_and_in_its_statement(database: Database) -> None:
    seen = [credit(5_00, "a", reference="R1"), credit(7_00, "b")]
    report = taken(database, statement_of(seen, "D-1", kind=StatementKind.CAMT_052, balances=()))

    day = taken(database, statement_of([*seen, credit(9_00, "c", reference="R3")], "S-1"))

    assert [line.amount.minor for line in (await database.read(payments, report.row)).payments] == [5_00, 7_00]
    page = await database.read(payments, day.row)
    assert [(line.amount.minor, line.status) for line in page.payments] == [(9_00, "ready")]
    assert (page.statement.entries, page.statement.booked, page.statement.repeated) == (3, 1, 2)


async def test_an_equal_payment_of_the_next_page_is_posted_and_of_another_statement_asked(database: Database) -> None:
    def page(place: int, opening: int, on: date = DAY) -> Statement:
        balances = (
            Balance(code=BalanceKind.OPENING_BOOKED, amount=cny(opening), on=on),
            Balance(code=BalanceKind.CLOSING_BOOKED, amount=cny(opening + 4_12), on=DAY),
        )
        return statement_of([credit(4_12, "a")], kind=StatementKind.MT940, number=f"78/{place}", balances=balances)

    seen = statement_of([credit(4_12, "a")], "D-1", kind=StatementKind.CAMT_054, balances=())
    report = taken(database, seen)
    first, second = taken(database, page(1, 0, DAY - timedelta(days=1))), taken(database, page(2, 4_12))
    again = taken(database, seen.model_copy(update={"statement_id": "D-2"}))
    other = taken(database, statement_of([credit(4_12, "a")], "S-2"))

    rows = [await database.read(payments, one.row) for one in (report, first, second, again, other)]
    assert [(one.statement.booked, one.statement.repeated) for one in rows] == [(1, 0), (0, 1), (1, 0), (0, 1), (1, 0)]
    assert [line.status for one in rows for line in one.payments] == ["ready", "ready", "asked"]
    (asked,) = rows[-1].payments
    assert ("another statement" in asked.reason.en, "另一份" in asked.reason.zh) == (True, True)


async def test_what_may_be_a_booking_again_is_asked(database: Database) -> None:
    taken(database, statement_of([credit(5_00, "a", reference="R1")], "S-1"))

    other = taken(database, statement_of([credit(5_00, "told otherwise")], "S-2"))

    (line,) = (await database.read(payments, other.row)).payments
    assert (line.status, "is it the same" in line.reason.en) == ("asked", True)


@pytest.mark.parametrize("kind", [StatementKind.CAMT_053, StatementKind.MT940, StatementKind.CSV])
async def test_a_bank_reference_of_another_day_is_asked_and_its_answer_posts_it(
    database: Database, kind: StatementKind
) -> None:
    later = DAY + timedelta(days=2)
    first = statement_of([credit(5_00, "a", reference="R1")], "S-1", kind=kind, number="1")
    taken(database, first)
    second = statement_of([credit(5_00, "a", reference="R1", booked_on=later, valued_on=later)], "S-2", kind=kind)

    row = taken(database, second).row

    page = await database.read(payments, row)
    (line,) = page.payments
    assert (page.statement.booked, page.statement.repeated) == (1, 0)
    assert (line.status, "another day" in line.reason.en, "另一日" in line.reason.zh) == ("asked", True, True)
    answer = database.transact(answer_line, line.line_id, Answering(verdict="new"), "wu.ting", NOW)
    assert (answer.row, answer.status) == (row, "posting")
    (ready,) = (await database.read(payments, row)).payments
    assert (ready.status, ready.external_id) == ("ready", line.external_id)
    assert ready.external_id not in {one.external_id for one in (await database.read(payments, 1)).payments}


async def test_pending_entries_and_outgoing_money_become_no_receipts(database: Database) -> None:
    entries = [credit(5_00, state="PDNG"), credit(-7_00, reference="R2"), credit(0, reference="R3")]

    row = taken(database, statement_of(entries)).row

    lines = (await database.read(payments, row)).payments
    assert [(line.amount.minor, line.status) for line in lines] == [(-7_00, "set_aside"), (0, "set_aside")]


async def test_a_batch_is_split_where_it_adds_up_and_kept_whole_where_it_does_not(database: Database) -> None:
    two = tuple(Payment(amount=cny(minor), unstructured=(f"INV-{minor}",)) for minor in (2_00, 3_00))
    entries = [credit(5_00, reference="R1", payments=two), credit(6_00, reference="R2", payments=two)]

    row = taken(database, statement_of(entries)).row

    lines = (await database.read(payments, row)).payments
    assert [(line.amount.minor, line.reference) for line in lines] == [
        (2_00, "INV-200"), (3_00, "INV-300"), (6_00, "INV-200 INV-300"),
    ]  # fmt: skip
    first, second, whole = (line.external_id for line in lines)
    assert (first.removesuffix("/1"), "/" in whole) == (second.removesuffix("/2"), False)


async def test_an_account_is_of_one_legal_entity_and_a_statement_names_its_account(database: Database) -> None:
    taken(database, statement_of([credit(5_00)], "S-1"))

    other = refused(database, statement_of([credit(5_00)], "S-2"), Handing(entity="DE01", by="wu.ting"))
    nobody = refused(database, statement_of([credit(5_00)], "S-3", account=" "))

    assert (other.code, nobody.code) == (Code.STATE, Code.GATE)
    assert len((await database.read(statements)).statements) == 1


async def test_lines_are_shown_page_by_page(database: Database) -> None:
    row = taken(database, statement_of([credit(minor, reference=f"R{minor}") for minor in (1, 2, 3)])).row

    first = await database.read(payments, row, "", 2)
    second = await database.read(payments, row, first.next, 2)

    assert [line.amount.minor for line in (*first.payments, *second.payments)] == [1, 2, 3]
    assert (first.next != "", second.next) == (True, "")


async def test_a_line_keeps_the_rate_at_which_the_bank_exchanged_it_for_its_receipt(database: Database) -> None:
    dollars = Money(minor=100_000, currency="USD")
    entry = credit(715_000, payer="Acme")
    paid = entry.payments[0].model_copy(update={"original": dollars})
    taken(database, statement_of([entry.model_copy(update={"payments": (paid,)})]))
    line = database.look(line_by_id, 1)
    assert line is not None
    rate = receipt_of(line).rate
    assert rate is not None
    assert str(rate) == "1 USD = 7.15 CNY (bank: 1,000.00 USD instructed)"
    assert database.look(line_by_id, 2) is None


async def test_a_line_whose_stated_rate_is_not_of_its_amounts_is_asked_and_posted_without_a_rate(
    database: Database,
) -> None:
    entry, told = credit(715_000, payer="Acme"), (ToldExchange(rate="7.25", source="USD", target="CNY", unit="USD"),)
    paid = entry.payments[0].model_copy(update={"original": Money(minor=100_000, currency="USD"), "exchanges": told})
    row = taken(database, statement_of([entry.model_copy(update={"payments": (paid,)})])).row
    (line,) = (await database.read(payments, row)).payments
    assert line.status == "asked"
    assert line.reason.en.startswith(
        "the bank states the rate 7.25, USD to CNY, of 1 USD, by which 1,000.00 USD is not 7,150.00 CNY: "
    )
    database.transact(answer_line, line.line_id, Answering(verdict="new"), "wu.ting", NOW)
    ready = database.look(line_by_id, line.line_id)
    assert ready is not None
    assert (receipt_of(ready).amount, receipt_of(ready).rate) == (cny(715_000), None)
