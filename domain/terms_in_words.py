"""Payment terms as a customer reads them: what is invoiced when, and until when an invoice is to be paid."""

from collections.abc import Sequence
from datetime import date

from domain.billing_periods import Every, Period
from domain.due_dates import WHOLE_BP, CashDiscount, DiscountTax, Due, DueRule, PaymentTerms
from domain.figures import amount, day, percent
from domain.money import Money
from domain.terms import BillingPart, PartKind, Trigger
from domain.value import Text

_UPON: dict[Trigger, Text] = {
    Trigger.ORDERED: Text(en="upon order", zh="订单确认时"),
    Trigger.DELIVERED: Text(en="upon delivery", zh="交付后"),
    Trigger.ACCEPTED: Text(en="upon acceptance", zh="验收后"),
}


_PERIODS: dict[Every, Text] = {
    Every.MONTH: Text(en="month", zh="月"),
    Every.QUARTER: Text(en="quarter", zh="季"),
    Every.YEAR: Text(en="year", zh="年"),
}
_NAMES: dict[PartKind, Text] = {
    PartKind.DEPOSIT: Text(en=" as a deposit", zh="预付款"),
    PartKind.RETENTION: Text(en=" as retention", zh="质保金"),
}


def payable_in_words(payment: PaymentTerms) -> Text:
    """Say until when an invoice is to be paid, and what is off for paying early.

    ``Payable within 30 days of the invoice date. 2% off for payment within 10 days of the invoice date.``
    """
    payable = _payable(payment)
    if payment.discount is None:
        return payable
    off = _discount(payment.discount)
    return Text(en=f"{payable.en} {off.en}", zh=payable.zh + off.zh)


def early_in_words(payable: Money, until: date, rate_bp: int, language: str) -> str:
    """Say what settles an invoice early: ``Until 12 Mar 2026 11,662.00 EUR settle it (2% off).``"""
    said = Text(en="Until {1} {0} settle it ({2} off).", zh="{1}前（含当日）支付 {0} 即可结清（折扣 {2}）。")
    return said.of(language).format(amount(payable, language), day(until, language), percent(rate_bp))


def _discount(discount: CashDiscount) -> Text:
    of_net = discount.tax is not DiscountTax.INCLUDED
    base = Text(en=" the net amount", zh="不含税金额的 ") if of_net else Text(en="", zh=" ")
    steps = [(percent(step.rate_bp), _due(step.within)) for step in discount.steps]
    return Text(
        en="; ".join(f"{rate} off{base.en} for payment {due.en}" for rate, due in steps) + ".",
        zh="；".join(f"{due.zh}付款可享受{base.zh}{rate} 折扣" for rate, due in steps) + "。",
    )


def _payable(payment: PaymentTerms) -> Text:
    parts = payment.instalments
    if len(parts) == 1:
        due = _due(parts[0].due)
        return Text(en=f"Payable {due.en}.", zh=f"{due.zh}付款。")
    shares = [(percent(part.share_bp), _due(part.due)) for part in parts]
    return Text(
        en="; ".join(f"{share} payable {due.en}" for share, due in shares) + ".",
        zh="；".join(f"{due.zh}支付 {share}" for share, due in shares) + "。",
    )


def billed_in_words(parts: Sequence[BillingPart]) -> Text:
    """Say what is invoiced when: ``50% is invoiced upon order, 50% upon acceptance.``; nothing without a schedule.

    A deposit is called one, and a part with a due rule of its own says when it is to be paid.
    """
    once = [part for part in parts if part.kind is not PartKind.RECURRING]
    said = [_once(once), *(_again(part) for part in parts if part.kind is PartKind.RECURRING)]
    return Text(en=" ".join(text.en for text in said if text.en), zh="".join(text.zh for text in said))


def _once(parts: Sequence[BillingPart]) -> Text:
    if not parts:
        return Text(en="", zh="")
    if len(parts) == 1 and parts[0].share_bp == WHOLE_BP:
        upon = _UPON[parts[0].upon]
        return Text(en=f"Invoiced {upon.en}.", zh=f"{upon.zh}开票。")
    first, *rest = [_part(part) for part in parts]
    return Text(
        en=", ".join((f"{first[0]} is invoiced {first[1].en}", *(f"{share} {upon.en}" for share, upon in rest))) + ".",
        zh="，".join(upon.zh for _, upon in (first, *rest)) + "。",
    )


def priced_in_words(position: int, every: Every) -> Text:
    """Say which period the price of a line is for."""
    period = _PERIODS[every]
    return Text(en=f"The price of line {position} is per {period.en}.", zh=f"第 {position} 行的价格按{period.zh}计。")


def days_in_words(days: Period) -> Text:
    """Say which days an invoice is for."""
    first, last = (tuple(day(one, language) for language in ("en", "zh")) for one in (days.start, days.last))
    return Text(
        en=f"For the days from {first[0]} to {last[0]}; prices are for a whole period.",
        zh=f"计费期间：{first[1]}至{last[1]}；单价为整个周期的价格。",
    )


def _again(part: BillingPart) -> Text:
    """Say when what recurs is invoiced."""
    if part.every is None:
        raise AssertionError(f"{part.id} does not recur")
    upon, period = _UPON[part.upon], _PERIODS[part.every]
    when = Text(en="after", zh="期末") if part.arrears else Text(en="in advance of", zh="期初")
    return Text(
        en=f"What is priced per {period.en} is invoiced {when.en} each {period.en}, by the day, beginning {upon.en}.",
        zh=f"按{period.zh}计价的项目自{upon.zh}起按天计费，每{period.zh}{when.zh}开票。",
    )


def _part(part: BillingPart) -> tuple[str, Text]:
    """Return the share with what it is called in English, and when it is invoiced and due in both languages."""
    share, upon, name = percent(part.share_bp), _UPON[part.upon], _NAMES.get(part.kind, Text(en="", zh=""))
    due = Text(en="", zh="") if part.due is None else _due(part.due)
    en = f"{upon.en}, payable {due.en}" if due.en else upon.en
    zh = f"{upon.zh}开票 {share}{name.zh}" + (f"（{due.zh}付款）" if due.zh else "")
    return f"{share}{name.en}", Text(en=en, zh=zh)


def _due(rule: DueRule) -> Text:
    days = rule.days
    match rule.kind:
        case Due.ON_ISSUE:
            return Text(en="on receipt of the invoice", zh="收到发票后立即")
        case Due.NET:
            return Text(en=f"within {days} days of the invoice date", zh=f"自开票日起 {days} 天内")
        case Due.EOM_NET:
            cut = Text(en="", zh="")
            if rule.day:
                cut = Text(
                    en=f" (after day {rule.day}: of the month after it)", zh=f"（{rule.day} 日之后开具的计入次月）"
                )
            return Text(
                en=f"within {days} days of the end of the month of the invoice{cut.en}",
                zh=f"自开票当月月末{cut.zh}起 {days} 天内",
            )
        case Due.NET_DAY:
            return Text(
                en=f"by the first day {rule.day} of a month that is {days} days or more after the invoice date",
                zh=f"自开票日起满 {days} 天后的首个 {rule.day} 日前",
            )
        case Due.NET_EOM:
            return Text(
                en=f"by the end of the month that is reached {days} days after the invoice date",
                zh=f"自开票日起 {days} 天后的当月月末前",
            )
        case Due.FIXED:
            on = rule.on
            return Text(en="", zh="") if on is None else Text(en=f"by {day(on, 'en')}", zh=f"{day(on, 'zh')}前")
