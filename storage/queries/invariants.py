"""Everything that must always hold is recounted from the rows; one function for the page, one for the whole proof."""

from sqlalchemy import Connection

from storage.queries.bank_checks import bank_checks
from storage.queries.billing_checks import billing_checks
from storage.queries.checks import Check
from storage.queries.collecting_checks import collecting_checks
from storage.queries.discount_checks import discount_checks
from storage.queries.document_checks import document_checks
from storage.queries.exchange_checks import exchange_checks
from storage.queries.late_checks import late_checks
from storage.queries.log_checks import log_checks
from storage.queries.money_checks import money_checks
from storage.queries.number_checks import number_checks
from storage.queries.order_checks import ordered_check
from storage.queries.periods import period_checks
from storage.queries.refund_checks import refund_checks
from storage.queries.tax_checks import tax_checks


def invariants(connection: Connection) -> tuple[Check, ...]:
    """Recount the money and the numbers, set by set, without reading the whole log."""
    return (
        *money_checks(connection),
        *discount_checks(connection),
        *billing_checks(connection),
        *tax_checks(connection),
        *refund_checks(connection),
        *number_checks(connection),
        *bank_checks(connection),
        *late_checks(connection),
        *collecting_checks(connection),
        *period_checks(connection),
        *exchange_checks(connection),
    )


def verified(connection: Connection) -> tuple[Check, ...]:
    """Recount everything and recompute every hash of log and documents; takes time in proportion to both."""
    return (
        *invariants(connection),
        ordered_check(connection),
        *document_checks(connection),
        *log_checks(connection),
    )
