"""What the tax office gave for a document is kept once, on both databases."""

from domain.fiscal.from_documents import FiscalRecord
from storage.database import Database
from storage.operations.fiscal import FiscalRecords
from tests.storage.samples import NOW, at


async def test_the_first_answer_stays(database: Database) -> None:
    records = FiscalRecords(database, lambda: NOW)
    first = FiscalRecord(
        entity="CN01", number="INV-1", kind="blue", fiscal_number="26312000000012345678",
        buyer_code="91110108551385082Q", gross_in_capitals="壹佰元整", issued_at=at(3),
    )  # fmt: skip
    assert await records.fiscal("CN01", "INV-1") is None
    assert await records.keep_fiscal(first) == first
    other = first.model_copy(update={"fiscal_number": "26312000000012345679"})
    assert await records.keep_fiscal(other) == first
    assert await records.fiscal("CN01", "INV-1") == first
    assert await records.fiscal("DE01", "INV-1") is None
