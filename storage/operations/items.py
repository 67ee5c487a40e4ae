"""What is open is read as a sum of allocations, under the account's lock, with the claims that lie on it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

import orjson
from sqlalchemy import ColumnElement, CompoundSelect, Connection, bindparam, exists, func, or_, select, union_all

from domain.receivables.claims import lessened, spread_claims, still_promised
from domain.receivables.entries import Allocation, OpenItem
from domain.receivables.offers import DiscountOffer
from storage.operations.relief import GIVEN, before, given
from storage.rows import AnyRow, AnySelect
from storage.tables.ledger import ALLOCATION, DISPUTE, INSTALMENT, INVOICE, NOTICE_ITEM, PROMISE, RECEIPT
from storage.tables.records import ACCOUNT

_ALLOCATED = (
    select(func.coalesce(func.sum(ALLOCATION.c.minor), 0))
    .where(ALLOCATION.c.instalment_id == INSTALMENT.c.id)
    .correlate(INSTALMENT)
    .scalar_subquery()
)
# Most accounts have neither, and then neither is looked for; each is asked once a query, not for every item.
_HAS_DISPUTES = exists().where(DISPUTE.c.account_id == bindparam("account_id")).label("has_disputes")
_HAS_PROMISES = exists().where(PROMISE.c.account_id == bindparam("account_id")).label("has_promises")
_ITEMS = (
    select(
        INSTALMENT.c.id, INSTALMENT.c.invoice_id, INVOICE.c.number, INSTALMENT.c.position, INVOICE.c.deal_id,
        INVOICE.c.item, INVOICE.c.issued_on, INSTALMENT.c.due_on, INSTALMENT.c.amount_minor,
        (INSTALMENT.c.amount_minor - _ALLOCATED).label("open_minor"), INVOICE.c.currency, INSTALMENT.c.settled,
        INSTALMENT.c.level, INSTALMENT.c.last_notice_at, INSTALMENT.c.pre_due_sent, INSTALMENT.c.skipped,
        INSTALMENT.c.discount, INSTALMENT.c.component, INSTALMENT.c.claim_of, _HAS_DISPUTES, _HAS_PROMISES,
    )
    .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
    .where(INSTALMENT.c.account_id == bindparam("account_id"))
    .order_by(INSTALMENT.c.due_on, INVOICE.c.number, INSTALMENT.c.position)
)  # fmt: skip
_OPEN_ITEMS = _ITEMS.where(~INSTALMENT.c.settled)
_NAMED_ITEMS = _ITEMS.where(INVOICE.c.number.in_(bindparam("numbers", expanding=True)))
_OPEN_OR_NAMED_ITEMS = union_all(
    _OPEN_ITEMS.order_by(None), _NAMED_ITEMS.where(INSTALMENT.c.settled).order_by(None)
).order_by("due_on", "number", "position")
_NOTICED_ITEMS = _ITEMS.where(
    INSTALMENT.c.id.in_(select(NOTICE_ITEM.c.instalment_id).where(NOTICE_ITEM.c.notice_id == bindparam("notice_id")))
)
# Claims are spread over all open instalments of an invoice, so invoices are always loaded whole.
_DIRTY = INSTALMENT.alias("dirty")
_WITHOUT_STEP = _OPEN_ITEMS.where(
    INSTALMENT.c.invoice_id.in_(
        select(_DIRTY.c.invoice_id).where(
            _DIRTY.c.account_id == bindparam("account_id"),
            ~_DIRTY.c.settled,
            _DIRTY.c.step_terms != bindparam("terms_hash"),
        )
    )
)
_WITH_SIBLINGS = _OPEN_ITEMS.where(
    INSTALMENT.c.invoice_id.in_(select(_DIRTY.c.invoice_id).where(_DIRTY.c.id == bindparam("instalment_id")))
)
_UNDER_CLAIM = _OPEN_ITEMS.where(
    INSTALMENT.c.invoice_id.in_(
        select(DISPUTE.c.invoice_id)
        .where(DISPUTE.c.account_id == bindparam("account_id"), DISPUTE.c.closed_at.is_(None))
        .union(
            select(PROMISE.c.invoice_id).where(
                PROMISE.c.account_id == bindparam("account_id"), PROMISE.c.closed_at.is_(None)
            )
        )
    )
)
_CASH = (
    select(ALLOCATION.c.instalment_id, RECEIPT.c.value_date, func.sum(ALLOCATION.c.minor))
    .join(RECEIPT, RECEIPT.c.id == ALLOCATION.c.receipt_id)
    .where(ALLOCATION.c.instalment_id.in_(bindparam("instalment_ids", expanding=True)), ALLOCATION.c.kind == "cash")
    .group_by(ALLOCATION.c.instalment_id, RECEIPT.c.value_date)
    .having(func.sum(ALLOCATION.c.minor) > 0)
    .order_by(ALLOCATION.c.instalment_id, RECEIPT.c.value_date)
)
_CLAIMED = INSTALMENT.c.account_id == bindparam("account_id"), ~INSTALMENT.c.settled


def _claims(table_select: AnySelect, invoice_id: ColumnElement[int]) -> tuple[AnySelect, AnySelect, AnySelect]:
    """Return how claims are read that lie on what is open, on what is named, and on either."""
    is_open = select(INSTALMENT.c.invoice_id).where(*_CLAIMED)
    named = select(INVOICE.c.id).where(
        INVOICE.c.account_id == bindparam("account_id"), INVOICE.c.number.in_(bindparam("numbers", expanding=True))
    )
    return (
        table_select.where(invoice_id.in_(is_open)),
        table_select.where(invoice_id.in_(named)),
        table_select.where(or_(invoice_id.in_(is_open), invoice_id.in_(named))),
    )


_DISPUTES = _claims(
    select(DISPUTE.c.invoice_id, DISPUTE.c.minor, DISPUTE.c.opened_at, DISPUTE.c.closed_at)
    .where(DISPUTE.c.account_id == bindparam("account_id"))
    .order_by(DISPUTE.c.id),
    DISPUTE.c.invoice_id,
)
_PROMISES = _claims(
    select(
        PROMISE.c.invoice_id,
        PROMISE.c.minor,
        PROMISE.c.open_at_most,
        PROMISE.c.credited_before,
        PROMISE.c.let_off_before,
        PROMISE.c.until,
        PROMISE.c.closed_at,
        *GIVEN,
    ).where(PROMISE.c.account_id == bindparam("account_id"), PROMISE.c.outcome.in_(("", "broken"))),
    PROMISE.c.invoice_id,
)


class _ClaimsRead(NamedTuple):
    """How the disputes and the promises of some items are read."""

    disputes: AnySelect
    promises: AnySelect


_OPEN_CLAIMS, _NAMED_CLAIMS, _OPEN_OR_NAMED_CLAIMS = map(_ClaimsRead, _DISPUTES, _PROMISES)


_Place = Callable[[ColumnElement[str], ColumnElement[str]], ColumnElement[int]]
_OTHER_CURRENCIES = (
    select(ACCOUNT.c.id)
    .join(_OWN := ACCOUNT.alias(), (_OWN.c.entity == ACCOUNT.c.entity) & (_OWN.c.customer_id == ACCOUNT.c.customer_id))
    .where(_OWN.c.id == bindparam("account_id"), ACCOUNT.c.id != _OWN.c.id)
)


def _beyond_in(place: _Place) -> CompoundSelect[str]:
    named = select(INVOICE.c.number).where(place(bindparam("reference"), func.upper(INVOICE.c.number)) > 0)
    settled = INVOICE.c.id.not_in(select(INSTALMENT.c.invoice_id).where(*_CLAIMED))
    return union_all(
        named.where(INVOICE.c.account_id == bindparam("account_id"), settled),
        named.where(INVOICE.c.account_id.in_(_OTHER_CURRENCIES)),
    )


_BEYOND_IN = {"postgresql": _beyond_in(func.strpos), "sqlite": _beyond_in(func.instr)}


class HeldItem(NamedTuple):
    """An instalment as the pure rules see it, with what the tables know it by."""

    instalment_id: int
    invoice_id: int
    billing_item: str
    settled: bool
    item: OpenItem


class Claims(NamedTuple):
    """Disputes and promises of one invoice.

    Attributes:
        disputed: the amount of its open dispute.
        promises: (amount, what may be open for it to count as kept) of its open promises.
        disputes: all its disputes as (from, to or none).
        promised_until: until when its open and broken promises hold.
    """

    disputed: int = 0
    promises: tuple[tuple[int, int], ...] = ()
    disputes: tuple[tuple[datetime, datetime | None], ...] = ()
    promised_until: datetime | None = None


_NO_CLAIMS = Claims()


def open_items(connection: Connection, account_id: int) -> list[HeldItem]:
    """Return what is open in an account, oldest due first."""
    here = {"account_id": account_id}
    rows = connection.execute(_OPEN_ITEMS, here).all()
    return _with_cash(connection, _held(rows, _by_invoice(connection, rows, _OPEN_CLAIMS, here)))


def open_items_and(connection: Connection, account_id: int, numbers: Iterable[str]) -> list[HeldItem]:
    """Return what is open in an account, and what is settled of invoices by number, oldest due first."""
    here = {"account_id": account_id, "numbers": list(dict.fromkeys(numbers))}
    rows = connection.execute(_OPEN_OR_NAMED_ITEMS, here).all()
    return _with_cash(connection, _held(rows, _by_invoice(connection, rows, _OPEN_OR_NAMED_CLAIMS, here)))


def items_of(connection: Connection, account_id: int, numbers: Iterable[str]) -> list[HeldItem]:
    """Return the instalments of invoices by number, open or not, oldest due first."""
    here = {"account_id": account_id, "numbers": list(dict.fromkeys(numbers))}
    rows = connection.execute(_NAMED_ITEMS, here).all()
    return _with_cash(connection, _held(rows, _by_invoice(connection, rows, _NAMED_CLAIMS, here)))


def items_under_claim(connection: Connection, account_id: int) -> list[HeldItem]:
    """Return the open items of invoices with an open dispute or promise."""
    return _with_claims(connection, _UNDER_CLAIM, {"account_id": account_id})


def items_without_step(connection: Connection, account_id: int, terms_hash: str) -> list[HeldItem]:
    """Return the open items whose next step was not asked under these terms since they changed."""
    return _with_claims(connection, _WITHOUT_STEP, {"account_id": account_id, "terms_hash": terms_hash})


def open_item(connection: Connection, account_id: int, instalment_id: int) -> HeldItem:
    """Return one open item."""
    held = _with_claims(connection, _WITH_SIBLINGS, {"account_id": account_id, "instalment_id": instalment_id})
    return next(one for one in held if one.instalment_id == instalment_id)


def _with_claims(connection: Connection, query: AnySelect, here: Mapping[str, object]) -> list[HeldItem]:
    rows = connection.execute(query, here).all()
    account = {"account_id": here["account_id"]}
    return _held(rows, _by_invoice(connection, rows, _OPEN_CLAIMS, account))


def noticed(connection: Connection, account_id: int, notice_id: str) -> list[HeldItem]:
    """Return what a notice is about, open or not, with the claims on what is open."""
    return _with_claims(connection, _NOTICED_ITEMS, {"account_id": account_id, "notice_id": notice_id})


def beyond_reach_in(connection: Connection, account_id: int, reference: str) -> tuple[str, ...]:
    """Return numbers that stand somewhere in a reference, of invoices that money of an account cannot pay as it is.

    They are paid, or the customer owes them to the same legal entity in another currency.
    """
    if not reference:
        return ()
    here = {"account_id": account_id, "reference": reference.upper()}
    return tuple(connection.execute(_BEYOND_IN[connection.dialect.name], here).scalars())


def _by_invoice(
    connection: Connection, items: Sequence[AnyRow], claims: _ClaimsRead, here: Mapping[str, object]
) -> dict[int, Claims]:
    """Return the claims on items that were read, by their invoice."""
    found: dict[int, Claims] = {}
    for row in connection.execute(claims.disputes, here) if items and items[0].has_disputes else ():
        known = found.get(row.invoice_id, _NO_CLAIMS)
        held = row.minor if row.closed_at is None else 0
        spell = (row.opened_at, row.closed_at)
        found[row.invoice_id] = known._replace(disputed=known.disputed + held, disputes=(*known.disputes, spell))
    for row in connection.execute(claims.promises, here) if items and items[0].has_promises else ():
        known = found.get(row.invoice_id, _NO_CLAIMS)
        less = given(row).since(before(row))
        held = (lessened(row.minor, row.open_at_most, less),) if row.closed_at is None else ()
        until = max(row.until, known.promised_until or row.until)
        found[row.invoice_id] = known._replace(promises=(*known.promises, *held), promised_until=until)
    return found


def _held(rows: Sequence[AnyRow], claims: dict[int, Claims]) -> list[HeldItem]:
    found = [_one(row, claims.get(row[1], _NO_CLAIMS)) for row in rows]
    for invoice_id, claim in claims.items():
        if claim.disputed or claim.promises:
            _spread(found, invoice_id, claim)
    return found


def _spread(found: list[HeldItem], invoice_id: int, claim: Claims) -> None:
    places = {held.item.instalment: place for place, held in enumerate(found) if held.invoice_id == invoice_id}
    items = [found[place].item for place in places.values()]
    promised = still_promised(sum(item.open_minor for item in items), claim.promises)
    shares = spread_claims(items, claim.disputed, promised)
    for instalment, disputed, promised in shares:
        held = found[places[instalment]]
        item = held.item.model_copy(update={"disputed_minor": disputed, "promised_minor": promised})
        found[places[instalment]] = held._replace(item=item)


def _one(row: AnyRow, claims: Claims) -> HeldItem:
    # The columns are typed, so the item is not validated again, nor read by name: an account may have thousands.
    (instalment_id, invoice_id, number, position, deal_id, billing_item, issued_on, due_on, amount_minor, open_minor,
     currency, settled, level, last_notice_at, pre_due_sent, skipped, discount, component, claim_of,
     *_) = row  # fmt: skip
    item = OpenItem.of_fields(
        number=number,
        instalment=position,
        deal_id=deal_id or "",
        issued_on=issued_on,
        due_on=due_on,
        amount_minor=amount_minor,
        open_minor=int(open_minor),
        currency=currency,
        disputed_minor=0,
        promised_minor=0,
        disputes=claims.disputes,
        promised_until=claims.promised_until,
        level=level,
        last_notice_at=last_notice_at,
        pre_due_sent=tuple(orjson.loads(pre_due_sent)) if pre_due_sent != "[]" else (),
        skipped=tuple(orjson.loads(skipped)) if skipped != "[]" else (),
        discount=offer_from(discount),
        cash=(),
        component=component or "principal",
        claim_of=claim_of or "",
    )
    return HeldItem(instalment_id, invoice_id, billing_item, settled, item)


def after_allocation(held: HeldItem, part: Allocation, on: date) -> HeldItem:
    """Return an item as it would be read after an allocation of money of this value date; claims on it stay."""
    item = held.item
    update: dict[str, object] = {"open_minor": item.open_minor - part.minor}
    if item.discount is not None and part.kind == "cash":
        paid = dict(item.cash)
        paid[on] = paid.get(on, 0) + part.minor
        update["cash"] = tuple(sorted(paid.items()))
    return held._replace(item=item.model_copy(update=update))


def offer_from(text: str | None) -> DiscountOffer | None:
    """Read what an instalment offers for early payment, if anything."""
    return DiscountOffer.model_validate_json(text) if text else None


def _with_cash(connection: Connection, held: list[HeldItem]) -> list[HeldItem]:
    """Tell items with a discount when they were paid in part."""
    offering = [one.instalment_id for one in held if one.item.discount is not None]
    if not offering:
        return held
    paid: dict[int, list[tuple[date, int]]] = {}
    for row in connection.execute(_CASH, {"instalment_ids": offering}):
        paid.setdefault(row[0], []).append((row[1], int(row[2])))
    return [
        one._replace(item=one.item.model_copy(update={"cash": tuple(paid[one.instalment_id])}))
        if one.instalment_id in paid
        else one
        for one in held
    ]
