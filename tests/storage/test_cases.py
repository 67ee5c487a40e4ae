"""The facts of cases are what the ledger and the event log say of a customer, on both databases."""

from datetime import date

from domain.account import effects as account
from domain.account.events import AccountEvent, HandedOver, Noted
from domain.kpi.cases import COLLECTION, CaseFact, ClaimFact, NoteFact, PaidFact
from domain.machine import SYSTEM, Fact
from domain.ports import AccountRecord
from domain.receivables.entries import Instalment
from domain.receivables.invoicing import imported_invoice
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.operations.records import Log
from storage.queries.cases import cases
from tests.storage.samples import CURRENCY, CUSTOMER, ENTITY, HASH, ISSUED, KEY, NOW, at, cny, opened, receipt
from tests.storage.test_records import account_row

LATER = date(2026, 3, 9)


def item(number: str, minor: int, on: date, **said: str) -> account.ImportInvoice:
    parts = (Instalment(index=1, due_on=on, amount=cny(minor)),)
    invoice = imported_invoice(number, (ENTITY, CUSTOMER, CURRENCY), on, parts)
    return account.ImportInvoice(
        invoice=invoice.model_copy(update={"attributes": tuple(said.items())}), terms_hash=HASH, **KEY
    )


async def test_a_case_is_all_there_is_of_a_customer(database: Database, ledger: LedgerBooks, log: Log) -> None:
    await opened(ledger)
    await ledger.operate("p", NOW, item("1-p", 300, LATER, charge="penalty"))
    await ledger.operate("o", NOW, item("1", 700, ISSUED, claim="fine", activity="Create"))
    await ledger.operate("r", at(20), receipt("b1", 1_200, ["1"], reference="Payment"))
    bounce = account.ReverseReceipt(
        source="bank", external_id="b1", amount=cny(200), reason="R", terms_hash=HASH, **KEY
    )
    await ledger.operate("b", at(25), bounce)
    events: list[AccountEvent] = [
        Noted(what="appeal", text="Insert Appeal"), Noted(what="notified"),
        HandedOver(stage="", reason="Send to Collector"), HandedOver(stage="L3"),
    ]  # fmt: skip
    made = tuple(
        Fact[AccountEvent](seq=seq, at=at(2 + seq), actor=SYSTEM, cause=f"c{seq}", event=event)
        for seq, event in enumerate(events, 1)
    )
    workflow_id = f"account/{ENTITY}/{CUSTOMER}/{CURRENCY}"
    await log.append_account(AccountRecord(workflow_id=workflow_id, facts=made, row=account_row(4, 0)))
    case = CaseFact(
        (ClaimFact(ISSUED, 700, "fine", "", "Create"), ClaimFact(LATER, 300, "claim", "penalty", "penalty")),
        (PaidFact(date(2026, 3, 20), 1_200, "Payment"), PaidFact(at(25).date(), -200, "")),
        (
            NoteFact(at(3).date(), "appeal", "Insert Appeal"), NoteFact(at(4).date(), "notified", "notified"),
            NoteFact(at(5).date(), COLLECTION, "Send to Collector"), NoteFact(at(6).date(), COLLECTION, "handed_over"),
        ),
    )  # fmt: skip
    assert database.look(cases, ENTITY, CURRENCY) == (case,)
    assert database.look(cases, "other", CURRENCY) == ()


async def test_a_customer_of_whom_nothing_was_claimed_is_no_case(database: Database, ledger: LedgerBooks) -> None:
    await opened(ledger)
    await ledger.operate("r", at(20), receipt("b1", 1_200))
    assert database.look(cases, ENTITY, CURRENCY) == ()
