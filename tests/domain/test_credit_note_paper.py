"""A printed credit note takes back what the ledger took back, in positive amounts, and so does its electronic form."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.credit_note_paper import credit_note_document
from domain.documents import CreditUse, Party, Seller
from domain.einvoice.checks import check
from domain.einvoice.codes import InvoiceType
from domain.einvoice.from_documents import einvoice_of
from domain.money import Money
from domain.receivables.crediting import CreditPlan, credit_note_of
from domain.receivables.entries import Allocation, AppliedCash, CreditNote, Instalment, Invoice, InvoiceLine
from domain.receivables.taxation import Amount, taxed
from domain.terms import TaxRate

SELLER = Seller(name="Beispiel GmbH", address=("1",), country="DE", tax_id="DE123456789", registration="HRB 1")
BUYER = Party(name="Müller AG", country="DE", tax_id="DE987654321")
RATES = (TaxRate(code="S19", rate_bp=1900), TaxRate(code="S7", rate_bp=700))


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def invoice(*parts: tuple[str, int], gross_prices: bool = False) -> Invoice:
    """An invoice of one line for each (tax code, minor units)."""
    amounts = [Amount(tax_code=code, minor=minor) for code, minor in parts]
    priced = taxed(amounts, RATES, "EUR", price_includes_tax=gross_prices)
    lines = tuple(
        InvoiceLine(
            order_line=place, sku="A", description="Work", quantity="1", unit="pc", unit_price=eur(minor),
            discount_bp=0, net=eur(net), tax_code=code,
        )
        for place, ((code, minor), net) in enumerate(zip(parts, priced.nets, strict=True), start=1)
    )  # fmt: skip
    return Invoice(
        number="INV-2026-000007",
        entity="DE01",
        customer_id="C-1",
        deal_id="D-1",
        item="all",
        issued_on=date(2026, 3, 5),
        supplied_on=date(2026, 3, 5),
        net=eur(priced.net_minor),
        gross=eur(priced.gross_minor),
        lines=lines,
        taxes=priced.taxes,
        instalments=(Instalment(index=1, due_on=date(2026, 4, 4), amount=eur(priced.gross_minor)),),
        po_reference="PO-7",
    )


def credited(of: Invoice, minor: int, before: int = 0, released: int = 0) -> CreditNote:
    paid = Allocation(number=of.number, instalment=1, kind="cash", minor=released)
    cash = (AppliedCash(source="bank", external_id="1", allocation=paid),) if released else ()
    plan = CreditPlan(minor=minor, released=cash, allocations=())
    return credit_note_of(of, plan, f"CN-{before}", date(2026, 3, 20), "returned", before)


def test_a_whole_invoice_is_taken_back_line_by_line() -> None:
    """G3: 7,612.50 at 19 % are +1,446.38, type 381."""
    whole = invoice(("S19", 761_250))
    document = credit_note_document(credited(whole, whole.gross.minor, released=100_000), whole, BUYER, SELLER)
    assert [(line.description, line.net) for line in document.lines] == [("Work", eur(761_250))]
    assert (document.net, document.tax, document.gross) == (eur(761_250), eur(144_638), eur(905_888))
    assert (document.original_number, document.purchase_order) == ("INV-2026-000007", "PO-7")
    assert [(part.use, part.amount) for part in document.parts] == [
        (CreditUse.OFFSET, eur(805_888)),
        (CreditUse.ON_ACCOUNT, eur(100_000)),
    ]
    electronic = einvoice_of(document)
    assert electronic.header.type is InvoiceType.CREDIT_NOTE
    assert electronic.totals.tax == eur(144_638)
    assert [(one.number, one.issued_on) for one in electronic.header.preceding] == [(whole.number, whole.issued_on)]


def test_the_paid_part_is_asked_to_go_back_or_stays_and_the_open_part_is_offset() -> None:
    whole = invoice(("S19", 761_250))
    note = credited(whole, whole.gross.minor, released=100_000)
    uses = [
        [(part.use, part.amount) for part in credit_note_document(note, whole, BUYER, SELLER, *asked).parts]
        for asked in ((), ("unapplied",), ("refund",))
    ]
    offset = (CreditUse.OFFSET, eur(805_888))
    stays, back = [offset, (CreditUse.ON_ACCOUNT, eur(100_000))], [offset, (CreditUse.REFUND, eur(100_000))]
    assert uses == [stays, stays, back]


def test_a_part_is_one_line_for_each_tax() -> None:
    mixed = invoice(("S19", 10_000), ("S7", 10_000))
    document = credit_note_document(credited(mixed, 11_300), mixed, BUYER.model_copy(update={"language": "zh"}), SELLER)
    assert [(line.description, line.tax_code) for line in document.lines] == [
        ("冲减发票 INV-2026-000007，税率 19%", "S19"),
        ("冲减发票 INV-2026-000007，税率 7%", "S7"),
    ]
    assert document.gross == eur(11_300)


@given(
    parts=st.lists(st.tuples(st.sampled_from(["S19", "S7"]), st.integers(1, 10**7)), min_size=1, max_size=4),
    gross_prices=st.booleans(),
    cuts=st.lists(st.integers(1, 10**6), max_size=4),
)
def test_whatever_is_credited_in_whatever_parts_is_printed_to_the_cent(
    parts: list[tuple[str, int]], gross_prices: bool, cuts: list[int]
) -> None:
    whole = invoice(*parts, gross_prices=gross_prices)
    before, documents = 0, []
    for minor in (*cuts, whole.gross.minor):
        minor = min(minor, whole.gross.minor - before)
        if minor:
            documents.append(credit_note_document(credited(whole, minor, before), whole, BUYER, SELLER))
            before += minor
    assert sum(one.tax.minor for one in documents) == whole.gross.minor - whole.net.minor
    assert sum(one.gross.minor for one in documents) == whole.gross.minor
    for document in documents:
        assert check(einvoice_of(document)) == ()
        assert all(line.net.minor >= 0 for line in document.lines)
        assert document.gross.minor > 0


def test_a_cent_that_is_all_tax_is_a_line_of_nothing_and_its_tax() -> None:
    """Shares are cumulative: of 0.67 at 19 %, after 0.65 the next cent is tax and the last one is net."""
    whole = invoice(("S19", 1), ("S19", 55))
    notes = [credited(whole, minor, before) for minor, before in ((65, 0), (1, 65), (1, 66))]
    documents = [credit_note_document(note, whole, BUYER, SELLER) for note in notes]
    assert [(one.net, one.tax) for one in documents] == [(eur(55), eur(10)), (eur(0), eur(1)), (eur(1), eur(0))]
    assert [check(einvoice_of(one)) for one in documents] == [(), (), ()]


@given(
    deducted=st.integers(1, 50_000),
    released=st.integers(0, 50_000),
    open_minor=st.integers(0, 50_000),
)
def test_what_becomes_of_a_credit_adds_up_also_where_a_deposit_was_deducted(
    deducted: int, released: int, open_minor: int
) -> None:
    """In a scenario 33,900.00 were credited, 10,170.00 of them a deposit: its paper could not be made, nor sent."""
    whole = invoice(("S19", deducted + released + open_minor), gross_prices=True)
    paid = Allocation(number=whole.number, instalment=1, kind="cash", minor=released)
    cash = (AppliedCash(source="bank", external_id="1", allocation=paid),) if released else ()
    plan = CreditPlan(minor=released + open_minor, released=cash, allocations=())
    net = round(Decimal(deducted) / Decimal("1.19"))
    note = credit_note_of(whole, plan, "CN-1", date(2026, 3, 20), "cancelled", 0, restored=(deducted, net))
    document = credit_note_document(note, whole, BUYER, SELLER)
    uses = ((CreditUse.OFFSET, open_minor), (CreditUse.ON_ACCOUNT, released), (CreditUse.DEPOSIT, deducted))
    assert [(part.use, part.amount) for part in document.parts] == [(use, eur(minor)) for use, minor in uses if minor]
    assert document.gross == whole.gross
