"""A document prints every figure in the customer's language, the same bytes each time, and runs nobody's code."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from hashlib import sha256
from itertools import pairwise

import pytest
from pypdf import PdfReader

from connectors.documents.typst_renderer import TypstRenderer
from domain.documents import CreditPart, CreditUse, Document
from domain.money import Money
from domain.receivables.collecting import PlannedPart
from tests.connectors.document_samples import chinese_invoice, credit_note, english_invoice, quote, reminder, statement


@pytest.fixture(scope="module")
def renderer() -> TypstRenderer:
    return TypstRenderer()


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def assert_in_order(text: str, parts: list[str]) -> None:
    places = [text.find(part) for part in parts]
    assert -1 not in places, f"missing {[part for part, place in zip(parts, places, strict=True) if place < 0]}: {text}"
    assert all(before < after for before, after in pairwise(places)), text


def test_an_english_invoice_says_all_that_is_owed(renderer: TypstRenderer) -> None:
    (text,) = pages(renderer.render(english_invoice()))
    assert_in_order(
        text,
        [
            "Northwind Instruments GmbH", "Contoso Manufacturing Ltd", "Attn. Jane O’Neill", "Invoice",
            "INV-2026-000123", "Issue date 5 Mar 2026", "Date of supply 2 Mar 2026", "Due date 4 Apr 2026", "PO-7788",
            "GB999999973", "Commissioning, part 1", "2.5 days 400.00 19% 1,000.00", "VAT 19% 1,000.00 190.00",
            "Total 1,190.00 EUR", "30 days net", "Please pay 1,190.00 EUR by 4 Apr 2026.",
            "DE89 3704 0044 0532 0130 00", "Tax no. DE123456789", "Page 1 of 1",
        ],
    )  # fmt: skip
    assert "Disc." not in text, "no line has a discount"


def test_a_chinese_invoice_is_chinese_throughout(renderer: TypstRenderer) -> None:
    (text,) = pages(renderer.render(chinese_invoice()))
    squeezed = text.replace(" ", "")
    assert_in_order(
        squeezed,
        [
            "云帆科技（上海）有限公司", "购买方", "北京瀚海智造科技股份有限公司", "联系人：李雷", "结算单",
            "INV-2026-000124",
            "开具日期2026年3月5日", "购方税号91110108MA01ABCD3E", "数电发票号码26312000000012345678", "金额（CNY）",
            "智能网关（含三年质保）", "10台8,000.005%13%76,000.00", "增值税13%76,000.009,880.00",
            "增值税6%6,000.00360.00", "不含税金额合计¥82,000.00", "税额合计¥10,240.00", "价税合计¥92,240.00",
            "减：预付款INV-2026-000101-¥20,000.00", "应付金额¥72,240.00",
            "价税合计（大写）：人民币玖万贰仟贰佰肆拾元整", "1/22026年4月5日36,120.00", "2/22026年5月5日36,120.00",
            "联行号308290003556", "第1页，共1页",
        ],
    )  # fmt: skip
    assert "Invoice" not in text
    assert "Total" not in text


def test_a_paper_is_called_an_invoice_only_where_it_is_one(renderer: TypstRenderer) -> None:
    """Where the tax office has issued the 发票, ours is a 结算单, and a credit note a 贷项通知单."""
    ours = chinese_invoice().model_copy(update={"fiscal_number": ""})
    assert pages(renderer.render(ours))[0].replace(" ", "").count("结算单") == 0
    red = {"language": "zh", "fiscal_number": "26312000000012345679", "confirmation_number": "31" * 10}
    (text,) = pages(renderer.render(credit_note().model_copy(update=red)))
    text = text.replace(" ", "")
    assert [word for word in ("贷项通知单", "26312000000012345679", "31" * 10) if word not in text] == []
    assert "红字发票（" not in text


def test_a_quote_and_a_credit_note(renderer: TypstRenderer) -> None:
    (offer,) = pages(renderer.render(quote()))
    assert_in_order(
        offer, ["Quotation", "Q-2026-0042", "Version 2", "Valid until 3 Mar 2026", "1,190.00 EUR", "30% in"]
    )
    (credit,) = pages(renderer.render(credit_note()))
    assert_in_order(
        credit,
        [
            "Credit note", "CN-2026-000009", "Corrects invoice INV-2026-000123, 5 Mar 2026", "Reason: Goods returned",
            "Total credited 1,190.00 EUR", "Offset against the open amount 1,000.00 EUR",
            "What you had paid: its refund to \nthe payer is requested 190.00 EUR",
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("use", "english", "chinese"),
    [
        (CreditUse.OFFSET, "Offset against the open amount", "冲抵未付款项"),
        (
            CreditUse.ON_ACCOUNT, "What you had paid: a credit on your account until it is applied or refunded",
            "贵方已付部分：留存为账户贷项，待核销或退款",
        ),
        (CreditUse.DEPOSIT, "A prepayment again, as before it was deducted", "恢复为未抵扣的预付款"),
        (CreditUse.REFUND, "What you had paid: its refund to the payer is requested", "贵方已付部分：已申请退还付款方"),
    ],
)  # fmt: skip
def test_a_credit_note_says_what_becomes_of_its_money(
    renderer: TypstRenderer, use: CreditUse, english: str, chinese: str
) -> None:
    part = CreditPart(use=use, amount=credit_note().gross)
    for language, said in (("en", english), ("zh", chinese)):
        note = credit_note().model_copy(update={"language": language, "parts": (part,)})
        (text,) = pages(renderer.render(note))
        assert said.replace(" ", "") in re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Statement of account", "Not due yet", "1–30", "≥ 91", "Received, not yet applied", "-100.00 CNY")),
        ("zh", ("对账单", "未到期", "1–30", "≥ 91", "已付未核销款项", "-¥100.00", "另有 3 笔未列示")),
    ],
)
def test_a_statement_says_how_old_and_what_is_left(
    renderer: TypstRenderer, language: str, words: tuple[str, ...]
) -> None:
    (text,) = pages(renderer.render(statement(language)))
    assert [word for word in words if word not in text] == []
    assert re.search("2,?000.00", text), "what is left out is in the sums"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Payment plan", "5 Apr 2026", "INV-9-PL1", "3,000.00", "5,000.00", "If one is missed")),
        ("zh", ("分期还款计划", "2026年4月5日", "INV-9-PL1", "3,000.00", "5,000.00", "恢复原到期日")),
    ],
)
def test_a_statement_lists_what_is_still_to_come_of_a_plan(
    renderer: TypstRenderer, language: str, words: tuple[str, ...]
) -> None:
    parts = tuple(
        PlannedPart(
            plan="INV-9-PL1", number="INV-9", due_on=date(2026, month, 5), amount=Money(minor=minor, currency="CNY")
        )
        for month, minor in ((4, 300_000), (5, 500_000))
    )
    (text,) = ("".join(page.split()) for page in pages(renderer.render(statement(language, parts))))
    assert [word for word in words if "".join(word.split()) not in text] == []
    (without,) = pages(renderer.render(statement(language)))
    assert [word for word in ("INV-9-PL1", words[0]) if word in without] == []


def test_a_reminder_grows_firmer_with_its_level(renderer: TypstRenderer) -> None:
    first, second, third = (pages(renderer.render(reminder(level)))[0].replace(" ", "") for level in (1, 2, 3))
    assert_in_order(first, ["付款提醒函", "REM-2026-0007-1", "2026年3月5日09:30(UTC+08:00)", "应付金额¥24,000.00"])
    assert_in_order(second, ["催款函", "虽经我方此前提醒", "29", "未付合计¥24,000.00", "逾期利息¥720.00", "¥24,720.00"])
    assert_in_order(third, ["最后催款通知", "停止供货", "应付金额¥24,720.00"])
    assert "停止供货" not in first + second


def test_a_long_table_repeats_its_header_and_loses_no_line(renderer: TypstRenderer) -> None:
    sheets = pages(renderer.render(english_invoice(120)))
    assert len(sheets) == 6
    for place, text in enumerate(sheets, start=1):
        assert f"Page {place} of 6" in text
    for text in sheets[1:5]:
        assert "Unit price" in text
        assert "Invoice INV-2026-000123" in text
    whole = "\n".join(sheets)
    assert [f"Commissioning, part {n}\n" in whole for n in range(1, 121)] == [True] * 120
    assert whole.count("Total 142,800.00 EUR") == 1


def test_long_notes_run_over_pages(renderer: TypstRenderer) -> None:
    notes = tuple(f"Clause {n}: the goods stay ours until they are paid." for n in range(1, 151))
    sheets = pages(renderer.render(english_invoice().model_copy(update={"notes": notes})))
    assert len(sheets) > 2
    assert "Clause 150:" in sheets[-1]


@pytest.mark.parametrize("document", [english_invoice(40), chinese_invoice(), reminder(1)])
def test_the_same_document_gives_the_same_bytes(renderer: TypstRenderer, document: Document) -> None:
    first = sha256(renderer.render(document)).hexdigest()
    assert sha256(renderer.render(document)).hexdigest() == first
    assert sha256(TypstRenderer().render(document)).hexdigest() == first


def test_the_pdf_is_dated_by_the_document(renderer: TypstRenderer) -> None:
    about = PdfReader(io.BytesIO(renderer.render(english_invoice()))).metadata
    assert about is not None
    assert about.title == "Invoice INV-2026-000123"
    assert about.author == "Northwind Instruments GmbH"
    assert str(about.creation_date) == "2026-03-05 00:00:00+00:00"


HOSTILE = [
    '#panic("x")',
    "*bold* _it_ $x^2$ `raw` @ref <label> = head",
    "\"quoted\" 'single' \\ back ${x} {{ y }}",
    "#let x = 1 // gone /* gone */ ]] }",
    '#import "/etc/passwd": *',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_is_printed_not_run(renderer: TypstRenderer, text: str) -> None:
    invoice = english_invoice()
    line = invoice.lines[0].model_copy(update={"description": text})
    customer = invoice.customer.model_copy(update={"name": text})
    (page,) = pages(renderer.render(invoice.model_copy(update={"lines": (line,), "customer": customer})))
    assert page.replace("\n", "").replace(" ", "").count(text.replace(" ", "")) == 2


@pytest.mark.parametrize("text", ["😀👩‍👩‍👧", "tab\there\nnext\x07", "العربية हिन्दी", "龘𠮷〇", "‘’“”—…–"])
def test_odd_characters_do_not_stop_a_document(renderer: TypstRenderer, text: str) -> None:
    (page,) = pages(renderer.render(english_invoice().model_copy(update={"notes": (text,)})))
    assert "Total 1,190.00 EUR" in page


def test_a_word_wider_than_its_column_breaks_inside_the_page(renderer: TypstRenderer) -> None:
    invoice = english_invoice()
    line = invoice.lines[0].model_copy(update={"description": "Z" * 300})
    (printed,) = pages(renderer.render(invoice.model_copy(update={"lines": (line,)})))
    runs = [run for run in printed.split() if set(run) == {"Z"}]
    assert sum(len(run) for run in runs) == 300
    assert max(len(run) for run in runs) < 50, "about what fits into the column"


def test_several_threads_may_share_a_renderer(renderer: TypstRenderer) -> None:
    alone = {n: renderer.render(english_invoice(n)) for n in (1, 2, 3)}
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda n: (n, renderer.render(english_invoice(n))), [1, 2, 3] * 4))
    assert all(alone[n] == pdf for n, pdf in together)


def test_a_preview_is_one_picture_a_page(renderer: TypstRenderer) -> None:
    pictures = renderer.preview(english_invoice(40))
    assert len(pictures) == len(pages(renderer.render(english_invoice(40))))
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
