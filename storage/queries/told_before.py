"""The same money may be reported by hand or by webhook and shown by a bank statement, in either order."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice

from sqlalchemy import Connection, and_, bindparam, exists, func, or_, select, tuple_

from domain.account.commands import RecordReceipt
from domain.money import Money
from domain.receivables.entries import Receipt
from domain.receivables.exchange import EXCHANGED
from domain.refusal import Code, Refused, refuse
from domain.statements.posting import SOURCE, Line
from domain.statements.told_before import ToldBefore, about, may_be_of_one
from storage.json_text import words
from storage.queries.receipt_owner import AccountKey, account_of_receipt
from storage.rows import AnyRow
from storage.tables.bank import BANK_ACCOUNT, BANK_BOOKING, BANK_LINE
from storage.tables.ledger import RECEIPT, RECEIPT_RETURN
from storage.tables.records import ACCOUNT

NAMED_AT_ONCE = 100
"""So many receipts a refusal names, and how many there are beside them."""
_RETURNED = (
    select(func.coalesce(func.sum(RECEIPT_RETURN.c.minor), 0))
    .where(RECEIPT_RETURN.c.receipt_id == RECEIPT.c.id, RECEIPT_RETURN.c.kind == "reversed")
    .correlate(RECEIPT)
    .scalar_subquery()
)
_SHOWN = exists().where(RECEIPT.c.source == SOURCE, BANK_LINE.c.external_id == RECEIPT.c.external_id)
_OWNED = select(RECEIPT, ACCOUNT.c.customer_id, ACCOUNT.c.entity).join(ACCOUNT, ACCOUNT.c.id == RECEIPT.c.account_id)
ABOUT_ITS_DAY = (
    _OWNED.where(
        RECEIPT.c.value_date.between(bindparam("first"), bindparam("last")), RECEIPT.c.minor == bindparam("minor"),
        RECEIPT.c.currency == bindparam("currency"),
    )
    .order_by(RECEIPT.c.id)
)  # fmt: skip
"""Found by the day, which is why the legal entity is no condition: its accounts are many, the receipts of a day few."""
_LINE, _SAID = BANK_LINE.alias("line"), BANK_LINE.alias("said")
_BOOKING, _OTHER = BANK_BOOKING.alias("booking"), BANK_BOOKING.alias("other")
_AGAIN = or_(
    and_(_BOOKING.c.by_reference == _OTHER.c.by_reference, _BOOKING.c.by_reference != ""),
    and_(_BOOKING.c.by_day == _OTHER.c.by_day, or_(_BOOKING.c.by_reference == "", _OTHER.c.by_reference == "")),
)
"""Whether a booking may be another, by its reference, else by its day: as `domain.statements.bookings` tells them."""
SAID_SAME = (
    select(_SAID.c.id, _SAID.c.told, _AGAIN.label("again"))
    .join(_LINE, and_(*(_LINE.c[name] == _SAID.c[name] for name in ("bank_account_id", "minor", "currency"))))
    .join(_BOOKING, _BOOKING.c.id == _LINE.c.booking_row)
    .join(_OTHER, _OTHER.c.id == _SAID.c.booking_row)
    .where(
        _LINE.c.id == bindparam("line_id"), _SAID.c.id != _LINE.c.id, _SAID.c.told.is_not(None),
        _SAID.c.status == "same",
    )
    .order_by(_SAID.c.id)
)  # fmt: skip
"""What lines of the bank account and amount of a line were said to be; they are found by that."""

SHOWN_OF_AMOUNT = (
    select(
        BANK_LINE.c.id, BANK_LINE.c.external_id, BANK_LINE.c.value_date, BANK_LINE.c.servicer_reference,
        BANK_LINE.c.end_to_end_id,
    )
    .where(
        BANK_LINE.c.bank_account_id.in_(select(BANK_ACCOUNT.c.id).where(BANK_ACCOUNT.c.entity == bindparam("entity"))),
        BANK_LINE.c.status != "set_aside", BANK_LINE.c.minor == bindparam("minor"),
        BANK_LINE.c.currency == bindparam("currency"),
    )
)  # fmt: skip
"""Found by the amount, since no database folds the case of all alphabets as we do."""


def told_before(connection: Connection, line: Line) -> tuple[ToldBefore, ...]:
    """Return the receipts of a line's entity, currency and amount about its day that no statement has shown.

    Those that have gone back wholly are left out, and there is none for a line that is a receipt already. What another
    line of its booking was said to be is among them whatever has become of it: gone back wholly, or another
    customer's. Its booking stands for nothing, so nothing else would tell that this money was counted.
    """
    if account_of_receipt(connection, SOURCE, line.external_id) is not None:
        return ()
    not_shown = ABOUT_ITS_DAY.where(RECEIPT.c.source != EXCHANGED, ~_SHOWN, RECEIPT.c.minor > _RETURNED)
    rows = connection.execute(not_shown, _about(line.value_date, line.amount))
    reported = [_told(row) for row in rows if row.entity == line.entity]
    said, again = _said_same(connection, line)
    known = {one.name: one for one in (*again, *reported)}
    names = {one.name for one in again}
    return tuple(
        one.model_copy(update={"said_line": said.get(name, 0), "said_again": name in names})
        for name, one in known.items()
    )


def _said_same(connection: Connection, line: Line) -> tuple[dict[str, int], tuple[ToldBefore, ...]]:
    """Return the names of what other lines were said to be, each with a line, and what this booking was."""
    lines = connection.execute(SAID_SAME, {"line_id": line.line_id}).all()
    again = {tuple(name.split("/", 1)) for row in lines if row.again for name in words(row.told)}
    named = _OWNED.where(tuple_(RECEIPT.c.source, RECEIPT.c.external_id).in_(sorted(again))).order_by(RECEIPT.c.id)
    rows = connection.execute(named) if again else ()
    ordered = sorted(lines, key=lambda row: bool(row.again))
    return {name: row.id for row in ordered for name in words(row.told)}, tuple(_told(row) for row in rows)


def _told(row: AnyRow) -> ToldBefore:
    return ToldBefore(
        source=row.source, external_id=row.external_id, customer_id=row.customer_id, value_date=row.value_date,
        amount=Money(minor=row.minor, currency=row.currency),
    )  # fmt: skip


def _about(day: date, amount: Money) -> dict[str, object]:
    first, last = about(day)
    return {"first": first, "last": last, "minor": amount.minor, "currency": amount.currency}


def check_not_shown(connection: Connection, entity: str, external_id: str, amount: Money) -> None:
    """Refuse to report what a statement has shown under the bank's or the payer's reference (E_IDEM).

    Whatever has become of that line, but that it is nothing of receivables: it is booked, or a person is asked. Case
    says nothing, here as where a line is compared with what was reported.
    """
    name = external_id.casefold()
    rows = connection.execute(SHOWN_OF_AMOUNT, {"entity": entity, "minor": amount.minor, "currency": amount.currency})
    same = (row for row in rows if name in (row.servicer_reference.casefold(), row.end_to_end_id.casefold()))
    shown = min(same, key=lambda row: int(row.id), default=None)
    if shown is not None:
        name = f"{SOURCE}/{shown.external_id}"
        raise refuse(
            Code.IDEM,
            f"a bank statement has shown {amount} under {external_id} already ({shown.value_date}): it is {name}, or a "
            "question (GET /api/questions); if this is other money, report it under another id",
            f"银行对账单已载有 {external_id} 项下 {amount}（{shown.value_date}）：即 {name}，或为待答问题"
            "（GET /api/questions）；如系另一笔款项，请使用其他编号登记",
            receipt=name,
        )


def check_not_booked(
    connection: Connection, owner: AccountKey, told: RecordReceipt | Receipt, besides: Sequence[str]
) -> None:
    """Refuse to report what a statement has shown of the same customer, amount and days (E_IDEM).

    What has gone back wholly stands for nothing: it may be paid anew. The refusal names all others, to a bound, so that
    they can be judged together.

    Args:
        connection: of a read, or of the transaction that books the report.
        owner: whose money it is; of `UNIDENTIFIED` it may be any customer's.
        told: the report; of one that a second person has agreed to only what was booked since it was made counts, for
            what had been its reporter has spoken of.
        besides: receipts, as ``source/external_id``, of which the reporter says that this is other money.
    """
    since = told.received_at if isinstance(told, Receipt) else datetime(1900, 1, 1, tzinfo=UTC)
    shown = ABOUT_ITS_DAY.where(_SHOWN, RECEIPT.c.received_at > since, RECEIPT.c.minor > _RETURNED)
    other = frozenset(besides)
    found = {
        f"{SOURCE}/{row.external_id}": f"{row.customer_id}, {row.value_date}"
        for row in connection.execute(shown, _about(told.value_date, told.amount))
        if row.entity == owner.entity and may_be_of_one(row.customer_id, owner.customer_id)
    }
    same = {name: said for name, said in found.items() if name not in other}
    if same:
        raise _booked(told.amount, same)


def _booked(amount: Money, same: Mapping[str, str]) -> Refused:
    now = dict(islice(same.items(), NAMED_AT_ONCE))
    said, more = ", ".join(f"{name} ({whose})" for name, whose in now.items()), len(same) - len(now)
    en, zh = (f", and {more} more", f"，另有 {more} 笔") if more else ("", "")
    return refuse(
        Code.IDEM,
        f"a bank statement has shown {amount} already: {said}{en}; if this is other money, say so: name these receipts "
        "in besides",
        f"银行对账单已载有 {amount}：{said}{zh}；如系另一笔款项，请在 besides 中写明上述收款",
        receipts=", ".join(now),
    )
