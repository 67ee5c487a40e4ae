"""The parts that several documents share: letterhead, recipient, lines, tax, sums, and where to pay."""

from collections.abc import Iterable

from connectors.documents import labels
from connectors.documents.sheet import Cell, Column, Fact, Frame, Grid, Section, Sum
from domain import figures
from domain.documents import BankDetails, DocumentLine, Party, PricedDocument, Seller, TaxLine
from domain.money import Money
from domain.value import Text


def facts(language: str, *pairs: tuple[Text, str]) -> tuple[Fact, ...]:
    """Label what has a value; what is empty is not printed."""
    return tuple(Fact(label=label.of(language), value=value) for label, value in pairs if value)


def _given(texts: Iterable[str]) -> tuple[str, ...]:
    """Leave out empty lines."""
    return tuple(text for text in texts if text)


def frame(seller: Seller, customer: Party, language: str) -> Frame:
    """Letterhead, recipient and footer: our name and address above, what the law wants on business paper below."""
    contact = labels.ATTENTION.of(language).format(customer.contact) if customer.contact else ""
    below = (
        labels.SELLER_TAX_ID.of(language).format(seller.tax_id) if seller.tax_id else "",
        labels.SELLER_REGISTRATION.of(language).format(seller.registration) if seller.registration else "",
        labels.PHONE.of(language).format(seller.phone) if seller.phone else "",
        seller.email,
        seller.website,
    )
    return Frame(
        language="zh" if figures.is_chinese(language) else "en",
        author=seller.name,
        letterhead=_given((*seller.address, seller.country)),
        recipient=_given((customer.name, contact, *customer.address, customer.country)),
        footer=_given(below),
        page_label=labels.PAGE.of(language),
    )


def lines(document: PricedDocument) -> Grid:
    """The lines; the discount column stands only where there is a discount."""
    language = document.language
    discounted = any(line.discount_bp for line in document.lines)
    columns = [
        Column(label=labels.POSITION.of(language), align="center"),
        Column(label=labels.ITEM.of(language), align="left", width="wide"),
        Column(label=labels.QUANTITY.of(language)),
        Column(label=labels.UNIT.of(language), align="left"),
        Column(label=labels.UNIT_PRICE.of(language)),
        *([Column(label=labels.DISCOUNT.of(language))] if discounted else []),
        Column(label=labels.TAX_RATE.of(language)),
        Column(label=labels.LINE_NET.of(language).format(document.currency)),
    ]
    rates = {tax.code: figures.percent(tax.rate_bp) for tax in document.taxes}

    def row(line: DocumentLine) -> tuple[Cell, ...]:
        discount = figures.percent(line.discount_bp) if line.discount_bp else "–"
        texts = (
            figures.quantity(line.quantity),
            line.unit,
            figures.number(line.unit_price),
            *([discount] if discounted else []),
            rates.get(line.tax_code, line.tax_code),
            figures.number(line.net),
        )
        first = (Cell(text=str(line.position)), Cell(text=line.description, note=line.sku))
        return first + tuple(Cell(text=text) for text in texts)

    return Grid(columns=tuple(columns), rows=tuple(row(line) for line in document.lines))


def tax_breakdown(document: PricedDocument) -> Grid:
    """The tax by category, on the category's sum."""
    language = document.language

    def row(tax: TaxLine) -> tuple[Cell, ...]:
        title = f"{tax.label.of(language)} {figures.percent(tax.rate_bp)}"
        texts = (figures.number(tax.base), figures.number(tax.tax))
        return (Cell(text=title, note=tax.note), *(Cell(text=text) for text in texts))

    columns = (
        Column(label=labels.TAX_CATEGORY.of(language), align="left", width="wide"),
        Column(label=labels.TAX_BASE.of(language)),
        Column(label=labels.TAX_AMOUNT.of(language)),
    )
    return Grid(columns=columns, rows=tuple(row(tax) for tax in document.taxes))


def capitals(label: Text, money: Money, language: str) -> str:
    """The amount in 大写, on Chinese documents in renminbi only."""
    if figures.is_chinese(language) and money.currency == "CNY":
        return label.zh.format(figures.capitals(money))
    return ""


def sums(document: PricedDocument, gross: Text) -> tuple[Sum, ...]:
    """Net, tax and the gross amount, under its own name on each kind of document."""
    language = document.language
    return (
        Sum(label=labels.NET.of(language), value=figures.amount(document.net, language)),
        Sum(label=labels.TAX.of(language), value=figures.amount(document.tax, language)),
        Sum(label=gross.of(language), value=figures.amount(document.gross, language), weight="strong"),
    )


def bank(details: BankDetails, reference: str, language: str) -> Section:
    """Where to pay, and what to write on the transfer."""
    return Section(
        title=labels.BANK.of(language),
        facts=facts(
            language,
            (labels.BANK_NAME, details.bank_name),
            (labels.ACCOUNT_NAME, details.account_name),
            (labels.IBAN, details.iban),
            (labels.ACCOUNT_NUMBER, details.account_number),
            (labels.BIC, details.bic),
            (labels.CNAPS, details.cnaps),
            (labels.REFERENCE, reference),
        ),
        paragraphs=(labels.QUOTE_REFERENCE.of(language),) if reference else (),
    )


def notes(texts: tuple[str, ...], language: str) -> tuple[Section, ...]:
    """The notes as a block of their own, if there are any."""
    return (Section(title=labels.NOTES.of(language), paragraphs=texts),) if texts else ()
