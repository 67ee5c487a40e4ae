"""A list price is the price book's: what somebody typed instead is told, line by line, in both languages."""

import pytest

from domain.money import Money
from domain.policy.ports import ListPrice
from domain.policy.price_book import Product
from domain.policy.resolve_prices import price_objection
from domain.quotes import QuoteLine
from tests.domain.policy.shipped import standard


def cny(amount: str) -> Money:
    return Money.of(amount, "CNY")


BOOK = (
    Product(sku="A", description="a", unit="pc", list_price=cny("100.00"), tax_code="S13"),
    Product(sku="B", description="b", unit="pc", list_price=Money.of("9.00", "EUR"), tax_code="S13"),
)
FREE = standard().model_copy(update={"quote": standard().quote.model_copy(update={"free_lines": True})})


def line(sku: str, listed: str, position: int = 1) -> QuoteLine:
    return QuoteLine(position=position, sku=sku, list_price=cny(listed), net_price=cny("1.00"))


@pytest.mark.parametrize("typed", ["0.00", "50.00", "99.99", "100.01"])
def test_a_typed_list_price_is_not_taken(typed: str) -> None:
    lines = (line("A", "100.00"), line("A", typed, 2))
    wrong = price_objection(standard(), BOOK, (), lines)
    assert wrong is not None
    assert wrong.en == f"line 2: the list price of A is 100.00 CNY, not {typed} CNY"
    assert wrong.zh == f"第 2 行：A 的目录价为 100.00 CNY，而不是 {typed} CNY"
    assert price_objection(FREE, BOOK, (), lines) == wrong


@pytest.mark.parametrize("sku", ["NOPE", "B", "a"])
def test_what_the_price_book_does_not_have_in_this_currency_is_not_sold_unless_lines_are_free(sku: str) -> None:
    wrong = price_objection(standard(), BOOK, (), (line(sku, "100.00"),))
    assert wrong is not None
    assert wrong.en == f"line 1: the price book has no {sku} in CNY"
    assert price_objection(FREE, BOOK, (), (line(sku, "100.00"),)) is None


def test_every_wrong_line_is_told() -> None:
    wrong = price_objection(standard(), BOOK, (), (line("NOPE", "1.00"), line("A", "100.00", 2), line("A", "1.00", 3)))
    assert wrong is not None
    assert [part.partition(":")[0] for part in wrong.en.split("; ")] == ["line 1", "line 3"]


def test_a_price_set_at_run_time_stands_above_the_policys() -> None:
    dearer = (ListPrice(sku="A", price=cny("120.00")),)
    assert price_objection(standard(), BOOK, dearer, (line("A", "120.00"),)) is None
    assert price_objection(standard(), BOOK, dearer, (line("A", "100.00"),)) is not None
    gone = (ListPrice(sku="A", price=cny("100.00"), active=False),)
    wrong = price_objection(FREE, BOOK, gone, (line("A", "100.00"),))
    assert wrong is not None
    assert wrong.en == "line 1: the price book has no A in CNY"


def test_without_a_price_book_prices_are_the_deals_own() -> None:
    assert price_objection(standard(), (), (), (line("NOPE", "1.00"),)) is None
    kept = (ListPrice(sku="A", price=cny("120.00")),)
    assert price_objection(standard(), (), kept, (line("NOPE", "1.00"),)) is None
    assert price_objection(standard(), (), kept, (line("A", "1.00"),)) is not None
