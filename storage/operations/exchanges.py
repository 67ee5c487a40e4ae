"""Cash of a receipt goes into the customer's account of another currency, and back, in one transaction over both."""

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, bindparam, func, insert, select, update

from domain.account.exchange_effects import ExchangeReceipt, UndoReceiptExchange
from domain.money import Money
from domain.receivables import postings
from domain.receivables.allocating import bounced
from domain.receivables.entries import Match, OpenItem, Receipt
from domain.receivables.exchange import (
    EXCHANGED,
    Exchanged,
    Rate,
    check_original,
    exchange_name,
    exchanged,
    no_rate,
    pays,
)
from domain.receivables.naming import named_in
from domain.receivables.plausible import weighed_at
from domain.receivables.second_person import Weighed
from domain.refusal import Code, refuse
from storage.operations.accounts import HeldAccount, hold_account, save_account
from storage.operations.books import AccountBooks, Books, active_of_receipt
from storage.operations.differences import post_differences
from storage.operations.exchange_rates import stated_rate
from storage.operations.items import open_items
from storage.operations.outcome import Outcome
from storage.operations.receipts import (
    StoredReceipt,
    content_of,
    give_back,
    own_receipt,
    store_receipt,
    take_back,
    unapplied_of,
)
from storage.operations.worths import rate_days, rate_of_day
from storage.rows import AnyRow
from storage.tables.exchange import EXCHANGE_UNDONE, RECEIPT_EXCHANGE
from storage.tables.ledger import RECEIPT

_WHOLE = select(RECEIPT).where(RECEIPT.c.id == bindparam("receipt_id"))
_MADE = select(func.count()).select_from(RECEIPT_EXCHANGE).where(
    RECEIPT_EXCHANGE.c.from_receipt_id == bindparam("receipt_id")
)  # fmt: skip
_STANDING = (
    select(RECEIPT_EXCHANGE)
    .outerjoin(EXCHANGE_UNDONE, EXCHANGE_UNDONE.c.exchange_id == RECEIPT_EXCHANGE.c.id)
    .where(RECEIPT_EXCHANGE.c.from_receipt_id == bindparam("receipt_id"), EXCHANGE_UNDONE.c.exchange_id.is_(None))
    .order_by(RECEIPT_EXCHANGE.c.id.desc())
)
_UNTOLD = (
    select(EXCHANGE_UNDONE.c.exchange_id, EXCHANGE_UNDONE.c.opened)
    .join(RECEIPT_EXCHANGE, RECEIPT_EXCHANGE.c.id == EXCHANGE_UNDONE.c.exchange_id)
    .where(RECEIPT_EXCHANGE.c.to_receipt_id == bindparam("receipt_id"), ~EXCHANGE_UNDONE.c.told)
)
_TOLD = update(EXCHANGE_UNDONE).where(EXCHANGE_UNDONE.c.exchange_id == bindparam("w_id")).values(told=True)


def exchange_receipt(books: AccountBooks, effect: ExchangeReceipt) -> Outcome:
    """Take cash out of a receipt and put it, exchanged, into the account of another currency, where it is matched then.

    Raises:
        Refused: more than is unapplied, or nothing at the rate (E_AMOUNT); no rate (E_GATE); a stated one that is far
            off where the policy asks nobody (E_LIMIT); it is exchanged money itself (E_STATE).
    """
    connection, name = books.connection, f"{effect.source}/{effect.external_id}"
    check_original(effect.source, effect.external_id)
    receipt = own_receipt(books, effect.source, effect.external_id)
    left = unapplied_of(connection, receipt)
    given = Money(minor=left if effect.minor is None else effect.minor, currency=receipt.currency)
    if not 0 < given.minor <= left:
        most = Money(minor=left, currency=receipt.currency)
        raise refuse(Code.AMOUNT, f"{given}: at most {most} of {name} is unapplied", f"{given}：{name} 未核销 {most}")
    kept = rate_of_day(books, receipt.currency, effect.into, receipt.value_date, effect.checks)
    rate = _rate(books, effect, receipt, kept)
    target = hold_account(connection, effect.entity, effect.customer_id, effect.into)
    reported = connection.execute(_WHOLE, {"receipt_id": receipt.id}).one()
    got = _got(connection, target, given, rate, _wanted(connection, target, effect, reported))
    if rate != kept and (waits := _weighed(effect, kept, given, got, rate)) is not None:
        return Outcome(name, waits=waits)
    number = connection.execute(_MADE, {"receipt_id": receipt.id}).scalar_one() + 1
    made = Exchanged(
        external_id=exchange_name(effect.source, effect.external_id, number), given=given, got=got, rate=str(rate)
    )
    to = _received(books, target, made, reported, rate, effect.numbers)
    row = _row(made) | {"from_receipt_id": receipt.id, "to_receipt_id": to, "by": effect.by, "at": books.at}
    connection.execute(insert(RECEIPT_EXCHANGE), row)
    give_back(books, receipt.id, "exchanged", given.minor, made.external_id)
    out, into = postings.of_exchange(given, got)
    books.post("exchange", out, books.on)
    Books(connection, target, books.key, books.at, books.on).post("exchanged", into, books.on)
    save_account(connection, target)
    return Outcome(name, unapplied_minor=left - given.minor, minor=given.minor, exchanged=(made,))


def undo_exchange(books: AccountBooks, effect: UndoReceiptExchange) -> Outcome:
    """Take an exchange back: what it pays is open again, and the money is unapplied cash of its receipt again."""
    receipt = own_receipt(books, effect.source, effect.external_id)
    standing = books.connection.execute(_STANDING, {"receipt_id": receipt.id}).all()
    found = next((row for row in standing if row.external_id == effect.exchange), None)
    name = f"{effect.source}/{effect.external_id}"
    if found is None:
        raise refuse(
            Code.NOTFOUND,
            f"{name} has no exchange {effect.exchange} that stands",
            f"收款 {name} 没有有效的折算 {effect.exchange}",
        )
    undone = _undo(books, found, effect.reason)
    left = unapplied_of(books.connection, receipt)
    return Outcome(name, unapplied_minor=left, minor=undone.given.minor, exchanged=(undone,))


def undo_for(books: AccountBooks, receipt: StoredReceipt, wanted_minor: int, reason: str) -> tuple[Exchanged, ...]:
    """Take exchanges of a receipt back, the newest first, until so much more of it is unapplied, or none is left."""
    undone: list[Exchanged] = []
    for row in books.connection.execute(_STANDING, {"receipt_id": receipt.id}).all():
        if wanted_minor > 0:
            undone.append(_undo(books, row, reason))
            wanted_minor -= row.given_minor
    return tuple(undone)


def standing_exchange(connection: Connection, receipt_id: int) -> str:
    """Return the newest exchange of a receipt that was not taken back, empty when there is none."""
    row = connection.execute(_STANDING, {"receipt_id": receipt_id}).first()
    return "" if row is None else str(row.external_id)


def touch_undone(books: AccountBooks, receipt_id: int) -> None:
    """Let the account that exchanged money had paid see which of its invoices are open again."""
    for row in books.connection.execute(_UNTOLD, {"receipt_id": receipt_id}).all():
        opened: dict[str, int] = orjson.loads(row.opened)
        books.touch_as_before(opened)
        books.connection.execute(_TOLD, {"w_id": row.exchange_id})


def _undo(books: AccountBooks, row: AnyRow, reason: str) -> Exchanged:
    connection = books.connection
    made = _made(row)
    target = hold_account(connection, books.account.entity, books.account.customer_id, made.got.currency)
    there = Books(connection, target, books.key, books.at, books.on)
    stored = own_receipt(there, EXCHANGED, made.external_id)
    applied = [one.applied for one in active_of_receipt(connection, stored.id)]
    take_back(there, stored, bounced(applied, unapplied_of(connection, stored), made.got.minor), reason)
    opened = {change.number: change.before_minor for change in there.changes()}
    post_differences(there)
    give_back(there, stored.id, "exchange_returned", made.got.minor, reason)
    give_back(books, row.from_receipt_id, "exchange_undone", -made.given.minor, reason)
    back, out = (tuple(leg.model_copy(update={"minor": -leg.minor}) for leg in legs) for legs in _legs(made))
    books.post(f"exchange_undone/{row.id}", back, books.on)
    there.post(f"exchange_returned/{row.id}", out, books.on)
    undone = {
        "exchange_id": row.id, "reason": reason, "opened": orjson.dumps(opened).decode(), "told": False, "at": books.at,
    }  # fmt: skip
    connection.execute(insert(EXCHANGE_UNDONE), undone)
    save_account(connection, target)
    return made


def _legs(made: Exchanged) -> tuple[tuple[postings.Posting, ...], tuple[postings.Posting, ...]]:
    return postings.of_exchange(made.given, made.got)


def _weighed(effect: ExchangeReceipt, kept: Rate | None, given: Money, got: Money, rate: Rate) -> Weighed | None:
    """Return what a second person must agree to; a rate that is stated is compared with the day's, or the policy's."""
    checks = effect.checks
    if checks is None or effect.agreed:
        return None
    return weighed_at(given, got, rate, kept or checks.policy, checks.bp, effect.second)


def _rate(books: AccountBooks, effect: ExchangeReceipt, receipt: StoredReceipt, kept: Rate | None) -> Rate:
    one, other = receipt.currency, effect.into
    if effect.rate is not None:
        return effect.rate
    stated = stated_rate(books.connection, receipt.id)
    if stated is not None and stated.between(one, other):
        return stated
    if kept is None:
        raise no_rate(one, other, receipt.value_date, rate_days(books, effect.checks))
    return kept


def _wanted(
    connection: Connection, target: HeldAccount, effect: ExchangeReceipt, reported: AnyRow
) -> Sequence[OpenItem]:
    """Return what is open there of the invoices that it is to pay: those named now, or when it was reported."""
    items = [held.item for held in open_items(connection, target.id)]
    numbers = effect.numbers or named_in(reported.reference, dict.fromkeys(item.number for item in items))
    return [item for item in items if item.number in numbers]


def _got(connection: Connection, target: HeldAccount, given: Money, rate: Rate, wanted: Sequence[OpenItem]) -> Money:
    """Return what an amount becomes; one that pays what it is for but for its rounding pays it whole."""
    got = exchanged(given, rate, target.currency)
    owed = Money(minor=sum(item.open_minor for item in wanted), currency=target.currency)
    if owed.minor and pays(given, owed, rate):
        return owed
    if not got.minor:
        raise refuse(
            Code.AMOUNT,
            f"{given} at {rate} is nothing in {target.currency}: exchange more",
            f"{given} 按 {rate} 折算为零：请增加金额",
        )
    return got


def _received(
    books: AccountBooks, target: HeldAccount, made: Exchanged, reported: AnyRow, rate: Rate, numbers: tuple[str, ...]
) -> int:
    """Enter exchanged money as a receipt of its new account; an invoice it is to pay is named by whoever exchanged."""
    receipt = Receipt(
        source=EXCHANGED,
        external_id=made.external_id,
        amount=made.got,
        value_date=reported.value_date,
        received_at=reported.received_at,
        payer=reported.payer,
        reference=reported.reference,
        invoices=numbers,
        rate=rate,
    )
    said = f"{made.given} of {reported.source}/{reported.external_id} at {made.rate}"
    match = Match(allocations=(), rule="none", evidence=(f"exchanged: {said} / 折算：{said}",))
    return store_receipt(books.connection, target.id, receipt, content_of(receipt, target), match)


def _row(made: Exchanged) -> dict[str, object]:
    return {
        "external_id": made.external_id, "given_minor": made.given.minor, "given_currency": made.given.currency,
        "got_minor": made.got.minor, "got_currency": made.got.currency, "rate": made.rate,
    }  # fmt: skip


def _made(row: AnyRow) -> Exchanged:
    return Exchanged(
        external_id=row.external_id,
        given=Money(minor=row.given_minor, currency=row.given_currency),
        got=Money(minor=row.got_minor, currency=row.got_currency),
        rate=row.rate,
    )
