"""Within one transaction the books of one account only grow: allocations, their reversals, and balanced postings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, case, exists, func, insert, or_, select, update

from domain.local_time import local_day
from domain.receivables.closing import checked_open, first_open
from domain.receivables.entries import Allocation, AppliedCash, InvoiceChange, OpenItem
from domain.receivables.postings import Posting
from domain.terms import AccountTerms
from storage.operations.accounts import HeldAccount
from storage.operations.items import HeldItem, after_allocation, items_of, open_items, open_items_and
from storage.operations.steps import are_worth_keeping
from storage.rows import AnyRow
from storage.tables.billing import PAYABLE
from storage.tables.exchange import ITEM_WORTH
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
    select(func.coalesce(func.sum(ALLOCATION.c.minor), 0))
    .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
    .where(INSTALMENT.c.invoice_id == INVOICE.c.id, ALLOCATION.c.kind == "writeoff")
    .correlate(INVOICE)
    .scalar_subquery()
)
_HAS_WORTH = (
    exists()
    .where(ITEM_WORTH.c.instalment_id == INSTALMENT.c.id, INSTALMENT.c.invoice_id == INVOICE.c.id)
    .correlate(INVOICE)
)
_STANDING = select(INVOICE.c.id, PAYABLE, _WRITTEN_OFF, _HAS_WORTH).where(
    INVOICE.c.id.in_(bindparam("ids", expanding=True))
)
_IS_MOVED = INSTALMENT.c.id.in_(bindparam("moved", expanding=True))
# An item that changed is asked for its next step again; one that was settled is open again, or the other way.
_MARK = (
    update(INSTALMENT)
    .where(INSTALMENT.c.invoice_id.in_(bindparam("ids", expanding=True)), or_(INSTALMENT.c.step_terms != "", _IS_MOVED))
    .values(step_terms="", settled=case((_IS_MOVED, ~INSTALMENT.c.settled), else_=INSTALMENT.c.settled))
)
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
        has_worths: whether rates may have brought something of what it changed; `changes` finds out.
    """

    def __init__(self, connection: Connection, account: HeldAccount, key: str, at: datetime, on: date) -> None:
        self.connection = connection
        self.account = account
        self.key = key
        self.at = at
        self.on = on
        self.recovered: dict[str, int] = {}
        self.receipts: set[int] = set()
        self.has_worths = False
        self._valued_on: date | None = None
        self._before: dict[int, int] = {}
        self._numbers: dict[str, None] = {}
        self._rows: dict[tuple[str, int], HeldItem] = {}
        self._open: dict[tuple[str, int], HeldItem] | None = None
        self._asked: frozenset[str] = frozenset()

    def sees_all(self) -> bool:
        """Tell whether all that is open is loaded sooner or later, so that it is best loaded once."""
        return True

    def open_items(self, named: Iterable[str] = ()) -> tuple[OpenItem, ...]:
        """Load all that is open, and what is settled of named invoices; `still_open` knows it until it may differ."""
        self._asked = frozenset(named)
        here = self.connection, self.account.id
        held = open_items_and(*here, self._asked) if self._asked else open_items(*here)
        self._open = {(one.item.number, one.item.instalment): one for one in held}
        return tuple(one.item for one in held)

    def still_open(self) -> list[HeldItem] | None:
        """Return all that is open after what was allocated, oldest due first; none where it must be read again."""
        return None if self._open is None else [one for one in self._open.values() if one.item.open_minor]

    def touch(self, numbers: Iterable[str]) -> tuple[OpenItem, ...]:
        """Load invoices that this transaction may change, open or not; what was open before is remembered.

        What `open_items` has loaded is not read again; settled parts of it are left out.
        """
        held = self._read(dict.fromkeys(numbers))
        for one in held:
            if one.item.number not in self._numbers:
                self._before[one.invoice_id] = self._before.get(one.invoice_id, 0) + one.item.open_minor
            self._rows[one.item.number, one.item.instalment] = one
        self._numbers |= dict.fromkeys(one.item.number for one in held)
        return tuple(one.item for one in held)

    def touch_whole(self, numbers: Iterable[str]) -> tuple[OpenItem, ...]:
        """Touch invoices with all that is settled of them."""
        self._open = None
        return self.touch(numbers)

    def touch_as_before(self, opened: Mapping[str, int]) -> None:
        """Touch invoices that another transaction has changed, of which so much was open before it."""
        self.touch(opened)
        for number, minor in opened.items():
            self._before[self.invoice_id(number)] = minor

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
    def noticed(self) -> tuple[str, ...]:
        """The touched invoices of which a notice went out, so that interest may have been claimed upon them."""
        asked = (one.item for one in self._rows.values() if one.item.component == "principal")
        return tuple(dict.fromkeys(item.number for item in asked if item.last_notice_at is not None))

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
        self._open = self._less(allocations, value_date)

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
        self._open = None

    def post(self, what: str, postings: Sequence[Posting], on: date) -> None:
        """Post one balanced entry, on the first open day where the month of its own day is closed."""
        self.post_all([(what, postings, on)])

    def post_all(self, entries: Iterable[tuple[str, Sequence[Posting], date]]) -> None:
        """Post balanced entries as `post` does one: what, its legs, its own day."""
        until = self.account.closed_until
        rows = [
            leg
            for what, postings, on in entries
            for leg in _legs(self.account, f"{what}:{self.key}", postings, first_open(until, on), self.at, "")
        ]
        if rows:
            self.connection.execute(_POST, rows)

    def changes(self) -> tuple[InvoiceChange, ...]:
        """Settle or open again what was touched, end disputes about nothing, and say what became of each invoice."""
        if not self._numbers:
            return ()
        held = self._read(self._numbers)
        by_invoice: dict[int, list[HeldItem]] = {}
        for one in held:
            by_invoice.setdefault(one.invoice_id, []).append(one)
        ids = list(by_invoice)
        self.connection.execute(_MARK, {"ids": ids, "moved": self._moved(held)})
        rows = self.connection.execute(_STANDING, {"ids": ids}).all()
        standing = {row[0]: (row[1], row[2] > 0) for row in rows}
        self.has_worths = any(row[3] for row in rows)
        return tuple(self._change(one, parts, *standing[one]) for one, parts in by_invoice.items())

    def _read(self, numbers: Mapping[str, None]) -> list[HeldItem]:
        """Return items of invoices by number as they are after what was allocated, from what is loaded if they are."""
        if not numbers:
            return []
        known = self._open
        if known is None or not numbers.keys() <= self._asked.union(number for number, _ in known):
            return items_of(self.connection, self.account.id, numbers)
        return [one for (number, _), one in known.items() if number in numbers]

    def _less(self, allocations: Sequence[Allocation], on: date) -> dict[tuple[str, int], HeldItem] | None:
        """Return what is loaded less what was allocated; none where claims on an item must be spread anew."""
        if self._open is None:
            return None
        left = dict(self._open)
        for part in allocations:
            one = left.get((part.number, part.instalment))
            if one is None or one.item.disputes or one.item.promised_until:
                return None
            left[part.number, part.instalment] = after_allocation(one, part, on)
        return left

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

    def _moved(self, held: Sequence[HeldItem]) -> list[int]:
        """Return the items that are settled now and were not, or are open again."""
        for one in held:
            if not 0 <= one.item.open_minor <= one.item.amount_minor:
                raise AssertionError(
                    f"{one.item.number}/{one.item.instalment}: {one.item.open_minor} would be open (M1)"
                )
        return [one.instalment_id for one in held if one.settled == bool(one.item.open_minor)]

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

    def __init__(
        self, connection: Connection, account: HeldAccount, terms: AccountTerms, terms_hash: str, key: str, at: datetime
    ) -> None:
        self.terms_hash = terms_hash
        self.terms = terms
        super().__init__(connection, account, key, at, local_day(terms.dunning.zone, at))

    def sees_all(self) -> bool:
        """Tell whether the case is summed up from all that is open, and not from kept steps."""
        return not are_worth_keeping(self.connection, self.account, self.terms)


def post_entry(
    connection: Connection, account: HeldAccount, entry: str, postings: Sequence[Posting], on: date, at: datetime,
    document: str = "",
) -> None:  # fmt: skip
    """Write the legs of one entry; no leg at all is no entry. Refused into a closed month (E_PERIOD)."""
    rows = _legs(account, entry, postings, on, at, document)
    if rows:
        connection.execute(_POST, rows)


def _legs(
    account: HeldAccount, entry: str, postings: Sequence[Posting], on: date, at: datetime, document: str
) -> list[dict[str, object]]:
    checked_open(account.entity, account.closed_until, on)
    place = {"entry": entry, "account_id": account.id, "document": document, "posted_on": on, "at": at}
    return [place | dict(posting) for posting in postings]


def active_of_receipt(connection: Connection, receipt_id: int) -> list[Active]:
    """Return what a receipt still pays, oldest first, tolerance and discounts included."""
    return [_active(row) for row in connection.execute(_OF_RECEIPT, {"receipt_id": receipt_id})]


def active_of_invoice(connection: Connection, invoice_id: int) -> list[Active]:
    """Return what receipts still pay of an invoice, oldest first, tolerance and discounts included."""
    return [_active(row) for row in connection.execute(_OF_INVOICE, {"invoice_id": invoice_id})]


def _active(row: AnyRow) -> Active:
    active = Active(*row)
    return active._replace(minor=int(active.minor), tax_minor=int(active.tax_minor))
