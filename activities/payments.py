"""Money of an account: every method is one ledger transaction, harmless when repeated under its key."""

from typing import TypeVar

from temporalio import activity

from activities.refusals import account_result
from domain.account import effects as e
from domain.account.commands import AccountRefusal, Done, Loaded, Moved, PromiseJudged
from domain.account.exchange_effects import ExchangeReceipt, UndoReceiptExchange
from domain.account.plan_effects import EndPlan
from domain.account.promise_effects import EndPromise
from domain.account.write_off_effects import ProposeWriteOff
from domain.machine import Job
from domain.ports import Ledger, Resolver, Words
from domain.receivables.entries import Movement

L = TypeVar("L", bound=e.LedgerEffect)


class PaymentActivities:
    """Asks the ledger; idempotency key: the effect's id, beside the ledger's own business keys."""

    def __init__(self, ledger: Ledger, resolver: Resolver, words: Words) -> None:
        self._ledger = ledger
        self._resolver = resolver
        self._words = words

    @activity.defn(name="load_case")
    async def load_case(self, job: Job[e.LoadCase]) -> Loaded | AccountRefusal:
        """Compile the account's terms and sum its case up."""
        terms, terms_hash, name = await self._resolver.account_terms(job.effect, job.at)
        return await account_result(self._ledger.load_case(job.effect, job.at, terms, terms_hash, name))

    @activity.defn(name="refresh_case")
    async def refresh_case(self, job: Job[e.RefreshCase]) -> Moved | AccountRefusal:
        """Sum the case up again."""
        return await self._operate(job)

    @activity.defn(name="import_invoice")
    async def import_invoice(self, job: Job[e.ImportInvoice]) -> Moved | AccountRefusal:
        """Enter an open item."""
        return await self._operate(job)

    @activity.defn(name="apply_receipt")
    async def apply_receipt(self, job: Job[e.ApplyReceipt]) -> Moved | AccountRefusal:
        """Record, match, allocate and post a receipt."""
        effect, rate = job.effect, job.effect.receipt.rate
        if rate is not None and effect.policy:
            checks = await self._resolver.rate_checks(effect.policy, effect.entity, (rate.unit, rate.quote), job.at)
            job = job.model_copy(update={"effect": effect.model_copy(update={"checks": checks})})
        return await self._operate(job)

    @activity.defn(name="allocate_receipt")
    async def allocate_receipt(self, job: Job[e.AllocateReceipt]) -> Moved | AccountRefusal:
        """Allocate unapplied cash."""
        return await self._operate(job)

    @activity.defn(name="unallocate_receipt")
    async def unallocate_receipt(self, job: Job[e.UnallocateReceipt]) -> Moved | AccountRefusal:
        """Take allocations back."""
        return await self._operate(job)

    @activity.defn(name="reverse_receipt")
    async def reverse_receipt(self, job: Job[e.ReverseReceipt]) -> Moved | AccountRefusal:
        """Reverse a returned payment."""
        return await self._operate(job)

    @activity.defn(name="move_receipt")
    async def move_receipt(self, job: Job[e.MoveReceipt]) -> Moved | AccountRefusal:
        """Move a receipt to the account of whose money it is."""
        return await self._operate(job)

    @activity.defn(name="take_over_receipt")
    async def take_over_receipt(self, job: Job[e.TakeOverReceipt]) -> Moved | AccountRefusal:
        """Match and allocate a receipt that came from another account."""
        return await self._operate(job)

    @activity.defn(name="exchange_receipt")
    async def exchange_receipt(self, job: Job[ExchangeReceipt]) -> Moved | AccountRefusal:
        """Change cash of a receipt into another currency."""
        effect = job.effect
        if effect.policy and not effect.agreed:
            checks = await self._resolver.rate_checks(
                effect.policy, effect.entity, (effect.currency, effect.into), job.at
            )
            job = job.model_copy(update={"effect": effect.model_copy(update={"checks": checks})})
        return await self._operate(job)

    @activity.defn(name="undo_receipt_exchange")
    async def undo_receipt_exchange(self, job: Job[UndoReceiptExchange]) -> Moved | AccountRefusal:
        """Take an exchange back."""
        return await self._operate(job)

    @activity.defn(name="open_dispute")
    async def open_dispute(self, job: Job[e.OpenDispute]) -> Moved | AccountRefusal:
        """Dispute a part of an invoice."""
        return await self._operate(job)

    @activity.defn(name="resolve_dispute")
    async def resolve_dispute(self, job: Job[e.ResolveDispute]) -> Moved | AccountRefusal:
        """End a dispute."""
        return await self._operate(job)

    @activity.defn(name="end_promise")
    async def end_promise(self, job: Job[EndPromise]) -> Moved | AccountRefusal:
        """Take a promise back."""
        return await self._operate(job)

    @activity.defn(name="end_plan")
    async def end_plan(self, job: Job[EndPlan]) -> Moved | AccountRefusal:
        """End a payment plan."""
        return await self._operate(job)

    @activity.defn(name="make_plan")
    async def make_plan(self, job: Job[e.MakePlan]) -> Moved | AccountRefusal:
        """Record a payment plan."""
        return await self._operate(job)

    @activity.defn(name="make_promise")
    async def make_promise(self, job: Job[e.MakePromise]) -> Moved | AccountRefusal:
        """Record a promise to pay."""
        return await self._operate(job)

    @activity.defn(name="judge_promise")
    async def judge_promise(self, job: Job[e.JudgePromise]) -> PromiseJudged | AccountRefusal:
        """Find a promise kept or broken."""
        return await account_result(self._ledger.judge_promise(job.id, job.at, job.effect))

    @activity.defn(name="propose_write_off")
    async def propose_write_off(self, job: Job[ProposeWriteOff]) -> Moved | AccountRefusal:
        """Note what is proposed for write-off."""
        return await self._operate(job)

    @activity.defn(name="write_off")
    async def write_off(self, job: Job[e.WriteOff]) -> Moved | AccountRefusal:
        """Write an amount off."""
        return await self._operate(job)

    @activity.defn(name="credit_note")
    async def credit_note(self, job: Job[e.CreditNote]) -> Moved | AccountRefusal:
        """Issue a credit note."""
        return await self._operate(job)

    @activity.defn(name="take_refund")
    async def take_refund(self, job: Job[e.TakeRefund]) -> Moved | AccountRefusal:
        """Set cash aside that is to be paid back."""
        return await self._operate(job)

    @activity.defn(name="settle_refund")
    async def settle_refund(self, job: Job[e.SettleRefund]) -> Moved | AccountRefusal:
        """Enter what became of a refund."""
        return await self._operate(job)

    @activity.defn(name="hand_over")
    async def hand_over(self, job: Job[e.HandOver]) -> Moved | AccountRefusal:
        """Find whether the account may be handed over."""
        return await self._operate(job)

    @activity.defn(name="skip_level")
    async def skip_level(self, job: Job[e.SkipLevel]) -> Moved | AccountRefusal:
        """Record a level that fell into a dispute."""
        return await self._operate(job)

    @activity.defn(name="tell_deal")
    async def tell_deal(self, job: Job[e.TellDeal]) -> Done:
        """Tell a deal what is open of its invoice."""
        await self._words.tell_deal(job)
        return Done(reference=job.effect.number)

    @activity.defn(name="tell_account")
    async def tell_account(self, job: Job[e.TellAccount]) -> Done:
        """Tell another account that a receipt of its customer is in its books."""
        await self._words.tell_account(job)
        return Done(reference=f"{job.effect.source}/{job.effect.external_id}")

    @activity.defn(name="tell_hold")
    async def tell_hold(self, job: Job[e.TellHold]) -> Done:
        """Tell the customer's deals what is kept back from them."""
        await self._words.tell_hold(job)
        return Done()

    async def _operate(self, job: Job[L]) -> Moved | AccountRefusal:
        return await account_result(self._moved(job))

    async def _moved(self, job: Job[L]) -> Moved:
        movement: Movement = await self._ledger.operate(job.id, job.at, job.effect)
        return Moved(movement=movement)
