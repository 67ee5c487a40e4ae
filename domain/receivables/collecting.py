"""What a customer still owes for a deal or an invoice, and what dunning does next about it, told to people."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from domain.machine import Blocker, Explanation
from domain.money import Money
from domain.receivables.claims import OpenPromise, still_promised
from domain.receivables.entries import OpenItem
from domain.value import Text, Value

MOST = 50


class PlannedPart(Value):
    """What is still to be paid of an instalment of a payment plan.

    What was paid early counts for the instalments that come first, what was credited or written off of the invoice
    for the part of it that the plan did not cover, and then for the instalments that come last.
    """

    plan: str
    number: str
    due_on: date
    amount: Money


class Receivable(Value):
    """An instalment that is not paid.

    Attributes:
        days_late: calendar days past its due date in the legal entity's zone, 0 before it is over.
        disputed: the part that is under dispute.
        promised: the part that the customer has promised to pay.
        promised_on: the day they promised it for, the next instalment's in a plan; none without a promise.
        plan: what is still to come of the payment plan of its invoice.
        level: the highest level of a ladder per invoice that was sent for it.
    """

    number: str
    instalment: int
    due_on: date
    days_late: int
    open: Money
    disputed: Money
    promised: Money
    promised_on: date | None = None
    plan: tuple[PlannedPart, ...] = ()
    level: int = 0
    what: Text


class Collection(Value):
    """The receivables of a deal or an invoice, inside the account that collects them.

    Attributes:
        account: the account's workflow id.
        stage: where the account's dunning stands.
        receivables: what is open, the oldest due first, at most `MOST`.
        left_out: how many more are open.
        waiting: who owes the account what.
        timers: what time alone will do to the account, the next notice among it, soonest first.
    """

    account: str
    stage: str
    receivables: tuple[Receivable, ...]
    waiting: tuple[Blocker, ...]
    timers: tuple[tuple[datetime, Text], ...]
    left_out: int = 0


class Explained(Explanation):
    """Why a deal is where it is, with the money that is still owed for it.

    Attributes:
        collection: none while nothing is open.
    """

    collection: Collection | None = None


def unapplied_elsewhere(money: Money) -> Blocker:
    """Say that the customer has money with the same legal entity that pays nothing, in another currency."""
    what = Text(
        en=f"{money} of the customer is unapplied in their {money.currency} account: have it exchanged for what is "
        "owed here, or ask them (POST /api/receipts/{id}/exchanges)",
        zh=f"该客户在 {money.currency} 账户有未核销款 {money}：可折算用于本账户欠款，或与客户确认"
        "（POST /api/receipts/{id}/exchanges）",
    )
    return Blocker(who="role:finance", what=what, command="exchange")


def receivable(item: OpenItem, promises: Sequence[OpenPromise], today: date, open_minor: int) -> Receivable:
    """Return how an open instalment stands on a day, with the open promises about its invoice, the next one first.

    Args:
        open_minor: of its whole invoice.
    """
    promised_on = next((one.on for one in promises if _left(one, open_minor)), None)
    plan = planned(promises, {item.number: open_minor}, item.currency)
    opened, disputed, promised = (
        Money(minor=minor, currency=item.currency)
        for minor in (item.open_minor, item.disputed_minor, item.promised_minor)
    )
    late = max(0, (today - item.due_on).days)
    return Receivable(
        number=item.number,
        instalment=item.instalment,
        due_on=item.due_on,
        days_late=late,
        open=opened,
        disputed=disputed,
        promised=promised,
        promised_on=promised_on if promised.minor else None,
        plan=plan,
        level=item.level,
        what=_sentence(item, late, disputed, _promise(promised, promised_on, plan)),
    )


def planned(promises: Sequence[OpenPromise], open_minors: Mapping[str, int], currency: str) -> tuple[PlannedPart, ...]:
    """Return what is still to come of payment plans among promises, in their order; it is never more than is open.

    Args:
        promises: that are open, as they stand (`domain.receivables.claims.relieved`).
        open_minors: what is open of each of their invoices, by number.
        currency: of the account.
    """
    left = ((one, _left(one, open_minors.get(one.number, 0))) for one in promises if one.plan)
    return tuple(
        PlannedPart(plan=one.plan, number=one.number, due_on=one.on, amount=Money(minor=minor, currency=currency))
        for one, minor in left
        if minor
    )


def _left(promise: OpenPromise, open_minor: int) -> int:
    return still_promised(open_minor, [(promise.minor, promise.open_at_most)])


def _promise(promised: Money, promised_on: date | None, plan: Sequence[PlannedPart]) -> Text | None:
    if not promised.minor or promised_on is None:
        return None
    if not plan:
        return Text(en=f"{promised} promised for {promised_on}", zh=f"承诺 {promised_on} 付款 {promised}")
    parts = [f"{part.due_on} {part.amount}" for part in plan]
    return Text(
        en=f"{promised} in payment plan {plan[0].plan}, still to come: {', '.join(parts)}",
        zh=f"{promised} 已列入分期计划 {plan[0].plan}，尚待支付：{'、'.join(parts)}",
    )


def _sentence(item: OpenItem, late: int, disputed: Money, promise: Text | None) -> Text:
    money = Money(minor=item.open_minor, currency=item.currency)
    en = [f"{item.number}: {money} open, " + (f"{late} days late" if late else f"due on {item.due_on}")]
    zh = [f"{item.number}：未清 {money}，" + (f"逾期 {late} 天" if late else f"{item.due_on} 到期")]
    if promise is not None:
        en.append(promise.en)
        zh.append(promise.zh)
    if disputed.minor:
        en.append(f"{disputed} disputed")
        zh.append(f"争议 {disputed}")
    return Text(en=", ".join(en), zh="，".join(zh))
