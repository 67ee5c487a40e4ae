"""An account as it is handed over for collection, read in one moment."""

from sqlalchemy import Connection, or_, select

from domain.money import Money
from domain.receivables.hand_over import ClaimedItem, Dossier, GivenNotice, GivenPromise
from storage.database import Database
from storage.operations.accounts import find_account
from storage.operations.items import open_items
from storage.tables.edge import DOCUMENT
from storage.tables.ledger import INSTALMENT, INVOICE, NOTICE, NOTICE_ITEM, PROMISE

_MOST = 500
"""Notices and promises of one claim; older ones are left out."""


class HandOvers:
    """`domain.paper_ports.Dossiers` over the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def dossier(self, entity: str, customer_id: str, currency: str) -> Dossier:
        """Return what is open of an account, with what was sent and promised; nothing for an unknown one."""
        return await self._database.read(dossier, entity, customer_id, currency)


def dossier(connection: Connection, entity: str, customer_id: str, currency: str) -> Dossier:
    """Return what is open of an account, with what was sent and promised; nothing for an unknown one."""
    held = find_account(connection, entity, customer_id, currency)
    if held is None:
        return Dossier(items=())
    items = tuple(
        ClaimedItem(
            number=one.item.number,
            instalment=one.item.instalment,
            issued_on=one.item.issued_on,
            due_on=one.item.due_on,
            amount=Money(minor=one.item.amount_minor, currency=currency),
            open=Money(minor=one.item.open_minor, currency=currency),
            component=one.item.component,
        )
        for one in open_items(connection, held.id)
    )
    notices = _notices(connection, held.id, currency)
    return Dossier(
        items=tuple(sorted(items, key=lambda item: (item.due_on, item.number, item.instalment))),
        notices=tuple(notices.values()),
        promises=_promises(connection, held.id, currency),
        papers=_papers(connection, entity, tuple(dict.fromkeys(item.number for item in items)), tuple(notices)),
    )


def _notices(connection: Connection, account_id: int, currency: str) -> dict[str, GivenNotice]:
    rows = connection.execute(
        select(NOTICE)
        .where(NOTICE.c.account_id == account_id, NOTICE.c.outcome == "sent")
        .order_by(NOTICE.c.at.desc(), NOTICE.c.notice_id)
        .limit(_MOST)
    ).all()
    about: dict[str, list[str]] = {}
    for notice_id, number in connection.execute(
        select(NOTICE_ITEM.c.notice_id, INVOICE.c.number)
        .join(INSTALMENT, INSTALMENT.c.id == NOTICE_ITEM.c.instalment_id)
        .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
        .where(NOTICE_ITEM.c.notice_id.in_([row.notice_id for row in rows]))
        .order_by(INVOICE.c.number)
    ):
        about.setdefault(notice_id, []).append(number)
    return {
        row.notice_id: GivenNotice(
            at=row.at,
            stage=row.stage,
            channel=row.channel,
            claimed=Money(minor=row.open_minor, currency=currency),
            invoices=tuple(dict.fromkeys(about.get(row.notice_id, []))),
        )
        for row in reversed(rows)
    }


def _promises(connection: Connection, account_id: int, currency: str) -> tuple[GivenPromise, ...]:
    rows = connection.execute(
        select(PROMISE, INVOICE.c.number)
        .join(INVOICE, INVOICE.c.id == PROMISE.c.invoice_id)
        .where(PROMISE.c.account_id == account_id)
        .order_by(PROMISE.c.made_at.desc(), PROMISE.c.promise_id)
        .limit(_MOST)
    )
    return tuple(
        GivenPromise(
            number=row.number,
            on=row.promised_on,
            amount=Money(minor=row.minor, currency=currency),
            outcome=row.outcome,
            plan=row.plan or "",
        )
        for row in reversed(rows.all())
    )


def _papers(connection: Connection, entity: str, numbers: tuple[str, ...], notices: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys of what was kept of invoices and notices, in order; an imported invoice has none."""
    invoices = [f"invoice/{entity}/{number}.pdf" for number in numbers]
    letters = [DOCUMENT.c.key.startswith(f"reminder/{notice_id}/", autoescape=True) for notice_id in notices]
    found = connection.execute(
        select(DOCUMENT.c.key).where(or_(DOCUMENT.c.key.in_(invoices), *letters)).order_by(DOCUMENT.c.key)
    )
    return tuple(found.scalars())
