"""Months are closed in order once they are over; what is posted later goes into the first open day, or nowhere."""

from datetime import date, timedelta

from domain.billing_periods import Every, Period, period_at
from domain.receivables.journal import AccountBalance
from domain.refusal import Code, Refused, refuse
from domain.value import Value


class CurrencyTotal(Value):
    """What all accounts of a legal entity had in a month in one currency, in minor units; both are equal."""

    currency: str
    debit_minor: int
    credit_minor: int


def month_named(name: str) -> Period:
    """Return the month of a name such as ``2026-03`` (ValueError if it is none)."""
    return period_at(Every.MONTH, date.fromisoformat(f"{name}-01"))


def month_name(month: Period) -> str:
    """Return the name of a month, e.g. ``2026-03``."""
    return month.start.isoformat()[: len("2026-03")]


def months_from(first: date, last: date) -> tuple[Period, ...]:
    """Return the months from that of the first day to that of the last."""
    found, month = [], period_at(Every.MONTH, first)
    while month.start <= last:
        found.append(month)
        month = period_at(Every.MONTH, month.until)
    return tuple(found)


def totals_of(lines: tuple[AccountBalance, ...]) -> tuple[CurrencyTotal, ...]:
    """Add the lines of one legal entity up by currency."""
    return tuple(
        CurrencyTotal(
            currency=currency,
            debit_minor=sum(line.debit_minor for line in lines if line.currency == currency),
            credit_minor=sum(line.credit_minor for line in lines if line.currency == currency),
        )
        for currency in sorted({line.currency for line in lines})
    )


def first_open(closed_until: date | None, on: date) -> date:
    """Return the day on which money of a day is posted: that day, or the first open one if its month is closed."""
    return on if closed_until is None or on > closed_until else closed_until + timedelta(days=1)


def checked_open(entity: str, closed_until: date | None, on: date) -> None:
    """Refuse a day whose month is closed (E_PERIOD)."""
    if closed_until is not None and on <= closed_until:
        opens = first_open(closed_until, on)
        raise refuse(
            Code.PERIOD,
            f"the books of {entity} are closed until {closed_until}: {on} is too early, use {opens} or later",
            f"{entity} 已关账至 {closed_until}：{on} 过早，请使用 {opens} 或之后的日期",
            closed_until=closed_until,
        )


def to_close(
    entity: str, month: Period, posted: date | None, closed_until: date | None, today: date
) -> tuple[Period, ...]:
    """Return the months that are closed with a month, the oldest first: those before it in which nothing is posted too.

    A bank's booking of years ago would else make finance close every month since, one by one.

    Args:
        entity: whose books they are.
        month: the month; it is not closed yet.
        posted: the first open day on which something is posted, none if nothing is.
        closed_until: the last closed day, none if no month is closed.
        today: in the zone of the legal entity.

    Raises:
        Refused: it is not over, or something is posted in an earlier month that is open (E_STATE).
    """
    if today < month.until:
        raise refuse(
            Code.STATE,
            f"{month_name(month)} is not over: close it on {month.until} or later",
            f"{month_name(month)} 尚未结束：请于 {month.until} 或之后关账",
            today=today,
        )
    first = posted if closed_until is None else first_open(closed_until, closed_until)
    if first is None:
        raise refuse(
            Code.STATE,
            f"nothing is posted in the books of {entity}: there is nothing to close",
            f"{entity} 尚无任何分录，无需关账",
        )
    following = period_at(Every.MONTH, first)
    if month.start < following.start:
        raise _not_next(entity, month, following)
    if posted is not None and posted < month.start:
        raise _not_next(entity, month, period_at(Every.MONTH, posted))
    return months_from(following.start, month.start)


def checked_reopenable(
    entity: str, month: Period, closed_until: date | None, closed_by: str, by: str, evidence: str
) -> None:
    """Refuse to open a month again that is not the last closed one, alone, or without a ground.

    Args:
        entity: whose books they are.
        month: the month.
        closed_until: the last closed day, none if no month is closed.
        closed_by: who closed the month.
        by: who wants it open.
        evidence: what shows that it must be, e.g. an auditor's letter.

    Raises:
        Refused: E_STATE (not the last closed month), E_SOD (who closed it), E_GATE (no evidence).
    """
    if closed_until is None or month.last != closed_until:
        last = month_name(period_at(Every.MONTH, closed_until)) if closed_until else ""
        raise refuse(
            Code.STATE,
            f"{month_name(month)} is not the last closed month of {entity}: "
            + (f"that is {last}, open it first" if last else "none is closed"),
            f"{month_name(month)} 不是 {entity} 最后一个已关账月份："
            + (f"最后一个是 {last}，请先重新打开该月" if last else "没有已关账月份"),
            last=last,
        )
    if not evidence.strip():
        raise refuse(
            Code.GATE, "say by what evidence the month is opened", "请写明重新打开该月的依据", missing="evidence"
        )
    if by == closed_by:
        raise refuse(
            Code.SOD,
            f"{by} closed {month_name(month)} and may not open it again; somebody else of finance must",
            f"{by} 是 {month_name(month)} 的关账人，不能自行重新打开；须由其他财务人员办理",
            person=by,
        )


def open_again(month: Period, entity: str, by: str, on: date) -> Refused:
    """Build the refusal to open a month that is open: it was opened again, since when and by whom."""
    return refuse(
        Code.STATE,
        f"{month_name(month)} of {entity} is open already: {by} opened it again on {on}",
        f"{entity} 的 {month_name(month)} 已处于打开状态：{by} 于 {on} 重新打开",
        by=by,
        since=on,
    )


def _not_next(entity: str, month: Period, following: Period) -> Refused:
    name, wanted = month_name(month), month_name(following)
    if month.start < following.start:
        return refuse(
            Code.STATE,
            f"the books of {entity} begin after {name}: the month to close next is {wanted}",
            f"{entity} 的账簿始于 {name} 之后：下一个应关账的月份为 {wanted}",
            next=wanted,
        )
    return refuse(
        Code.STATE,
        f"{wanted} is still open in the books of {entity}: close it before {name}",
        f"{entity} 的 {wanted} 尚未关账：请先关账该月，再关 {name}",
        next=wanted,
    )
