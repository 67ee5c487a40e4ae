"""A statement's line that may be money of before is asked about, and what was answered holds; on the real server."""

from collections.abc import Sequence
from datetime import date, timedelta

from domain.statements.statement import Entry
from storage.queries.bank_statements import statement
from tests.statements_made import credit, statement_of
from tests.workflows.banking import hand_in
from tests.workflows.harness import Company
from tests.workflows.test_statement import account, lines_of, receipts_of


async def test_a_day_near_the_ends_of_time_is_a_question_and_holds_no_other_line_up(ltc: Company) -> None:
    """Banks write 9999-12-31 where there is no day."""
    customer, own = await ltc.customer(), account()
    payer = f"客户 {customer}"
    days = (date.max, date.max - timedelta(days=3), date.min, date.min + timedelta(days=4))
    entries: Sequence[Entry] = [
        *(credit(3_00 + place, payer=payer, valued_on=day) for place, day in enumerate(days)),
        credit(50_00, payer=payer, reference="R5"),
    ]

    (row,) = await hand_in(ltc, statement_of(entries, account=own))

    lines = await lines_of(ltc, row)
    assert [line.status for line in lines] == ["asked"] * len(days) + ["posted"]
    for line in lines[:-1]:
        assert line.reason.en.endswith("value_date: must be in the years 1970 to 2199")
    assert (await ltc.database.read(statement, row)).status == "posted"
    assert [one.amount.minor for one in await receipts_of(ltc, customer)] == [50_00]
