"""A rate as somebody writes it: digits in quotes, so that nothing of it is lost on the way."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from api.bodies import require
from api.customer_bodies import Short
from domain.currencies import CURRENCIES
from domain.receivables.exchange import Rate
from domain.value import Misfit, Strict


def _in_use(code: str) -> str:
    if code not in CURRENCIES:
        raise Misfit("must be a currency of ISO 4217, e.g. CNY", "须为 ISO 4217 币种代码，例如 CNY")
    return code


Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$"), AfterValidator(_in_use)]


class StatedRate(Strict):
    """What one `unit` is worth in `quote`, and who says so. 汇率。"""

    unit: Currency
    quote: Currency
    rate: Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,12})?$", examples=["7.1035"])]
    source: Short = ""

    def as_rate(self) -> Rate:
        """Return it as the rules read it (422 for no rate at all)."""
        rate = Decimal(self.rate)
        require(self.unit != self.quote, "quote", "must be another currency than unit", "须与 unit 不同")
        require(rate > 0, "rate", "must be above zero", "须大于零")
        return Rate(unit=self.unit, quote=self.quote, rate=rate, source=self.source)
