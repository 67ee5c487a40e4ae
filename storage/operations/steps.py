"""In an account of thousands of items the next step of each is kept beside it, and asked again only when it may differ.

The answer for one item holds until the item changes or its time has passed, and never moves to an earlier time.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from domain.receivables.dunning import Candidate, item_step, left_out, step_of
from domain.receivables.entries import NextStep
from domain.terms import AccountTerms
from storage.operations.accounts import HeldAccount
from storage.operations.items import HeldItem, items_without_step, open_item
from storage.rows import AnyRow
from storage.tables.ledger import INSTALMENT, INVOICE

MANY_ITEMS = 150
"""From how many open items on it pays to keep the steps."""

_KEEP = (
    update(INSTALMENT)
    .where(INSTALMENT.c.id == bindparam("w_id"))
    .values({name: bindparam(f"new_{name}") for name in (
        "step_terms", "step_at", "step_order", "step_level", "step_stage", "step_action",
    )})
)  # fmt: skip
_FIRST = (
    select(
        INSTALMENT.c.id, INSTALMENT.c.step_at, INSTALMENT.c.step_order, INSTALMENT.c.due_on, INVOICE.c.number,
        INSTALMENT.c.position, INSTALMENT.c.step_level, INSTALMENT.c.step_stage, INSTALMENT.c.step_action,
    )
    .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
    .where(
        INSTALMENT.c.account_id == bindparam("account_id"), ~INSTALMENT.c.settled, INSTALMENT.c.step_at.is_not(None)
    )
    .order_by(
        INSTALMENT.c.step_at, INSTALMENT.c.step_order, INSTALMENT.c.due_on, INVOICE.c.number, INSTALMENT.c.position
    )
    .limit(1)
)  # fmt: skip
_MANY = (
    select(INSTALMENT.c.id)
    .where(INSTALMENT.c.account_id == bindparam("account_id"), ~INSTALMENT.c.settled)
    .limit(1)
    .offset(MANY_ITEMS)
)


class KeptStep(NamedTuple):
    """The first kept answer of an account, with its row."""

    instalment_id: int
    candidate: Candidate


def are_worth_keeping(
    connection: Connection, account: HeldAccount, terms: AccountTerms, held: Sequence[HeldItem] | None = None
) -> bool:
    """Tell whether an account has ladders per item and so many of them that loading all is too slow.

    Args:
        connection: of the transaction.
        account: that is held.
        terms: of the account.
        held: what is open, where it is loaded already.
    """
    if terms.dunning.unit != "invoice":
        return False
    if held is not None:
        return len(held) > MANY_ITEMS
    return connection.execute(_MANY, {"account_id": account.id}).first() is not None


def next_kept_step(
    connection: Connection, account: HeldAccount, terms: AccountTerms, terms_hash: str, at: datetime
) -> NextStep | None:
    """Return the next step of an account, as `domain.receivables.dunning.next_step` would from all its items.

    Raises:
        CalendarEnded: a business day or contact hour of an item is outside the calendars.
    """
    _ask(connection, items_without_step(connection, account.id, terms_hash), terms, terms_hash, at)
    while True:
        row = connection.execute(_FIRST, {"account_id": account.id}).first()
        if row is None:
            return None
        first = _kept(row)
        if first.candidate.at > at and terms.dunning.catch_up == "step":
            break
        held = open_item(connection, account.id, first.instalment_id)
        first = first._replace(candidate=first.candidate._replace(skips=left_out(held.item, first.candidate)))
        if first.candidate.at > at:
            break
        if item_step(held.item, terms.dunning, terms.calendar, at) == first.candidate:
            break
        _ask(connection, [held], terms, terms_hash, at)
    return step_of(first.candidate, [first.candidate], terms.dunning, at)


def _ask(connection: Connection, held: Iterable[HeldItem], terms: AccountTerms, terms_hash: str, at: datetime) -> None:
    rows = [_row(one.instalment_id, item_step(one.item, terms.dunning, terms.calendar, at), terms_hash) for one in held]
    if rows:
        connection.execute(_KEEP, rows)


def _row(instalment_id: int, step: Candidate | None, terms_hash: str) -> dict[str, object]:
    return {
        "w_id": instalment_id,
        "new_step_terms": terms_hash,
        "new_step_at": step.at if step else None,
        "new_step_order": step.order if step else 0,
        "new_step_level": step.level if step else 0,
        "new_step_stage": step.stage if step else "",
        "new_step_action": step.action if step else "",
    }


def _kept(row: AnyRow) -> KeptStep:
    candidate = Candidate(
        at=row.step_at,
        order=row.step_order,
        due_day=row.due_on.toordinal(),
        number=row.number,
        instalment=row.position,
        level=row.step_level,
        stage=row.step_stage,
        action=row.step_action,
    )
    return KeptStep(row.id, candidate)
