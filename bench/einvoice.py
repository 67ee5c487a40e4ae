"""How many invoices a second become a PDF with checked XML beside it, or inside it, and what of it is not ours.

The floor is the work of the libraries alone on documents that are ready: the same page set by Typst, the same XML
judged by the official schema and rules; for Factur-X also the file put into the PDF by the ``factur-x`` package.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import facturx

from bench.timing import timed
from connectors.documents.typst_renderer import TypstRenderer
from connectors.einvoice.cii import cii
from connectors.einvoice.files import EInvoiceFiles
from connectors.einvoice.official_rules import OfficialRules
from connectors.einvoice.ubl import ubl
from domain.documents import BankDetails, DocumentLine, Instalment, InvoiceDocument, Party, Seller, TaxLine
from domain.einvoice.findings import CheckedFile, Syntax
from domain.einvoice.from_documents import einvoice_of
from domain.money import Money, Rounding, total

BAR_UBL, BAR_FACTUR_X = 40, 8
"""Invoices a second on one core that are to be reached."""
LINES, WARM_UP = 5, 3
_ISSUED = date(2026, 3, 5)


@dataclass(frozen=True)
class Rate:
    """What was measured of one form.

    Attributes:
        per_s, floor_per_s: invoices a second of processor time, all of it and the floor.
        of_bar: as a share of the bar.
        times_floor: what an invoice costs, as a multiple of the floor; the figure to compare between machines.
    """

    form: str
    invoices: int
    per_s: float
    floor_per_s: float
    of_bar: float
    times_floor: float


@dataclass(frozen=True)
class EInvoicing:
    """Both forms, and the processor seconds until the first: rules compiled, fonts read."""

    pdf_and_ubl: Rate
    factur_x: Rate
    warm_up_s: float


_SELLER = Seller(
    name="Northwind Instruments GmbH",
    address=("Hafenstraße 12", "20457 Hamburg"),
    country="DE",
    tax_id="DE123456789",
    registration="HRB 12345",
    email="billing@northwind.example",
    bank=BankDetails(bank_name="Hansebank", account_name="Northwind Instruments GmbH", iban="DE89370400440532013000"),
)


def invoice(nth: int) -> InvoiceDocument:
    """Return an invoice of five lines; each has a number, names and prices of its own."""
    lines = tuple(_line(nth, place) for place in range(LINES))
    net = total((line.net for line in lines), "EUR")
    tax = net.times(Decimal("0.19"), Rounding.HALF_UP)
    gross = net.plus(tax)
    return InvoiceDocument(
        number=f"INV-2026-{nth:06d}",
        issued_on=_ISSUED,
        supplied_on=_ISSUED,
        language="en",
        seller=_SELLER,
        customer=Party(name=f"Customer {nth} AG", address=(f"Ring {nth}",), country="AT", tax_id="ATU12345678"),
        lines=lines,
        taxes=(TaxLine(code="S19", rate_bp=1900, base=net, tax=tax),),
        net=net,
        tax=tax,
        gross=gross,
        instalments=(Instalment(due_on=date(2026, 4, 4), amount=gross),),
        payment_terms="30 days net",
        payment_reference=f"INV-2026-{nth:06d}",
    )


def _line(nth: int, place: int) -> DocumentLine:
    net = Money(minor=(nth + 1) * 10_000 + place, currency="EUR")
    return DocumentLine(
        position=place + 1,
        sku=f"WL-{nth}-{place}",
        description=f"智能网关 Gateway {nth}-{place}",
        quantity=Decimal(1),
        unit="pc",
        unit_price=net,
        net=net,
        tax_code="S19",
    )


class _Ours:
    """What LTC does to an invoice."""

    def __init__(self, rules: OfficialRules, renderer: TypstRenderer) -> None:
        self._files = EInvoiceFiles(rules)
        self._renderer = renderer

    def pdf_and_ubl(self, document: InvoiceDocument) -> None:
        self._renderer.render(document)
        _sendable(self._files.xml(einvoice_of(document), Syntax.UBL))

    def factur_x(self, document: InvoiceDocument) -> None:
        _sendable(self._files.factur_x(einvoice_of(document), self._renderer.render_archival(document)))


def _sendable(made: CheckedFile) -> None:
    if not made.sendable:
        raise AssertionError(f"{made.name} was found wrong, so the numbers mean nothing: {made.findings}")


def measured(invoices: int = 200) -> EInvoicing:
    """Measure both forms over different invoices, each right after its floor, on one core."""
    rules, renderer = OfficialRules(), TypstRenderer()
    ours = _Ours(rules, renderer)
    warm_up_s, _ = timed(lambda: _warmed(rules, ours))
    documents = [invoice(nth) for nth in range(invoices)]
    ready = {id(one): (ubl(einvoice_of(one)), cii(einvoice_of(one))) for one in documents}

    def floor_of_ubl(document: InvoiceDocument) -> None:
        renderer.render(document)
        rules.findings(ready[id(document)][0], Syntax.UBL)

    def floor_of_factur_x(document: InvoiceDocument) -> None:
        xml = ready[id(document)][1]
        pdf = renderer.render_archival(document)
        rules.findings(xml, Syntax.CII)
        facturx.generate_from_binary(pdf, xml, flavor="factur-x", level="en16931", check_xsd=False)

    return EInvoicing(
        pdf_and_ubl=_rate("PDF and checked UBL", BAR_UBL, documents, ours.pdf_and_ubl, floor_of_ubl),
        factur_x=_rate("Factur-X", BAR_FACTUR_X, documents, ours.factur_x, floor_of_factur_x),
        warm_up_s=warm_up_s,
    )


def _warmed(rules: OfficialRules, ours: _Ours) -> None:
    rules.warm(*Syntax)
    for nth in range(WARM_UP):
        ours.pdf_and_ubl(invoice(10**6 + nth))
        ours.factur_x(invoice(10**6 + nth))


Work = Callable[[InvoiceDocument], None]


def _rate(form: str, bar: int, documents: Sequence[InvoiceDocument], ours: Work, floor: Work) -> Rate:
    floor_s, ours_s = _seconds(documents, floor), _seconds(documents, ours)
    per_s = len(documents) / ours_s
    return Rate(
        form=form,
        invoices=len(documents),
        per_s=per_s,
        floor_per_s=len(documents) / floor_s,
        of_bar=per_s / bar,
        times_floor=ours_s / floor_s,
    )


def _seconds(documents: Sequence[InvoiceDocument], work: Work) -> float:
    def all_of_them() -> None:
        for document in documents:
            work(document)

    took_s, _ = timed(all_of_them)
    return took_s
