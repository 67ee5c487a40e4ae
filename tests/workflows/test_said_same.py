"""Money that was reported, shown, said to be the same and gone back is not booked by the bank's next message."""

from typing import Any

from domain.account.commands import RecordReceipt
from domain.machine import Submission
from domain.money import Money
from domain.statements.statement import StatementKind
from simulation.standard_deal import CURRENCY, ENTITY, FINANCE
from tests.statements_made import DAY, credit, statement_of
from tests.workflows.banking import hand_in
from tests.workflows.harness import Company
from tests.workflows.test_statement import account, answer, lines_of, receipts_of


async def test_a_bounced_cheque_is_no_new_money_in_the_statement_at_the_end_of_its_day(ltc: Company) -> None:
    customer, own = await ltc.customer(), account()
    cheque = f"cheque-{own}"
    report = RecordReceipt(
        source="bank", external_id=cheque, amount=Money(minor=77_00, currency=CURRENCY), value_date=DAY
    )
    told: Submission[Any] = Submission(id=f"told-{own}", actor=FINANCE, command=report)
    await ltc.workflows.submit_account(ENTITY, customer, CURRENCY, told, "settled")
    paid = credit(77_00, payer=f"客户 {customer}", reference=f"{own}-1")
    back = credit(-77_00, "AC04", reference=f"{own}-2", is_reversal=True, return_code="AC04")
    during: dict[str, Any] = {"kind": StatementKind.CAMT_052, "balances": (), "account": own}
    (row,) = await hand_in(ltc, statement_of([paid], "R-1", **during))
    (asked,) = await lines_of(ltc, row)
    assert (await answer(ltc, asked, verdict="same")).status == "same"
    (row,) = await hand_in(ltc, statement_of([back], "R-2", **during))
    (gone,) = await lines_of(ltc, row)
    assert (await answer(ltc, gone, verdict="reverse", external_id=cheque)).status == "posted"

    (row,) = await hand_in(ltc, statement_of([paid, back], "S-1", account=own))

    (line,) = await lines_of(ltc, row)
    assert line.status == "asked"
    assert f"bank/{cheque} ({customer}, {DAY}; b{asked.line_id} was said to be the same)" in line.reason.en
    assert (await answer(ltc, line, verdict="same")).status == "same"
    (receipt,) = await receipts_of(ltc, customer)
    assert (receipt.external_id, receipt.returned.minor) == (cheque, 77_00)
    await ltc.assert_sound()
