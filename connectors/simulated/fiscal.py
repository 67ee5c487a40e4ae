"""A tax office that issues invoices and red letters: numbers of the right form, and a buyer who may have to agree."""

import asyncio
from datetime import date, datetime, time, timedelta, timezone

from connectors.simulated.vendor_book import Request, Vendor, VendorBook
from domain.fiscal.invoices import FiscalInvoice, FiscalIssued, InputTax, RedConfirmation, RedRequest, RedState
from domain.ports import VendorRejected
from domain.value import Value

_REGION, _CHANNEL = "31", "2"
_SHANGHAI = timezone(timedelta(hours=8))


class _Agreement(Value):
    """The buyer's word on a 红字确认单."""

    confirmation: str


class SimulatedFiscal:
    """`domain.paper_ports.FiscalPort` over a book of requests; answers are dated by the documents, not by a clock."""

    def __init__(self, book: VendorBook) -> None:
        self._book = book

    async def issue(self, key: str, invoice: FiscalInvoice) -> FiscalIssued:
        """Issue a blue invoice."""
        return _issued(await self._book.ask(Vendor.FISCAL, key, "FP", invoice), invoice.issued_on)

    async def request_red(self, key: str, request: RedRequest) -> RedConfirmation:
        """Open a 红字确认单: confirmed at once, unless the buyer has used the blue invoice."""
        reference = await self._book.ask(Vendor.FISCAL, key, "HZ", request)
        return await self.red_confirmation(_number(reference, request.requested_on))

    async def red_confirmation(self, number: str) -> RedConfirmation:
        """Return where a 红字确认单 stands; an unknown one is rejected."""
        done = await asyncio.to_thread(self._book.requests, Vendor.FISCAL)
        request = _asked(done, number)
        agreed = any(one.key == _agreement(number) for one in done)
        confirmed = request.input_tax is InputTax.UNUSED or agreed
        return RedConfirmation(number=number, state=RedState.CONFIRMED if confirmed else RedState.WAITING)

    async def agree(self, number: str) -> None:
        """Let the buyer agree to a red letter."""
        await self._book.ask(Vendor.FISCAL, _agreement(number), "OK", _Agreement(confirmation=number))

    async def issue_red(self, key: str, confirmation: RedConfirmation) -> FiscalIssued:
        """Issue the red invoice of a 红字确认单 that is confirmed now."""
        found = await self.red_confirmation(confirmation.number)
        if found.state is not RedState.CONFIRMED:
            raise VendorRejected(f"confirmation {found.number} is {found.state}; wait until the buyer agrees")
        request = _asked(await asyncio.to_thread(self._book.requests, Vendor.FISCAL), found.number)
        return _issued(await self._book.ask(Vendor.FISCAL, key, "HP", found), request.requested_on)


def _asked(done: tuple[Request, ...], number: str) -> RedRequest:
    for one in done:
        if one.reference.startswith("HZ"):
            request = RedRequest.model_validate_json(one.content)
            if _number(one.reference, request.requested_on) == number:
                return request
    raise VendorRejected(f"the tax office has no confirmation {number}; correct the number")


def _agreement(number: str) -> str:
    return f"agree/{number}"


def _issued(reference: str, on: date) -> FiscalIssued:
    return FiscalIssued(fiscal_number=_number(reference, on), issued_at=datetime.combine(on, time(12), _SHANGHAI))


def _number(reference: str, on: date) -> str:
    """Return 20 digits: the year, the region, the channel, and the place in the book."""
    return f"{on:%y}{_REGION}{_CHANNEL}{int(reference.rpartition('-')[2]):015d}"
