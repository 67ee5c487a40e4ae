"""Disputes and promises are opened and ended under the account's lock; amounts under them are derived, never stored."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select, update

from domain.account.effects import JudgePromise, MakePromise, OpenDispute, ResolveDispute
from domain.account.promise_effects import EndPromise
from domain.receivables.allocating import of_invoice
from domain.receivables.claims import (
    OpenPromise,
    check_dispute,
    disputed_minor,
    is_kept,
    is_let_off,
    promise_deadline,
    promise_of,
    to_withdraw,
)
from domain.receivables.second_person import checked_agreed
from domain.refusal import Code, refuse
from storage.operations.books import AccountBooks
from storage.operations.credits import credit_part
from storage.operations.outcome import Outcome
from storage.operations.relief import GIVEN, given, promise_in, relief_of, standing
from storage.tables.ledger import DISPUTE, INVOICE, PROMISE

_OPEN_DISPUTE = select(DISPUTE.c.id, DISPUTE.c.minor).where(
    DISPUTE.c.invoice_id == bindparam("invoice_id"), DISPUTE.c.closed_at.is_(None)
)
_DISPUTES = select(func.count()).where(DISPUTE.c.invoice_id == bindparam("invoice_id"))
"""Which one the open dispute of an invoice is: no other can be opened beside it."""
_END_DISPUTE = (
    update(DISPUTE)
    .where(DISPUTE.c.id == bindparam("w_id"))
    .values(
        closed_at=bindparam("new_closed_at"), outcome=bindparam("new_outcome"), resolution=bindparam("new_resolution")
    )
)
_PROMISES = (
    select(
        PROMISE.c.promise_id, INVOICE.c.number, PROMISE.c.minor, PROMISE.c.promised_on, PROMISE.c.until,
        PROMISE.c.open_at_most, PROMISE.c.plan, PROMISE.c.credited_before, PROMISE.c.let_off_before,
        PROMISE.c.outcome, *GIVEN,
    )
    .join(INVOICE, INVOICE.c.id == PROMISE.c.invoice_id)
    .where(PROMISE.c.account_id == bindparam("account_id"))
    .order_by(PROMISE.c.until, PROMISE.c.promise_id)
)  # fmt: skip
_OPEN_PROMISES = _PROMISES.where(PROMISE.c.closed_at.is_(None))
_ONE_PROMISE = _PROMISES.where(PROMISE.c.promise_id == bindparam("promise_id"))
_END_PROMISE = (
    update(PROMISE)
    .where(PROMISE.c.account_id == bindparam("w_account"), PROMISE.c.promise_id == bindparam("w_promise"))
    .values(closed_at=bindparam("new_closed_at"), outcome=bindparam("new_outcome"))
)
_VOID = (
    update(PROMISE)
    .where(
        PROMISE.c.account_id == bindparam("w_account"), PROMISE.c.plan == bindparam("w_plan"),
        PROMISE.c.closed_at.is_(None),
    )
    .values(closed_at=bindparam("new_closed_at"), outcome="void")
)  # fmt: skip

_ENDED_BEFORE = ("withdrawn", "replaced", "void")
"""Neither kept nor broken: what asks whether it was comes too late, and changes nothing."""


class StoredPromise(NamedTuple):
    """A promise with what became of it (``kept``, ``broken``, ``withdrawn``, or empty while it is open).

    Attributes:
        over: it had ended before its day, so that nothing was judged.
    """

    promise: OpenPromise
    outcome: str
    over: bool = False


def open_promises(connection: Connection, account_id: int) -> tuple[OpenPromise, ...]:
    """Return the promises of an account that are neither kept nor broken yet, the first to be judged first.

    They stand as they are now, less what was credited and written off since they were made.
    """
    rows = connection.execute(_OPEN_PROMISES, {"account_id": account_id})
    return tuple(standing(row) for row in rows)


def open_dispute(books: AccountBooks, effect: OpenDispute) -> Outcome:
    """Dispute a part of an invoice, or all that is open of it."""
    items = of_invoice(books.touch([effect.number]), effect.number)
    minor = disputed_minor(items, effect.minor)
    row = {
        "account_id": books.account.id, "invoice_id": books.invoice_id(effect.number),
        "minor": minor, "reason": effect.reason, "opened_at": books.at,
        "closed_at": None, "outcome": "", "resolution": "",
    }  # fmt: skip
    books.connection.execute(insert(DISPUTE), row)
    return Outcome(effect.number, minor=minor)


def resolve_dispute(books: AccountBooks, effect: ResolveDispute) -> Outcome:
    """End the open dispute of an invoice (E_STATE if none); accepted, what is still open of it is credited."""
    items = of_invoice(books.touch([effect.number]), effect.number)
    invoice = {"invoice_id": books.invoice_id(effect.number)}
    dispute = books.connection.execute(_OPEN_DISPUTE, invoice).first()
    if dispute is None:
        raise refuse(
            Code.STATE,
            f"{effect.number} has no open dispute to resolve",
            f"发票 {effect.number} 没有未结争议",
            number=effect.number,
        )
    minor = min(dispute.minor, sum(item.open_minor for item in items))
    outcome = Outcome(effect.number)
    if effect.outcome == "accept" and minor:
        which: int = books.connection.execute(_DISPUTES, invoice).scalar_one()
        check_dispute(effect.number, effect.dispute, which)
        checked_agreed(effect.minor, minor, books.account.currency)
        outcome = credit_part(books, effect, minor, effect.reason or "dispute accepted")
        if outcome.waits is not None:
            return outcome._replace(waits=outcome.waits.model_copy(update={"dispute": which}))
    ended = {"new_closed_at": books.at, "new_outcome": effect.outcome, "new_resolution": effect.reason}
    books.connection.execute(_END_DISPUTE, {"w_id": dispute.id} | ended)
    return outcome


def make_promise(books: AccountBooks, effect: MakePromise) -> Outcome:
    """Record a promise to pay within the rules of the customer's class."""
    connection, account = books.connection, books.account
    items = of_invoice(books.touch([effect.number]), effect.number)
    made = promises_made(connection, account.id)
    offer = OpenPromise(
        promise_id=f"{effect.number}-P{made + 1}",
        number=effect.number,
        minor=effect.minor or 0,
        on=effect.on,
        until=promise_deadline(effect.on, effect.rules, books.terms.calendar, books.terms.dunning.zone),
        open_at_most=0,
        before=relief_of(connection, books.invoice_id(effect.number)),
    )
    running = open_promises(connection, account.id)
    promise = promise_of(items, running, account.counters, offer, effect.rules, books.on)
    store_promises(books, [promise])
    days = (*account.counters.promise_days, books.on)
    books.account = account._replace(counters=account.counters.model_copy(update={"promise_days": days}))
    return Outcome(promise.promise_id, minor=promise.minor)


def end_promise(books: AccountBooks, effect: EndPromise) -> Outcome:
    """Take a promise back: what it covered is claimed again, and nobody broke it."""
    of_invoice(books.touch([effect.number]), effect.number)
    running = open_promises(books.connection, books.account.id)
    promise = to_withdraw(effect.number, running, effect.promise_id)
    close_promise(books, promise.promise_id, "withdrawn")
    return Outcome(promise.promise_id, minor=promise.minor)


def close_promise(books: AccountBooks, promise_id: str, outcome: str) -> None:
    """Write what became of a promise."""
    ended = {
        "w_account": books.account.id,
        "w_promise": promise_id,
        "new_closed_at": books.at,
        "new_outcome": outcome,
    }
    books.connection.execute(_END_PROMISE, ended)


def promises_made(connection: Connection, account_id: int) -> int:
    """Return how many promises and instalments of plans an account has had."""
    counted = select(func.count()).select_from(PROMISE).where(PROMISE.c.account_id == account_id)
    made: int = connection.execute(counted).scalar_one()
    return made


def store_promises(books: AccountBooks, promises: Sequence[OpenPromise]) -> None:
    """Write new promises about an invoice that was touched."""
    rows = [
        {
            "account_id": books.account.id, "promise_id": promise.promise_id,
            "invoice_id": books.invoice_id(promise.number), "minor": promise.minor,
            "open_at_most": promise.open_at_most, "promised_on": promise.on, "until": promise.until,
            "credited_before": promise.before.credited_minor, "let_off_before": promise.before.written_off_minor,
            "made_at": books.at, "closed_at": None, "outcome": "", "plan": promise.plan or None,
        }
        for promise in promises
    ]  # fmt: skip
    books.connection.execute(insert(PROMISE), rows)


def judge_promise(books: AccountBooks, effect: JudgePromise) -> StoredPromise:
    """Close a promise as kept or broken by what is open of its invoice; what ended before stays as it was."""
    here = {"account_id": books.account.id, "promise_id": effect.promise_id}
    row = books.connection.execute(_ONE_PROMISE, here).first()
    if row is None:
        raise refuse(Code.NOTFOUND, f"no promise {effect.promise_id} is open", f"没有未到期的承诺 {effect.promise_id}")
    promise = promise_in(row)
    if row.outcome:
        return StoredPromise(promise, row.outcome, over=row.outcome in _ENDED_BEFORE)
    open_minor = sum(item.open_minor for item in books.touch([promise.number]))
    if is_let_off(promise, given(row)):
        running = open_promises(books.connection, books.account.id)
        for one in (promise, *(one for one in running if promise.plan and one.plan == promise.plan)):
            close_promise(books, one.promise_id, "withdrawn")
        return StoredPromise(promise, "withdrawn")
    outcome = "kept" if is_kept(promise, open_minor, given(row)) else "broken"
    close_promise(books, promise.promise_id, outcome)
    if outcome == "broken":
        counters = books.account.counters
        broken = counters.model_copy(update={"promises_broken": counters.promises_broken + 1})
        books.account = books.account._replace(counters=broken)
        if promise.plan:
            void = {"w_account": books.account.id, "w_plan": promise.plan, "new_closed_at": books.at}
            books.connection.execute(_VOID, void)
    return StoredPromise(promise, outcome)


def instalments_left(books: AccountBooks, plan: str) -> int:
    """Return how many instalments of a plan are still to come; none for no plan."""
    running = open_promises(books.connection, books.account.id) if plan else ()
    return sum(1 for promise in running if promise.plan == plan)
