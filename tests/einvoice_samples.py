"""Electronic invoices of every kind from a seed: the same seed gives the same documents."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from domain.correspondence import invoice_document
from domain.deal.effects import IssueInvoice
from domain.documents import Party, Seller
from domain.due_dates import CashDiscount, DiscountStep, DiscountTax, DueRule, PaymentTerms
from domain.einvoice.amounts import exclusive, inclusive, percentage_of
from domain.einvoice.codes import InvoiceType, PaymentMeans, TaxCategory
from domain.einvoice.from_documents import einvoice_of
from domain.einvoice.model import (
    Adjustment,
    AdjustmentKind,
    Delivery,
    DocumentAdjustment,
    Draft,
    EInvoice,
    Exemption,
    Header,
    Item,
    ItemAttribute,
    Period,
    Preceding,
    Prepayment,
    Treatment,
)
from domain.einvoice.parties import Address, Contact, CreditTransfer, ElectronicAddress, TradeParty
from domain.money import Money, exponent
from domain.quotes import QuoteLine
from domain.receivables.invoicing import invoice_of
from domain.receivables.late_claims import LateClaim, debit_note
from domain.terms import TaxRate
from domain.value import Text

HAMBURG = TradeParty(
    name="Northwind Instruments GmbH",
    address=Address(lines=("Hafenstraße 12",), city="Hamburg", post_code="20457", country="DE"),
    registration="HRB 12345",
    vat_id="DE123456789",
    electronic=ElectronicAddress(scheme="EM", id="billing@northwind.example"),
    contact=Contact(name="Hannah Vogt", phone="+49 40 123456", email="billing@northwind.example"),
)
SHANGHAI = TradeParty(
    name="云帆科技（上海）有限公司",
    address=Address(lines=("上海市浦东新区世纪大道100号", "5层", "501室"), country="CN"),
    registration="91350100M000100Y43",
    tax_number="91350100M000100Y43",
)
VIENNA = TradeParty(
    name="Donau & Söhne <Handel> OG",
    address=Address(lines=("Ring 1",), city="Wien", post_code="1010", country="AT"),
    registration="FN 123456a",
    vat_id="ATU12345678",
    electronic=ElectronicAddress(scheme="EM", id="ap@donau.example"),
)
SELLER = Seller(
    name=HAMBURG.name, address=("Hafenstraße 12", "20457 Hamburg"), country="DE", tax_id="DE123456789",
    registration="HRB 12345", email="billing@northwind.example",
)  # fmt: skip
BERLIN = Party(
    name="Spree Werke GmbH", address=("Ufer 1", "10115 Berlin"), country="DE", tax_id="DE123456788",
    email="ap@spree.example", language="zh-CN",
)  # fmt: skip
STANDARD = Treatment(category=TaxCategory.STANDARD, rate_bp=1900)
REDUCED = Treatment(category=TaxCategory.STANDARD, rate_bp=725)
MIXES = {
    "S": (STANDARD,),
    "SS": (STANDARD, REDUCED),
    "Z": (Treatment(category=TaxCategory.ZERO),),
    "E": (Treatment(category=TaxCategory.EXEMPT),),
    "SZE": (STANDARD, Treatment(category=TaxCategory.ZERO), Treatment(category=TaxCategory.EXEMPT)),
    "AE": (Treatment(category=TaxCategory.REVERSE_CHARGE),),
    "G": (Treatment(category=TaxCategory.EXPORT),),
    "K": (Treatment(category=TaxCategory.INTRA_COMMUNITY),),
    "O": (Treatment(category=TaxCategory.OUTSIDE),),
}
KINDS = ("standard", "prices with tax", "deposit", "final", "credit note", "corrected", "early", "fees", "late")
OUTSIDE_ONLY = {"fees", "late"}
HOSTILE = (
    "]]><evil/>", "<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;", "&amp;&#0;\"'", "智能网关（含三年质保）",
    "‘’“”—…–\u202e", "  spaces  ", "line\nend\ttab",
)  # fmt: skip
ISSUED = date(2026, 3, 5)
COMBINATIONS = [(kind, mix) for kind in KINDS for mix in MIXES if kind not in OUTSIDE_ONLY or mix == "O"]


def sample(seed: int) -> EInvoice:
    """Make a document; seeds one after the other go through all kinds and tax categories."""
    kind, mix = COMBINATIONS[seed % len(COMBINATIONS)]
    return made(kind, mix, Random(seed))


def made(kind: str, mix: str, chance: Random) -> EInvoice:
    """Make a document of a kind with some tax categories."""
    currency = chance.choice(("EUR", "EUR", "USD", "CNY", "JPY"))
    if kind == "early":
        return paid_early(mix, currency, chance)
    if kind == "late":
        return paid_late(currency, chance)
    header = _header(kind, mix, currency, chance)
    items = tuple(_item(place, currency, MIXES[mix], kind, chance) for place in range(1, chance.randint(2, 6)))
    adjustments = tuple(_adjusted(currency, MIXES[mix], items, chance) for _ in range(chance.randint(0, 2)))
    exemption = Exemption(category=TaxCategory.EXEMPT, reason="§ 4 Nr. 21 UStG", code="VATEX-EU-132")
    draft = Draft(header=header, items=items, adjustments=adjustments, exemptions=(exemption,))
    build: Callable[[Draft], EInvoice] = inclusive if kind == "prices with tax" else exclusive
    if kind == "final":
        return _final(draft, build, chance)
    return build(draft)


def paid_early(mix: str, currency: str, chance: Random) -> EInvoice:
    """Make one as the ledger issues it for a German buyer, with a discount for early payment in one of its modes."""
    codes = [f"{treatment.category}{treatment.rate_bp}" for treatment in MIXES[mix]]
    rates = tuple(
        TaxRate(
            code=code, rate_bp=treatment.rate_bp, category=treatment.category,
            reason=None if treatment.category in {"S", "Z"} else Text(en="no tax is due", zh="不征税"),
        )
        for code, treatment in zip(codes, MIXES[mix], strict=True)
    )  # fmt: skip
    prices = [_money(currency, chance.randrange(1, 10**7)) for _ in range(chance.randint(len(codes), 6))]
    lines = tuple(
        QuoteLine(position=place, sku="WL-200", list_price=price, net_price=price, tax_code=codes[place % len(codes)])
        for place, price in enumerate(prices)
    )
    steps = tuple(
        DiscountStep(rate_bp=rate, within=DueRule.parse(f"issue+{days}d"))
        for rate, days in chance.choice((((200, 10),), ((325, 8), (150, 20))))
    )
    discount = CashDiscount(steps=steps, tax=chance.choice(tuple(DiscountTax)))
    payment = PaymentTerms.single("x", "issue+30d").model_copy(update={"discount": discount})
    effect = IssueInvoice(
        deal_id="d1", item="all", entity="DE01", customer_id="c1", issue_on=ISSUED, supplied_on=ISSUED, lines=lines,
        share_bp=10_000, shares_before_bp=0, rates=rates, payment=payment,
        price_includes_tax=chance.random() < 0.5 and discount.tax is not DiscountTax.MIXED,
    )  # fmt: skip
    invoice = invoice_of(effect, f"INV-2026-{chance.randrange(10**6):06d}")
    return einvoice_of(invoice_document(invoice, BERLIN, SELLER))


def paid_late(currency: str, chance: Random) -> EInvoice:
    """Make a debit note as the ledger issues it with a notice: fees and interest on one to three invoices."""
    claims = [
        LateClaim(
            component=chance.choice(("fee", "interest")), number=f"INV-2026-{place:06d}", instalment=1,
            minor=chance.randrange(1, 10**6), from_on=date(2026, 2, 1), until_on=ISSUED, days=32,
            base_minor=chance.randrange(1, 10**8), rate_bp=1015,
        )
        for place in range(1, chance.randint(2, 4))
        for _ in range(chance.randint(1, 2))
    ]  # fmt: skip
    note = debit_note(f"DN-2026-{chance.randrange(10**6):06d}", ("DE01", "c1", currency), claims, ISSUED)
    return einvoice_of(invoice_document(note, BERLIN, SELLER))


TYPES = {
    "deposit": InvoiceType.PREPAYMENT,
    "credit note": InvoiceType.CREDIT_NOTE,
    "corrected": InvoiceType.CORRECTED,
    "fees": InvoiceType.DEBIT_NOTE,
}


def _header(kind: str, mix: str, currency: str, chance: Random) -> Header:
    seller = chance.choice((HAMBURG, SHANGHAI)) if set(mix) <= {"S", "Z", "O"} else HAMBURG
    buyer = VIENNA
    if mix == "O":
        seller, buyer = (party.model_copy(update={"vat_id": ""}) for party in (seller, buyer))
    refers = kind in {"credit note", "corrected", "fees"}
    due = ISSUED + timedelta(days=chance.randint(0, 60)) if kind != "credit note" and chance.random() < 0.7 else None
    abroad = seller is HAMBURG and currency != "EUR" and chance.random() < 0.5 and mix != "O"
    return Header(
        number=f"INV-2026-{chance.randrange(10**6):06d}",
        issued_on=ISSUED,
        type=TYPES.get(kind, InvoiceType.INVOICE),
        currency=currency,
        seller=seller,
        buyer=buyer,
        due_on=due,
        buyer_reference=chance.choice(("", "04011000-12345-34")),
        contract=chance.choice(("", "CTR-7")),
        purchase_order=chance.choice(("", "PO-7788")),
        payment_terms="30 days net" if due is None or chance.random() < 0.5 else "",
        notes=tuple(chance.sample(HOSTILE, chance.randint(0, 2))),
        preceding=(Preceding(number="INV-2026-A1", issued_on=date(2026, 1, 5)),) if refers else (),
        delivery=Delivery(on=date(2026, 3, 2), country="AT") if mix == "K" or chance.random() < 0.5 else None,
        period=Period(start=date(2026, 2, 1), end=date(2026, 2, 28)) if chance.random() < 0.3 else None,
        transfer=_transfer(currency, chance),
        tax_accounted=Money.of("12.34", "EUR") if abroad else None,
        language=chance.choice(("en", "zh-CN")),
    )


def _transfer(currency: str, chance: Random) -> CreditTransfer | None:
    if chance.random() < 0.2:
        return None
    if currency != "EUR":
        return CreditTransfer(means=PaymentMeans.CREDIT_TRANSFER, account="121908765432100", reference="INV-1")
    return CreditTransfer(
        means=PaymentMeans.SEPA_CREDIT_TRANSFER,
        account="DE89370400440532013000",
        account_name="Northwind Instruments GmbH",
        bank="COBADEFFXXX",
        reference="INV-1",
    )


def _money(currency: str, minor: int) -> Money:
    return Money(minor=minor, currency=currency)


def _item(place: int, currency: str, treatments: tuple[Treatment, ...], kind: str, chance: Random) -> Item:
    places = exponent(currency)
    price = Decimal(chance.randrange(1, 10**5)).scaleb(-places - chance.choice((0, 0, 2)))
    # A line that takes something back must not outweigh the first.
    quantity = Decimal(chance.randrange(1, 5000)).scaleb(-chance.choice((0, 1, 3)))
    if place == 1:
        price, quantity = Decimal(chance.randrange(10**6, 10**7)), Decimal(chance.randrange(5000, 9000))
    elif chance.random() < 0.15:
        quantity = -quantity
    item = Item(
        id=str(place),
        name=chance.choice(HOSTILE),
        description=chance.choice(("", *HOSTILE)),
        sku=chance.choice(("", "WL-200")),
        quantity=quantity,
        unit=chance.choice(("C62", "DAY", "KGM")),
        price=price,
        price_quantity=Decimal(chance.choice((1, 1, 100))) if place > 1 else Decimal(1),
        treatment=treatments[(place - 1) % len(treatments)],
        note=chance.choice(("", "as agreed")),
        order_line=chance.choice(("", str(place))),
        attributes=(ItemAttribute(name="Unit", value="台"),) if chance.random() < 0.3 else (),
        period=Period(start=date(2026, 2, 1), end=date(2026, 2, 2)) if chance.random() < 0.2 else None,
    )
    if chance.random() < 0.4:
        return item.model_copy(update={"adjustments": _line_adjustments(item, currency, chance)})
    return item


def _line_adjustments(item: Item, currency: str, chance: Random) -> tuple[Adjustment, ...]:
    base = _money(currency, chance.randrange(100, 10_000))
    percent_bp = chance.choice((300, 1250, 9999))
    allowance = Adjustment(
        kind=AdjustmentKind.ALLOWANCE,
        amount=percentage_of(base, percent_bp),
        reason="Discount",
        base=base,
        percent_bp=percent_bp,
    )
    charge = Adjustment(kind=AdjustmentKind.CHARGE, amount=_money(currency, 123), reason="Packing")
    return chance.choice(((allowance,), (charge,), (allowance, charge)))


def _adjusted(
    currency: str, treatments: tuple[Treatment, ...], items: tuple[Item, ...], chance: Random
) -> DocumentAdjustment:
    return DocumentAdjustment(
        kind=chance.choice(tuple(AdjustmentKind)),
        amount=_money(currency, chance.randrange(1, 100_000)),
        reason=chance.choice(("Rebate", "Freight 运费")),
        treatment=treatments[0],
    )


def _final(draft: Draft, build: Callable[[Draft], EInvoice], chance: Random) -> EInvoice:
    """Take off deposits, and now and then pay a round sum."""
    gross, currency = build(draft).totals.gross, draft.header.currency
    whole = chance.random() < 0.2
    paid = gross if whole else _money(currency, gross.minor * chance.randrange(1, 90) // 100)
    first, second = paid.allocate((chance.randint(1, 9), chance.randint(1, 9)))
    prepayments = (
        Prepayment(number="INV-2026-000101", issued_on=date(2026, 1, 5), amount=first),
        Prepayment(number="INV-2026-000102", amount=second),
    )
    rounding = None if whole else chance.choice((None, _money(currency, 1), _money(currency, -2)))
    header = draft.header.model_copy(update={"prepayments": prepayments, "rounding": rounding})
    return build(draft.model_copy(update={"header": header}))
