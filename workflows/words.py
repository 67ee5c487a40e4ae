"""Words between workflows, sent by activities through the client; a closed receiver is started again if it must be."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client, RPCError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCStatusCode

from domain.account import effects as account
from domain.account.commands import InvoiceOpened, ReceiptArrived
from domain.credit_words import credit_words
from domain.deal import effects as deal
from domain.deal.commands import AccountHoldChanged, BillingCancelled, Credited, ReceivableChanged
from domain.deal.folding import folded
from domain.machine import Job
from domain.ports import Records
from domain.value import Value
from workflows import signing
from workflows.client import account_workflow_id, deal_workflow_id
from workflows.converter import thin
from workflows.messages import AccountInput, DealInput, Limits, Word
from workflows.starting import account_labels, deal_labels

_WALL: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731  # a default to be replaced in tests


class TemporalWords:
    """Implements `domain.ports.Words` with signals.

    Attributes:
        limits: given to the workflows it starts.
        wall: the real now, for the offset of workflows started by one whose clock runs ahead or behind.
    """

    def __init__(
        self, client: Client, records: Records, task_queue: str, limits: Limits, wall: Callable[[], datetime] = _WALL
    ) -> None:
        self._client = client
        self._records = records
        self._queue = task_queue
        self._limits = limits
        self._wall = wall

    async def open_receivable(self, job: Job[deal.OpenReceivable]) -> None:
        """Signal the account with start: one action, whether it runs or not."""
        effect = job.effect
        command = InvoiceOpened(number=effect.number, deal_id=effect.deal_id, gross=effect.gross)
        await self._tell_account(job, effect.entity, effect.customer_id, effect.currency, command)

    async def credited(self, job: Job[deal.CreditInvoice], credited: Credited) -> None:
        """Tell the account of every credit note, each in a word of its own."""
        await self._tell_credits(job, credited)

    async def cancelled(self, job: Job[deal.CancelBilling], cancelled: BillingCancelled) -> None:
        """Tell the account of every credit note, each in a word of its own."""
        await self._tell_credits(job, cancelled)

    async def _tell_credits(
        self, job: Job[deal.CreditInvoice] | Job[deal.CancelBilling], result: Credited | BillingCancelled
    ) -> None:
        effect = job.effect
        for cause, command in credit_words(effect, result, job.id):
            told = job.model_copy(update={"id": cause})
            await self._tell_account(told, effect.entity, effect.customer_id, effect.currency, command)

    async def tell_deal(self, job: Job[account.TellDeal]) -> None:
        """Signal the deal; one that has closed is folded from the event log and started again if it owes anything."""
        effect = job.effect
        command = ReceivableChanged(
            number=effect.number,
            open_minor=effect.open_minor,
            disputed_minor=effect.disputed_minor,
            written_off=effect.written_off,
            recovered_minor=effect.recovered_minor,
        )
        workflow_id = deal_workflow_id(effect.deal_id)
        word = self._word(workflow_id, job.id, job.owner, command)
        if not await self._heard(workflow_id, word):
            await self._reopen(job, word)

    async def tell_account(self, job: Job[account.TellAccount]) -> None:
        """Signal the account with start: its books have the receipt already, whether it runs or not."""
        effect = job.effect
        command = ReceiptArrived(source=effect.source, external_id=effect.external_id, origin=job.owner)
        await self._tell_account(job, effect.entity, effect.customer_id, effect.currency, command)

    async def tell_hold(self, job: Job[account.TellHold]) -> None:
        """Signal every deal that is concerned; one that has closed meanwhile has nothing to keep back."""
        effect = job.effect
        for deal_id, customer_id in await self._records.concerned_by_hold(effect.customer_id):
            command = AccountHoldChanged(customer_id=customer_id, orders=effect.orders, deliveries=effect.deliveries)
            workflow_id = deal_workflow_id(deal_id)
            await self._heard(workflow_id, self._word(workflow_id, job.id, job.owner, command))

    async def _heard(self, workflow_id: str, word: Word) -> bool:
        """Signal what runs; tell whether it does."""
        try:
            await self._client.get_workflow_handle(workflow_id).signal("word", word)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    async def _reopen(self, job: Job[account.TellDeal], word: Word) -> None:
        state = folded(await self._records.deal_facts(job.effect.deal_id))
        known = next((item for item in state.billing if item.number == job.effect.number), None) if state else None
        if state is None or known is None:
            return
        if known.open_minor == job.effect.open_minor and not job.effect.recovered_minor:
            return
        start = DealInput(
            deal_id=state.deal_id,
            entity=state.entity,
            currency=state.currency,
            customer=state.customer,
            clock_offset_s=self._offset(job),
            limits=self._limits,
            state=state.model_copy(update={"forgotten": state.version}),
        )
        await self._client.start_workflow(
            "Deal",
            start,
            id=deal_workflow_id(state.deal_id),
            task_queue=self._queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal="word",
            start_signal_args=[word],
            **deal_labels(start),
        )

    async def _tell_account(self, job: Job[Any], entity: str, customer_id: str, currency: str, command: Value) -> None:
        workflow_id = account_workflow_id(entity, customer_id, currency)
        start = AccountInput(
            entity=entity,
            customer_id=customer_id,
            currency=currency,
            clock_offset_s=self._offset(job),
            limits=self._limits,
        )
        await self._client.start_workflow(
            "Account",
            start,
            id=workflow_id,
            task_queue=self._queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal="word",
            start_signal_args=[self._word(workflow_id, job.id, job.owner, command)],
            **account_labels(start),
        )

    def _word(self, workflow_id: str, effect_id: str, sender: str, command: Value) -> Word:
        word = Word(id=effect_id, sender=sender, command=thin(command))
        return word.model_copy(update={"signature": signing.sign(workflow_id, word)})

    def _offset(self, job: Job[Any]) -> float:
        """Return how far the sender's clock is from the wall; a delay of production is no offset."""
        ahead = (job.now or job.at) - self._wall()
        if not job.clock_offset_s and ahead < timedelta(minutes=1):
            return 0
        return ahead.total_seconds()
