"""For which customers the Chinese tax office issues the invoice, and what the goods are called there."""

from typing import Annotated

from pydantic import Field

from domain.policy.countries import Country
from domain.policy.forms import Name
from domain.value import Strict

GoodsCode = Annotated[str, Field(pattern=r"^[0-9]{19}$")]


class FiscalRules(Strict):
    """The tax office issues the 发票 of a legal entity; our own paper is then a 结算单 with its number.

    Attributes:
        countries: of the customers, for claims in CNY.
        goods: 商品和服务税收分类编码 by SKU.
        otherwise: the code of every other line; without one such an invoice is not issued.
    """

    countries: tuple[Country, ...] = Field(default=("CN",), min_length=1)
    goods: dict[Name, GoodsCode] = Field(default_factory=dict)
    otherwise: GoodsCode | None = None
