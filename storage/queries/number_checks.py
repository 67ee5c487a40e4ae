"""Numbers have no gap, no double and no step back in time."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, func, or_, select, union_all

from domain.receivables.late_claims import DEBIT_NOTE
from domain.value import Text
from storage.queries.checks import Check, checked
from storage.tables.ledger import CREDIT_NOTE, INVOICE, NUMBER, SERIES


def number_checks(connection: Connection) -> tuple[Check, ...]:
    """Recount N1 to N3."""
    return _n1(connection), _n2(connection), _n3(connection)


def _n1(connection: Connection) -> Check:
    rows = connection.execute(
        select(INVOICE.c.deal_id, INVOICE.c.item)
        .where(INVOICE.c.deal_id.is_not(None))
        .group_by(INVOICE.c.deal_id, INVOICE.c.item)
        .having(func.count() > 1)
    )
    counted: int = connection.execute(select(func.count(INVOICE.c.deal_id))).scalar_one()
    promise = Text(en="one invoice per deal and billing item", zh="每个开票项目只有一张发票")
    return checked("N1", promise, counted, (f"{row[0]}/{row[1]}" for row in rows))


def _n2(connection: Connection) -> Check:
    promise = Text(en="numbers 1..n without a gap, each one document", zh="编号 1..n 连续，每号对应唯一单据")
    broken = [*_gaps(connection), *_without_document(connection)]
    return checked("N2", promise, connection.execute(select(func.count()).select_from(NUMBER)).scalar_one(), broken)


def _gaps(connection: Connection) -> Iterator[str]:
    taken = (
        select(
            NUMBER.c.entity, NUMBER.c.series, NUMBER.c.year, func.count().label("numbers"),
            func.min(NUMBER.c.n).label("first"), func.max(NUMBER.c.n).label("last"),
        )
        .group_by(NUMBER.c.entity, NUMBER.c.series, NUMBER.c.year)
        .subquery()
    )  # fmt: skip
    rows = connection.execute(
        select(SERIES, taken.c.numbers, taken.c.first, taken.c.last).outerjoin(
            taken,
            (taken.c.entity == SERIES.c.entity) & (taken.c.series == SERIES.c.series) & (taken.c.year == SERIES.c.year),
        )
    )
    for row in rows:
        numbers = row.numbers or 0
        whole = numbers == row.next - 1 and (not numbers or (row.first, row.last) == (1, numbers))
        if not whole:
            yield f"{row.entity}/{row.series}/{row.year}: {numbers} of {row.next - 1}"


def _without_document(connection: Connection) -> Iterator[str]:
    documents = union_all(
        select(INVOICE.c.entity, INVOICE.c.number).where(
            or_(INVOICE.c.deal_id.is_not(None), INVOICE.c.item == DEBIT_NOTE, INVOICE.c.purpose == "chargeback")
        ),
        select(CREDIT_NOTE.c.entity, CREDIT_NOTE.c.number),
    ).subquery()
    same = (documents.c.entity == NUMBER.c.entity) & (documents.c.number == NUMBER.c.document)
    for row in connection.execute(
        select(NUMBER.c.document).outerjoin(documents, same).where(documents.c.number.is_(None))
    ):
        yield f"{row[0]}: no document"
    unnumbered = select(documents.c.number).outerjoin(NUMBER, same).where(NUMBER.c.n.is_(None))
    for row in connection.execute(unnumbered):
        yield f"{row[0]}: no number"


def _n3(connection: Connection) -> Check:
    rows = connection.execute(select(NUMBER).order_by(NUMBER.c.entity, NUMBER.c.series, NUMBER.c.year, NUMBER.c.n))
    last: dict[tuple[str, str, int], date] = {}
    broken, counted = [], 0
    for row in rows:
        key = (row.entity, row.series, row.year)
        counted += 1
        if row.issued_on < last.get(key, row.issued_on):
            broken.append(row.document)
        last[key] = row.issued_on
    promise = Text(en="issue dates of a series never go back", zh="同一序列的开票日期不倒退")
    return checked("N3", promise, counted, broken)
