"""What is sold to the account of the money machine: orders with taxes, deposits, shares, periods and discounts."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from hypothesis import strategies as st

from domain.billing_periods import Every, Period
from domain.deal.effects import CreditInvoice, IssueInvoice, LineAmount, ServicePeriod
from domain.due_dates import CashDiscount, DiscountStep, DiscountTax, DueRule, Instalment, OnPartial, PaymentTerms
from domain.money import Money
from domain.quotes import QuoteLine
from domain.terms import TaxRate
from tests.storage.recount import half_up

CODES = ("S13", "S06", "Z0")
RATES = tuple(TaxRate(code=code, rate_bp=rate) for code, rate in zip(CODES, (1_300, 600, 0), strict=True))
WHOLE_BP, DEPOSIT_BP = 10_000, 3_000
SMALL = st.integers(1, 400)
AMOUNTS = st.one_of(SMALL, SMALL, SMALL, st.integers(1, 10**11))
"""Small ones meet each other: equal open items, covering sets, shortfalls within the tolerance."""

LINES = st.lists(st.tuples(AMOUNTS, st.sampled_from(CODES)), min_size=1, max_size=3)
PLACES = st.sampled_from([(0,), (0,), (10,), (30,), (0, 15), (5, 15, 30)])


def _steps(rates: tuple[int, ...], days: int) -> tuple[DiscountStep, ...]:
    return tuple(
        DiscountStep(rate_bp=rate, within=DueRule.parse(f"issue+{days + 5 * place}d"))
        for place, rate in enumerate(rates)
    )


DISCOUNTS = st.builds(
    lambda rates, days, tax, on_partial: CashDiscount(steps=_steps(rates, days), tax=tax, on_partial=on_partial),
    st.sampled_from([(200,), (2_000,), (5_000, 1_000)]),
    st.integers(0, 40),
    st.sampled_from(DiscountTax),
    st.sampled_from(OnPartial),
)


@st.composite
def payment_terms(draw: Any) -> PaymentTerms:
    """Return terms of one to three instalments, in half of the cases with a discount for early payment."""
    days = draw(PLACES)
    shares = [WHOLE_BP // len(days)] * (len(days) - 1)
    shares.append(WHOLE_BP - sum(shares))
    parts = tuple(
        Instalment(share_bp=share, due=DueRule.parse(f"issue+{day}d")) for share, day in zip(shares, days, strict=True)
    )
    discount = draw(st.none() | DISCOUNTS)
    return PaymentTerms(id="terms", instalments=parts, discount=discount)


class Sold(NamedTuple):
    """What is ordered: amounts with their tax codes, at prices with tax or without, in the account abroad or not."""

    lines: list[tuple[int, str]]
    inclusive: bool
    abroad: bool


SOLD = st.builds(Sold, LINES, st.booleans(), st.booleans())


@dataclass
class Order:
    """An order with what was billed of it.

    Attributes:
        shares: the parts that are still to be billed, in basis points.
        items: those that were billed, by item.
        less: what was credited of each line because the order became less.
    """

    deal_id: str
    lines: tuple[QuoteLine, ...]
    inclusive: bool
    payment: PaymentTerms
    shares: list[int]
    deposit: bool = False
    billed_bp: int = 0
    items: list[str] = field(default_factory=list)
    less: Counter[int] = field(default_factory=Counter)

    @property
    def whole_bp(self) -> int:
        return WHOLE_BP - (DEPOSIT_BP if self.deposit else 0)

    @property
    def currency(self) -> str:
        return self.lines[0].net_price.currency

    def amount(self, position: int) -> int:
        """Return what a line was ordered for, at the order's prices."""
        return self.lines[position - 1].net_price.minor

    def effect(self, item: str, on: date, **fields: Any) -> IssueInvoice:
        rest: dict[str, Any] = {"share_bp": WHOLE_BP, "shares_before_bp": 0, "whole_bp": WHOLE_BP}
        return IssueInvoice(
            deal_id=self.deal_id, item=item, entity="CN01", customer_id="c1", issue_on=on, supplied_on=on,
            lines=self.lines, rates=RATES, price_includes_tax=self.inclusive, payment=self.payment, **(rest | fields),
        )  # fmt: skip

    def ask_deposit(self, on: date) -> IssueInvoice:
        return self.effect("deposit", on, share_bp=DEPOSIT_BP, purpose="deposit")

    def bill_next(self, on: date) -> IssueInvoice:
        """Return the invoice of the next share; what is paid of a deposit is deducted with it."""
        share, before = self.shares[0], self.billed_bp
        told: dict[str, Any] = {"share_bp": share, "shares_before_bp": before, "whole_bp": self.whole_bp}
        if self.deposit:
            told |= {"deposit_item": "deposit", "deduct_upto_bp": before + share}
        return self.effect(f"part-{len(self.items) + 1}", on, **told)

    def billed(self, item: str) -> None:
        self.billed_bp += self.shares.pop(0)
        self.items.append(item)

    def bill_month(self, on: date, days: tuple[int, int]) -> IssueInvoice:
        """Return an invoice for days of the month of a date: in advance, so that some of it is earned later."""
        first = on.replace(day=1)
        period = Period(start=first + timedelta(days=days[0]), until=first + timedelta(days=days[1]))
        return self.effect("month", on, service=ServicePeriod(every=Every.MONTH, days=period))

    def reduce(self, position: int, minor: int, on: date) -> CreditInvoice:
        """Return the credit of what a line became less."""
        return CreditInvoice(
            deal_id=self.deal_id, customer_id="c1", entity="CN01", currency=self.currency, number="",
            reason="amended", issue_on=on, items=tuple(reversed(self.items)), price_includes_tax=self.inclusive,
            amounts=(LineAmount(position=position, minor=minor),),
        )  # fmt: skip


def lines_of(drawn: list[tuple[int, str]], currency: str) -> tuple[QuoteLine, ...]:
    """Return order lines of (amount, tax code)."""
    return tuple(
        QuoteLine(
            position=place, sku=f"A{place}", tax_code=code,
            list_price=Money(minor=minor, currency=currency), net_price=Money(minor=minor, currency=currency),
        )
        for place, (minor, code) in enumerate(drawn, 1)
    )  # fmt: skip


def expected_gross(order: Order) -> int:
    """Return the gross of an invoice over a whole order: tax on each category's sum, or within it."""
    total = 0
    untaxed = order.payment.untaxed_bp
    for code, rate in zip(CODES, (1_300, 600, 0), strict=True):
        base = sum(line.net_price.minor for line in order.lines if line.tax_code == code)
        share = Fraction(rate, WHOLE_BP)
        if order.inclusive:
            tax = half_up(base * share / (1 + share))
            net = base - tax
        else:
            net, tax = base, half_up(base * share)
        if untaxed and rate:
            tax = half_up((net - half_up(Fraction(net * untaxed, WHOLE_BP))) * share)
        total += net + tax
    return total
