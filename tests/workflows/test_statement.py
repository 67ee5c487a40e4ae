"""Bank statements on the real server: every credit becomes one receipt, in the account of whoever paid it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from api.statement_intake import Intake
from domain.account import commands as a
from domain.machine import Submission
from domain.money import Money
from domain.receivables.entries import Instalment
from domain.statements.posting import Progress
from domain.statements.statement import Entry, Statement, StatementFile, StatementKind
from simulation.clocks import wall
from simulation.standard_deal import CURRENCY, ENTITY, FINANCE
from storage.operations.bank_statements import Handing
from storage.queries.bank_statements import PaymentLine, payments
from storage.queries.receipts import ReceiptLine, receipts
from tests.statements_made import credit, statement_of
from tests.workflows.harness import Company
from workflows.client import statement_workflow_id

ISSUED = date(2026, 9, 1)


async def owes(ltc: Company, customer_id: str, number: str, minor: int) -> None:
    """Enter an open item of a customer."""
    due = Instalment(index=1, due_on=date(2026, 12, 24), amount=Money(minor=minor, currency=CURRENCY))
    command = a.ImportOpenItem(number=number, issued_on=ISSUED, instalments=(due,))
    submission: Submission[Any] = Submission(id=f"import/{number}", actor=FINANCE, command=command)
    await ltc.workflows.submit_account(ENTITY, customer_id, CURRENCY, submission, "settled")


async def hand_in(ltc: Company, *statements: Statement) -> list[int]:
    """Hand statements in and wait until they are posted; returns their rows."""
    intake = Intake(ltc.database, ltc.workflows, {})
    file = StatementFile(kind=StatementKind.CAMT_053, statements=statements)
    handed = await intake.hand_in(file, Handing(entity=ENTITY, by="wu.ting"), wall())
    rows = []
    for one in handed:
        assert one.taken is not None
        rows.append(one.taken.row)
        if one.taken.status == "posting":
            await ltc.handle(one.taken.workflow_id).result()
    return rows


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
