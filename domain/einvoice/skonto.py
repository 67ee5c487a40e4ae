"""Discounts for early payment in the form that German recipients read by machine (XRechnung, BT-20, rule BR-DE-18)."""

from collections.abc import Iterator
from decimal import Decimal

from domain.documents import EarlyPayment, InvoiceDocument
from domain.money import Money, exponent
from domain.receivables.taxation import share_bp_of

GERMANY = "DE"
_PERCENT = 100


def skonto_lines(document: InvoiceDocument) -> Iterator[str]:
    """Yield ``#SKONTO#TAGE=10#PROZENT=2.00#`` for each discount, with the base where that is not what is to be paid.

    A discount that is no rate of either amount, such as one of parts that are rounded one by one, is left to the
    sentence that says what settles the invoice.
    """
    if document.customer.country != GERMANY:
        return
    for early in document.early:
        base = _base(document, early)
        if base is not None:
            days = (early.until - document.issued_on).days
            of = "" if base == document.payable else f"BASISBETRAG={_two_places(base)}#"
            yield f"#SKONTO#TAGE={days}#PROZENT={early.rate_bp // _PERCENT}.{early.rate_bp % _PERCENT:02d}#{of}"


def _base(document: InvoiceDocument, early: EarlyPayment) -> Money | None:
    off = document.payable.minor - early.payable.minor
    for base in (document.payable, document.net):
        if share_bp_of(base.minor, early.rate_bp) == off:
            return base
    return None


def _two_places(amount: Money) -> str:
    return f"{Decimal(amount.minor).scaleb(-exponent(amount.currency)):.2f}"
