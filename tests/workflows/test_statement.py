"""Bank statements on the real server: every credit becomes one receipt, in the account of whoever paid it."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from activities.statements import LINES_AT_ONCE
from api.statement_intake import Intake
from domain.account import commands as a
from domain.account.state import Account
from domain.approval.requests import Decide
from domain.machine import Actor, Submission
from domain.money import Money
from domain.nobody import UNIDENTIFIED
from domain.receivables.entries import Instalment
from domain.refusal import Code, Refused
from domain.statements.answering import Answering
from domain.statements.posting import Progress
from domain.statements.statement import Entry
from embedded.temporal_server import TemporalServer
from settings import ROOT
from simulation.clocks import wall
from simulation.standard_deal import CURRENCY, ENTITY, FINANCE
from storage.operations.bank_answers import answer_line, put_payer_accounts
from storage.queries.bank_statements import PaymentLine, payments
from storage.queries.receipts import ReceiptLine, receipts
from tests.statements_made import DAY, credit, statement_of
from tests.workflows.banking import hand_in
from tests.workflows.harness import Company, company
from workflows.client import account_workflow_id, statement_workflow_id

ISSUED = date(2026, 9, 1)


async def owes(ltc: Company, customer_id: str, number: str, minor: int) -> None:
    """Enter an open item of a customer."""
    due = Instalment(index=1, due_on=date(2026, 12, 24), amount=Money(minor=minor, currency=CURRENCY))
    command = a.ImportOpenItem(number=number, issued_on=ISSUED, instalments=(due,))
    submission: Submission[Any] = Submission(id=f"import/{number}", actor=FINANCE, command=command)
    await ltc.workflows.submit_account(ENTITY, customer_id, CURRENCY, submission, "settled")


async def lines_of(ltc: Company, row: int) -> tuple[PaymentLine, ...]:
    """Read what became of each line."""
    return (await ltc.database.read(payments, row)).payments


async def receipts_of(ltc: Company, customer_id: str) -> tuple[ReceiptLine, ...]:
    """Read the receipts of a customer."""
    return (await ltc.database.read(receipts, customer_id)).receipts


def account() -> str:
    """A bank account of this test alone."""
    return f"ACC{uuid4().hex[:12].upper()}"


async def test_each_credit_becomes_a_receipt_of_who_paid_it(ltc: Company) -> None:
    named, known, own = await ltc.customer(), await ltc.customer(name="Beispiel GmbH & Co. KG"), account()
    await owes(ltc, named, f"{named}-7", 50_00)
    await owes(ltc, known, f"{known}-1", 30_00)
    entries: Sequence[Entry] = (
        credit(50_00, f"Rechnung {named}-7", payer=f"客户 {named}", reference="R1"),
        credit(30_00, "thank you", payer="Beispiel  GmbH & Co. KG", reference="R2"),
        credit(7_00, "who am I", payer="Nobody Ltd", reference="R3"),
        credit(-5_00, "fees", payer="The Bank", reference="R4"),
        credit(9_00, "on its way", payer="Nobody Ltd", reference="R5", state="PDNG"),
    )

    (row,) = await hand_in(ltc, statement_of(entries, account=own))

    lines = await lines_of(ltc, row)
    assert [(line.customer_id, line.status, line.rule) for line in lines] == [
        (named, "posted", "reference"),
        (known, "posted", "name"),
        ("unidentified", "posted", "none"),
        ("", "set_aside", ""),
    ]
    for customer, rule in ((named, "reference"), (known, "covering_set")):
        (receipt,) = await receipts_of(ltc, customer)
        assert (receipt.source, receipt.rule, receipt.unapplied.minor) == ("bank", rule, 0)
    assert not any(line.flagged for line in lines)
    await ltc.assert_sound()
    progress = await ltc.ask(statement_workflow_id(own, "S-1"), "progress", Progress)
    assert (progress.lines, progress.posted, progress.set_aside, progress.ready) == (4, 3, 1, 0)


async def test_the_same_statement_again_changes_nothing(ltc: Company) -> None:
    customer, own = await ltc.customer(), account()
    statement = statement_of([credit(8_00, payer=f"客户 {customer}", reference="R1")], account=own)

    first = await hand_in(ltc, statement)
    again = await hand_in(ltc, statement)

    assert again == first
    assert len(await receipts_of(ltc, customer)) == 1


async def test_money_that_was_reported_before_is_asked_about_and_counted_once(ltc: Company) -> None:
    customer, other, own = await ltc.customer(), await ltc.customer(), account()
    for who, reference in ((customer, f"{customer}-A"), (other, f"{other}-A")):
        await owes(ltc, who, reference, 40_00)
    day = credit(1).booked_on
    assert day is not None
    report = a.RecordReceipt(
        source="bank", external_id=f"{own}-R1", amount=Money(minor=40_00, currency=CURRENCY), value_date=day,
    )  # fmt: skip
    told: Submission[Any] = Submission(id=f"told-{own}", actor=FINANCE, command=report)
    await ltc.workflows.submit_account(ENTITY, customer, CURRENCY, told, "settled")
    bounced = a.ReverseReceiptNow(
        source="bank", external_id=f"{own}-R1", amount=Money(minor=1_00, currency=CURRENCY), reason="charged back",
    )  # fmt: skip
    gone: Submission[Any] = Submission(id=f"gone-{own}", actor=FINANCE, command=bounced)
    await ltc.workflows.submit_account(ENTITY, customer, CURRENCY, gone, "settled")
    entries = (
        credit(40_00, payer=f"客户 {customer}", reference=f"{own}-R1"),
        credit(40_00, f"{other}-A", payer=f"客户 {other}", reference=f"{own}-R2"),
    )

    (row,) = await hand_in(ltc, statement_of(entries, account=own))

    asked, posted = await lines_of(ltc, row)
    assert (asked.status, f"bank/{own}-R1 ({customer}, {day})" in asked.reason.en) == ("asked", True)
    assert (posted.status, posted.customer_id) == ("posted", other)
    assert [one.external_id for one in await receipts_of(ltc, customer)] == [f"{own}-R1"]
    assert (await answer(ltc, asked, verdict="same")).status == "same"
    assert len(await receipts_of(ltc, customer)) == 1
    again = statement_of((credit(40_00, payer=f"客户 {customer}", reference=f"{own}-R3"),), "S-2", account=own)
    (later,) = await hand_in(ltc, again)
    (second,) = await lines_of(ltc, later)
    assert (await answer(ltc, second, verdict="new")).status == "posted"
    assert len(await receipts_of(ltc, customer)) == 2
    await ltc.assert_sound()


async def answer(ltc: Company, line: PaymentLine, **given: str) -> PaymentLine:
    """Answer about a line, have its statement posted again, and read what became of it."""
    taken = await ltc.database.write(answer_line, line.line_id, Answering.model_validate(given), "wu.ting", wall())
    await Intake(ltc.database, ltc.workflows, {}).post(taken)
    if taken.status == "posting":
        await ltc.handle(taken.workflow_id).result()
    return next(one for one in await lines_of(ltc, taken.row) if one.line_id == line.line_id)


async def test_a_payment_taken_back_reverses_the_receipt_with_its_reference(ltc: Company) -> None:
    customer, own = await ltc.customer(), account()
    await owes(ltc, customer, f"{customer}-1", 40_00)
    paid = credit(40_00, f"{customer}-1", payer=f"客户 {customer}", reference="R1", end_to_end="E-1")
    await hand_in(ltc, statement_of([paid], account=own))
    back = credit(-40_00, "AC04", reference="R9", end_to_end="E-1", is_reversal=True, return_code="AC04")

    (row,) = await hand_in(ltc, statement_of([back], "S-2", account=own))

    (line,) = await lines_of(ltc, row)
    assert (line.status, line.rule, line.customer_id, line.amount.minor) == ("posted", "reversal", customer, -40_00)
    (receipt,) = await receipts_of(ltc, customer)
    assert (receipt.applied.minor, receipt.returned.minor, receipt.unapplied.minor) == (0, 40_00, 0)
    await ltc.assert_sound()


async def test_money_taken_back_in_the_statement_of_its_receipt_is_reversed(ltc: Company) -> None:
    customer, own = await ltc.customer(), account()
    back = credit(-9_00, reference="R1", is_reversal=True)
    paid = credit(9_00, payer=f"客户 {customer}", reference="R1")

    (row,) = await hand_in(ltc, statement_of([back, paid], account=own))

    assert [line.status for line in await lines_of(ltc, row)] == ["posted", "posted"]
    (receipt,) = await receipts_of(ltc, customer)
    assert (receipt.returned.minor, receipt.unapplied.minor) == (9_00, 0)


async def test_a_reversal_of_nothing_known_waits_for_the_receipt_that_a_person_names(ltc: Company) -> None:
    customer, own = await ltc.customer(), account()
    paid = credit(9_00, payer=f"客户 {customer}", reference="R1")
    back = credit(-9_00, "sorry", reference="R2", is_reversal=True)
    (row,) = await hand_in(ltc, statement_of([paid, back], account=own))
    receipt_line, line = await lines_of(ltc, row)
    assert (line.status, receipt_line.external_id in line.reason.en) == ("asked", True)
    with pytest.raises(Refused, match=receipt_line.external_id) as wrong:
        await answer(ltc, line, verdict="reverse", external_id="R-404")
    assert wrong.value.code is Code.GATE

    line = await answer(ltc, line, verdict="reverse", external_id=receipt_line.external_id)

    assert (line.status, line.customer_id) == ("posted", customer)
    (receipt,) = await receipts_of(ltc, customer)
    assert receipt.returned.minor == 9_00
    again = await ltc.database.write(
        answer_line, line.line_id,
        Answering(verdict="reverse", external_id=receipt_line.external_id), "wu.ting", wall(),
    )  # fmt: skip
    assert again.status == "posted"
    with pytest.raises(Refused) as caught:
        await ltc.database.write(answer_line, line.line_id, Answering(verdict="dismiss"), "wu.ting", wall())
    assert caught.value.code is Code.DECIDED
    await ltc.assert_sound()


async def test_a_bounce_of_money_that_was_said_to_be_known_takes_no_other_receipt_back(ltc: Company) -> None:
    """A standing order has the same payer's reference each month; this month's was reported by hand."""
    customer, own = await ltc.customer(), account()
    before, day = DAY - timedelta(days=20), DAY
    last = credit(
        77_00, payer=f"客户 {customer}", reference=f"{own}-1", end_to_end=f"RENT-{own}", booked_on=before,
        valued_on=before,
    )  # fmt: skip
    (row,) = await hand_in(ltc, statement_of([last], account=own))
    (posted,) = await lines_of(ltc, row)
    report = a.RecordReceipt(
        source="bank", external_id=f"hand-{own}", amount=Money(minor=77_00, currency=CURRENCY), value_date=day,
    )  # fmt: skip
    told: Submission[Any] = Submission(id=f"told-{own}", actor=FINANCE, command=report)
    await ltc.workflows.submit_account(ENTITY, customer, CURRENCY, told, "settled")
    shown = last.model_copy(update={"servicer_reference": f"{own}-2", "booked_on": day, "valued_on": day})
    (row,) = await hand_in(ltc, statement_of([shown], "S-2", account=own))
    (asked,) = await lines_of(ltc, row)
    assert (await answer(ltc, asked, verdict="same")).status == "same"
    back = credit(
        -77_00, "AC04", reference=f"{own}-3", end_to_end=f"RENT-{own}", is_reversal=True, return_code="AC04",
        booked_on=day, valued_on=day,
    )  # fmt: skip

    (row,) = await hand_in(ltc, statement_of([back], "S-3", account=own))

    (line,) = await lines_of(ltc, row)
    assert line.status == "asked"
    assert posted.external_id in line.reason.en
    assert f"hand-{own}" in line.reason.en
    assert [one.returned.minor for one in await receipts_of(ltc, customer)] == [0, 0]
    assert (await answer(ltc, line, verdict="reverse", external_id=f"hand-{own}")).status == "posted"
    found = {one.external_id: one.returned.minor for one in await receipts_of(ltc, customer)}
    assert found == {posted.external_id: 0, f"hand-{own}": 77_00}
    await ltc.assert_sound()


async def test_money_of_ours_that_came_back_is_booked_for_whom_a_person_names(ltc: Company) -> None:
    customer, own = await ltc.customer(), account()
    (row,) = await hand_in(ltc, statement_of([credit(9_00, return_code="AC01", reference="R1")], account=own))
    (line,) = await lines_of(ltc, row)
    assert (line.status, await receipts_of(ltc, customer)) == ("asked", ())

    line = await answer(ltc, line, verdict="receipt", customer_id=customer)

    assert (line.status, line.customer_id) == ("posted", customer)
    assert [one.amount.minor for one in await receipts_of(ltc, customer)] == [9_00]


async def claimed(ltc: Company, source: str, external_id: str, customer: str) -> None:
    """Claim a receipt for a customer, from whoever has it."""
    command = a.ClaimReceipt(
        source="bank", external_id=external_id, entity=ENTITY, customer_id=customer, evidence="their letter"
    )
    submission: Submission[Any] = Submission(id=f"claim/{external_id}/{customer}", actor=FINANCE, command=command)
    await ltc.workflows.submit_account(ENTITY, source, CURRENCY, submission, "settled")


async def test_a_claim_teaches_from_which_account_a_customer_pays_and_a_wrong_one_is_unlearned(ltc: Company) -> None:
    wrong, right, own = await ltc.customer(), await ltc.customer(), account()
    payer = f"DE{uuid4().int % 10**18}"

    async def pays(minor: int) -> PaymentLine:
        entry = credit(minor, f"no {uuid4().hex}", payer="Paying Agent", account=payer, reference=uuid4().hex[:12])
        (row,) = await hand_in(ltc, statement_of([entry], f"S-{uuid4().hex[:8]}", account=own))
        (line,) = await lines_of(ltc, row)
        return line

    first = await pays(1_00)
    assert first.customer_id == UNIDENTIFIED
    await claimed(ltc, UNIDENTIFIED, first.external_id, wrong)
    second = await pays(2_00)
    assert (second.customer_id, second.rule) == (wrong, "account")
    assert "paid from an account known as theirs" in second.evidence[0]
    await claimed(ltc, wrong, first.external_id, right)
    third = await pays(3_00)
    assert (third.customer_id, third.rule) == (right, "account")
    await ltc.assert_sound()


async def test_an_answer_that_books_much_takes_a_second_person(ltc: Company) -> None:
    customer, own = await ltc.customer(), account()
    much = credit(60_000_00, return_code="AC01", reference="R1")
    (row,) = await hand_in(ltc, statement_of([much], account=own))
    (line,) = await lines_of(ltc, row)

    line = await answer(ltc, line, verdict="receipt", customer_id=customer)

    assert (line.status, line.customer_id) == ("posted", UNIDENTIFIED)
    assert await receipts_of(ltc, customer) == ()
    nobody = account_workflow_id(ENTITY, UNIDENTIFIED, CURRENCY)
    await ltc.settled(nobody)
    requests = (await ltc.ask(nobody, "state", Account)).requests
    (asked,) = [one for one in requests if one.approval and line.external_id in one.approval.subject.reference]
    assert asked.approval is not None
    assert (asked.waits, asked.approval.subject.requester) == (True, "wu.ting")
    agreed = Decide(approval_id=asked.id, verdict="approve", content_hash=asked.approval.subject.content_hash)
    (step,) = asked.approval.steps
    second = step.seats[0].candidates[0].person
    submission: Submission[Any] = Submission(id=f"agree/{customer}", actor=Actor(id=second), command=agreed)
    await ltc.workflows.submit_account(ENTITY, UNIDENTIFIED, CURRENCY, submission, "settled")
    assert [one.amount.minor for one in await receipts_of(ltc, customer)] == [60_000_00]
    await ltc.assert_sound()


async def test_what_may_be_a_booking_again_is_posted_when_a_person_says_that_it_is_not(ltc: Company) -> None:
    customer, own = await ltc.customer(), account()
    payer = f"客户 {customer}"
    await hand_in(ltc, statement_of([credit(9_00, payer=payer, reference="R1")], account=own))
    (row,) = await hand_in(ltc, statement_of([credit(9_00, "another", payer=payer)], "S-2", account=own))
    (line,) = await lines_of(ltc, row)
    assert (line.status, len(await receipts_of(ltc, customer))) == ("asked", 1)

    line = await answer(ltc, line, verdict="new")

    assert (line.status, line.customer_id) == ("posted", customer)
    assert len(await receipts_of(ltc, customer)) == 2


async def test_what_the_rules_refuse_is_asked_and_can_be_posted_later(ltc: Company) -> None:
    customer, own = await ltc.customer(), account()
    far = wall().date() + timedelta(days=30)
    (row,) = await hand_in(
        ltc, statement_of([credit(9_00, payer=f"客户 {customer}", reference="R1", valued_on=far)], account=own)
    )
    (line,) = await lines_of(ltc, row)
    assert (line.status, "report the money when it is there" in line.reason.en) == ("asked", True)

    line = await answer(ltc, line, verdict="new")

    assert (line.status, await receipts_of(ltc, customer)) == ("asked", ())


async def test_a_payment_by_somebody_else_is_booked_and_flagged(ltc: Company) -> None:
    customer, own = await ltc.customer(), account()
    await owes(ltc, customer, f"{customer}-1", 40_00)

    (row,) = await hand_in(ltc, statement_of([credit(40_00, f"{customer}-1", payer="Their Parent Ltd")], account=own))

    (line,) = await lines_of(ltc, row)
    assert (line.customer_id, line.flagged) == (customer, True)
    assert "three-way mismatch" in " ".join(line.evidence)
    (receipt,) = await receipts_of(ltc, customer)
    assert receipt.unapplied.minor == 0


async def test_accounts_on_record_and_virtual_accounts_tell_whose_money_it_is(ltc: Company) -> None:
    pays, own_virtual, own = await ltc.customer(), await ltc.customer(), account()
    at = wall()
    await ltc.database.write(put_payer_accounts, pays, ((f"x-{own}", "payer"),), "wu.ting", at)
    await ltc.database.write(put_payer_accounts, own_virtual, ((f"v-{own}", "virtual"),), "wu.ting", at)
    entries = [
        credit(1_00, payer="?", account=f"X{own}", reference="R1"), credit(2_00, into=f"V{own}", reference="R2"),
    ]  # fmt: skip

    (row,) = await hand_in(ltc, statement_of(entries, account=own))

    assert [(line.customer_id, line.rule) for line in await lines_of(ltc, row)] == [
        (pays, "account"), (own_virtual, "virtual_account"),
    ]  # fmt: skip


async def test_a_killed_worker_posts_every_line_once(temporal_server: TemporalServer, tmp_path: Path) -> None:
    async with company(temporal_server, tmp_path) as ltc:
        customer, own = await ltc.customer(), account()
        entries = [
            credit(minor, payer=f"客户 {customer}", reference=f"R{minor}") for minor in range(1, LINES_AT_ONCE + 21)
        ]
        await ltc.stop()
        module = (
            "-m",
            "tests.workflows.dying_worker",
            ltc.server.address,
            str(tmp_path),
            ltc.queue,
            "receipt_recorded",
        )
        dying = await asyncio.create_subprocess_exec(sys.executable, *module, cwd=ROOT)
        handing = asyncio.create_task(hand_in(ltc, statement_of(entries, account=own)))
        assert await dying.wait() == -9

        await ltc.start()
        (row,) = await handing

        lines = await ltc.database.read(payments, row, "", 200)
        assert [line.status for line in lines.payments] == ["posted"] * len(entries)
        assert lines.statement.status == "posted"
        page = await ltc.database.read(receipts, customer, "", "", 200)
        assert sorted(one.amount.minor for one in page.receipts) == [entry.amount.minor for entry in entries]
        kinds = await ltc.kinds(account_workflow_id(ENTITY, customer, CURRENCY))
        assert kinds.count("receipt_recorded") == len(entries)
        await ltc.assert_sound()
