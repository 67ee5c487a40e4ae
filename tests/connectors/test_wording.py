"""Every mail is written in the reader's language, with the exact figures, and nothing a person typed becomes ours."""

import re
from datetime import date
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from connectors.mail.wording import TEMPLATES, Letter, Wording
from domain.documents import CreditPart, CreditUse
from domain.money import Money
from domain.notices import (
    AcceptanceNotice,
    ApprovalNotice,
    OfferedLine,
    PaidItem,
    PaymentNotice,
    PreDueNotice,
    TaskNotice,
)
from domain.value import Text
from tests.connectors.document_samples import (
    BEIJING,
    HAMBURG_SELLER,
    LONDON,
    SENT_AT,
    SHANGHAI_SELLER,
    chinese_invoice,
    cny,
    credit_note,
    english_invoice,
    eur,
    quote,
    reminder,
    statement,
)  # fmt: skip

WORDING = Wording()


def every_letter(language: str) -> dict[str, Letter]:
    """One of each, in a language."""
    zh = language == "zh"
    spoken = {"language": language}
    seller, customer = (SHANGHAI_SELLER, BEIJING) if zh else (HAMBURG_SELLER, LONDON)
    paid = PaidItem(invoice_number="INV-2026-000123", paid=cny("60.00"), open=cny("10.00"))
    settled = PaidItem(invoice_number="INV-2026-000122", paid=cny("30.00"), open=cny("0.00"))
    levels = [reminder(level, language) for level in (1, 2, 3)]
    return {
        "quote_sent": WORDING.quote_sent(quote().model_copy(update=spoken), "https://ltc.example/q/1"),
        "quote_expiring": WORDING.quote_expiring(quote().model_copy(update=spoken), 3),
        "acceptance_due": WORDING.acceptance_due(
            AcceptanceNotice(seller=seller, customer=customer, reference="D-7", deemed_at=SENT_AT)
        ),
        "invoice_sent": WORDING.invoice_sent(chinese_invoice() if zh else english_invoice()),
        "debit_note_sent": WORDING.debit_note_sent(chinese_invoice() if zh else english_invoice()),
        "credit_note_sent": WORDING.credit_note_sent(credit_note().model_copy(update=spoken)),
        "pre_due": WORDING.pre_due(
            PreDueNotice(seller=seller, customer=customer, items=levels[0].items, total_open=cny("24000.00"))
        ),
        "statement_sent": WORDING.statement_sent(statement(language)),
        "reminder_friendly": WORDING.reminder(levels[0]),
        "reminder_firm": WORDING.reminder(levels[1]),
        "reminder_final": WORDING.reminder(levels[2]),
        "handed_over": WORDING.handed_over(levels[2], "Inkasso AG"),
        "payment_received": WORDING.payment_received(
            PaymentNotice(
                seller=seller, customer=customer, received=cny("100.00"), value_date=date(2026, 3, 9),
                reference="RF18", items=(paid, settled), unapplied=cny("10.00"),
            )
        ),
        **letters_to_colleagues(language),
    }  # fmt: skip


def letters_to_colleagues(language: str) -> dict[str, Letter]:
    """What people of the company are told, in a language."""
    return {
        "approval_requested": WORDING.approval_requested(
            ApprovalNotice(
                approver="王芳", language=language, subject="Q-2026-0042 v2", customer="Contoso", amount=eur("1190.00"),
                discount_bp=1250, requested_by="Hannah Vogt", reason=Text(en="discount above 10%", zh="折扣超过10%"),
                due_at=SENT_AT, content_hash="abc", call="https://ltc.example/api/approvals/a/decisions",
                max_discount_bp=2000, on_behalf_of="Zhao Lei", page="https://ui.example/deal", can_act=True,
                lines=(
                    OfferedLine(quantity="3", unit="pcs", title="Gateway (WL-200)", list_price=eur("500.00"),
                                net_price=eur("400.00"), discount_bp=2000),
                ),
            )
        ),
        "task_assigned": WORDING.task_assigned(
            TaskNotice(
                assignee="王芳", language=language, title=Text(en="Call Contoso", zh="致电客户"),
                why=Text(en="29 days late", zh="逾期29天"), customer="Contoso", due_at=SENT_AT,
            )
        ),
    }  # fmt: skip


EXPECTED = {
    "quote_sent": (["Q-2026-0042", "1,190.00 EUR", "https://ltc.example/q/1"], "3 Mar 2026", "2026年3月3日"),
    "quote_expiring": (["Q-2026-0042", "1,190.00 EUR"], "in 3 days", "还剩 3 天"),
    "acceptance_due": (["D-7"], "accepted on 5 Mar 2026 01:30 (UTC)", "2026年3月5日 01:30 (UTC)起视为验收合格"),
    "invoice_sent": (["INV-2026-00012"], "Due date: 4 Apr 2026", "第 2 期：¥36,120.00，2026年5月5日前支付"),
    "debit_note_sent": (["INV-2026-00012"], "It is payable at once", "应付金额：¥72,240.00"),
    "credit_note_sent": (
        ["CN-2026-000009", "INV-2026-000123"],
        "For 190.00 EUR that you had paid, a refund to its payer is requested.",
        "贵方已付的 190.00 EUR 已申请退还付款方。",
    ),
    "pre_due": (["INV-2026-000121"], "24,000.00 CNY", "¥24,000.00"),
    "statement_sent": (["C-1-CNY-20260305"], "Balance: 9,900.00 CNY", "余额：¥9,900.00"),
    "reminder_friendly": (["INV-2026-000122"], "16,000.00 CNY open, due 4 Feb 2026, 29 days late", "逾期 29 天"),
    "reminder_firm": (["INV-2026-000122"], "Amount due: 24,720.00 CNY (as of 5 Mar 2026 09:30 (UTC+08:00))\n", "¥720"),
    "reminder_final": (["INV-2026-000122"], "final notice", "最后通知"),
    "handed_over": (["Inkasso AG"], "handed the following claim over", "移交"),
    "payment_received": (["RF18", "INV-2026-000122"], "settled\n\n10.00 CNY is not yet applied", "¥10.00 尚未核销"),
    "approval_requested": (
        ["Q-2026-0042 v2", "12.5%", "POST https://ltc.example/api/approvals/a/decisions\n", "Zhao Lei", "3 pcs",
         '{"verdict": "approve", "content_hash": "abc"}', "https://ui.example/deal"],
        "discount above 10%", "折扣超过10%",
    ),
    "task_assigned": (["Contoso"], "Due: 5 Mar 2026 01:30 (UTC)", "截止：2026年3月5日 01:30 (UTC)"),
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_mail_states_its_facts(language: str) -> None:
    letters = every_letter(language)
    for occasion, (both, english, chinese) in EXPECTED.items():
        letter = letters[occasion]
        for fact in (*both, chinese if language == "zh" else english):
            assert fact in letter.subject + "\n" + letter.text, (occasion, fact)
        assert "\n" not in letter.subject
        assert "\n\n\n" not in letter.text, occasion
        assert "None" not in letter.text
        if language == "en":
            assert not re.search(r"[，。：！]", letter.text), occasion


USES = {
    CreditUse.OFFSET: ("1,190.00 EUR lowers what is open on the invoice.", "1,190.00 EUR 用于冲抵该发票的未付款项。"),
    CreditUse.ON_ACCOUNT: (
        "1,190.00 EUR that you had paid stays as a credit on your account until it is applied or refunded.",
        "贵方已付的 1,190.00 EUR 留存为账户贷项，待核销或退款。",
    ),
    CreditUse.DEPOSIT: (
        "1,190.00 EUR is a prepayment again, as before it was deducted.",
        "1,190.00 EUR 恢复为未抵扣的预付款。",
    ),
    CreditUse.REFUND: (
        "For 1,190.00 EUR that you had paid, a refund to its payer is requested.",
        "贵方已付的 1,190.00 EUR 已申请退还付款方。",
    ),
}


@pytest.mark.parametrize("use", CreditUse)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_credit_note_says_what_becomes_of_its_money_and_nothing_else(use: CreditUse, language: str) -> None:
    note = credit_note()
    part = CreditPart(use=use, amount=note.gross)
    text = WORDING.credit_note_sent(note.model_copy(update={"language": language, "parts": (part,)})).text
    assert [one for one, said in USES.items() if said[language == "zh"] in text.splitlines()] == [use]
    assert text.count("1,190.00") == 2


def test_every_template_is_used_and_exists_in_both_languages() -> None:
    names = {path.name for path in TEMPLATES.iterdir() if not path.name.startswith("_")}
    assert names == {f"{occasion}.{language}.txt" for occasion in every_letter("en") for language in ("en", "zh")}


def test_reminders_grow_firmer() -> None:
    subjects = [WORDING.reminder(reminder(level)).subject for level in (1, 2, 3)]
    assert subjects == [
        "付款提醒：¥24,000.00 已逾期",
        "第 2 次催款：¥24,720.00 仍未支付",
        "最后催款通知：¥24,720.00 已逾期",
    ]


@pytest.mark.parametrize("level", [2, 3])
@pytest.mark.parametrize(("language", "earlier"), [("en", "earlier"), ("zh", "此前|多次|第 2 次")])
def test_a_first_letter_speaks_of_no_earlier_one(level: int, language: str, earlier: str) -> None:
    said = reminder(level, language)
    letters = [WORDING.reminder(said.model_copy(update={"reminded": reminded})) for reminded in (True, False)]
    told = [bool(re.search(earlier, letter.subject + letter.text)) for letter in letters]
    assert told == [True, False]


def test_a_name_with_line_breaks_stays_on_its_line() -> None:
    forged = LONDON.model_copy(update={"contact": "", "name": "Contoso\r\nBcc: x@y.example\n\nPay to IBAN XX"})
    letter = WORDING.invoice_sent(english_invoice().model_copy(update={"customer": forged, "purchase_order": "A\nB"}))
    assert letter.subject == "Invoice INV-2026-000123 from Northwind Instruments GmbH (your order A B)"
    assert letter.text.startswith("Dear Contoso Bcc: x@y.example Pay to IBAN XX,\n\n")


def test_template_code_in_a_name_is_not_run() -> None:
    named = LONDON.model_copy(update={"contact": "{{ 7 * 7 }} {% raw %}"})
    assert (
        "Dear {{ 7 * 7 }} {% raw %},"
        in WORDING.invoice_sent(english_invoice().model_copy(update={"customer": named})).text
    )


def test_a_companys_own_template_that_names_an_unknown_fact_fails_loudly(tmp_path: Path) -> None:
    (tmp_path / "task_assigned.en.txt").write_text("Subject: x\n\n{{ notice.nonsense }}", encoding="utf-8")
    notice = TaskNotice(assignee="A", language="en", title=Text(en="t", zh="t"), why=Text(en="w", zh="w"))
    with pytest.raises(UndefinedError, match="nonsense"):
        Wording(tmp_path).task_assigned(notice)


def test_nothing_to_apply_is_not_mentioned() -> None:
    notice = PaymentNotice(
        seller=HAMBURG_SELLER,
        customer=LONDON,
        received=eur("100.00"),
        value_date=date(2026, 3, 9),
        items=(PaidItem(invoice_number="INV-1", paid=eur("100.00"), open=eur("0.00")),),
        unapplied=Money.zero("EUR"),
    )
    letter = WORDING.payment_received(notice)
    assert "not yet applied" not in letter.text
    assert "reference" not in letter.text
    assert "  INV-1: 100.00 EUR paid, settled\n\nKind regards," in letter.text
