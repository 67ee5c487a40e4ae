"""A notice is planned from what is open, and counts once it is recorded as sent; a repeat counts once (N5)."""

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from domain.account.commands import NoticeResult
from domain.account.effects import SendNotice, SkipLevel
from domain.ports import NoticePlan
from domain.receivables.contacts import counts, is_full
from domain.receivables.dunning import MOST_NAMED
from domain.receivables.entries import CaseView, NextStep, OpenItem
from domain.receivables.noticing import after_notice, after_skip, counters_after, notice_plan, noticed_items
from storage.operations import late_claims
from storage.operations.books import AccountBooks
from storage.operations.contacts import recent
from storage.operations.items import HeldItem, items_of, noticed, open_items
from storage.operations.outcome import Outcome
from storage.operations.receipts import unapplied_of_account
from storage.operations.statements import Upsert
from storage.rows import AnyRow
from storage.tables.ledger import INSTALMENT, NOTICE, NOTICE_ITEM

_PUT_NOTICE = Upsert(NOTICE, ["notice_id"])
_NOTICE = select(NOTICE).where(NOTICE.c.notice_id == bindparam("notice_id"))
_DROP_ITEMS = delete(NOTICE_ITEM).where(NOTICE_ITEM.c.notice_id == bindparam("w_notice"))
_DROP_NOTICE = delete(NOTICE).where(NOTICE.c.notice_id == bindparam("w_notice"))
_HELD = "held"
"""It waits for a free slot of the customer's, and is another notice then."""
_ADVANCE = (
    update(INSTALMENT)
    .where(INSTALMENT.c.id == bindparam("w_id"))
    .values(
        level=bindparam("new_level"),
        last_notice_at=bindparam("new_last_notice_at"),
        pre_due_sent=bindparam("new_pre_due_sent"),
        skipped=bindparam("new_skipped"),
        step_terms="",
    )
)


def plan(books: AccountBooks, effect: SendNotice) -> NoticePlan | None:
    """Build a notice from what is open now and note what it is about; none when nothing is owed any more.

    Planned again after a failure, it is built anew, until it is recorded.
    """
    account, terms = books.account, books.terms
    if _is_held(books, effect.step):
        _write(books, effect.step, _HELD, 0, [])
        return None
    unapplied = unapplied_of_account(books.connection, account.id)
    held = _loaded(books, effect.step, unapplied)
    items = [one.item for one in held]
    built = notice_plan(
        books.key, account.customer_id, items, account.counters, effect.step, unapplied, terms, books.at
    )
    known = _find(books.connection, books.key)
    if known is not None and known.outcome != "planned":
        return built
    _forget(books)
    if built is not None:
        found = noticed_items(items, account.counters, effect.step, unapplied, terms, books.at)
        wanted = {(one.number, one.instalment) for one in found}
        about = [one for one in held if (one.item.number, one.item.instalment) in wanted]
        _write(books, effect.step, "planned", built.open.minor, about)
        claims = late_claims.plan(books, [one.item for one in about], effect.step)
        built = built.model_copy(update={"claims": claims})
    return built


def record(books: AccountBooks, effect: SendNotice, channel: str) -> NoticeResult:
    """Record what became of a notice: sent over a channel, else undeliverable, or void when it had no plan.

    Only one that was sent advances levels and counters. The case in the result is empty: the caller sums it up.
    """
    known = _find(books.connection, books.key)
    if known is not None and known.outcome != "planned":
        return _result(books, effect, known)
    if known is None:
        _write(books, effect.step, "void", 0, [])
    elif not channel:
        _close(books, known, "undeliverable", "")
    else:
        held = noticed(books.connection, books.account.id, books.key)
        after = after_notice([one.item for one in held], effect.step, books.terms.dunning, books.at)
        _advance(books, held, after)
        counters = counters_after(books.account.counters, effect.step, books.at)
        books.account = books.account._replace(counters=counters)
        _close(books, known, "sent", channel)
        late_claims.issue(books)
    written = _find(books.connection, books.key)
    if written is None:
        raise AssertionError(f"{books.key} was not written")
    return _result(books, effect, written)


def skip_level(books: AccountBooks, effect: SkipLevel) -> Outcome:
    """Record that a level fell into a dispute and is never sent."""
    step = effect.step
    found = [
        (one, after_skip(one.item, step))
        for one in items_of(books.connection, books.account.id, step.invoices)
        if one.item.instalment == step.instalment
    ]
    held = [one for one, after in found if after != one.item]
    _advance(books, held, [after for one, after in found if after != one.item])
    _write(books, step, "skipped", sum(one.item.open_minor for one in held), held)
    return Outcome(step.stage)


def _is_held(books: AccountBooks, step: NextStep) -> bool:
    """Tell whether the customer was contacted so often already that this notice waits; one that is planned does not."""
    known = _find(books.connection, books.key)
    if known is not None:
        return bool(known.outcome == _HELD)
    contacts = recent(books.connection, books.account, books.terms, books.at)
    return counts(step) and is_full(books.terms.dunning, contacts, books.at)


def _loaded(books: AccountBooks, step: NextStep, unapplied_minor: int) -> list[HeldItem]:
    """Load what a step may be about: the one item it names, or the whole case, which cash on account may cover."""
    if not step.instalment or unapplied_minor:
        return open_items(books.connection, books.account.id)
    found = items_of(books.connection, books.account.id, step.invoices)
    return [one for one in found if one.item.open_minor]


def _find(connection: Connection, key: str) -> AnyRow | None:
    return connection.execute(_NOTICE, {"notice_id": key}).first()


def _forget(books: AccountBooks) -> None:
    late_claims.forget(books)
    books.connection.execute(_DROP_ITEMS, {"w_notice": books.key})
    books.connection.execute(_DROP_NOTICE, {"w_notice": books.key})


def _write(books: AccountBooks, step: NextStep, outcome: str, open_minor: int, about: Sequence[HeldItem]) -> None:
    row = {
        "notice_id": books.key, "account_id": books.account.id, "outcome": outcome, "action": step.action,
        "level": step.level, "stage": step.stage, "cycle": books.account.counters.cycle, "channel": "",
        "open_minor": open_minor, "currency": books.account.currency, "at": books.at,
    }  # fmt: skip
    books.connection.execute(_PUT_NOTICE.of(books.connection), row)
    if about:
        items = [
            {"notice_id": books.key, "instalment_id": one.instalment_id, "open_minor": one.item.open_minor}
            for one in about
        ]
        books.connection.execute(insert(NOTICE_ITEM), items)


def _close(books: AccountBooks, known: AnyRow, outcome: str, channel: str) -> None:
    row = known._asdict() | {
        "outcome": outcome, "channel": channel, "at": books.at, "cycle": books.account.counters.cycle,
    }  # fmt: skip
    books.connection.execute(_PUT_NOTICE.of(books.connection), row)


def _advance(books: AccountBooks, held: Sequence[HeldItem], after: Sequence[OpenItem]) -> None:
    rows = [
        {
            "w_id": one.instalment_id,
            "new_level": item.level,
            "new_last_notice_at": item.last_notice_at,
            "new_pre_due_sent": orjson.dumps(item.pre_due_sent).decode(),
            "new_skipped": orjson.dumps(item.skipped).decode(),
        }
        for one, item in zip(held, after, strict=True)
    ]
    if rows:
        books.connection.execute(_ADVANCE, rows)


def _result(books: AccountBooks, effect: SendNotice, row: AnyRow) -> NoticeResult:
    sent = row.outcome == "sent" and effect.step.action == "notice"
    named = noticed(books.connection, books.account.id, books.key) if row.outcome == "sent" else []
    return NoticeResult(
        outcome=row.outcome,
        channel=row.channel,
        stage=row.stage,
        level=row.level,
        invoices=tuple(dict.fromkeys(one.item.number for one in named))[:MOST_NAMED],
        open_minor=row.open_minor,
        actions=books.terms.dunning.levels[row.level - 1].actions if sent else (),
        case=CaseView(),
        debit_note=late_claims.issued_with(books) if sent else None,
    )
