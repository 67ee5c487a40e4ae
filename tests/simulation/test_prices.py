"""Under the shipped process nobody approves a discount by typing the list price down to the net price."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.deal import commands as c
from domain.deal.state import Stage
from domain.money import Money
from domain.quotes import QuoteLine
from simulation.company import company
from simulation.standard_deal import OWNER, StandardDeal, customer

POLICY = Path(__file__).parents[2] / "policies" / "standard.yaml"
START = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)


def submitted(sku: str, listed: str) -> StandardDeal:
    buyer = customer("C-1")
    deal = StandardDeal(company(POLICY, (buyer,), START), "D-1", buyer)
    price = Money.of(listed, "CNY")
    line = QuoteLine(position=1, sku=sku, quantity="5", list_price=price, net_price=price)
    deal.submit(c.Capture(source="web", contact="x", owner=OWNER.id))
    deal.submit(c.Qualify())
    deal.submit(c.CreateQuote(lines=(line,)))
    deal.submit(c.SubmitQuote())
    return deal


@pytest.mark.parametrize(
    ("sku", "listed", "why"),
    [
        ("CTRL-100", "6000.00", "line 1: the list price of CTRL-100 is 12,000.00 CNY, not 6,000.00 CNY"),
        ("CTRL-100", "0.00", "line 1: the list price of CTRL-100 is 12,000.00 CNY, not 0.00 CNY"),
        ("NOPE", "100.00", "line 1: the price book has no NOPE in CNY"),
    ],
)
def test_a_quote_off_the_price_book_is_approved_by_nobody(sku: str, listed: str, why: str) -> None:
    deal = submitted(sku, listed).deal
    assert (deal.stage, deal.quotes[-1].status) == (Stage.QUOTE_DRAFT, "returned")
    assert why in deal.quotes[-1].turned_down_for


def test_a_quote_at_the_price_book_needs_no_approval_below_the_managers_threshold() -> None:
    assert submitted("CTRL-100", "12000.00").deal.stage is Stage.QUOTE_APPROVED
