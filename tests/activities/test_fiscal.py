"""The tax office is asked once for each document; what it will not do waits for a person, and nothing goes out."""

import pytest
from temporalio.exceptions import ApplicationError

from activities.notifications import NotificationActivities
from domain.account.commands import Done as AccountDone
from domain.deal.commands import DealRefusal, Done
from domain.documents import CreditNoteDocument, InvoiceDocument, Party, Seller
from domain.fiscal.from_documents import FiscalRule
from domain.fiscal.invoices import FiscalInvoice, RedRequest, RedState
from domain.paper_ports import EntityLetterhead
from tests.activities.outside import INVOICE, Outside
from tests.activities.test_tax_papers import (
    ISSUE,
    SEND,
    SEND_NOTE,
    Ledger,
    credited,
    issue,
    job,
    notifications,
    papers,
)
from tests.domain.fiscal.samples import BUYER, SELLER

NUMBER = f"{1:020}"


@pytest.fixture
def outside() -> Outside:
    outside = Outside()
    outside.directory.parties["mueller"] = Party(
        name=BUYER.name, country="CN", tax_id=BUYER.credit_code or "", email="ap@hanhai.example", language="zh-CN"
    )
    seller = Seller(name=SELLER.name, address=("世纪大道100号",), country="CN", tax_id=SELLER.credit_code)
    rule = FiscalRule(countries=("CN",), otherwise="1090514990000000000")
    outside.directory.letterheads["CN"] = EntityLetterhead(seller=seller, fiscal=rule)
    return outside


@pytest.fixture
def sending(outside: Outside) -> NotificationActivities:
    return notifications(outside)


async def test_the_number_of_the_tax_office_comes_back_and_stands_on_the_paper(
    outside: Outside, sending: NotificationActivities
) -> None:
    done = await outside.run(sending.send_invoice, job(SEND))
    assert done == Done(reference=INVOICE.number, fiscal_number=NUMBER)
    ((key, asked),) = outside.office.asked
    assert (key, isinstance(asked, FiscalInvoice)) == ("invoice/CN/INV-2026-000007", True)
    given = outside.office.given["CN", INVOICE.number]
    assert (given.fiscal_number, given.gross_in_capitals) == (NUMBER, "贰仟贰佰陆拾元整")
    (document,) = outside.press.documents
    assert isinstance(document, InvoiceDocument)
    assert document.fiscal_number == NUMBER
    (mail,) = outside.postman.mails
    assert mail.subject.startswith(f"{SELLER.name}结算单 INV-2026-000007")
    assert f"数电票号码 {NUMBER}" in mail.body_text


async def test_it_is_asked_once_however_often_the_invoice_is_sent(
    outside: Outside, sending: NotificationActivities
) -> None:
    for attempt in range(3):
        outside.heartbeat = ()
        await outside.run(sending.send_invoice, job(SEND).model_copy(update={"id": f"again-{attempt}"}))
    assert len(outside.office.asked) == 1
    assert len(outside.postman.mails) == 3


async def test_a_rejection_goes_to_a_person_and_nothing_goes_out(
    outside: Outside, sending: NotificationActivities
) -> None:
    outside.office.rejects = True
    with pytest.raises(ApplicationError, match="the tax office says no: 422") as failed:
        await outside.run(sending.send_invoice, job(SEND))
    assert (failed.value.type, failed.value.non_retryable) == ("VendorRejected", True)
    assert (outside.postman.mails, outside.cabinet.files, outside.office.given) == ([], {}, {})


async def test_a_wrong_credit_code_is_said_before_a_number_is_taken(outside: Outside) -> None:
    wrong = outside.directory.parties["mueller"].model_copy(update={"tax_id": "91310000MA1K111111"})
    outside.directory.parties["mueller"] = wrong
    ledger = Ledger()
    refused = await issue(outside, ledger)
    assert isinstance(refused, DealRefusal)
    assert refused.text.en.startswith(f"tax_id of the customer {BUYER.name}: 91310000MA1K111111 ends in 1")
    assert (ledger.issued, outside.office.asked) == (0, [])
    assert ISSUE.customer_id == "mueller"


async def test_a_credit_note_has_its_red_letter(outside: Outside, sending: NotificationActivities) -> None:
    await outside.run(sending.send_invoice, job(SEND))
    credited(outside)
    done = await outside.run(papers(outside).send_credit_note, job(SEND_NOTE).model_copy(update={"id": "note"}))
    assert done == AccountDone(reference="CN-2026-000001")
    keys = [key for key, _ in outside.office.asked]
    assert keys[1:] == ["credit_note/CN/CN-2026-000001/request", "credit_note/CN/CN-2026-000001"]
    request = outside.office.asked[1][1]
    assert isinstance(request, RedRequest)
    assert (request.original, str(request.gross)) == (NUMBER, "1,130.00 CNY")
    document = outside.press.documents[-1]
    assert isinstance(document, CreditNoteDocument)
    assert (document.fiscal_number, document.confirmation_number) == (f"{3:020}", "31" * 10)
    assert outside.office.given["CN", "CN-2026-000001"].kind == "red"


@pytest.mark.parametrize(("state", "retried"), [(RedState.WAITING, True), (RedState.REFUSED, False)])
async def test_a_red_letter_waits_for_the_buyer_and_nothing_goes_out(
    outside: Outside, sending: NotificationActivities, state: RedState, retried: bool
) -> None:
    await outside.run(sending.send_invoice, job(SEND))
    credited(outside)
    outside.office.state = state
    note = job(SEND_NOTE).model_copy(update={"id": "note"})
    with pytest.raises(ApplicationError, match="红字确认单 3131313131") as failed:
        await outside.run(papers(outside).send_credit_note, note)
    assert failed.value.non_retryable is not retried
    assert len(outside.postman.mails) == 1
    outside.office.state = RedState.CONFIRMED
    await outside.run(papers(outside).send_credit_note, note)
    assert len(outside.postman.mails) == 2


async def test_a_credit_of_an_invoice_of_ours_asks_no_tax_office(outside: Outside) -> None:
    credited(outside)
    await outside.run(papers(outside).send_credit_note, job(SEND_NOTE))
    assert (outside.office.asked, len(outside.postman.mails)) == ([], 1)
