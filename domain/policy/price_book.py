"""The price book: what one unit of a product costs at list, once for each product and currency."""

from domain.money import Money
from domain.value import Value


class Product(Value):
    """One line of the price book; ``list_price`` is for one ``unit``."""

    sku: str
    description: str
    unit: str
    list_price: Money
    tax_code: str
