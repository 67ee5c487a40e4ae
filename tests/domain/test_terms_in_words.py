"""Payment terms are said in words that a customer understands, in both languages, and never by their name."""

import pytest

from domain.due_dates import DueRule, Instalment, PaymentTerms
from domain.terms import BillingPart, Trigger
from domain.terms_in_words import billed_in_words, payable_in_words


@pytest.mark.parametrize(
    ("rule", "en", "zh"),
    [
        ("issue", "Payable on receipt of the invoice.", "收到发票后立即付款。"),
        ("issue+30d", "Payable within 30 days of the invoice date.", "自开票日起 30 天内付款。"),
        ("eom+30d", "Payable within 30 days of the end of the month of the invoice.", "自开票当月月末起 30 天内付款。"),
        (
            "issue+30d then eom",
            "Payable by the end of the month that is reached 30 days after the invoice date.",
            "自开票日起 30 天后的当月月末前付款。",
        ),
        ("2026-12-31", "Payable by 31 Dec 2026.", "2026年12月31日前付款。"),
    ],
)
def test_when_an_invoice_is_to_be_paid(rule: str, en: str, zh: str) -> None:
    words = payable_in_words(PaymentTerms.single("net30", rule))
    assert (words.en, words.zh) == (en, zh)


def test_instalments_are_named_with_their_shares() -> None:
    parts = tuple(Instalment(share_bp=bp, due=DueRule.parse(due)) for bp, due in ((3_000, "issue"), (7_000, "eom+60d")))
    words = payable_in_words(PaymentTerms(id="split", instalments=parts))
    assert words.en == (
        "30% payable on receipt of the invoice; 70% payable within 60 days of the end of the month of the invoice."
    )
    assert words.zh == "收到发票后立即支付 30%；自开票当月月末起 60 天内支付 70%。"


def test_what_is_billed_when() -> None:
    assert billed_in_words(()).en == ""
    whole = billed_in_words((BillingPart(id="all", share_bp=10_000, upon=Trigger.ACCEPTED),))
    assert (whole.en, whole.zh) == ("Invoiced upon acceptance.", "验收后开票。")
    parts = billed_in_words(
        (
            BillingPart(id="deposit", share_bp=5_000, upon=Trigger.ORDERED),
            BillingPart(id="rest", share_bp=5_000, upon=Trigger.DELIVERED),
        )
    )
    assert parts.en == "50% is invoiced upon order, 50% upon delivery."
    assert parts.zh == "订单确认时开票 50%，交付后开票 50%。"
