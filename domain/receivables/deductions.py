"""What of a deposit an invoice takes off, as both are printed."""

from datetime import date

from domain.money import Money
from domain.value import Value


class Deducted(Value):
    """What an invoice takes off for a deposit that was paid (预付款抵扣), tax included in ``gross``.

    Attributes:
        number: the deposit's own invoice, of ``issued_on``.
    """

    number: str
    issued_on: date
    net: Money
    gross: Money
