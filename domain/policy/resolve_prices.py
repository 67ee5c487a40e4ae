"""A list price is the price book's, never the requester's: a discount counts from it."""

from collections.abc import Iterable, Sequence

from domain.policy.document import Policy
from domain.policy.ports import ListPrice
from domain.policy.price_book import Product
from domain.quotes import QuoteLine
from domain.value import Text


def price_objection(
    policy: Policy, products: Iterable[Product], kept: Iterable[ListPrice], lines: Sequence[QuoteLine]
) -> Text | None:
    """Return what is wrong with the list prices of a quote's lines, or none.

    Where the policy has a price book, an article that it does not list is not sold, unless the policy allows free
    lines. What people have set at run time (``kept``) stands above the policy's own book.
    """
    book = tuple(products)
    prices = {(one.sku, one.list_price.currency): ListPrice(sku=one.sku, price=one.list_price) for one in book}
    prices |= {(one.sku, one.price.currency): one for one in kept}
    wrong = []
    for line in lines:
        found = prices.get((line.sku, line.list_price.currency))
        if found is None and (policy.quote.free_lines or not book):
            continue
        if found is None or not found.active:
            wrong.append(_not_sold(line))
        elif found.price != line.list_price:
            wrong.append(_other_price(line, found))
    if not wrong:
        return None
    return Text(en="; ".join(one.en for one in wrong), zh="；".join(one.zh for one in wrong))


def _not_sold(line: QuoteLine) -> Text:
    currency = line.list_price.currency
    return Text(
        en=f"line {line.position}: the price book has no {line.sku} in {currency}",
        zh=f"第 {line.position} 行：价目表中没有以 {currency} 计价的 {line.sku}",
    )


def _other_price(line: QuoteLine, found: ListPrice) -> Text:
    return Text(
        en=f"line {line.position}: the list price of {line.sku} is {found.price}, not {line.list_price}",
        zh=f"第 {line.position} 行：{line.sku} 的目录价为 {found.price}，而不是 {line.list_price}",
    )
