"""What commission is reckoned from is read from the ledger; who owned a deal when, from the event log."""

from bisect import bisect_right
from datetime import datetime
from typing import Literal, NamedTuple

import orjson
from sqlalchemy import Connection, select

from domain.commission.facts import Change, Sale, SoldLine
from domain.local_time import local_day
from domain.organisation import Person
from domain.policy.document import Policy
from storage.rows import AnyRow
from storage.tables.ledger import ALLOCATION, CREDIT_NOTE, INSTALMENT, INVOICE, RECEIPT
from storage.tables.records import EVENT

_OWNERS = (
    select(EVENT.c.subject, EVENT.c.at, EVENT.c.data)
    .where(EVENT.c.kind.in_(("lead_captured", "lead_assigned")))
    .order_by(EVENT.c.workflow_id, EVENT.c.seq)
)
_SALES = (
    select(
        INVOICE.c.entity, INVOICE.c.number, INVOICE.c.deal_id, INVOICE.c.currency, INVOICE.c.at, INVOICE.c.issued_on,
        INVOICE.c.net_minor, INVOICE.c.gross_minor, INVOICE.c.lines, INVOICE.c.purpose,
    )
    .where(INVOICE.c.deal_id.is_not(None))
    .order_by(INVOICE.c.id)
)  # fmt: skip
_CREDITS = (
    select(
        INVOICE.c.entity, INVOICE.c.number, CREDIT_NOTE.c.number.label("document"), CREDIT_NOTE.c.at,
        CREDIT_NOTE.c.net_minor, CREDIT_NOTE.c.gross_minor,
    )
    .join(INVOICE, INVOICE.c.id == CREDIT_NOTE.c.invoice_id)
    .where(INVOICE.c.deal_id.is_not(None))
    .order_by(CREDIT_NOTE.c.id)
)  # fmt: skip
_CASH = (
    select(
        INVOICE.c.entity, INVOICE.c.number, RECEIPT.c.source, RECEIPT.c.external_id, ALLOCATION.c.at, ALLOCATION.c.minor
    )
    .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
    .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
    .join(RECEIPT, RECEIPT.c.id == ALLOCATION.c.receipt_id)
    .where(INVOICE.c.deal_id.is_not(None), ALLOCATION.c.kind == "cash")
    .order_by(ALLOCATION.c.id)
)


class CommissionFacts(NamedTuple):
    """All that commission is reckoned from."""

    sales: tuple[Sale, ...]
    changes: tuple[Change, ...]


def commission_facts(
    connection: Connection, policy: Policy, people: tuple[Person, ...], entity: str = ""
) -> CommissionFacts:
    """Return all invoices of deals with what became of them.

    Args:
        connection: of a read, so that all facts are of one moment.
        policy: says in which zone each legal entity counts its days; one that it does not have counts in UTC.
        people: who has which roles.
        entity: only this legal entity; empty for all.
    """
    own = [INVOICE.c.entity == entity] if entity else []
    owners, roles = _owners(connection), {person.id: person.roles for person in people}
    sales = []
    for row in connection.execute(_SALES.where(*own)):
        agent = owners[row.deal_id].at(row.at) if row.deal_id in owners else ""
        sales.append(_sale(row, agent, roles.get(agent, ())))
    credited = [
        _change(row, policy, "credit", row.document, row.net_minor, row.gross_minor)
        for row in connection.execute(_CREDITS.where(*own))
    ]
    paid = [
        _change(row, policy, "cash", f"{row.source}/{row.external_id}", 0, row.minor)
        for row in connection.execute(_CASH.where(*own))
    ]
    return CommissionFacts(tuple(sales), (*paid, *credited))


class _Owners:
    """Who owned a deal from when on."""

    def __init__(self) -> None:
        self.moments: list[datetime] = []
        self.names: list[str] = []

    def at(self, moment: datetime) -> str:
        place = bisect_right(self.moments, moment)
        return self.names[place - 1] if place else ""


def _owners(connection: Connection) -> dict[str, _Owners]:
    found: dict[str, _Owners] = {}
    for row in connection.execute(_OWNERS):
        owned = found.setdefault(row.subject, _Owners())
        owned.moments.append(row.at)
        owned.names.append(orjson.loads(row.data)["owner"])
    return found


def _sale(row: AnyRow, agent: str, roles: tuple[str, ...]) -> Sale:
    return Sale(
        entity=row.entity,
        number=row.number,
        deal_id=row.deal_id,
        agent=agent,
        roles=roles,
        currency=row.currency,
        at=row.at,
        on=row.issued_on,
        net_minor=row.net_minor,
        gross_minor=row.gross_minor,
        lines=tuple(SoldLine(sku=line["sku"], net_minor=line["net"]["minor"]) for line in orjson.loads(row.lines)),
        deposit=row.purpose == "deposit",
    )


def _change(
    row: AnyRow, policy: Policy, what: Literal["credit", "cash"], document: str, net_minor: int, gross_minor: int
) -> Change:
    rules = policy.entities.get(row.entity)
    return Change(
        entity=row.entity,
        number=row.number,
        what=what,
        document=document,
        at=row.at,
        on=local_day(rules.zone if rules else "UTC", row.at),
        net_minor=net_minor,
        gross_minor=gross_minor,
    )
