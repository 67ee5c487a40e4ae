"""What is invoiced of an order, less the credits of its amendments, is never more than is ordered (M6)."""

from collections import Counter, defaultdict
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select

from domain.quotes import QuoteLine
from domain.quoting import amounts_of
from domain.value import Text
from storage.operations.stored_invoices import LINES
from storage.queries.checks import Check, checked
from storage.tables.ledger import CREDIT_NOTE, INVOICE
from storage.tables.records import EVENT

_QUOTED = ("quote_created", "quote_edited", "order_created", "order_amended", "reduction_required")


class _Ordered(NamedTuple):
    """What the log says of an order: what is ordered once of each line, and how often what was billed was reduced."""

    lines: dict[int, int]
    reductions: int


def ordered_check(connection: Connection) -> Check:
    """Per order line that is billed once: what was invoiced, less what amendments credited, is at most ordered.

    An order of which a reduction has no credit note, as it is on its way or was credited by hand, is left out.
    """
    ordered = _orders(connection)
    billed: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    once = select(INVOICE.c.deal_id, INVOICE.c.lines).where(
        INVOICE.c.deal_id.is_not(None), INVOICE.c.purpose == "standard", INVOICE.c.period_from.is_(None)
    )
    for row in connection.execute(once.order_by(INVOICE.c.id).execution_options(yield_per=1_000)):
        for line in LINES.validate_json(row.lines):
            billed[row.deal_id][line.order_line] += line.amount_minor
    back = (
        select(INVOICE.c.deal_id, CREDIT_NOTE.c.lines)
        .join(INVOICE, INVOICE.c.id == CREDIT_NOTE.c.invoice_id)
        .where(CREDIT_NOTE.c.lines != "[]", CREDIT_NOTE.c.period_from.is_(None))
    )
    notes: Counter[str] = Counter()
    for row in connection.execute(back):
        notes[row.deal_id] += 1
        for line in LINES.validate_json(row.lines):
            billed[row.deal_id][line.order_line] -= line.amount_minor
    broken = [
        f"{deal_id}/{place}"
        for deal_id, lines in sorted(billed.items())
        if deal_id in ordered and notes[deal_id] >= ordered[deal_id].reductions
        for place, minor in sorted(lines.items())
        if minor > ordered[deal_id].lines.get(place, 0)
    ]
    promise = Text(
        en="Σ invoiced of an order line, less credits of amendments ≤ ordered",
        zh="订单行已开票合计减变更红冲 ≤ 订购金额",
    )
    return checked("M6 orders", promise, len(billed), broken)


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
            once = data.get("service") is None
            found[deal_id] = found[deal_id]._replace(reductions=found[deal_id].reductions + once)
            continue
        if row.kind != "order_created":
            quoted[deal_id] = _amounts(data)
        if row.kind in ("order_created", "order_amended") and deal_id in quoted:
            before = found[deal_id].reductions if deal_id in found else 0
            found[deal_id] = _Ordered(quoted[deal_id], before)
    return found


def _amounts(event: Any) -> dict[int, int]:
    lines = [QuoteLine.model_validate(line) for line in event["quote"]["lines"]]
    once = [line for line in lines if line.every is None]
    return {line.position: one.minor for line, one in zip(once, amounts_of(once), strict=True)}
