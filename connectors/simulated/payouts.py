"""A payment provider that pays back once per refund id, remembers it, and says what became of it when asked."""

import asyncio

from connectors.simulated.vendor_book import Vendor, VendorBook
from domain.payouts import Payout, PayoutAnswer
from domain.ports import VendorRejected


class SimulatedPayouts:
    """`domain.payouts.Payouts` over a book of requests.

    Told to reject, it says that the refund failed; told to lose its answer, it has paid and nobody hears of it.
    """

    def __init__(self, book: VendorBook) -> None:
        self._book = book

    async def pay(self, payout: Payout) -> PayoutAnswer:
        """Pay back; a rejected one has failed for good."""
        try:
            reference = await self._book.ask(Vendor.PAYOUTS, payout.refund_id, "PO", payout)
        except VendorRejected as rejected:
            return PayoutAnswer(status="failed", reason=str(rejected))
        return PayoutAnswer(status="done", reference=reference)

    async def outcome(self, refund_id: str) -> PayoutAnswer:
        """Say what became of a refund; of one that never arrived it knows nothing."""
        for one in await asyncio.to_thread(self._book.requests, Vendor.PAYOUTS):
            if one.key == refund_id:
                return PayoutAnswer(status="done", reference=one.reference)
        return PayoutAnswer(status="none")
