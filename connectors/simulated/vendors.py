"""Each vendor answers by its port: a reference, the same one for the same key, however often it is asked."""

from connectors.simulated.vendor_book import Vendor, VendorBook
from domain.deal.effects import CancelOrder, CreateOrder, RequestSignature, SyncCrm
from domain.ports import VendorRejected


class SimulatedCrm:
    """A CRM that takes outcomes."""

    def __init__(self, book: VendorBook) -> None:
        self._book = book

    async def outcome(self, key: str, effect: SyncCrm) -> str:
        """Report the outcome of a deal; returns ``OPP-…``."""
        return await self._book.ask(Vendor.CRM, key, "OPP", effect)


class SimulatedErp:
    """An ERP that takes orders and cancels those it has."""

    def __init__(self, book: VendorBook) -> None:
        self._book = book

    async def create_order(self, key: str, effect: CreateOrder) -> str:
        """Create the order; returns ``SO-…``."""
        return await self._book.ask(Vendor.ERP, key, "SO", effect)

    async def cancel_order(self, key: str, effect: CancelOrder) -> str:
        """Cancel an order; returns ``CX-…``; an order it has not is rejected."""
        if not await self._book.knows(Vendor.ERP, effect.erp_reference):
            raise VendorRejected(f"the ERP has no order {effect.erp_reference}; correct the reference")
        return await self._book.ask(Vendor.ERP, key, "CX", effect)


class SimulatedSigning:
    """An e-sign provider that opens envelopes."""

    def __init__(self, book: VendorBook) -> None:
        self._book = book

    async def request(self, key: str, effect: RequestSignature) -> str:
        """Open an envelope for the signatures; returns ``ENV-…``."""
        return await self._book.ask(Vendor.SIGNING, key, "ENV", effect)
