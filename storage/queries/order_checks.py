"""What is invoiced of an order, less what was taken back of its lines, is never more than is ordered (M6)."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, func, select

from domain.quotes import QuoteLine
from domain.quoting import amounts_of
from domain.value import Text
from storage.operations.stored_invoices import LINES
from storage.queries.checks import Check, checked
from storage.tables.ledger import ALLOCATION, CREDIT_NOTE, INSTALMENT, INVOICE
from storage.tables.records import EVENT

_QUOTED = ("quote_created", "quote_edited", "order_created", "order_amended", "reduction_required")


class _Ordered(NamedTuple):
    """What the log says of an order: what is ordered once of each line, and by how much what was billed was reduced."""

    lines: dict[int, int]
    reduced: Counter[int]


class _Billed(NamedTuple):
    """What was invoiced of each line, and what of that was taken back line by line, or with its whole invoice."""

    lines: Counter[int]
    taken: Counter[int]


def ordered_check(connection: Connection) -> Check:
    """Per order line that is billed once: what was invoiced, less what was taken back, is at most ordered.

    What an order became smaller by may stay invoiced: its credit is on its way, was given by hand, or nobody agreed to
    it.
    """
    ordered, billed = _orders(connection), _billed(connection)
    broken = [
        f"{deal_id}/{place}"
        for deal_id, one in sorted(billed.items())
        if deal_id in ordered
        for place in sorted(_too_much(one, ordered[deal_id]))
    ]
    promise = Text(
        en="Σ invoiced of an order line, less what was taken back ≤ ordered",
        zh="订单行已开票合计减红冲 ≤ 订购金额",
    )
    return checked("M6 orders", promise, len(billed), broken)


def _too_much(one: _Billed, ordered: _Ordered) -> Iterator[int]:
    for place, minor in one.lines.items():
        taken = one.taken[place]
        if minor - taken > ordered.lines.get(place, 0) + max(0, ordered.reduced[place] - taken):
            yield place


def _billed(connection: Connection) -> dict[str, _Billed]:
    """Return by deal what was invoiced of what is billed once."""
    notes, whole = _notes(connection), _given_up_whole(connection)
    found: dict[str, _Billed] = defaultdict(lambda: _Billed(Counter(), Counter()))
    once = select(INVOICE.c.id, INVOICE.c.deal_id, INVOICE.c.lines).where(
        INVOICE.c.deal_id.is_not(None), INVOICE.c.purpose == "standard", INVOICE.c.period_from.is_(None)
    )
    for row in connection.execute(once.order_by(INVOICE.c.id).execution_options(yield_per=1_000)):
        lines = _amounts_in(row.lines)
        found[row.deal_id].lines.update(lines)
        found[row.deal_id].taken.update(lines if row.id in whole else notes.get(row.id, Counter()))
    return found


def _amounts_in(lines: str) -> Counter[int]:
    found: Counter[int] = Counter()
    for line in LINES.validate_json(lines):
        found[line.order_line] += line.amount_minor
    return found


def _notes(connection: Connection) -> dict[int, Counter[int]]:
    """Return by invoice what credit notes took back of its lines."""
    found: dict[int, Counter[int]] = defaultdict(Counter)
    lined = select(CREDIT_NOTE.c.invoice_id, CREDIT_NOTE.c.lines).where(CREDIT_NOTE.c.lines != "[]")
    for row in connection.execute(lined):
        found[row.invoice_id].update(_amounts_in(row.lines))
    return found


def _given_up_whole(connection: Connection) -> frozenset[int]:
    """Return the invoices of which nothing is open or paid any more: what they bill may be billed again.

    What was let off of them, as bad debt or for a small shortfall, is not credited, and paid by nobody.
    """
    off = (
        select(func.coalesce(func.sum(ALLOCATION.c.minor), 0))
        .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
        .where(INSTALMENT.c.invoice_id == INVOICE.c.id, ALLOCATION.c.kind.in_(("writeoff", "tolerance")))
        .correlate(INVOICE)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(INVOICE.c.id)
        .join(CREDIT_NOTE, CREDIT_NOTE.c.invoice_id == INVOICE.c.id)
        .group_by(INVOICE.c.id, INVOICE.c.gross_minor)
        .having(func.sum(CREDIT_NOTE.c.gross_minor) + off >= INVOICE.c.gross_minor)
    )
    return frozenset(row.id for row in rows)


def _orders(connection: Connection) -> dict[str, _Ordered]:
    """Return the orders by deal, from the last facts that changed them."""
    rows = connection.execute(
        select(EVENT.c.workflow_id, EVENT.c.kind, EVENT.c.data)
        .where(EVENT.c.kind.in_(_QUOTED))
        .order_by(EVENT.c.workflow_id, EVENT.c.seq)
        .execution_options(yield_per=1_000)
    )
    quoted: dict[str, dict[int, int]] = {}
    found: dict[str, _Ordered] = {}
    for row in rows:
        deal_id = row.workflow_id.removeprefix("deal/")
        data = orjson.loads(row.data)
        if row.kind == "reduction_required":
            if data.get("service") is None:
                found[deal_id].reduced.update({one["position"]: one["minor"] for one in data["amounts"]})
            continue
        if row.kind != "order_created":
            quoted[deal_id] = _amounts(data)
        if row.kind in ("order_created", "order_amended") and deal_id in quoted:
            found[deal_id] = _Ordered(quoted[deal_id], found.get(deal_id, _Ordered({}, Counter())).reduced)
    return found


def _amounts(event: Any) -> dict[int, int]:
    lines = [QuoteLine.model_validate(line) for line in event["quote"]["lines"]]
    once = [line for line in lines if line.every is None]
    return {line.position: one.minor for line, one in zip(once, amounts_of(once), strict=True)}
