"""The tax of every issued invoice is recounted from its base and its rate, code by code."""

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from domain.receivables.entries import TaxSum
from domain.receivables.taxation import tax_on_top, tax_within
from domain.value import Text
from storage.queries.balances import counted
from storage.queries.checks import Check, checked
from storage.tables.ledger import INVOICE

_TAXES = TypeAdapter(tuple[TaxSum, ...])


def tax_checks(connection: Connection) -> tuple[Check, ...]:
    """Recount the tax on the sum of each code: on top of it, or contained in it, half up, and none by any line."""
    query = select(INVOICE.c.number, INVOICE.c.taxes).order_by(INVOICE.c.id)
    rows = connection.execute(query.execution_options(yield_per=1_000))
    wrong = [row.number for row in rows if not all(_is_right(part) for part in _TAXES.validate_json(row.taxes))]
    promise = Text(en="tax = rate × sum of its code, half up", zh="税额 = 税率 × 该税目合计，四舍五入")
    return (checked("tax", promise, counted(connection, INVOICE.c.id), wrong),)


def _is_right(part: TaxSum) -> bool:
    base, tax = part.base.minor, part.tax.minor
    return tax in (tax_on_top(base, part.rate_bp), tax_within(base + tax, part.rate_bp))
