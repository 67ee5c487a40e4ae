"""What a mail says is a template per occasion and language; it states facts it was given and nothing else."""

from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from domain import figures
from domain.account_statement import StatementDocument
from domain.documents import CreditNoteDocument, InvoiceDocument, QuoteDocument, ReminderDocument
from domain.notices import AcceptanceNotice, ApprovalNotice, PaymentNotice, PreDueNotice, TaskNotice
from domain.value import Value

TEMPLATES = Path(__file__).parent / "templates"


class Letter(Value):
    """The subject (one line) and the text of a mail."""

    subject: str
    text: str


def _one_line(fact: object) -> object:
    """A name or a reference with a line break in it must not become a header, nor a paragraph of ours."""
    return " ".join(fact.split()) if isinstance(fact, str) else fact


class Wording:
    """Writes the mails, in the recipient's language.

    A template is ``<occasion>.<en|zh>.txt``: ``Subject: …`` on the first line, an empty line, the text. The folder
    may be a company's own; an unknown name in a template raises jinja2.UndefinedError instead of printing nothing.
    """

    def __init__(self, templates: Path = TEMPLATES) -> None:
        """Read templates from a folder; they run in a sandbox, since a policy may bring its own."""
        self._templates = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(templates),
            undefined=StrictUndefined,
            finalize=_one_line,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._templates.filters.update(
            amount=figures.amount, day=figures.day, instant=figures.instant, percent=figures.percent
        )

    def quote_sent(self, quote: QuoteDocument, link: str = "") -> Letter:
        """The offer itself; ``link`` is where the customer accepts it."""
        return self._write("quote_sent", quote.language, quote=quote, link=link)

    def quote_expiring(self, quote: QuoteDocument, days_left: int, link: str = "") -> Letter:
        """A word some days before an open offer ends."""
        return self._write("quote_expiring", quote.language, quote=quote, days_left=days_left, link=link)

    def invoice_sent(self, invoice: InvoiceDocument) -> Letter:
        """The claim, with every due date."""
        return self._write("invoice_sent", invoice.language, invoice=invoice)

    def debit_note_sent(self, note: InvoiceDocument) -> Letter:
        """Fees and interest, payable at once."""
        return self._write("debit_note_sent", note.language, note=note)

    def acceptance_due(self, notice: AcceptanceNotice) -> Letter:
        """A word before silence counts as acceptance."""
        return self._write("acceptance_due", notice.customer.language, notice=notice)

    def credit_note_sent(self, note: CreditNoteDocument) -> Letter:
        """The correction, with what becomes of the money."""
        return self._write("credit_note_sent", note.language, note=note)

    def statement_sent(self, document: StatementDocument) -> Letter:
        """A statement of account."""
        return self._write("statement_sent", document.language, document=document)

    def pre_due(self, notice: PreDueNotice) -> Letter:
        """A friendly word before the due date."""
        return self._write("pre_due", notice.customer.language, notice=notice)

    def reminder(self, reminder: ReminderDocument) -> Letter:
        """A dunning letter; the first is friendly, the next firm, the last final."""
        return self._write(f"reminder_{reminder.tone}", reminder.language, reminder=reminder)

    def handed_over(self, reminder: ReminderDocument, collector: str) -> Letter:
        """The customer is told that ``collector`` (an agency, a law firm) now has the claim."""
        return self._write("handed_over", reminder.language, reminder=reminder, collector=collector)

    def payment_received(self, notice: PaymentNotice) -> Letter:
        """Thanks, with what the money paid."""
        return self._write("payment_received", notice.customer.language, notice=notice)

    def approval_requested(self, notice: ApprovalNotice) -> Letter:
        """A colleague must decide."""
        return self._write("approval_requested", notice.language, notice=notice)

    def task_assigned(self, notice: TaskNotice) -> Letter:
        """A colleague must act."""
        return self._write("task_assigned", notice.language, notice=notice)

    def _write(self, occasion: str, language: str, **facts: object) -> Letter:
        spoken = "zh" if figures.is_chinese(language) else "en"
        text = self._templates.get_template(f"{occasion}.{spoken}.txt").render(language=spoken, **facts)
        head, _, body = text.partition("\n")
        if not head.startswith("Subject: "):
            raise ValueError(f"{occasion}.{spoken}.txt must begin with 'Subject: '")
        return Letter(subject=head.removeprefix("Subject: ").strip(), text=body.strip() + "\n")
