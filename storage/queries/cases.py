"""The facts of cases, from the ledger and the event log: a case is what there is of one customer in one currency."""

from collections import defaultdict

import orjson
from sqlalchemy import Connection, select

from domain.kpi.cases import COLLECTION, CaseFact, ClaimFact, NoteFact, PaidFact
from domain.local_time import zone_of
from storage.json_text import pairs
from storage.queries.figures import latest_terms
from storage.tables.billing import PAYABLE
from storage.tables.ledger import INVOICE, RECEIPT, RECEIPT_RETURN
from storage.tables.records import ACCOUNT, EVENT


def cases(connection: Connection, entity: str, currency: str) -> tuple[CaseFact, ...]:
    """Return the cases of one entity in one currency; a customer of whom nothing was ever claimed is none."""
    of = (ACCOUNT.c.entity == entity, ACCOUNT.c.currency == currency)
    claims: dict[int, list[ClaimFact]] = defaultdict(list)
    for row in connection.execute(
        select(INVOICE.c.account_id, INVOICE.c.issued_on, PAYABLE.label("minor"), INVOICE.c.attributes)
        .join(ACCOUNT, ACCOUNT.c.id == INVOICE.c.account_id)
        .where(*of)
        .order_by(INVOICE.c.issued_on, INVOICE.c.id)
    ):
        said = dict(pairs(row.attributes))
        name, charge = said.get("claim", "claim"), said.get("charge", "")
        claims[row.account_id].append(
            ClaimFact(row.issued_on, row.minor, name, charge, said.get("activity") or charge or name)
        )
    paid = _paid(connection, entity, currency)
    notes = _notes(connection, entity, currency)
    return tuple(
        CaseFact(tuple(claims[account]), tuple(paid[account]), tuple(notes[account])) for account in sorted(claims)
    )


def _paid(connection: Connection, entity: str, currency: str) -> dict[int, list[PaidFact]]:
    of = (ACCOUNT.c.entity == entity, ACCOUNT.c.currency == currency)
    paid: dict[int, list[PaidFact]] = defaultdict(list)
    came = (
        select(RECEIPT.c.account_id, RECEIPT.c.value_date, RECEIPT.c.minor, RECEIPT.c.reference)
        .join(ACCOUNT, ACCOUNT.c.id == RECEIPT.c.account_id)
        .where(*of)
        .order_by(RECEIPT.c.id)
    )
    for row in connection.execute(came):
        paid[row.account_id].append(PaidFact(row.value_date, row.minor, row.reference or "payment_received"))
    went = (
        select(RECEIPT.c.account_id, RECEIPT_RETURN.c.at, RECEIPT_RETURN.c.minor)
        .join(RECEIPT, RECEIPT.c.id == RECEIPT_RETURN.c.receipt_id)
        .join(ACCOUNT, ACCOUNT.c.id == RECEIPT.c.account_id)
        .where(*of)
        .order_by(RECEIPT_RETURN.c.id)
    )
    for back in connection.execute(went):
        paid[back.account_id].append(PaidFact(back.at.date(), -back.minor, ""))
    return paid


def _notes(connection: Connection, entity: str, currency: str) -> dict[int, list[NoteFact]]:
    terms = latest_terms(connection, entity, currency)
    zone = zone_of(terms.dunning.zone if terms else "UTC")
    workflow_id = "account/" + ACCOUNT.c.entity + "/" + ACCOUNT.c.customer_id + "/" + ACCOUNT.c.currency
    notes: dict[int, list[NoteFact]] = defaultdict(list)
    for row in connection.execute(
        select(ACCOUNT.c.id, EVENT.c.kind, EVENT.c.at, EVENT.c.data)
        .join(ACCOUNT, EVENT.c.workflow_id == workflow_id)
        .where(ACCOUNT.c.entity == entity, ACCOUNT.c.currency == currency, EVENT.c.kind.in_(("noted", "handed_over")))
        .order_by(EVENT.c.workflow_id, EVENT.c.seq)
    ):
        said = orjson.loads(row.data)
        if row.kind == "noted":
            what, activity = said["what"], said.get("text") or said["what"]
        else:
            what, activity = COLLECTION, said.get("reason") or row.kind
        notes[row.id].append(NoteFact(row.at.astimezone(zone).date(), what, activity))
    return notes
