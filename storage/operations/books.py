"""Within one transaction the books of one account only grow: allocations, their reversals, and balanced postings."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, case, func, insert, select, update

from domain.local_time import local_day
from domain.receivables.closing import checked_open, first_open
from domain.receivables.entries import Allocation, AppliedCash, InvoiceChange, OpenItem
from domain.receivables.postings import Posting
from storage.operations.accounts import HeldAccount, terms_by_hash
from storage.operations.items import HeldItem, items_of
from storage.operations.steps import forget_steps
from storage.rows import AnyRow
from storage.tables.billing import PAYABLE
from storage.tables.ledger import ALLOCATION, DISPUTE, INSTALMENT, INVOICE, POSTING, RECEIPT

_TAKEN_BACK = ALLOCATION.alias("taken_back")


def _left(column: str) -> ColumnElement[int]:
    back = (
        select(func.coalesce(func.sum(_TAKEN_BACK.c[column]), 0))
        .where(_TAKEN_BACK.c.reverses_id == ALLOCATION.c.id)
        .correlate(ALLOCATION)
        .scalar_subquery()
    )
    return ALLOCATION.c[column] + back


LEFT = _left("minor")
_TAX_LEFT = case((ALLOCATION.c.kind == "discount", _left("tax_minor")), else_=0)
_ACTIVE = (
    select(
        ALLOCATION.c.id, ALLOCATION.c.instalment_id, ALLOCATION.c.receipt_id, ALLOCATION.c.kind,
        LEFT.label("minor"), ALLOCATION.c.credit_note_id, INVOICE.c.number, INSTALMENT.c.position,
        RECEIPT.c.source, RECEIPT.c.external_id, _TAX_LEFT.label("tax_minor"),
    )
    .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
    .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
    .join(RECEIPT, RECEIPT.c.id == ALLOCATION.c.receipt_id)
    .where(ALLOCATION.c.reverses_id.is_(None), LEFT > 0)
    .order_by(ALLOCATION.c.id)
)  # fmt: skip
_OF_RECEIPT = _ACTIVE.where(ALLOCATION.c.receipt_id == bindparam("receipt_id"))
_OF_INVOICE = _ACTIVE.where(INSTALMENT.c.invoice_id == bindparam("invoice_id"))
_WRITTEN_OFF = (
    select(INSTALMENT.c.invoice_id, func.sum(ALLOCATION.c.minor))
    .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
    .where(INSTALMENT.c.invoice_id.in_(bindparam("invoice_ids", expanding=True)), ALLOCATION.c.kind == "writeoff")
    .group_by(INSTALMENT.c.invoice_id)
)
_PAYABLE = select(INVOICE.c.id, PAYABLE).where(INVOICE.c.id.in_(bindparam("ids", expanding=True)))
_SETTLE = update(INSTALMENT).where(INSTALMENT.c.id == bindparam("w_id")).values(settled=bindparam("new_settled"))
_WITHDRAW = (
    update(DISPUTE)
    .where(DISPUTE.c.invoice_id == bindparam("w_invoice"), DISPUTE.c.closed_at.is_(None))
    .values(closed_at=bindparam("new_closed_at"), outcome="withdrawn")
)
_ALLOCATE = insert(ALLOCATION)
_POST = insert(POSTING)


class Active(NamedTuple):
    """An allocation of a receipt with its row; ``minor`` is what of it was not taken back, ``tax_minor`` the tax."""

    id: int
    instalment_id: int
    receipt_id: int | None
    kind: str
    minor: int
    credit_note_id: int | None
    number: str
    position: int
    source: str
    external_id: str
    tax_minor: int

    @property
    def allocation(self) -> Allocation:
        """As the pure rules see it."""
        return Allocation.model_validate(
            {
                "number": self.number, "instalment": self.position, "kind": self.kind, "minor": self.minor,
                "tax_minor": self.tax_minor,
            }
        )  # fmt: skip

    @property
    def applied(self) -> AppliedCash:
        """With its receipt, as the pure rules see it."""
        return AppliedCash(source=self.source, external_id=self.external_id, allocation=self.allocation)


class Books:
    """One account in one transaction.

    Attributes:
        on: the business day, in the legal entity's zone.
        key: names the postings of this transaction.
        recovered: what of a bad debt came back in it, by invoice.
        receipts: those whose allocations it has changed.
    """

    def __init__(self, connection: Connection, account: HeldAccount, key: str, at: datetime, on: date) -> None:
        self.connection = connection
        self.account = account
        self.key = key
        self.at = at
        self.on = on
        self.recovered: dict[str, int] = {}
        self.receipts: set[int] = set()
        self._valued_on: date | None = None
        self._before: dict[int, int] = {}
        self._numbers: dict[str, None] = {}
        self._rows: dict[tuple[str, int], HeldItem] = {}

    def touch(self, numbers: Iterable[str]) -> tuple[OpenItem, ...]:
        """Load invoices that this transaction may change, open or not; what was open before is remembered."""
        held = items_of(self.connection, self.account.id, numbers)
        for one in held:
            if one.item.number not in self._numbers:
                self._before[one.invoice_id] = self._before.get(one.invoice_id, 0) + one.item.open_minor
            self._rows[one.item.number, one.item.instalment] = one
        self._numbers |= dict.fromkeys(one.item.number for one in held)
        return tuple(one.item for one in held)

    def invoice_id(self, number: str) -> int:
        """Return the row of an invoice that was touched."""
        return next(held.invoice_id for (name, _), held in self._rows.items() if name == number)

    def held(self, parts: Iterable[Allocation]) -> tuple[HeldItem, ...]:
        """Return the touched items that allocations are about, each once."""
        return tuple(self._rows[place] for place in dict.fromkeys((part.number, part.instalment) for part in parts))

    @property
    def touched(self) -> frozenset[int]:
        """The rows of the instalments that this transaction may have changed."""
        return frozenset(one.instalment_id for one in self._rows.values())

    @property
    def realised_on(self) -> date:
        """The day of what rates bring: of money that came its value date, or the issue of what it pays; else today."""
        if self._valued_on is None:
            return self.on
        return max(self._valued_on, *(one.item.issued_on for one in self._rows.values()))

    def allocate(
        self,
        allocations: Sequence[Allocation],
        value_date: date,
        receipt_id: int | None = None,
        credit_note_id: int | None = None,
    ) -> None:
        """Put amounts against instalments of touched invoices."""
        if receipt_id is not None and allocations:
            self.receipts.add(receipt_id)
            self._valued_on = value_date
        self._insert(
            self._row(part, value_date) | {"receipt_id": receipt_id, "credit_note_id": credit_note_id, "reason": ""}
            for part in allocations
        )

    def take_back(self, parts: Sequence[Allocation], active: Sequence[Active], reason: str) -> None:
        """Reverse allocations, the newest first; of one that is taken back in part the rest keeps its place."""
        wanted: dict[tuple[str, int, str], int] = {}
        for part in parts:
            place: tuple[str, int, str] = (part.number, part.instalment, part.kind)
            wanted[place] = wanted.get(place, 0) + part.minor
        rows: list[dict[str, object]] = []
        for one in reversed(active):
            place = (one.number, one.position, one.kind)
            taken = min(wanted.get(place, 0), one.minor)
            if taken:
                wanted[place] -= taken
                if one.receipt_id is not None:
                    self.receipts.add(one.receipt_id)
                rows.append(self._reversal(one, taken, reason))
        if any(wanted.values()):
            raise AssertionError(f"{wanted} is not allocated")
        self._insert(rows)

    def post(self, what: str, postings: Sequence[Posting], on: date) -> None:
        """Post one balanced entry, on the first open day where the month of its own day is closed."""
        on = first_open(self.account.closed_until, on)
        post_entry(self.connection, self.account, f"{what}:{self.key}", postings, on, self.at)

    def changes(self) -> tuple[InvoiceChange, ...]:
        """Settle or open again what was touched, end disputes about nothing, and say what became of each invoice."""
        if not self._numbers:
            return ()
        held = items_of(self.connection, self.account.id, self._numbers)
        self._keep_settled(held)
        by_invoice: dict[int, list[HeldItem]] = {}
        for one in held:
            by_invoice.setdefault(one.invoice_id, []).append(one)
        ids = list(by_invoice)
        forget_steps(self.connection, ids)
        off = {row[0] for row in self.connection.execute(_WRITTEN_OFF, {"invoice_ids": ids}) if row[1] > 0}
        gross: dict[int, int] = {row[0]: row[1] for row in self.connection.execute(_PAYABLE, {"ids": ids})}
        return tuple(self._change(one, parts, gross[one], one in off) for one, parts in by_invoice.items())

    def _change(self, invoice_id: int, parts: Sequence[HeldItem], gross_minor: int, written_off: bool) -> InvoiceChange:
        open_minor = sum(part.item.open_minor for part in parts)
        first = parts[0]
        withdrawn = not open_minor and any(ended is None for _, ended in first.item.disputes)
        if withdrawn:
            self.connection.execute(_WITHDRAW, {"w_invoice": invoice_id, "new_closed_at": self.at})
        return InvoiceChange(
            number=first.item.number,
            deal_id=first.item.deal_id,
            item=first.billing_item,
            open_minor=open_minor,
            gross_minor=gross_minor,
            before_minor=self._before[invoice_id],
            disputed_minor=sum(part.item.disputed_minor for part in parts),
            written_off=written_off,
            withdrawn=withdrawn,
            recovered_minor=self.recovered.get(first.item.number, 0),
        )

    def _keep_settled(self, held: Sequence[HeldItem]) -> None:
        for one in held:
            if not 0 <= one.item.open_minor <= one.item.amount_minor:
                raise AssertionError(
                    f"{one.item.number}/{one.item.instalment}: {one.item.open_minor} would be open (M1)"
                )
        moved = [
            {"w_id": one.instalment_id, "new_settled": not one.item.open_minor}
            for one in held
            if one.settled == bool(one.item.open_minor)
        ]
        if moved:
            self.connection.execute(_SETTLE, moved)

    def _row(self, part: Allocation, value_date: date) -> dict[str, object]:
        held = self._rows[part.number, part.instalment]
        return {
            "account_id": self.account.id, "instalment_id": held.instalment_id, "kind": part.kind, "minor": part.minor,
            "tax_minor": part.tax_minor, "value_date": value_date, "at": self.at, "reverses_id": None,
        }  # fmt: skip

    def _reversal(self, one: Active, taken: int, reason: str) -> dict[str, object]:
        return {
            "account_id": self.account.id, "instalment_id": one.instalment_id, "receipt_id": one.receipt_id,
            "credit_note_id": one.credit_note_id, "kind": one.kind, "at": self.at, "reason": reason,
            "minor": -taken, "tax_minor": -one.allocation.part(taken).tax_minor, "value_date": self.on,
            "reverses_id": one.id,
        }  # fmt: skip

    def _insert(self, rows: Iterable[dict[str, object]]) -> None:
        given = list(rows)
        if given:
            self.connection.execute(_ALLOCATE, given)


class AccountBooks(Books):
    """The books of an account whose case is under way, with its terms."""

    def __init__(self, connection: Connection, account: HeldAccount, terms_hash: str, key: str, at: datetime) -> None:
        self.terms_hash = terms_hash
        self.terms = terms_by_hash(connection, terms_hash)
        super().__init__(connection, account, key, at, local_day(self.terms.dunning.zone, at))


def post_entry(
    connection: Connection, account: HeldAccount, entry: str, postings: Sequence[Posting], on: date, at: datetime,
    document: str = "",
) -> None:  # fmt: skip
    """Write the legs of one entry; no leg at all is no entry. Refused into a closed month (E_PERIOD)."""
    checked_open(account.entity, account.closed_until, on)
    place = {"entry": entry, "account_id": account.id, "document": document, "posted_on": on, "at": at}
    rows = [place | dict(posting) for posting in postings]
    if rows:
        connection.execute(_POST, rows)


def active_of_receipt(connection: Connection, receipt_id: int) -> list[Active]:
    """Return what a receipt still pays, oldest first, tolerance and discounts included."""
    return [_active(row) for row in connection.execute(_OF_RECEIPT, {"receipt_id": receipt_id})]


def active_of_invoice(connection: Connection, invoice_id: int) -> list[Active]:
    """Return what receipts still pay of an invoice, oldest first, tolerance and discounts included."""
    return [_active(row) for row in connection.execute(_OF_INVOICE, {"invoice_id": invoice_id})]


def _active(row: AnyRow) -> Active:
    active = Active(*row)
    return active._replace(minor=int(active.minor), tax_minor=int(active.tax_minor))
