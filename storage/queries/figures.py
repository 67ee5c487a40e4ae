"""The facts of the figures come from the event log and the ledger alone, in a handful of set-based reads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import orjson
from sqlalchemy import ColumnElement, Connection, func, select

from domain.kpi.facts import (
    AllocationFact,
    DisputeFact,
    EventFact,
    Facts,
    InvoiceFact,
    LadderFact,
    NoticeFact,
    ReceiptFact,
    StageFact,
)
from domain.local_time import zone_of
from domain.terms import AccountTerms
from storage.json_text import pairs
from storage.queries.deal_traces import KINDS, NAMES, DealTrace
from storage.tables.billing import PAYABLE
from storage.tables.ledger import (
    ALLOCATION,
    DISPUTE,
    INSTALMENT,
    INVOICE,
    NOTICE,
    NOTICE_ITEM,
    RECEIPT,
    RECEIPT_RETURN,
)
from storage.tables.records import ACCOUNT, ACCOUNT_TERMS, DEAL, EVENT


def facts(connection: Connection, entity: str, currency: str, ladder: LadderFact | None = None) -> Facts:
    """Return all facts of one entity in one currency.

    Args:
        connection: of a read, so that all facts are of one moment.
        entity: the legal entity.
        currency: of the deals and accounts.
        ladder: the ladder the figures compare with; by default the one of the terms stored last.
    """
    terms = latest_terms(connection, entity, currency)
    traces = list(_traces(connection, entity, currency))
    deals = [fact for trace in traces if (fact := trace.finished()) is not None]
    events = [event for trace in traces for event in trace.events]
    return Facts(
        currency=currency,
        deals=tuple(deals),
        invoices=tuple(_invoices(connection, entity, currency)),
        receipts=tuple(_receipts(connection, entity, currency)),
        allocations=tuple(_allocations(connection, entity, currency)),
        notices=tuple(_notices(connection, entity, currency)),
        events=tuple(sorted([*events, *_account_events(connection, entity, currency)], key=lambda event: event.at)),
        ladder=ladder or _ladder(terms),
        zone=zone_of(terms.dunning.zone if terms else "UTC"),
    )


def entities_and_currencies(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Return (entity, currency) of everything there is, so that figures are never added over currencies."""
    of_deals = select(DEAL.c.entity, DEAL.c.currency)
    of_accounts = select(ACCOUNT.c.entity, ACCOUNT.c.currency)
    rows = connection.execute(of_deals.union(of_accounts))
    return tuple(sorted((row.entity, row.currency) for row in rows))


def _traces(connection: Connection, entity: str, currency: str) -> Iterator[DealTrace]:
    rows = connection.execute(
        select(EVENT.c.subject, EVENT.c.kind, EVENT.c.at, EVENT.c.data)
        .join(DEAL, DEAL.c.deal_id == EVENT.c.subject)
        .where(DEAL.c.entity == entity, DEAL.c.currency == currency, EVENT.c.kind.in_(KINDS))
        .where(EVENT.c.workflow_id == "deal/" + DEAL.c.deal_id)
        .order_by(EVENT.c.workflow_id, EVENT.c.seq)
    )
    trace: DealTrace | None = None
    for row in rows:
        if trace is None or trace.deal_id != row.subject:
            if trace is not None:
                yield trace
            trace = DealTrace(row.subject)
        trace.take(row)
    if trace is not None:
        yield trace


def _account_events(connection: Connection, entity: str, currency: str) -> Iterator[EventFact]:
    workflow_id = "account/" + ACCOUNT.c.entity + "/" + ACCOUNT.c.customer_id + "/" + ACCOUNT.c.currency
    rows = connection.execute(
        select(EVENT.c.kind, EVENT.c.at, EVENT.c.data)
        .join(ACCOUNT, EVENT.c.workflow_id == workflow_id)
        .where(
            ACCOUNT.c.entity == entity,
            ACCOUNT.c.currency == currency,
            EVENT.c.kind.in_(("open_item_imported", "dispute_opened", "dispute_resolved", "receipt_recorded")),
        )
    )
    for row in rows:
        # A dispute that ended because the invoice was paid was not resolved by anybody.
        if row.kind != "dispute_resolved" or orjson.loads(row.data)["outcome"] != "withdrawn":
            yield EventFact(NAMES[row.kind], row.at)


def _invoices(connection: Connection, entity: str, currency: str) -> Iterator[InvoiceFact]:
    disputes: dict[int, list[DisputeFact]] = defaultdict(list)
    for row in connection.execute(
        select(DISPUTE)
        .join(ACCOUNT, ACCOUNT.c.id == DISPUTE.c.account_id)
        .where(*_of(entity, currency))
        .order_by(DISPUTE.c.id)
    ):
        disputes[row.invoice_id].append(DisputeFact(row.opened_at, row.closed_at, row.minor))
    due_on = (
        select(INSTALMENT.c.invoice_id, func.max(INSTALMENT.c.due_on).label("due_on"))
        .group_by(INSTALMENT.c.invoice_id)
        .subquery()
    )
    rows = connection.execute(
        select(
            INVOICE.c.id, INVOICE.c.number, INVOICE.c.deal_id, INVOICE.c.issued_on,
            PAYABLE.label("payable_minor"),
            INVOICE.c.attributes, ACCOUNT.c.customer_name, ACCOUNT.c.customer_id,
            func.coalesce(due_on.c.due_on, INVOICE.c.issued_on).label("due_on"),
        )
        .join(ACCOUNT, ACCOUNT.c.id == INVOICE.c.account_id)
        .outerjoin(due_on, due_on.c.invoice_id == INVOICE.c.id)
        .where(*_of(entity, currency))
        .order_by(INVOICE.c.id)
    )  # fmt: skip
    for row in rows:
        yield InvoiceFact(
            number=row.number,
            deal_id=row.deal_id or "",
            customer=row.customer_name or row.customer_id,
            issued_on=row.issued_on,
            due_on=row.due_on,
            minor=row.payable_minor,
            disputes=tuple(disputes.get(row.id, ())),
            attributes=pairs(row.attributes),
        )


def _receipts(connection: Connection, entity: str, currency: str) -> Iterator[ReceiptFact]:
    came = select(RECEIPT.c.source, RECEIPT.c.external_id, RECEIPT.c.value_date, RECEIPT.c.minor).join(
        ACCOUNT, ACCOUNT.c.id == RECEIPT.c.account_id
    )
    for row in connection.execute(came.where(*_of(entity, currency)).order_by(RECEIPT.c.id)):
        yield ReceiptFact(f"{row.source}/{row.external_id}", row.value_date, row.minor)
    went = (
        select(RECEIPT.c.source, RECEIPT.c.external_id, RECEIPT_RETURN.c.at, RECEIPT_RETURN.c.minor)
        .join(RECEIPT, RECEIPT.c.id == RECEIPT_RETURN.c.receipt_id)
        .join(ACCOUNT, ACCOUNT.c.id == RECEIPT.c.account_id)
    )
    for row in connection.execute(went.where(*_of(entity, currency)).order_by(RECEIPT_RETURN.c.id)):
        yield ReceiptFact(f"{row.source}/{row.external_id}", row.at.date(), -row.minor)


def _allocations(connection: Connection, entity: str, currency: str) -> Iterator[AllocationFact]:
    rows = connection.execute(
        select(INVOICE.c.number, ALLOCATION.c.minor, ALLOCATION.c.value_date, ALLOCATION.c.at)
        .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
        .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
        .join(ACCOUNT, ACCOUNT.c.id == ALLOCATION.c.account_id)
        .where(*_of(entity, currency))
        .order_by(ALLOCATION.c.id)
    )
    for row in rows:
        yield AllocationFact(row.number, row.minor, row.value_date, row.at)


def _notices(connection: Connection, entity: str, currency: str) -> Iterator[NoticeFact]:
    rows = connection.execute(
        select(INVOICE.c.number, NOTICE.c.stage, NOTICE.c.at)
        .distinct()
        .join(NOTICE_ITEM, NOTICE_ITEM.c.notice_id == NOTICE.c.notice_id)
        .join(INSTALMENT, INSTALMENT.c.id == NOTICE_ITEM.c.instalment_id)
        .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
        .join(ACCOUNT, ACCOUNT.c.id == NOTICE.c.account_id)
        .where(*_of(entity, currency), NOTICE.c.outcome == "sent", NOTICE.c.action == "notice")
        .order_by(NOTICE.c.at, INVOICE.c.number)
    )
    for row in rows:
        yield NoticeFact(row.number, row.stage, row.at)


def _of(entity: str, currency: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ACCOUNT.c.entity == entity, ACCOUNT.c.currency == currency


def latest_terms(connection: Connection, entity: str, currency: str) -> AccountTerms | None:
    """Return the terms of accounts stored last, none where there are no accounts."""
    body = connection.execute(
        select(ACCOUNT_TERMS.c.body)
        .join(ACCOUNT, ACCOUNT.c.terms_hash == ACCOUNT_TERMS.c.terms_hash)
        .where(*_of(entity, currency))
        .order_by(ACCOUNT_TERMS.c.stored_at.desc(), ACCOUNT_TERMS.c.terms_hash)
        .limit(1)
    ).scalar()
    return None if body is None else AccountTerms.model_validate_json(body)


def _ladder(terms: AccountTerms | None) -> LadderFact:
    if terms is None:
        return LadderFact((), "none")
    levels: Iterable[StageFact] = (StageFact(level.id, level.day) for level in terms.dunning.levels)
    return LadderFact(tuple(levels), terms.dunning.dispute_hold)
