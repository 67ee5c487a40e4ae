"""Plans add up and live or end as a whole; nobody is told the same twice over one channel (N5)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sqlalchemy import Connection, func, select

from domain.receivables.entries import Movement
from domain.value import Text
from storage.queries.checks import Check, checked
from storage.rows import AnyRow
from storage.tables.ledger import INSTALMENT, INVOICE, MOVEMENT, NOTICE, NOTICE_ITEM, PROMISE
from storage.tables.records import ACCOUNT

_PARTS = (
    select(PROMISE)
    .where(PROMISE.c.plan.is_not(None))
    .order_by(PROMISE.c.account_id, PROMISE.c.plan, PROMISE.c.promise_id)
)
_MADE = select(MOVEMENT.c.account_id, MOVEMENT.c.answer).where(MOVEMENT.c.kind == "make_plan")
_AFTER = {"broken": "void", "withdrawn": "withdrawn"}
"""What becomes of the instalments after the one whose outcome ends the plan."""
_SENT = (
    select(
        NOTICE.c.notice_id, NOTICE.c.action, NOTICE.c.cycle, NOTICE.c.level, NOTICE.c.stage, NOTICE.c.channel,
        NOTICE.c.account_id, ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency,
    )
    .join(ACCOUNT, ACCOUNT.c.id == NOTICE.c.account_id)
    .where(NOTICE.c.outcome == "sent")
    .order_by(NOTICE.c.at, NOTICE.c.notice_id)
)  # fmt: skip
_ABOUT = (
    select(
        NOTICE_ITEM.c.instalment_id, NOTICE.c.action, NOTICE.c.level, NOTICE.c.stage, INVOICE.c.number,
        INSTALMENT.c.position,
        func.count().over(partition_by=NOTICE_ITEM.c.notice_id).label("items"),
    )
    .join(NOTICE, NOTICE.c.notice_id == NOTICE_ITEM.c.notice_id)
    .join(INSTALMENT, INSTALMENT.c.id == NOTICE_ITEM.c.instalment_id)
    .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
    .where(NOTICE.c.outcome == "sent")
    .order_by(INVOICE.c.number, INSTALMENT.c.position)
)  # fmt: skip


def collecting_checks(connection: Connection) -> tuple[Check, ...]:
    """Recount payment plans, and that no notice went out twice."""
    return _plans(connection), _notices(connection)


def _plans(connection: Connection) -> Check:
    """Each plan is what was agreed on, its instalments follow one another, and after one that was missed all are void.

    Then nothing of it is open, so that the invoice is claimed by its own due dates, which no plan ever changes.
    """
    plans: dict[tuple[int, str], list[AnyRow]] = {}
    for row in connection.execute(_PARTS):
        plans.setdefault((row.account_id, row.plan), []).append(row)
    agreed = {}
    for account_id, answer in connection.execute(_MADE):
        made = Movement.model_validate_json(answer)
        if made.waits is None:
            agreed[account_id, made.reference] = made.minor
    wrong = [plan for plan in {**agreed, **plans} if _is_wrong(plans.get(plan, []), agreed.get(plan))]
    promise = Text(
        en="a plan's instalments add up to what was agreed on, and one missed or withdrawn ends those after it",
        zh="分期计划各期之和 = 约定金额；任何一期违约或撤销，其后各期随之终止",
    )
    return checked("plans", promise, len({**agreed, **plans}), [plan for _, plan in wrong])


def _is_wrong(parts: Sequence[AnyRow], agreed: int | None) -> bool:
    if sum(part.minor for part in parts) != agreed or any(part.until.date() < part.promised_on for part in parts):
        return True
    if not all(_follows(one, two) for one, two in pairwise(parts)):
        return True
    return _ends_wrongly([part.outcome for part in parts])


def _ends_wrongly(outcomes: Sequence[str]) -> bool:
    """Tell whether a part of a plan outlives its end: a missed one voids those after it, a person withdraws them."""
    ended = next((place for place, outcome in enumerate(outcomes) if outcome in _AFTER), len(outcomes))
    after = _AFTER[outcomes[ended]] if ended < len(outcomes) else ""
    return "void" in outcomes[:ended] or any(outcome != after for outcome in outcomes[ended + 1 :])


def _follows(one: AnyRow, two: AnyRow) -> bool:
    """Tell whether an instalment comes after another, and leaves what that left less itself."""
    return bool(one.promised_on < two.promised_on and one.open_at_most - two.minor == two.open_at_most)


def _notices(connection: Connection) -> Check:
    sent = connection.execute(_SENT).all()
    promise = Text(
        en="one notice per case, cycle, level and channel, and per reminder before a due date (N5)",
        zh="同一账户、轮次、级别、渠道只发一次催收函；到期前提醒每项只发一次",
    )
    about = connection.execute(_ABOUT).all()
    return checked("N5", promise, len(sent), [*_cases_again(sent), *_items_again(about)])


def _cases_again(sent: Sequence[AnyRow]) -> Iterator[str]:
    seen = Counter(
        (f"{row.entity}/{row.customer_id}/{row.currency}", row.stage, row.cycle, row.level, row.channel)
        for row in sent
        if row.action == "notice"
    )
    for (account, stage, cycle, _, channel), times in seen.items():
        if times > 1:
            yield f"{account} {stage} by {channel}, cycle {cycle}: {times}"


def _items_again(about: Sequence[AnyRow]) -> Iterator[str]:
    """Yield what one instalment was told twice: a reminder of one offset, or, of a notice about it alone, a level."""
    seen = Counter(
        (row.instalment_id, f"{row.number}/{row.position}", row.stage)
        for row in about
        if row.action == "pre_due" or row.items == 1
    )
    for (_, name, stage), times in seen.items():
        if times > 1:
            yield f"{name} {stage}: {times}"
