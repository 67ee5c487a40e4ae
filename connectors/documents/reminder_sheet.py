"""A reminder shows what is open at one instant, says so, and grows firmer with its level."""

from connectors.documents import labels
from connectors.documents.blocks import bank, facts, frame
from connectors.documents.sheet import Cell, Column, Grid, Sheet, Sum
from domain import figures
from domain.documents import OpenItem, ReminderDocument

_LISTED_NUMBERS = 3


def reminder_sheet(reminder: ReminderDocument) -> Sheet:
    """A letter: the late items, the amount due, the day to pay by, the account."""
    language = reminder.language
    reference = reminder.number
    if len(reminder.items) <= _LISTED_NUMBERS:
        reference = ", ".join(item.invoice_number for item in reminder.items)
    details = reminder.seller.bank
    return Sheet(
        frame=frame(reminder.seller, reminder.customer, language),
        title=labels.REMINDER[reminder.tone].of(language),
        number=reminder.number,
        recipient_label=labels.TO.of(language),
        facts=facts(
            language,
            (labels.LEVEL, f"{reminder.level} / {reminder.last_level}"),
            (labels.AS_OF, figures.instant(reminder.as_of, language)),
            (labels.PAY_UNTIL, figures.day(reminder.pay_until, language) if reminder.pay_until else ""),
        ),
        opening=(
            labels.SALUTATION.of(language).format(reminder.customer.contact or reminder.customer.name),
            (labels.REMINDER_OPENING if reminder.reminded else labels.FIRST_OPENING)[reminder.tone].of(language),
        ),
        grid=open_items(reminder.items, reminder.total_open.currency, language),
        sums=_sums(reminder),
        sections=(bank(details, reference, language),) if details else (),
        closing=(
            *((labels.JOINED.of(language),) if any(item.joined for item in reminder.items) else ()),
            *(text.of(language) for text in labels.REMINDER_CLOSING),
            labels.REGARDS.of(language).format(reminder.seller.name),
        ),
    )


def open_items(items: tuple[OpenItem, ...], currency: str, language: str) -> Grid:
    """What is open of each invoice; what is not due has no days late."""
    columns = (
        Column(label=labels.INVOICE_NUMBER.of(language), align="left", width="wide"),
        Column(label=labels.ISSUED.of(language), align="left"),
        Column(label=labels.DUE.of(language), align="left"),
        Column(label=labels.DAYS_LATE.of(language)),
        Column(label=labels.TOTAL.of(language).format(currency)),
        Column(label=labels.OPEN.of(language).format(currency)),
    )

    def row(item: OpenItem) -> tuple[Cell, ...]:
        texts = (
            f"{item.invoice_number} *" if item.joined else item.invoice_number,
            figures.day(item.issued_on, language),
            figures.day(item.due_on, language),
            str(item.days_late) if item.days_late > 0 else "–",
            figures.number(item.total),
            figures.number(item.open),
        )
        return tuple(Cell(text=text) for text in texts)

    return Grid(columns=columns, rows=tuple(row(item) for item in items))


def _sums(reminder: ReminderDocument) -> tuple[Sum, ...]:
    language = reminder.language
    due = Sum(label=labels.PAYABLE.of(language), value=figures.amount(reminder.total_due, language), weight="strong")
    if not reminder.charges:
        return (due,)
    charges = tuple(
        Sum(label=charge.description, value=figures.amount(charge.amount, language)) for charge in reminder.charges
    )
    open_sum = Sum(label=labels.TOTAL_OPEN.of(language), value=figures.amount(reminder.total_open, language))
    return (open_sum, *charges, due)
