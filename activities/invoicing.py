"""Invoices and credit notes of a deal: one ledger transaction each, once per (deal, item) or (deal, invoice)."""

from temporalio import activity

from activities.refusals import deal_result
from activities.tax_papers import TaxPapers
from domain.deal.commands import BillingCancelled, CreditDecision, Credited, DealRefusal, Done, Issued
from domain.deal.effects import CancelBilling, CheckCredit, CreditInvoice, IssueInvoice, OpenReceivable
from domain.machine import Job
from domain.ports import Ledger, Words


class InvoicingActivities:
    """Asks the ledger; the effect's id is the idempotency key, beside the ledger's own business keys."""

    def __init__(self, ledger: Ledger, words: Words, papers: TaxPapers) -> None:
        self._ledger = ledger
        self._words = words
        self._papers = papers

    @activity.defn(name="issue_invoice")
    async def issue_invoice(self, job: Job[IssueInvoice]) -> Issued | DealRefusal:
        """Allocate the number, store the document and post it; refused before that where nobody could send it."""
        return await deal_result(self._issue_invoice(job))

    async def _issue_invoice(self, job: Job[IssueInvoice]) -> Issued:
        await self._papers.check(job.effect)
        return await self._ledger.issue_invoice(job.id, job.at, job.effect)

    @activity.defn(name="open_receivable")
    async def open_receivable(self, job: Job[OpenReceivable]) -> Done:
        """Tell the customer's account of the invoice."""
        await self._words.open_receivable(job)
        return Done(reference=job.effect.number)

    @activity.defn(name="credit_invoice")
    async def credit_invoice(self, job: Job[CreditInvoice]) -> Credited | DealRefusal:
        """Credit what is left of an invoice and tell the customer's account."""
        result = await deal_result(self._ledger.credit_invoice(job.id, job.at, job.effect))
        if isinstance(result, Credited) and result.waits is None:
            await self._words.credited(job, result)
        return result

    @activity.defn(name="cancel_billing")
    async def cancel_billing(self, job: Job[CancelBilling]) -> BillingCancelled | DealRefusal:
        """Credit and bill what a cancelled order asks for, and tell the customer's account."""
        result = await deal_result(self._cancel_billing(job))
        if isinstance(result, BillingCancelled):
            await self._words.cancelled(job, result)
        return result

    async def _cancel_billing(self, job: Job[CancelBilling]) -> BillingCancelled:
        # What is billed at last is known to the ledger alone: the effect names no amounts of it.
        for document in await self._ledger.last_invoices(job.effect):
            await self._papers.check(document)
        return await self._ledger.cancel_billing(job.id, job.at, job.effect)

    @activity.defn(name="check_credit")
    async def check_credit(self, job: Job[CheckCredit]) -> CreditDecision:
        """Compare exposure and limit."""
        return await self._ledger.exposure(job.effect, job.at)
