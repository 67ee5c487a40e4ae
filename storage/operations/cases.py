"""A case is summed up from what is open at this moment; only the counters of the account are remembered."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, exists, func, select

from domain.business_calendar import CalendarEnded
from domain.receivables.case import case_view, earlier, next_judgement
from domain.receivables.contacts import within_caps
from domain.receivables.entries import CaseView, NextStep
from domain.receivables.ladder import day_of
from domain.receivables.writing_off import next_proposal, proposed_minor
from domain.terms import AccountTerms
from storage.operations.accounts import HeldAccount
from storage.operations.claims import open_promises
from storage.operations.contacts import recent
from storage.operations.items import HeldItem, items_under_claim, open_items
from storage.operations.receipts import UNAPPLIED, unapplied_of_account
from storage.operations.steps import are_worth_keeping, next_kept_step
from storage.operations.write_offs import exhausted
from storage.tables.ledger import ALLOCATION, INSTALMENT, PROMISE

_ALLOCATED = (
    select(ALLOCATION.c.instalment_id, func.sum(ALLOCATION.c.minor).label("minor"))
    .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
    .where(INSTALMENT.c.account_id == bindparam("account_id"), ~INSTALMENT.c.settled)
    .group_by(ALLOCATION.c.instalment_id)
    .subquery()
)
_UNAPPLIED_AND_PROMISES = select(
    UNAPPLIED, exists().where(PROMISE.c.account_id == bindparam("account_id"), PROMISE.c.closed_at.is_(None))
)
_OPEN = INSTALMENT.c.amount_minor - func.coalesce(_ALLOCATED.c.minor, 0)
_SUMS = (
    select(
        func.count(),
        func.coalesce(func.sum(_OPEN), 0),
        func.coalesce(func.sum(case((INSTALMENT.c.due_on < bindparam("today"), _OPEN), else_=0)), 0),
        func.min(INSTALMENT.c.due_on),
        func.coalesce(func.max(INSTALMENT.c.level), 0),
    )
    .select_from(INSTALMENT)
    .outerjoin(_ALLOCATED, _ALLOCATED.c.instalment_id == INSTALMENT.c.id)
    .where(INSTALMENT.c.account_id == bindparam("account_id"), ~INSTALMENT.c.settled)
)


def case_of(
    connection: Connection, account: HeldAccount, terms: AccountTerms, at: datetime,
    held: Sequence[HeldItem] | None = None,
) -> CaseView:  # fmt: skip
    """Sum a case up from all its open items; writes nothing.

    Args:
        connection: of a read, or of the transaction that holds the account.
        account: with its counters as they are now.
        terms: of the account.
        at: the business time.
        held: what is open, where the transaction has read it already.
    """
    items = [one.item for one in (open_items(connection, account.id) if held is None else held)]
    row = connection.execute(_UNAPPLIED_AND_PROMISES, {"account_id": account.id}).one()
    promises = open_promises(connection, account.id) if row[1] else ()
    view = case_view(items, account.counters, int(row[0]), promises, terms, at)
    whole = view.model_copy(update={"revision": account.revision} | _write_offs(connection, account, terms, at))
    return _in_slot(connection, account, terms, at, whole)


def _in_slot(
    connection: Connection, account: HeldAccount, terms: AccountTerms, at: datetime, view: CaseView
) -> CaseView:
    """Let the next notice wait for a free slot of the customer's, beyond a calendar for a longer one."""
    try:
        return within_caps(view, terms.dunning, recent(connection, account, terms, at))
    except CalendarEnded as ended:
        return view.model_copy(update={"next": view.judge, "blocked": ended.text.en})


def _write_offs(connection: Connection, account: HeldAccount, terms: AccountTerms, at: datetime) -> dict[str, object]:
    """Return what is proposed for write-off, and when more will be; nothing where the policy proposes nothing."""
    if terms.dunning.write_off is None:
        return {}
    items = exhausted(connection, account.id, terms)
    return {"propose": next_proposal(items, terms.dunning, at), "proposed_minor": proposed_minor(items)}


def _kept_step(
    connection: Connection, account: HeldAccount, terms: AccountTerms, terms_hash: str, at: datetime
) -> tuple[NextStep | None, str]:
    """Return the next step by what is kept of each item; else why no calendar says when it is."""
    try:
        return next_kept_step(connection, account, terms, terms_hash, at), ""
    except CalendarEnded as ended:
        return None, ended.text.en


def case_after(
    connection: Connection, account: HeldAccount, terms: AccountTerms, terms_hash: str, at: datetime,
    held: Sequence[HeldItem] | None = None,
) -> CaseView:  # fmt: skip
    """Sum a case up after a movement: the same answer as `case_of`, by kept steps where there are many items."""
    if not are_worth_keeping(connection, account, terms, held):
        return case_of(connection, account, terms, at, held)
    promises = open_promises(connection, account.id)
    claimed = [one.item for one in items_under_claim(connection, account.id)]
    judge = next_judgement(claimed, promises, at)
    today = day_of(terms.dunning.zone, at)
    row = connection.execute(_SUMS, {"account_id": account.id, "today": today}).one()
    disputed, promised = sum(item.disputed_minor for item in claimed), sum(item.promised_minor for item in claimed)
    unapplied = unapplied_of_account(connection, account.id)
    if unapplied and unapplied >= int(row[1]) - disputed - promised:
        # Cash on account may cover all that could be claimed, and what is kept of one item knows nothing of that.
        return case_of(connection, account, terms, at, held)
    step, blocked = _kept_step(connection, account, terms, terms_hash, at)
    level, levels = row[4], terms.dunning.levels
    view = CaseView(
        open_minor=int(row[1]),
        overdue_minor=int(row[2]),
        disputed_minor=disputed,
        promised_minor=promised,
        unapplied_minor=unapplied,
        items=row[0],
        oldest_due_on=row[3],
        level=level,
        stage=levels[level - 1].id if 0 < level <= len(levels) else "",
        next=earlier(judge, step),
        judge=judge,
        promises=len(promises),
        promises_broken=account.counters.promises_broken,
        blocked=blocked,
        revision=account.revision,
    )
    whole = view.model_copy(update=_write_offs(connection, account, terms, at))
    return _in_slot(connection, account, terms, at, whole)
