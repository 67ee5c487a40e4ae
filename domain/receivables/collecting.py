"""What a customer still owes for a deal or an invoice, and what dunning does next about it, told to people."""

from datetime import date, datetime

from domain.machine import Blocker, Explanation
from domain.money import Money
from domain.receivables.entries import OpenItem
from domain.value import Text, Value

MOST = 50


class Receivable(Value):
    """An instalment that is not paid.

    Attributes:
        days_late: calendar days past its due date in the legal entity's zone, 0 before it is over.
        disputed: the part that is under dispute.
        promised: the part that the customer has promised to pay.
        promised_on: the day they promised it for, none without a promise.
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


def receivable(item: OpenItem, promised_on: date | None, today: date) -> Receivable:
    """Return how an open instalment stands on a day."""
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
        level=item.level,
        what=_sentence(item, late, disputed, promised, promised_on),
    )


def _sentence(item: OpenItem, late: int, disputed: Money, promised: Money, promised_on: date | None) -> Text:
    money = Money(minor=item.open_minor, currency=item.currency)
    en = [f"{item.number}: {money} open, " + (f"{late} days late" if late else f"due on {item.due_on}")]
    zh = [f"{item.number}：未清 {money}，" + (f"逾期 {late} 天" if late else f"{item.due_on} 到期")]
    if promised.minor and promised_on is not None:
        en.append(f"{promised} promised for {promised_on}")
        zh.append(f"承诺 {promised_on} 付款 {promised}")
    if disputed.minor:
        en.append(f"{disputed} disputed")
        zh.append(f"争议 {disputed}")
    return Text(en=", ".join(en), zh="，".join(zh))
