"""The price book is a CSV file with a header; every line that cannot be read is told, none is guessed."""

import csv
import io

from connectors.policy_files.problems import Problem
from domain.money import Money
from domain.policy.price_book import Product
from domain.refusal import Refused
from domain.value import Value

_COLUMNS = ("sku", "description", "unit", "list_price", "tax_code")


class PriceList(Value):
    """The products of a price book with the line that each stands in."""

    products: tuple[Product, ...] = ()
    lines: tuple[int, ...] = ()


def read_prices(file: str, text: str) -> tuple[PriceList, tuple[Problem, ...]]:
    """Read ``sku,description,unit,list_price,tax_code``, prices as ``1200.00 CNY``."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    if tuple(reader.fieldnames or ()) != _COLUMNS:
        wrong = f"the columns are {', '.join(reader.fieldnames or ()) or 'missing'}"
        return PriceList(), (Problem(file=file, line=1, key="", wrong=wrong, allowed=",".join(_COLUMNS)),)
    products: list[Product] = []
    lines: list[int] = []
    problems: list[Problem] = []
    try:
        for row in reader:
            if isinstance(found := _product(row), Product):
                products.append(found)
                lines.append(reader.line_num)
            else:
                problems.append(
                    Problem(file=file, line=reader.line_num, key=found[0], wrong=found[1], allowed=found[2])
                )
    except csv.Error as error:
        problems.append(Problem(file=file, line=reader.line_num, key="", wrong=str(error), allowed="CSV"))
    return PriceList(products=tuple(products), lines=tuple(lines)), tuple(problems)


def _product(row: dict[str, str | None]) -> Product | tuple[str, str, str]:
    cells = {name: (row.get(name) or "").strip() for name in _COLUMNS}
    if None in row or None in row.values():
        return "", "the line has more or fewer cells than there are columns", ",".join(_COLUMNS)
    if not cells["sku"]:
        return "sku", "is missing", "the product's number"
    try:
        price = Money.parse(cells["list_price"])
    except Refused as refused:
        return "list_price", refused.text.en, "e.g. 1200.00 CNY"
    if price.minor < 0:
        return "list_price", f"{price} is negative", "zero or more"
    return Product(
        sku=cells["sku"],
        description=cells["description"],
        unit=cells["unit"],
        list_price=price,
        tax_code=cells["tax_code"],
    )
