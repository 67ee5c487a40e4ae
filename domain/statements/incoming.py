"""What a booked entry means for receivables: money from a payer, money that went back, or nothing."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from domain.money import Money, total
from domain.receivables.exchange import Rate
from domain.statements.bookings import Booking
from domain.statements.statement import Direction, Entry, Party, Payment
from domain.statements.told_exchange import rate_told
from domain.value import Text, Value

WRAPS = frozenset({27, 35, 65, 70, 140})
"""The lengths at which formats cut remittance text, in the middle of a word if need be."""


class Movement(StrEnum):
    """What a booked entry, or a payment in it, is to whoever waits for money."""

    RECEIPT = "receipt"
    TAKEN_BACK = "taken_back"
    CAME_BACK = "came_back"
    OUTGOING = "outgoing"


class Incoming(Value):
    """One payment of a booking, ready to become a receipt.

    Attributes:
        external_id: known under it for good: the booking's id, with the payment's place in a batch that was split.
        amount: above zero where money came in, below where it left.
        value_date: the day the money counts from.
        payer: the other side: who paid, or who was paid.
        reference: all that may name what is paid, the best evidence first.
        return_code: why it came back, where the bank says so.
        own_account: the side of ours, where the bank names one: a virtual account, or the account itself.
        end_to_end_id: the payer's own reference.
        servicer_reference: the bank's reference of the payment, else of the entry.
        rate: at which the bank exchanged what the payer instructed in another currency.
        rate_doubt: the question about it, where the bank states one that its own amounts do not have.
    """

    external_id: str
    movement: Movement
    amount: Money
    value_date: date
    payer: Party
    reference: str
    return_code: str = ""
    own_account: str = ""
    end_to_end_id: str = ""
    servicer_reference: str = ""
    rate: Rate | None = None
    rate_doubt: Text | None = None


def split(entry: Entry) -> tuple[tuple[Money, Payment], ...]:
    """Split a batch into its payments, or keep it whole where they are not all there or do not add up.

    Whole is one amount with everything that was said about any of its payments.
    """
    amounts = [payment.amount for payment in entry.payments if payment.amount is not None]
    whole = entry.amount
    complete = len(amounts) == len(entry.payments) and entry.batch_count in (0, len(entry.payments))
    of_one_currency = {amount.currency for amount in amounts} == {whole.currency}
    if len(amounts) > 1 and complete and of_one_currency and total(amounts, whole.currency) == whole:
        return tuple(zip(amounts, entry.payments, strict=True))
    if len(entry.payments) == 1:
        return ((whole, entry.payments[0]),)
    return ((whole, _together(entry.payments)),)


def incoming(booking: Booking) -> tuple[Incoming, ...]:
    """List what a booking means, payment by payment.

    Raises:
        ValueError: the entry has no day; such a statement is never posted.
    """
    entry = booking.entry
    day = entry.valued_on or entry.booked_on
    if day is None:
        raise ValueError(f"entry {entry.index} has no day")
    parts = split(entry)
    return tuple(
        Incoming(
            external_id=booking.booking_id if len(parts) == 1 else f"{booking.booking_id}/{place}",
            movement=_movement(entry, side, payment),
            amount=amount,
            value_date=day,
            payer=payment.debtor if side is Direction.CREDIT else payment.creditor,
            reference=reference(payment, entry.text),
            return_code=payment.return_code,
            own_account=(payment.creditor if side is Direction.CREDIT else payment.debtor).account,
            end_to_end_id=payment.end_to_end_id,
            servicer_reference=payment.servicer_reference or entry.servicer_reference,
            rate=rate if isinstance(rate, Rate) else None,
            rate_doubt=rate if isinstance(rate, Text) else None,
        )
        for place, (amount, payment) in enumerate(parts, 1)
        for side, rate in ((_side(entry, amount), _rate(amount, payment)),)
    )


def _rate(amount: Money, payment: Payment) -> Rate | Text | None:
    """Return the rate by which what was instructed became what came in, where the bank states both amounts.

    Or the question about it.
    """
    original = payment.original
    if original is None or original.currency == amount.currency or payment.amount not in (None, amount):
        return None
    if original.minor <= 0 or amount.minor <= 0:
        return None
    return rate_told(payment.exchanges, original, amount)


def _side(entry: Entry, amount: Money) -> Direction:
    """Return whether a part of an entry came in or left: a credit may stand in a batch of debits, and be netted."""
    if amount.minor == 0:
        return entry.direction
    return Direction.CREDIT if amount.minor > 0 else Direction.DEBIT


def _movement(entry: Entry, side: Direction, payment: Payment) -> Movement:
    returned = entry.is_reversal or payment.return_code != ""
    if side is Direction.CREDIT:
        return Movement.CAME_BACK if returned else Movement.RECEIPT
    return Movement.TAKEN_BACK if returned else Movement.OUTGOING


def reference(payment: Payment, text: str = "") -> str:
    """Write everything that may name what is paid: structured references, the payer's own, then the text.

    Text that was cut at the end of a full line is given both ways, joined and apart, since a number may run across.
    """
    pieces = [piece.strip("\r\n") for piece in payment.unstructured if piece.strip()]
    apart = " ".join(" ".join(pieces).split())
    joined = " ".join(_joined(pieces).split())
    told = [*payment.structured, payment.end_to_end_id, apart, joined if joined != apart else "", text]
    return " ".join(dict.fromkeys(part for part in told if part))


def _joined(pieces: Sequence[str]) -> str:
    """Join pieces without a space where the former was full, with one elsewhere."""
    result = ""
    for piece in pieces:
        result += piece if len(piece) in WRAPS else piece + " "
    return result


def _together(payments: Sequence[Payment]) -> Payment:
    debtors = {payment.debtor for payment in payments}
    creditors = {payment.creditor for payment in payments}
    return Payment(
        debtor=debtors.pop() if len(debtors) == 1 else Party(),
        creditor=creditors.pop() if len(creditors) == 1 else Party(),
        structured=tuple(text for payment in payments for text in payment.structured),
        unstructured=tuple(text for payment in payments for text in payment.unstructured),
        end_to_end_id=" ".join(payment.end_to_end_id for payment in payments if payment.end_to_end_id),
    )
