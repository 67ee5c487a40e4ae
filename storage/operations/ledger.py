"""The ledger as the port wants it: every method is one transaction, and its first answer is its only one."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeVar

from pydantic import BaseModel
from sqlalchemy import Connection, bindparam, insert, select

from domain.account import effects as account
from domain.account.commands import Loaded, NoticeResult, PromiseJudged
from domain.account.exchange_effects import ExchangeReceipt, UndoReceiptExchange
from domain.account.plan_effects import EndPlan
from domain.account.promise_effects import EndPromise
from domain.account.write_off_effects import ProposeWriteOff
from domain.deal import effects as deal
from domain.deal.commands import BillingCancelled, CreditDecision, Credited, Issued
from domain.money import Money
from domain.ports import NoticePlan
from domain.receivables.entries import CaseView, Movement
from domain.refusal import Code, refuse
from domain.terms import AccountTerms
from storage.chain import digest
from storage.database import Database
from storage.operations import (
    bank_exchanges,
    claims,
    credits,
    exchanges,
    invoices,
    late_corrections,
    moved_receipts,
    notices,
    plans,
    receipts,
    refunds,
    reversals,
    write_offs,
)
from storage.operations.accounts import HeldAccount, hold_account, save_account, store_terms, terms_from
from storage.operations.books import AccountBooks, Books
from storage.operations.cancelling import account_terms, cancel_billing, last_invoices
from storage.operations.cases import case_after
from storage.operations.differences import post_differences
from storage.operations.exposure import exposure
from storage.operations.hand_over import hand_over
from storage.operations.outcome import Outcome
from storage.tables.ledger import INVOICE, MOVEMENT
from storage.tables.records import ACCOUNT_TERMS, CHAIN

A = TypeVar("A", bound=BaseModel)

_ANSWERED = select(MOVEMENT.c.digest, MOVEMENT.c.answer).where(MOVEMENT.c.key == bindparam("key"))
_TERMS_AND_ANSWER = (
    select(ACCOUNT_TERMS.c.body, MOVEMENT.c.digest, MOVEMENT.c.answer)
    .outerjoin(MOVEMENT, MOVEMENT.c.key == bindparam("key"))
    .where(ACCOUNT_TERMS.c.terms_hash == bindparam("terms_hash"))
)
_NEWEST = (
    select(INVOICE.c.number)
    .where(INVOICE.c.account_id == bindparam("account_id"))
    .order_by(INVOICE.c.id.desc())
    .limit(20)
)
_HEAD = select(CHAIN.c.seq, CHAIN.c.run, CHAIN.c.run_from).where(CHAIN.c.workflow_id == bindparam("workflow_id"))


class LedgerBooks:
    """The money, as `domain.ports.Ledger`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def issue_invoice(self, key: str, at: datetime, effect: deal.IssueInvoice) -> Issued:
        """Issue an invoice with number, instalments and postings; once per (deal, item)."""
        return await self._database.write(invoices.issue_invoice, key, at, effect)

    async def credit_invoice(self, key: str, at: datetime, effect: deal.CreditInvoice) -> Credited:
        """Credit all that is open or paid of an invoice; cash that paid it becomes unapplied."""
        return await self._database.write(_credit_invoice, key, at, effect)

    async def last_invoices(self, effect: deal.CancelBilling) -> tuple[deal.IssueInvoice, ...]:
        """Return the invoices that a cancellation would issue now, and do nothing."""
        return await self._database.read(last_invoices, effect)

    async def cancel_billing(self, key: str, at: datetime, effect: deal.CancelBilling) -> BillingCancelled:
        """Credit and bill what a cancelled order asks for, or nothing."""
        return await self._database.write(_cancel_billing, key, at, effect)

    async def exposure(self, effect: deal.CheckCredit, at: datetime) -> CreditDecision:
        """Compare open receivables, unbilled orders and this order with the limit."""
        return await self._database.read(exposure, effect, at)

    async def load_case(
        self, effect: account.LoadCase, at: datetime, terms: AccountTerms, terms_hash: str, customer_name: str
    ) -> Loaded:
        """Store the terms by hash, create the account when it is new, and sum the case up."""
        return await self._database.write(_load_case, effect, at, terms, terms_hash, customer_name)

    async def operate(self, key: str, at: datetime, effect: account.LedgerEffect) -> Movement:
        """Carry out one account operation."""
        return await self._database.write(_operate, key, at, effect)

    async def judge_promise(self, key: str, at: datetime, effect: account.JudgePromise) -> PromiseJudged:
        """Close a promise as kept or broken, by what is open of its invoice."""
        return await self._database.write(_judge_promise, key, at, effect)

    async def plan_notice(self, key: str, at: datetime, effect: account.SendNotice) -> NoticePlan | None:
        """Build the notice from what is open now; none when nothing is owed any more."""
        return await self._database.write(_plan_notice, key, at, effect)

    async def record_notice(self, key: str, at: datetime, effect: account.SendNotice, channel: str) -> NoticeResult:
        """Record that the notice went out over a channel (empty: void or undeliverable)."""
        return await self._database.write(_record_notice, key, at, effect, channel)


class _Operation(NamedTuple):
    """How an effect is carried out."""

    effect: type[account.LedgerEffect]
    carry_out: Callable[..., Outcome]


def _refresh(books: AccountBooks, effect: account.RefreshCase) -> Outcome:
    if effect.credited:
        books.touch([effect.credited])
    return Outcome("")


_OPERATIONS: tuple[_Operation, ...] = (
    _Operation(account.RefreshCase, _refresh),
    _Operation(account.ImportInvoice, invoices.import_invoice),
    _Operation(account.ApplyReceipt, bank_exchanges.receive),
    _Operation(account.AllocateReceipt, receipts.allocate_receipt),
    _Operation(account.UnallocateReceipt, receipts.unallocate_receipt),
    _Operation(account.ReverseReceipt, reversals.reverse_receipt),
    _Operation(account.MoveReceipt, moved_receipts.move_receipt),
    _Operation(account.TakeOverReceipt, moved_receipts.take_over),
    _Operation(ExchangeReceipt, exchanges.exchange_receipt),
    _Operation(UndoReceiptExchange, exchanges.undo_exchange),
    _Operation(account.OpenDispute, claims.open_dispute),
    _Operation(account.ResolveDispute, claims.resolve_dispute),
    _Operation(account.MakePromise, claims.make_promise),
    _Operation(EndPromise, claims.end_promise),
    _Operation(EndPlan, plans.end_plan),
    _Operation(account.MakePlan, plans.make_plan),
    _Operation(ProposeWriteOff, write_offs.propose),
    _Operation(account.WriteOff, credits.write_off),
    _Operation(account.CreditNote, credits.credit),
    _Operation(account.HandOver, hand_over),
    _Operation(account.SkipLevel, notices.skip_level),
    _Operation(account.TakeRefund, refunds.take_refund),
    _Operation(account.SettleRefund, refunds.settle_refund),
)


def _operate(connection: Connection, key: str, at: datetime, effect: account.LedgerEffect) -> Movement:
    def carry_out(books: AccountBooks) -> Movement:
        done = next(one for one in _OPERATIONS if isinstance(effect, one.effect)).carry_out(books, effect)
        corrected = () if done.waits is not None or done.repeated else late_corrections.correct(books)
        changes = books.changes()
        post_differences(books)
        return Movement(
            reference=done.reference,
            changes=changes,
            allocations=done.allocations,
            match=done.match,
            unapplied_minor=done.unapplied_minor,
            case=_summed_up(books),
            minor=done.minor,
            repeated=done.repeated,
            waits=done.waits,
            payer=done.payer,
            exchanged=done.exchanged,
            claim=done.claim,
            freed=done.freed,
            corrected=corrected,
            replaced=done.replaced,
            proposed=done.proposed,
        )

    return _once(connection, key, at, effect, Movement, carry_out)


def _judge_promise(connection: Connection, key: str, at: datetime, effect: account.JudgePromise) -> PromiseJudged:
    def carry_out(books: AccountBooks) -> PromiseJudged:
        stored = claims.judge_promise(books, effect)
        return PromiseJudged(
            promise_id=effect.promise_id,
            number=stored.promise.number,
            kept=stored.outcome == "kept",
            case=_summed_up(books),
            plan=stored.promise.plan,
            left=claims.instalments_left(books, stored.promise.plan),
            let_off=stored.outcome == "withdrawn" and not stored.over,
            over=stored.over,
        )

    return _once(connection, key, at, effect, PromiseJudged, carry_out)


def _record_notice(
    connection: Connection, key: str, at: datetime, effect: account.SendNotice, channel: str
) -> NoticeResult:
    def carry_out(books: AccountBooks) -> NoticeResult:
        result = notices.record(books, effect, channel)
        return result.model_copy(update={"case": _summed_up(books)})

    return _once(connection, key, at, effect, NoticeResult, carry_out)


def _plan_notice(connection: Connection, key: str, at: datetime, effect: account.SendNotice) -> NoticePlan | None:
    return notices.plan(_books(connection, key, at, effect).books, effect)


def _credit_invoice(connection: Connection, key: str, at: datetime, effect: deal.CreditInvoice) -> Credited:
    held = hold_account(connection, effect.entity, effect.customer_id, effect.currency)
    books = Books(connection, held, key, at, effect.issue_on)

    def carry_out() -> Credited:
        credited = (credits.credit_lines if effect.amounts else credits.credit_whole)(books, effect)
        books.changes()
        post_differences(books)
        save_account(connection, books.account)
        return credited

    answered = _answer_of(connection, key)
    # What waits is no answer yet: the same effect is asked again when a second person has agreed.
    waits = credits.waiting(books, effect, account_terms(connection, held)) if answered is None else None
    if waits is not None:
        return Credited(number="", credit_note="", amount=Money.zero(effect.currency), waits=waits)
    return _answered_once(connection, held, key, at, effect, Credited, answered, carry_out)


def _cancel_billing(connection: Connection, key: str, at: datetime, effect: deal.CancelBilling) -> BillingCancelled:
    held = hold_account(connection, effect.entity, effect.customer_id, effect.currency)

    def carry_out() -> BillingCancelled:
        return cancel_billing(connection, held, key, at, effect)

    return _answered_once(connection, held, key, at, effect, BillingCancelled, _answer_of(connection, key), carry_out)


def _load_case(
    connection: Connection, effect: account.LoadCase, at: datetime, terms: AccountTerms, terms_hash: str, name: str
) -> Loaded:
    held = hold_account(connection, effect.entity, effect.customer_id, effect.currency)
    store_terms(connection, held, terms, terms_hash, name, at)
    workflow_id = f"account/{effect.entity}/{effect.customer_id}/{effect.currency}"
    return Loaded(
        customer_name=name,
        terms=terms,
        terms_hash=terms_hash,
        case=case_after(connection, held, terms, terms_hash, at),
        counters=held.counters,
        version=_head_before(connection, workflow_id, effect.run),
        numbers=tuple(connection.execute(_NEWEST, {"account_id": held.id}).scalars()),
    )


def _head_before(connection: Connection, workflow_id: str, run: str) -> int:
    """Return where the log ended before a run began; what the run itself wrote did not come to be, it begins again."""
    head = connection.execute(_HEAD, {"workflow_id": workflow_id}).first()
    if head is None:
        return 0
    return int(head.run_from - 1 if run and head.run == run else head.seq)


class _Answered(NamedTuple):
    """The first answer to a key, with what was asked."""

    digest: str
    answer: str


class _Opened(NamedTuple):
    """The books that an operation works on, and its first answer when it was carried out before."""

    books: AccountBooks
    answered: _Answered | None


def _books(connection: Connection, key: str, at: datetime, effect: account.LedgerEffect) -> _Opened:
    held = hold_account(connection, effect.entity, effect.customer_id, effect.currency)
    # Read only now that the account is held: whoever had it before may just have answered the same key.
    row = connection.execute(_TERMS_AND_ANSWER, {"key": key, "terms_hash": effect.terms_hash}).first()
    terms = terms_from(None if row is None else row.body, effect.terms_hash)
    answered = None if row is None or row.digest is None else _Answered(row.digest, row.answer)
    return _Opened(AccountBooks(connection, held, terms, effect.terms_hash, key, at), answered)


def _summed_up(books: AccountBooks) -> CaseView:
    books.account = save_account(books.connection, books.account)
    return case_after(books.connection, books.account, books.terms, books.terms_hash, books.at, books.still_open())


def _once(
    connection: Connection, key: str, at: datetime, effect: account.LedgerEffect, answer: type[A],
    carry_out: Callable[[AccountBooks], A],
) -> A:  # fmt: skip
    books, answered = _books(connection, key, at, effect)
    return _answered_once(connection, books.account, key, at, effect, answer, answered, lambda: carry_out(books))


def _answer_of(connection: Connection, key: str) -> _Answered | None:
    row = connection.execute(_ANSWERED, {"key": key}).first()
    return None if row is None else _Answered(*row)


def _answered_once(
    connection: Connection, held: HeldAccount, key: str, at: datetime, effect: BaseModel, answer: type[A],
    answered: _Answered | None, carry_out: Callable[[], A],
) -> A:  # fmt: skip
    """Carry an operation out, or return the answer it had the first time (E_IDEM when it asks something else)."""
    # Defaults are left out, so that a field a later version adds does not turn a repeat into another operation.
    content = digest([type(effect).__name__, effect.model_dump(mode="json", exclude_defaults=True)])
    if answered is not None:
        if answered.digest != content:
            raise refuse(Code.IDEM, f"{key} was used for another operation", f"幂等键 {key} 已用于其他操作", key=key)
        return answer.model_validate_json(answered.answer)
    result = carry_out()
    row = {
        "key": key, "account_id": held.id, "kind": getattr(effect, "kind", ""), "digest": content,
        "answer": result.model_dump_json(), "at": at,
    }  # fmt: skip
    connection.execute(insert(MOVEMENT), row)
    return result
