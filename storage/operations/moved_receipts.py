"""A receipt is in exactly one account: it leaves one and enters another in the same transaction (M3)."""

from sqlalchemy import Connection, bindparam, delete, func, select, update

from domain.account.effects import MoveReceipt, TakeOverReceipt
from domain.money import Money
from domain.receivables import postings
from domain.receivables.entries import Match, Receipt
from domain.receivables.exchange import EXCHANGED, check_original, exchange_stands
from domain.receivables.refunding import refund_waits
from domain.receivables.second_person import checked_agreed, weighed
from domain.refusal import Code, refuse
from storage.json_text import words
from storage.operations.accounts import HeldAccount, hold_account, save_account
from storage.operations.books import AccountBooks, Books, active_of_receipt
from storage.operations.exchange_rates import stated_rate
from storage.operations.exchanges import standing_exchange, touch_undone
from storage.operations.outcome import Outcome
from storage.operations.payer_accounts import learn_payer
from storage.operations.receipts import StoredReceipt, ask, content_of, matched, own_receipt, unapplied_of
from storage.operations.recoveries import matched_with_recovery
from storage.operations.refunds import refund_under_way
from storage.operations.worths import forget_worth, keep_worths
from storage.tables.ledger import QUESTION, RECEIPT
from storage.tables.masters import CUSTOMER

_WHOLE = select(RECEIPT).where(RECEIPT.c.id == bindparam("receipt_id"))
_MOVE = (
    update(RECEIPT)
    .where(RECEIPT.c.id == bindparam("w_id"))
    .values(account_id=bindparam("new_account"), digest=bindparam("new_digest"), match=bindparam("new_match"))
)
_MATCHED = update(RECEIPT).where(RECEIPT.c.id == bindparam("w_id")).values(match=bindparam("new_match"))


def move_receipt(books: AccountBooks, effect: MoveReceipt) -> Outcome:
    """Take a receipt that pays nothing out of this account and put it into that of the customer whose money it is.

    From then on it is known as if it had been reported for that customer, so that a report that names them repeats it.
    Claimed again for the customer who has it, it stays where it is.

    Raises:
        Refused: it still pays something, here or exchanged, or all of it went back (E_STATE); no such customer
            (E_NOTFOUND).
    """
    connection, name = books.connection, f"{effect.source}/{effect.external_id}"
    receipt = own_receipt(books, effect.source, effect.external_id)
    if (effect.to_entity, effect.to_customer_id) == (effect.entity, effect.customer_id):
        return Outcome(name, repeated=True)
    check_original(effect.source, effect.external_id)
    if active_of_receipt(connection, receipt.id):
        raise refuse(
            Code.STATE,
            f"{name} pays invoices here: unallocate it first, then claim it",
            f"收款 {name} 已在本账户核销：请先反核销，再认领",
        )
    if exchange := standing_exchange(connection, receipt.id):
        raise exchange_stands(name, exchange)
    left = unapplied_of(connection, receipt)
    if not left:
        raise refuse(Code.STATE, f"all of {name} went back: nothing is left to claim", f"收款 {name} 已全部退回")
    if refund_id := refund_under_way(connection, receipt.id):
        raise refund_waits(name, refund_id)
    checked_agreed(effect.minor, left, receipt.currency)
    waits = weighed(effect.second, left, receipt.currency, evidence=effect.evidence)
    if waits is not None:
        return Outcome(name, waits=waits)
    target = _hold_target(connection, books.account, effect)
    _move(connection, receipt, target, _claimed(effect.evidence))
    learn_payer(connection, effect.source, effect.external_id, effect.to_customer_id, books.at)
    money = Money(minor=left, currency=receipt.currency)
    books.post("claim", postings.of_bounce(money), books.on)
    Books(connection, target, books.key, books.at, books.on).post("claimed", postings.of_receipt(money), books.on)
    save_account(connection, target)
    return Outcome(name, minor=left)


def _move(connection: Connection, receipt: StoredReceipt, target: HeldAccount, match: Match) -> None:
    content = content_of(_reported(connection, receipt), target)
    moved = {"new_account": target.id, "new_digest": content, "new_match": match.model_dump_json()}
    # A question was about the invoices of the account that it leaves, a worth about its books.
    connection.execute(delete(QUESTION).where(QUESTION.c.receipt_id == receipt.id))
    forget_worth(connection, receipt.id)
    connection.execute(_MOVE, {"w_id": receipt.id} | moved)


def _claimed(evidence: str) -> Match:
    return Match(allocations=(), rule="none", evidence=(f"claimed: {evidence} / 认领：{evidence}",))


def take_over(books: AccountBooks, effect: TakeOverReceipt) -> Outcome:
    """Match what is left of a receipt that came from another account, as if it had just come in."""
    connection = books.connection
    stored = own_receipt(books, effect.source, effect.external_id)
    left, before = unapplied_of(connection, stored), Match.model_validate_json(stored.match)
    name = f"{effect.source}/{effect.external_id}"
    if effect.source == EXCHANGED:
        touch_undone(books, stored.id)
    if not left:
        return Outcome(name, match=before, minor=0)
    reported = _reported(connection, stored)
    receipt = reported.model_copy(update={"amount": Money(minor=left, currency=stored.currency)})
    found = matched(books, receipt, books.terms.tolerance)
    paid = sum(part.minor for part in found.allocations if part.kind == "cash")
    found = matched_with_recovery(books, receipt, found, left - paid)
    match = found.model_copy(update={"evidence": (*before.evidence, *found.evidence)})
    connection.execute(_MATCHED, {"w_id": stored.id, "new_match": match.model_dump_json()})
    keep_worths(books, stored.id, stored.money, receipt.value_date, match.allocations)
    books.allocate(match.allocations, receipt.value_date, receipt_id=stored.id)
    books.post("allocation", postings.of_allocations(match.allocations, books.account.currency), books.on)
    if match.candidates:
        ask(books, stored.id, match)
    return Outcome(name, match.allocations, match, unapplied_of(connection, stored), minor=left)


def _hold_target(connection: Connection, giver: HeldAccount, effect: MoveReceipt) -> HeldAccount:
    known = connection.execute(
        select(func.count()).select_from(CUSTOMER).where(CUSTOMER.c.customer_id == effect.to_customer_id)
    ).scalar_one()
    if not known:
        who = effect.to_customer_id
        raise refuse(Code.NOTFOUND, f"there is no customer {who}", f"没有客户 {who}", customer=who)
    return hold_account(connection, effect.to_entity, effect.to_customer_id, giver.currency)


def _reported(connection: Connection, receipt: StoredReceipt) -> Receipt:
    """Return a receipt as it was reported."""
    row = connection.execute(_WHOLE, {"receipt_id": receipt.id}).one()
    return Receipt(
        source=row.source,
        external_id=row.external_id,
        amount=Money(minor=row.minor, currency=row.currency),
        value_date=row.value_date,
        received_at=row.received_at,
        payer=row.payer,
        reference=row.reference,
        invoices=words(row.invoices),
        rate=stated_rate(connection, receipt.id),
    )
