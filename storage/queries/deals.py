"""Deals are read from the read model, newest change first; no list asks a workflow."""

from datetime import datetime

from sqlalchemy import Connection, or_, select

from domain.deal.state import Stage
from domain.ports import DealRow
from domain.refusal import Code, refuse
from domain.value import Value
from storage.queries.paging import before, cursor_of, limited, place_of
from storage.rows import AnySelect
from storage.tables.records import DEAL


class DealFilter(Value):
    """Which deals; an empty field does not filter.

    Attributes:
        entity: the legal entity they belong to.
        stage: a stage, or the part before the dot (``quote`` is every ``quote.*``).
        q: the id of a deal as it is, or else a text that stands in the id, the customer's name or id; capitals and
            small letters are equal.
    """

    entity: str = ""
    stage: str = ""
    owner: str = ""
    customer: str = ""
    overlay: str = ""
    q: str = ""


class DealPage(Value):
    """Some deals, and the cursor of the next page; empty at the end."""

    deals: tuple[DealRow, ...]
    next: str = ""


def deals(connection: Connection, wanted: DealFilter, cursor: str = "", limit: int = 50) -> DealPage:
    """Return a page of deals, the last changed first (`BadCursor`)."""
    order = (DEAL.c.updated_at, DEAL.c.deal_id)
    query = (
        _searched(connection, _filtered(select(DEAL), wanted), wanted.q)
        .order_by(*(column.desc() for column in order))
        .limit(limited(limit) + 1)
    )
    if cursor:
        query = query.where(before(order, place_of(cursor, (datetime, str))))
    rows = connection.execute(query).all()
    page = tuple(DealRow.model_validate(row._asdict()) for row in rows[: limited(limit)])
    more = len(rows) > len(page)
    return DealPage(deals=page, next=cursor_of(page[-1].updated_at, page[-1].deal_id) if more else "")


def deal(connection: Connection, deal_id: str) -> DealRow:
    """Return one deal; refused when there is none (E_NOTFOUND)."""
    row = connection.execute(select(DEAL).where(DEAL.c.deal_id == deal_id)).first()
    if row is None:
        raise refuse(Code.NOTFOUND, f"there is no deal {deal_id}", f"没有商机 {deal_id}", deal=deal_id)
    return DealRow.model_validate(row._asdict())


def _searched(connection: Connection, query: AnySelect, q: str) -> AnySelect:
    """Keep what a text finds; a whole id finds its deal alone, without a look at all the others."""
    if not q:
        return query
    if connection.execute(select(DEAL.c.deal_id).where(DEAL.c.deal_id == q)).first() is not None:
        return query.where(DEAL.c.deal_id == q)
    columns = (DEAL.c.deal_id, DEAL.c.customer_name, DEAL.c.customer_id)
    return query.where(or_(*(column.icontains(q, autoescape=True) for column in columns)))


def _filtered(query: AnySelect, wanted: DealFilter) -> AnySelect:
    if wanted.stage:
        phase = [stage.value for stage in Stage if stage.value.startswith(f"{wanted.stage}.")]
        query = query.where(DEAL.c.stage.in_(phase) if phase else DEAL.c.stage == wanted.stage)
    for column, value in (
        (DEAL.c.entity, wanted.entity),
        (DEAL.c.owner, wanted.owner),
        (DEAL.c.customer_id, wanted.customer),
        (DEAL.c.overlay, wanted.overlay),
    ):
        if value:
            query = query.where(column == value)
    return query
