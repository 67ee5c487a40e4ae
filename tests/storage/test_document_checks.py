"""Whoever changes a paper that went out, or takes away what a red letter stands on, is found."""

from sqlalchemy import Connection, delete, insert, update

from domain.fiscal.from_documents import FiscalRecord
from storage.database import Database
from storage.operations.documents import DocumentFiles
from storage.operations.fiscal import FiscalRecords
from storage.operations.ledger import LedgerBooks
from storage.queries.document_checks import document_checks
from storage.tables.edge import FILE
from storage.tables.papers import FISCAL_DOCUMENT
from tests.storage.samples import NOW, at, credit_all, issue, opened


async def broken(database: Database) -> dict[str, tuple[int, tuple[str, ...]]]:
    checks = await database.read(document_checks)
    return {check.name: (check.checked, check.examples) for check in checks}


async def test_a_byte_that_changed_is_found(database: Database) -> None:
    files = DocumentFiles(database, lambda: NOW)
    await files.keep("invoice/CN01/INV-1.pdf", "INV-1.pdf", "application/pdf", b"%PDF one")
    await files.keep("invoice/CN01/INV-2.pdf", "INV-2.pdf", "application/pdf", b"%PDF two")
    assert await broken(database) == {"N4": (2, ()), "fiscal": (0, ())}

    def tamper(connection: Connection) -> None:
        connection.execute(update(FILE).where(FILE.c.name == "INV-2.pdf").values(content=b"%PDF 2.0"))

    database.transact(tamper)
    assert (await broken(database))["N4"] == (2, ("invoice/CN01/INV-2.pdf",))


async def test_a_red_letter_stands_on_a_blue_invoice(database: Database) -> None:
    ledger, records = LedgerBooks(database), FiscalRecords(database, lambda: NOW)
    await opened(ledger)
    number = (await ledger.issue_invoice("i", NOW, issue())).number
    note = (await ledger.credit_invoice("c", at(21), credit_all(number, at(21).date()))).credit_note
    for kind, document, fiscal_number in (("blue", number, "1" * 20), ("red", note, "2" * 20)):
        record = {"entity": "CN01", "number": document, "kind": kind, "fiscal_number": fiscal_number}
        await records.keep_fiscal(
            FiscalRecord.model_validate(record | {"gross_in_capitals": "壹佰元整", "issued_at": NOW})
        )
    assert (await broken(database))["fiscal"] == (1, ())

    def forget(connection: Connection) -> None:
        connection.execute(delete(FISCAL_DOCUMENT).where(FISCAL_DOCUMENT.c.kind == "blue"))

    database.transact(forget)
    assert (await broken(database))["fiscal"] == (1, (note,))

    def invent(connection: Connection) -> None:
        row = {
            "entity": "CN01", "number": "CN-9", "kind": "red", "fiscal_number": "3" * 20, "confirmation_number": "",
            "buyer_code": "", "gross_in_capitals": "", "issued_at": NOW, "at": NOW,
        }  # fmt: skip
        connection.execute(insert(FISCAL_DOCUMENT), row)

    database.transact(invent)
    assert (await broken(database))["fiscal"] == (2, (note, "CN-9"))
