"""A mail says what the ledger and the deal say, goes out once per effect, and a dead address is never silent."""

import ast
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.notifications import NotificationActivities
from activities.reach import Reach
from domain import staff_notices
from domain.account import effects as account
from domain.account.commands import Done as AccountDone
from domain.approval.seats import Candidate, Seat, Step
from domain.deal import commands as c
from domain.deal import effects as deal
from domain.deal.commands import DealRefusal, Done
from domain.documents import InvoiceDocument, QuoteDocument
from domain.machine import Job
from domain.mail import Mailbox, MailUnavailable
from domain.quotes import QuoteLine
from domain.terms import TaxRate
from domain.value import Value
from tests.activities.outside import AT, INVOICE, NOW, SELLER, WORDING, Outside, cny
from tests.domain.deal.driver import Driver, line

ROOT = Path(__file__).parents[2]
SEND_INVOICE = deal.SendInvoice(customer_id="contoso", number=INVOICE.number)
SEND_QUOTE = deal.SendQuote(
    deal_id="D-7",
    customer_id="hanhai",
    version=2,
    lines=(
        QuoteLine(
            position=1, sku="WL-200", description="智能网关", quantity="3", unit="台", list_price=cny("1000.00"),
            net_price=cny("900.00"), tax_code="S",
        ),
    ),
    rates=(TaxRate(code="S", rate_bp=1300),),
    price_includes_tax=False,
    valid_until=datetime(2026, 4, 4, 16, tzinfo=UTC),
    content_hash="abc",
    payment_terms="net30",
    entity="CN",
    issued_on=date(2026, 3, 6),
    zone="Asia/Shanghai",
    prepared_by="anna",
)  # fmt: skip


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def notifications(outside: Outside) -> NotificationActivities:
    return NotificationActivities(
        outside.directory,
        outside.directory,
        outside.directory,
        outside.papers,
        outside.tax_papers,
        outside.postman,
        WORDING,
        outside.log,
        Reach(api="https://ltc.example/", workflows="https://ui.example/namespaces/default/workflows"),
    )


def job(effect: Value) -> Job[Value]:
    return Job[Value](id="D-7/12/effect", owner="deal/D-7", at=AT, effect=effect, now=NOW)


def invoiced(outside: Outside) -> InvoiceDocument:
    (document,) = outside.press.documents
    assert isinstance(document, InvoiceDocument)
    return document


async def test_an_invoice_goes_out_with_its_pdf(outside: Outside, notifications: NotificationActivities) -> None:
    assert await outside.run(notifications.send_invoice, job(SEND_INVOICE)) == Done(reference=INVOICE.number)
    (mail,) = outside.postman.mails
    assert mail.message_key == "D-7/12/effect"
    assert mail.sent_at == NOW
    assert (mail.to[0].name, mail.to[0].address) == ("Jane O’Neill", "jane@contoso.example")
    assert mail.subject == "Invoice INV-2026-000007 from 云帆科技（上海）有限公司 (your order PO-77)"
    assert "Amount due: 2,260.00 CNY\nDue date: 5 Apr 2026\nPayment reference: INV-2026-000007\n" in mail.body_text
    (pdf,) = mail.attachments
    assert (pdf.name, pdf.media_type) == ("INV-2026-000007.pdf", "application/pdf")
    assert outside.cabinet.files == {"invoice/CN/INV-2026-000007.pdf": pdf.content}
    document = invoiced(outside)
    assert (document.net, document.tax, document.gross) == (cny("2000.00"), cny("260.00"), cny("2260.00"))
    assert document.notes == ()


async def test_an_answer_goes_to_the_legal_entity_that_wrote(
    outside: Outside, notifications: NotificationActivities
) -> None:
    await outside.run(notifications.send_invoice, job(SEND_INVOICE))
    (mail,) = outside.postman.mails
    assert mail.reply_to == Mailbox(address="billing@yunfan.example", name=SELLER.name)


@pytest.mark.parametrize(("delivered_on", "supplied_on"), [(None, None), (6, date(2026, 3, 5)), (7, None)])
async def test_an_invoice_says_its_terms_in_words_and_a_day_of_supply_only_of_what_was_delivered(
    outside: Outside, notifications: NotificationActivities, delivered_on: int | None, supplied_on: date | None
) -> None:
    """The ledger names a day of supply for every invoice, for one upon order the day of issue; it is of 6 March."""
    driver = Driver().booked()
    if delivered_on is not None:
        driver.now = datetime(2026, 3, delivered_on, 2, tzinfo=UTC)
        driver.do(c.RecordDelivery())
    outside.log.facts["D-7"] = tuple(driver.facts)
    line = INVOICE.lines[0].model_copy(update={"unit": "台"})
    outside.directory.invoices[INVOICE.number] = INVOICE.model_copy(update={"lines": (line,)})
    await outside.run(notifications.send_invoice, job(SEND_INVOICE))
    document = invoiced(outside)
    assert document.payment_terms == "Payable within 30 days of the invoice date."
    assert (document.supplied_on, document.lines[0].unit) == (supplied_on, "台")


async def test_a_part_of_an_order_is_explained(outside: Outside, notifications: NotificationActivities) -> None:
    part = INVOICE.lines[0].model_copy(update={"quantity": "8"})
    outside.directory.invoices[INVOICE.number] = INVOICE.model_copy(update={"lines": (part,)})
    await outside.run(notifications.send_invoice, job(SEND_INVOICE))
    assert invoiced(outside).notes == (
        "This invoice bills a part of the order: quantities and prices are those of the order, amounts are the part.",
    )


async def test_prices_with_tax_are_explained(outside: Outside, notifications: NotificationActivities) -> None:
    taxed = INVOICE.lines[0].model_copy(update={"unit_price": cny("565.00")})
    outside.directory.invoices[INVOICE.number] = INVOICE.model_copy(update={"lines": (taxed,)})
    await outside.run(notifications.send_invoice, job(SEND_INVOICE))
    assert invoiced(outside).notes == ("Unit prices include tax; amounts are without tax.",)


async def test_a_kept_invoice_is_sent_as_it_was_issued(outside: Outside, notifications: NotificationActivities) -> None:
    outside.cabinet.files["invoice/CN/INV-2026-000007.pdf"] = b"as issued"
    await outside.run(notifications.send_invoice, job(SEND_INVOICE))
    assert outside.postman.mails[0].attachments[0].content == b"as issued"
    assert outside.press.documents == []


async def test_a_retry_does_not_send_again(outside: Outside, notifications: NotificationActivities) -> None:
    await outside.run(notifications.send_invoice, job(SEND_INVOICE))
    await outside.run(notifications.send_invoice, job(SEND_INVOICE))
    assert len(outside.postman.mails) == 1


async def test_what_the_mailer_remembers_counts_as_sent(
    outside: Outside, notifications: NotificationActivities
) -> None:
    outside.postman.remembers = {"D-7/12/effect"}
    assert await outside.run(notifications.send_invoice, job(SEND_INVOICE)) == Done(reference=INVOICE.number)


async def test_a_quote_names_its_last_whole_day(outside: Outside, notifications: NotificationActivities) -> None:
    assert await outside.run(notifications.send_quote, job(SEND_QUOTE)) == Done(reference="D-7-Q2")
    (mail,) = outside.postman.mails
    assert mail.subject == "云帆科技（上海）有限公司报价单 D-7-Q2"
    assert "价税合计：¥3,051.00（其中税额 ¥351.00）\n有效期至：2026年4月4日" in mail.body_text
    assert "Anna Lee" in mail.body_text
    (document,) = outside.press.documents
    assert isinstance(document, QuoteDocument)
    assert (document.issued_on, document.valid_until) == (date(2026, 3, 6), date(2026, 4, 4))
    assert document.notes == ()
    assert (document.lines[0].unit_price, document.lines[0].discount_bp) == (cny("1000.00"), 1000)
    assert list(outside.cabinet.files) == ["quote/D-7/2.pdf"]


async def test_a_quote_that_ends_within_a_day_says_when(
    outside: Outside, notifications: NotificationActivities
) -> None:
    until = SEND_QUOTE.model_copy(update={"valid_until": datetime(2026, 4, 4, 7, tzinfo=UTC), "prepared_by": "who"})
    await outside.run(notifications.send_quote, job(until))
    (document,) = outside.press.documents
    assert isinstance(document, QuoteDocument)
    assert document.valid_until == date(2026, 4, 3)
    assert document.notes == ("接受通知须于2026年4月4日 15:00 (UTC+08:00)前送达我方。",)
    assert document.prepared_by == "who"


async def test_a_quote_reminder_counts_the_days(outside: Outside, notifications: NotificationActivities) -> None:
    await outside.run(notifications.send_quote, job(SEND_QUOTE))
    reminder = deal.TellCustomer(
        customer_id="hanhai", template="quote_reminder", deal_id="D-7", entity="CN", quote=SEND_QUOTE
    )
    later = Job[Value](
        id="D-7/20/tell_customer", owner="deal/D-7", at=AT, effect=reminder, now=datetime(2026, 4, 1, 17, tzinfo=UTC)
    )
    await outside.run(notifications.tell_customer, later)
    first, second = outside.postman.mails
    assert second.subject == "报价单 D-7-Q2 有效期至2026年4月4日"
    assert "还剩 2 天" in second.body_text
    assert second.attachments == first.attachments
    assert len(outside.press.documents) == 1


async def test_silence_is_announced(outside: Outside, notifications: NotificationActivities) -> None:
    notice = deal.TellCustomer(
        customer_id="contoso", template="acceptance_notice", deal_id="D-7", entity="CN",
        facts=(("deemed_at", "2026-03-20T01:00:00+00:00"),),
    )  # fmt: skip
    await outside.run(notifications.tell_customer, job(notice))
    (mail,) = outside.postman.mails
    assert mail.subject == "Please confirm acceptance of D-7"
    assert "counts as accepted on 20 Mar 2026 09:00 (UTC+08:00)." in mail.body_text
    assert mail.attachments == ()


async def test_a_customer_without_address_makes_a_person_look(
    outside: Outside, notifications: NotificationActivities
) -> None:
    silent = SEND_INVOICE.model_copy(update={"customer_id": "silent"})
    with pytest.raises(ApplicationError, match="Silent plc has no e-mail address: enter one") as failed:
        await outside.run(notifications.send_invoice, job(silent))
    assert (failed.value.type, failed.value.non_retryable) == ("NoAddress", True)
    assert outside.postman.mails == []
    assert list(outside.cabinet.files) == ["invoice/CN/INV-2026-000007.pdf"]


async def test_a_refused_address_makes_a_person_look(outside: Outside, notifications: NotificationActivities) -> None:
    outside.postman.bad = {"jane@contoso.example"}
    with pytest.raises(ApplicationError, match=r"jane@contoso\.example: 550 no such user") as failed:
        await outside.run(notifications.send_invoice, job(SEND_INVOICE))
    assert (failed.value.type, failed.value.non_retryable) == ("MailRefused", True)


async def test_an_outage_is_tried_again(outside: Outside, notifications: NotificationActivities) -> None:
    outside.postman.away_after = 0
    with pytest.raises(MailUnavailable):
        await outside.run(notifications.send_invoice, job(SEND_INVOICE))
    outside.postman.away_after = None
    await outside.run(notifications.send_invoice, job(SEND_INVOICE))
    assert len(outside.postman.mails) == 1


async def test_an_unknown_customer_is_a_refusal(outside: Outside, notifications: NotificationActivities) -> None:
    unknown = SEND_INVOICE.model_copy(update={"customer_id": "nobody"})
    result = await outside.run(notifications.send_invoice, job(unknown))
    assert isinstance(result, DealRefusal)
    assert result.code == "E_NOTFOUND"


async def test_each_approver_is_asked_in_their_language(
    outside: Outside, notifications: NotificationActivities
) -> None:
    facts = (
        ("customer", "Contoso Ltd"), ("approval_id", "D-7-q2"), ("reference", "quote 2"), ("amount", "12,500.00 CNY"),
        ("requested_by", "anna"),
    )  # fmt: skip
    asked = deal.Notify(people=("wang", "anna"), template="approval_due", deal_id="D-7", facts=facts)
    assert await outside.run(notifications.notify, job(asked)) == Done(reference="mailed: wang, anna")
    assert outside.subjects() == [
        ("wang@yunfan.example", "待您审批：D-7 报价单第 2 版，Contoso Ltd，¥12,500.00"),
        ("anna@yunfan.example", "Please decide: D-7 quote 2, Contoso Ltd, 12,500.00 CNY"),
    ]
    assert [mail.message_key for mail in outside.postman.mails] == ["D-7/12/effect/wang", "D-7/12/effect/anna"]
    (chinese, english) = [mail.body_text for mail in outside.postman.mails]
    assert "decisions" not in english, "no deal of this name is in the log: nothing to decide can be shown"
    assert "See the deal in the Temporal UI: https://ui.example/namespaces/default/workflows/deal%2FD-7\n" in english
    assert "商机详情见 Temporal UI" in chinese


async def test_an_approver_sees_the_offer_for_whom_they_act_and_how_to_decide(
    outside: Outside, notifications: NotificationActivities
) -> None:
    """What is told is what the log has: lines, discount, hash; a link that is not there is not promised."""
    seat = Seat(
        id="m", role="role:m", candidates=(Candidate(person="wang", on_behalf_of="anna"), Candidate(person="bo"))
    )
    offered = line(quantity="2", listed="1000.00", net="900.00").model_copy(
        update={"unit": "台", "description": "网关"}
    )
    driver = Driver(steps=(Step(id="mgr", rank=10, needed=1, clause="", seats=(seat,)),))
    driver.pending(offered, line(2, "1", listed="50.00", net="50.00"))
    outside.log.facts["D-1"] = tuple(driver.facts)
    asked = driver.waiting("notify").effect
    assert isinstance(asked, deal.Notify)
    await outside.run(notifications.notify, job(asked.model_copy(update={"people": ("wang", "anna")})))
    (chinese, english) = [mail.body_text for mail in outside.postman.mails]
    hashed = driver.deal.quotes[-1].content_hash
    assert "POST https://ltc.example/api/approvals/D-1-q1/decisions\n" in english
    assert f'{{"verdict": "approve", "content_hash": "{hashed}"}}\n' in english
    assert "Discount: 9.76% off the list prices, at most 10% on one line\n" in english
    assert "  2 台 × 网关 (SKU-1): 900.00 CNY each, list 1,000.00 CNY (10% off)\n" in english
    assert "  1 × SKU-2: 50.00 CNY each, list 50.00 CNY (0% off)\n" in english
    assert "stand in" not in english
    assert "Decide by: 8 Sep 2026 02:30 (UTC)\n" in english
    assert "您是代 Anna Lee 审批。\n" in chinese
    assert "提请您审批 D-1 报价单第 1 版。\n" in chinese
    assert "链接" not in chinese


async def test_colleagues_without_address_are_named(outside: Outside, notifications: NotificationActivities) -> None:
    told = deal.Notify(people=("bare", "role:finance", "role:none", "stranger", "wang"), template="deal_stalled",
                       deal_id="D-7", facts=(("customer", "Contoso Ltd"), ("stage", "demo")))  # fmt: skip
    done = await outside.run(notifications.notify, job(told))
    assert done == Done(reference="mailed: wang, anna; no address: role:none, stranger, bare")
    assert outside.subjects() == [
        ("wang@yunfan.example", "待办：商机停滞，请推进或关闭（Contoso Ltd）"),
        ("anna@yunfan.example", "To do: Your deal has stalled: move it on or lose it (Contoso Ltd)"),
    ]
    assert "Why: deal: D-7; stage: demo\n" in outside.postman.mails[1].body_text


async def test_who_was_told_is_not_told_again_when_the_server_comes_back(
    outside: Outside, notifications: NotificationActivities
) -> None:
    told = deal.Notify(people=("wang", "anna"), template="lead_assigned", deal_id="D-7")
    outside.postman.away_after = 1
    with pytest.raises(MailUnavailable):
        await outside.run(notifications.notify, job(told))
    outside.postman.away_after = None
    await outside.run(notifications.notify, job(told))
    assert [mail.to[0].address for mail in outside.postman.mails] == ["wang@yunfan.example", "anna@yunfan.example"]


async def test_one_refused_colleague_keeps_no_other_from_the_news(
    outside: Outside, notifications: NotificationActivities
) -> None:
    outside.postman.bad = {"wang@yunfan.example"}
    told = deal.Notify(people=("wang", "anna"), template="lead_assigned", deal_id="D-7")
    with pytest.raises(ApplicationError, match=r"wang@yunfan\.example: 550"):
        await outside.run(notifications.notify, job(told))
    assert [mail.to[0].address for mail in outside.postman.mails] == ["anna@yunfan.example"]


async def test_a_role_gets_a_task_with_its_deadline(outside: Outside, notifications: NotificationActivities) -> None:
    task = account.NotifyStaff(
        role="finance", template="call_task", customer_id="contoso", facts=(("stage", "L2"),), due=AT
    )
    done = await outside.run(notifications.notify_staff, job(task))
    assert done == AccountDone(reference="mailed: wang, anna")
    name = outside.directory.parties["contoso"].name
    assert f"客户：{name} · contoso\n" in outside.postman.mails[0].body_text
    assert f"Customer: {name} · contoso\n" in outside.postman.mails[1].body_text
    assert "截止：2026年3月6日 01:30 (UTC+08:00)" in outside.postman.mails[0].body_text
    assert "Due: 5 Mar 2026 17:30 (UTC)" in outside.postman.mails[1].body_text


@pytest.mark.parametrize("customer_id", ["unidentified", "nobody-entered-it"])
async def test_a_task_of_money_without_a_known_customer_is_told_all_the_same(
    outside: Outside, notifications: NotificationActivities, customer_id: str
) -> None:
    task = account.NotifyStaff(role="finance", template="call_task", customer_id=customer_id)
    await outside.run(notifications.notify_staff, job(task))
    assert [f"{customer_id}\n" in mail.body_text for mail in outside.postman.mails] == [True, True]


async def test_who_must_agree_to_a_write_off_reads_what_why_and_how(
    outside: Outside, notifications: NotificationActivities
) -> None:
    facts = (
        ("approval_id", "CN.contoso.CNY.7"), ("reference", "write off INV-1 / 核销坏账 INV-1"),
        ("amount", "30,000.00 CNY"), ("requested_by", "wang"), ("reason", "insolvent; court file 7"),
        ("content_hash", "c0ffee"),
    )  # fmt: skip
    asked = account.NotifyStaff(
        role="", people=("anna",), template="approval_due", customer_id="contoso", facts=facts, due=AT
    )
    assert await outside.run(notifications.notify_staff, job(asked)) == AccountDone(reference="mailed: anna")
    (mail,) = outside.postman.mails
    assert "write off INV-1" in mail.subject
    assert f"{outside.directory.parties['contoso'].name} · contoso" in mail.body_text
    for said in ("30,000.00 CNY", "insolvent; court file 7", "c0ffee", "/api/approvals/CN.contoso.CNY.7/decisions"):
        assert said in mail.body_text
    assert "5 Mar 2026 17:30 (UTC)" in mail.body_text


@pytest.mark.parametrize(
    "effect",
    [
        deal.Notify(people=("anna",), template="nonsense", deal_id="D-7"),
        deal.TellCustomer(customer_id="contoso", template="nonsense", deal_id="D-7", entity="CN"),
        account.NotifyStaff(role="finance", template="nonsense", customer_id="contoso"),
    ],
)
async def test_what_nobody_has_written_is_not_sent(
    outside: Outside, notifications: NotificationActivities, effect: Value
) -> None:
    works: dict[str, Callable[[Any], Awaitable[Value]]] = {
        "notify": notifications.notify,
        "tell_customer": notifications.tell_customer,
        "notify_staff": notifications.notify_staff,
    }
    with pytest.raises(ApplicationError, match="no mail is written for 'nonsense'") as failed:
        await outside.run(works[getattr(effect, "kind", "")], job(effect))
    assert (failed.value.type, failed.value.non_retryable) == ("UnknownTemplate", True)
    assert outside.postman.mails == []


def test_every_template_a_machine_names_is_written() -> None:
    named = {
        argument.value
        for path in ("domain/deal/consequences.py", "domain/account/consequences.py")
        for call in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_notify", "_staff")
        for argument in call.args[1:2]
        if isinstance(argument, ast.Constant)
    }
    assert {"lead_assigned", "undeliverable"} <= named
    assert named - {*staff_notices.TITLES, staff_notices.APPROVAL_DUE} == set()
