"""A statement's line that may be money of before is asked about, and what was answered holds; on the real server."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from domain.account.commands import RecordReceipt
from domain.machine import Submission
from domain.money import Money
from domain.refusal import Code, Refused
from domain.statements.answering import Answering
from domain.statements.statement import Entry
from simulation.clocks import wall
from simulation.standard_deal import CURRENCY, ENTITY, FINANCE
from storage.operations.bank_answers import answer_line
from storage.queries.bank_statements import statement
from tests.statements_made import DAY, credit, statement_of
from tests.workflows.banking import hand_in
from tests.workflows.harness import Company
from tests.workflows.test_statement import account, answer, lines_of, receipts_of


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


async def reported(ltc: Company, customer: str, external_id: str, minor: int) -> None:
    """Report money of a customer by hand, of the day of the statements."""
    report = RecordReceipt(
        source="bank", external_id=external_id, amount=Money(minor=minor, currency=CURRENCY), value_date=DAY
    )
    told: Submission[Any] = Submission(id=f"told-{external_id}", actor=FINANCE, command=report)
    await ltc.workflows.submit_account(ENTITY, customer, CURRENCY, told, "settled")


async def test_what_the_question_did_not_name_is_asked_about_before_the_line_is_booked(ltc: Company) -> None:
    """What is reported meanwhile, and what is of whom a person names; whose they say that it is holds."""
    payer, other, own = await ltc.customer(), await ltc.customer(), account()
    for external_id, who, minor in (("A", payer, 9_00), ("B", other, 9_00), ("C", payer, 11_00)):
        await reported(ltc, who, f"{external_id}-{own}", minor)
    entries = [credit(minor, payer=f"客户 {payer}", reference=f"{own}-{minor}") for minor in (9_00, 11_00)]
    (row,) = await hand_in(ltc, statement_of(entries, account=own))
    first, second = await lines_of(ltc, row)
    assert [(one.status, one.evidence) for one in (first, second)] == [
        ("asked", (f"bank/A-{own}",)), ("asked", (f"bank/C-{own}",)),
    ]  # fmt: skip
    await reported(ltc, payer, f"D-{own}", 11_00)

    first = await answer(ltc, first, verdict="receipt", customer_id=other)
    second = await answer(ltc, second, verdict="new")

    assert (first.status, first.evidence) == ("asked", (f"bank/A-{own}", f"bank/B-{own}"))
    assert (second.status, second.evidence) == ("asked", (f"bank/C-{own}", f"bank/D-{own}"))
    assert f"B-{own} ({other}" in first.reason.en
    assert f"A-{own}" not in first.reason.en
    first = await answer(ltc, first, verdict="new")
    second = await answer(ltc, second, verdict="new")
    assert [(one.status, one.customer_id) for one in (first, second)] == [("posted", other), ("posted", payer)]
    for line in (first, second):
        again = Answering(verdict="new")
        assert (await ltc.database.write(answer_line, line.line_id, again, "wu.ting", wall())).status == "posted"
    assert sorted(one.amount.minor for one in await receipts_of(ltc, payer)) == [9_00, 11_00, 11_00, 11_00]
    assert [one.amount.minor for one in await receipts_of(ltc, other)] == [9_00, 9_00]
    await ltc.assert_sound()


async def test_money_of_a_named_customer_was_not_answered_by_new(ltc: Company) -> None:
    customer, own = await ltc.customer(), account()
    await reported(ltc, customer, f"A-{own}", 9_00)
    entry = credit(9_00, payer=f"客户 {customer}", reference=f"{own}-1")
    (row,) = await hand_in(ltc, statement_of([entry], account=own))
    (line,) = await lines_of(ltc, row)
    assert (await answer(ltc, line, verdict="receipt", customer_id=customer)).status == "posted"
    with pytest.raises(Refused) as refused:
        await ltc.database.write(answer_line, line.line_id, Answering(verdict="new"), "wu.ting", wall())
    assert refused.value.code is Code.DECIDED
