"""Payment terms are said in words that a customer understands, in both languages, and never by their name."""

from datetime import date

import pytest

from domain.due_dates import CashDiscount, DiscountStep, DiscountTax, DueRule, Instalment, PaymentTerms
from domain.money import Money
from domain.terms import BillingPart, PartKind, Trigger
from domain.terms_in_words import billed_in_words, early_in_words, payable_in_words


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
        (
            "eom+30d cut 25",
            "Payable within 30 days of the end of the month of the invoice (after day 25: of the month after it).",
            "自开票当月月末（25 日之后开具的计入次月）起 30 天内付款。",
        ),
        (
            "issue+30d then day 15",
            "Payable by the first day 15 of a month that is 30 days or more after the invoice date.",
            "自开票日起满 30 天后的首个 15 日前付款。",
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


@pytest.mark.parametrize(
    ("mode", "en", "zh"),
    [
        (
            DiscountTax.INCLUDED,
            (
                "3% off for payment within 7 days of the invoice date; "
                "2% off for payment within 10 days of the end of the month of the invoice."
            ),
            "自开票日起 7 天内付款可享受 3% 折扣；自开票当月月末起 10 天内付款可享受 2% 折扣。",
        ),
        (
            DiscountTax.MIXED,
            (
                "3% off the net amount for payment within 7 days of the invoice date; "
                "2% off the net amount for payment within 10 days of the end of the month of the invoice."
            ),
            "自开票日起 7 天内付款可享受不含税金额的 3% 折扣；自开票当月月末起 10 天内付款可享受不含税金额的 2% 折扣。",
        ),
    ],
)
def test_what_is_off_for_paying_early(mode: DiscountTax, en: str, zh: str) -> None:
    steps = tuple(
        DiscountStep(rate_bp=rate, within=DueRule.parse(rule)) for rate, rule in ((300, "issue+7d"), (200, "eom+10d"))
    )
    discount = CashDiscount(steps=steps, tax=mode)
    words = payable_in_words(PaymentTerms.single("x", "issue+60d").model_copy(update={"discount": discount}))
    assert words.en == f"Payable within 60 days of the invoice date. {en}"
    assert words.zh == f"自开票日起 60 天内付款。{zh}"


def test_what_settles_an_invoice_early() -> None:
    payable, until = Money.of("11662.00", "EUR"), date(2026, 3, 12)
    assert early_in_words(payable, until, 200, "en") == "Until 12 Mar 2026 11,662.00 EUR settle it (2% off)."
    assert early_in_words(payable, until, 250, "zh-CN") == (
        "2026年3月12日前（含当日）支付 11,662.00 EUR 即可结清（折扣 2.5%）。"
    )


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


def test_a_deposit_and_a_retention_are_called_so_and_say_when_they_are_due() -> None:
    said = billed_in_words(
        (
            BillingPart(id="a", kind=PartKind.DEPOSIT, share_bp=3_000, upon=Trigger.ORDERED),
            BillingPart(id="b", share_bp=6_000, upon=Trigger.ACCEPTED),
            BillingPart(
                id="c", kind=PartKind.RETENTION, share_bp=1_000, upon=Trigger.ACCEPTED, due=DueRule.parse("issue+365d")
            ),
        )
    )
    assert said.en == (
        "30% as a deposit is invoiced upon order, 60% upon acceptance, "
        "10% as retention upon acceptance, payable within 365 days of the invoice date."
    )
    assert said.zh == "订单确认时开票 30%预付款，验收后开票 60%，验收后开票 10%质保金（自开票日起 365 天内付款）。"
