"""Papers that an account sends: each goes out once under its effect's id, as it was kept."""

from temporalio import activity

from activities.papers import Papers
from activities.post import Post, to_customer
from activities.refusals import account_result
from activities.tax_papers import TaxPapers
from domain.account.commands import AccountRefusal, Done
from domain.account.paper_effects import SendCreditNote, SendStatement
from domain.account_statement import statement_document
from domain.machine import Job
from domain.mail import Mailer
from domain.notices import Wording
from domain.paper_ports import AccountStatements, Addresses, Letterheads


class CustomerPaperActivities:
    """Sends what the ledger has issued; idempotency key: the effect's id, as the mail's key.

    Failures: `NoAddress` and `MailRefused` are final until a person mends the address; `MailUnavailable` is retried.
    """

    def __init__(
        self,
        addresses: Addresses,
        letterheads: Letterheads,
        statements: AccountStatements,
        papers: Papers,
        tax_papers: TaxPapers,
        mailer: Mailer,
        wording: Wording,
    ) -> None:
        self._addresses = addresses
        self._letterheads = letterheads
        self._statements = statements
        self._papers = papers
        self._tax_papers = tax_papers
        self._mailer = mailer
        self._wording = wording

    @activity.defn(name="send_credit_note")
    async def send_credit_note(self, job: Job[SendCreditNote]) -> Done | AccountRefusal:
        """Send the credit note with its PDF and XML, kept as ``credit_note/{entity}/{number}.pdf`` and ``.xml``.

        Of an invoice of another system nothing is sent: that one knows its tax, and writes its credit note.
        """
        return await account_result(self._send_credit_note(job))

    async def _send_credit_note(self, job: Job[SendCreditNote]) -> Done:
        note, invoice = await self._addresses.credit_note(job.effect.number, job.effect.entity)
        if invoice.lines:
            letter = await self._tax_papers.credit_note(note, invoice, job.effect.customer_id, job.effect.paid_part)
            document, words = letter.document, self._wording.credit_note_sent(letter.document)
            post = Post(self._mailer)
            await to_customer(post, job.id, job.now or job.at, document.customer, words, document.seller, letter.files)
        return Done(reference=note.number)

    @activity.defn(name="send_statement")
    async def send_statement(self, job: Job[SendStatement]) -> Done | AccountRefusal:
        """Send a statement of the account as it is now, kept as ``statement/{effect id}/{digest}.pdf``."""
        return await account_result(self._send_statement(job))

    async def _send_statement(self, job: Job[SendStatement]) -> Done:
        effect, now = job.effect, job.now or job.at
        party = await self._addresses.party(effect.customer_id)
        letterhead = await self._letterheads.letterhead(effect.entity)
        found = await self._statements.statement(
            effect.entity, effect.customer_id, effect.currency, now, letterhead.zone
        )
        document = statement_document(found, party, letterhead.seller)
        pdf = await self._papers.each(f"statement/{job.id}", document)
        words = self._wording.statement_sent(document)
        await to_customer(Post(self._mailer), job.id, now, party, words, document.seller, (pdf,))
        return Done(reference=document.number)
