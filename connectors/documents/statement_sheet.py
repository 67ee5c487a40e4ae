"""A statement of account lists what is open with its age, and what came in."""

from connectors.documents import labels
from connectors.documents.blocks import bank, facts, frame
from connectors.documents.reminder_sheet import open_items
from connectors.documents.sheet import Cell, Column, Grid, Section, Sheet, Sum
from domain import figures
from domain.account_statement import AgeBand, StatementDocument


def statement_sheet(document: StatementDocument) -> Sheet:
    """A statement: the open items, their ages, the receipts, and what is left to pay."""
    language, statement = document.language, document.statement
    details = document.seller.bank
    return Sheet(
        frame=frame(document.seller, document.customer, language),
        title=labels.STATEMENT.of(language),
        number=document.number,
        recipient_label=labels.TO.of(language),
        facts=facts(
            language,
            (labels.AS_OF, figures.instant(statement.as_of, language)),
            (labels.CURRENCY, statement.currency),
            (labels.CUSTOMER_NUMBER, statement.customer_id),
        ),
        opening=(labels.STATEMENT_OPENING.of(language),),
        grid=open_items(statement.items, statement.currency, language),
        sums=_sums(document),
        sections=(
            _ageing(document),
            *((_plans(document),) if statement.plans else ()),
            *((_receipts(document),) if statement.receipts else ()),
            *((bank(details, statement.customer_id, language),) if details else ()),
        ),
        closing=(labels.STATEMENT_CLOSING.of(language),),
    )


def _sums(document: StatementDocument) -> tuple[Sum, ...]:
    language, statement = document.language, document.statement
    left_out = Sum(
        label=labels.LEFT_OUT.of(language).format(statement.left_out),
        value=figures.amount(statement.left_out_open, language),
    )
    return (
        *((left_out,) if statement.left_out else ()),
        Sum(label=labels.TOTAL_OPEN.of(language), value=figures.amount(statement.total_open, language)),
        Sum(label=labels.UNAPPLIED.of(language), value=figures.amount(statement.unapplied.negated(), language)),
        Sum(label=labels.BALANCE.of(language), value=figures.amount(statement.balance, language), weight="strong"),
    )


def _ageing(document: StatementDocument) -> Section:
    language, statement = document.language, document.statement
    columns = (
        Column(label=labels.DAYS_LATE.of(language), align="left", width="wide"),
        Column(label=labels.OPEN.of(language).format(statement.currency)),
    )
    rows = tuple((Cell(text=_named(band, language)), Cell(text=figures.number(band.open))) for band in statement.ageing)
    return Section(title=labels.AGEING.of(language), grid=Grid(columns=columns, rows=rows))


def _named(band: AgeBand, language: str) -> str:
    if band.from_days is None:
        return labels.NOT_DUE.of(language)
    return f"{band.from_days}–{band.to_days}" if band.to_days is not None else f"≥ {band.from_days}"


def _plans(document: StatementDocument) -> Section:
    language, statement = document.language, document.statement
    columns = (
        Column(label=labels.INSTALMENT_DUE.of(language), align="left"),
        Column(label=labels.INVOICE_NUMBER.of(language), align="left"),
        Column(label=labels.PLAN.of(language), align="left", width="wide"),
        Column(label=labels.TOTAL.of(language).format(statement.currency)),
    )
    rows = tuple(
        (
            Cell(text=figures.day(part.due_on, language)),
            Cell(text=part.number),
            Cell(text=part.plan),
            Cell(text=figures.number(part.amount)),
        )
        for part in statement.plans
    )
    said = (labels.PLAN_NOTE.of(language),)
    return Section(title=labels.PLANS.of(language), grid=Grid(columns=columns, rows=rows), paragraphs=said)


def _receipts(document: StatementDocument) -> Section:
    language, statement = document.language, document.statement
    columns = (
        Column(label=labels.RECEIVED.of(language), align="left"),
        Column(label=labels.PAYERS_REFERENCE.of(language), align="left", width="wide"),
        Column(label=labels.TOTAL.of(language).format(statement.currency)),
        Column(label=labels.UNAPPLIED_OF.of(language)),
    )
    rows = tuple(
        (
            Cell(text=figures.day(one.value_date, language)),
            Cell(text=one.reference),
            Cell(text=figures.number(one.amount)),
            Cell(text=figures.number(one.unapplied)),
        )
        for one in statement.receipts
    )
    title = labels.RECEIPTS_SINCE.of(language).format(figures.day(statement.since, language))
    return Section(title=title, grid=Grid(columns=columns, rows=rows))
