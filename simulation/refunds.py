"""Refunds in the books in memory, by the rules of the real ones."""

from typing import Any

from domain.account import effects as f
from domain.receivables import postings
from domain.receivables.refunding import checked_refund, refund_name
from domain.receivables.second_person import weighed
from domain.refusal import Code, refuse
from simulation.booked import BookedReceipt
from simulation.desk import Desk, Outcome


def take_refund(desk: Desk, effect: f.TakeRefund) -> Outcome:
    """Set cash aside that is to be paid back; above the policy's amount only by two people."""
    book, key = desk.book, (effect.source, effect.external_id)
    booked = book.receipt(key)
    checked_refund(effect.minor, booked.unapplied_minor, book.currency)
    before = booked.refunded_minor + effect.along_minor
    waits = weighed(effect.second, effect.minor, book.currency, earlier_minor=before, evidence=effect.reason)
    if waits is not None:
        return Outcome("/".join(key), waits=waits)
    booked.refunds += 1
    refund_id = refund_name(*key, booked.refunds)
    booked.under_way[refund_id] = effect.minor
    _move(desk, booked, effect.minor)
    book.post(desk.key, postings.of_refund(effect.minor, book.currency))
    return Outcome(refund_id, unapplied_minor=booked.unapplied_minor, minor=effect.minor, payer=booked.receipt.payer)


def settle_refund(desk: Desk, effect: f.SettleRefund) -> Outcome:
    """Enter what became of a refund."""
    book = desk.book
    booked = next((one for one in book.receipts.values() if effect.refund_id in one.under_way), None)
    if booked is None:
        raise refuse(Code.NOTFOUND, f"there is no refund {effect.refund_id}", f"没有退款 {effect.refund_id}")
    minor = booked.under_way.pop(effect.refund_id)
    if effect.outcome == "done":
        book.post(desk.key, postings.of_refund_paid(minor, book.currency))
    else:
        _move(desk, booked, -minor)
        book.post(desk.key, postings.of_refund_failed(minor, book.currency))
    return Outcome(effect.refund_id, minor=minor)


def _move(desk: Desk, booked: BookedReceipt, minor: int) -> None:
    booked.refunded_minor += minor
    booked.returned_minor += minor
    desk.book.unapplied_minor -= minor


REFUNDS: dict[type[f.LedgerEffect], Any] = {f.TakeRefund: take_refund, f.SettleRefund: settle_refund}
