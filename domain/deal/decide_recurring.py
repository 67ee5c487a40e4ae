"""A recurring item is billed period by period until it ends; what is billed beyond its end is credited."""

from datetime import date, datetime

from domain.billing_periods import Period
from domain.deal import commands as c
from domain.deal import events as e
from domain.deal.decide_billing import closing
from domain.deal.effects import ServicePeriod
from domain.deal.reading import Events, order_lines, terms_of
from domain.deal.recurring import apart, billed_in, due_at, for_days, item_id, lines_of, next_days
from domain.deal.state import Deal, Recurring
from domain.local_time import local_day
from domain.machine import Actor
from domain.refusal import Code, refuse
from domain.terms import DealTerms


def period_due(deal: Deal, command: c.Elapsed, now: datetime) -> Events:
    """Bill the next days of a recurring item."""
    part, _, start = command.reference.rpartition("/")
    item = next(item for item in deal.recurring if item.id == part)
    days = next_days(item)
    if days is None or days.start.isoformat() != start:
        raise AssertionError(f"{command.reference} stands in the agenda and is not next")
    return (e.PeriodDue(part=part, item=item_id(part, days), start=days.start, until=days.until),)


def end_recurring(deal: Deal, command: c.EndRecurring, actor: Actor, now: datetime) -> Events:
    """End a recurring item, and credit what is billed beyond its end.

    Raises:
        Refused: there is no such item, or it has ended (E_NOTFOUND, E_STATE); the day is before what can still be
            changed (E_AMOUNT); an invoice or credit note is on its way (E_STATE).
    """
    check_settled(deal)
    item = _named(deal, command.item)
    first = _first_end(item, local_day(terms_of(deal).zone, now))
    if command.on < first:
        raise refuse(
            Code.AMOUNT,
            f"{item.id} is billed and settled up to {first}: end it on that day or later",
            f"{item.id} 在 {first} 之前已计费：请选择该日或之后的日期",
            first=first,
        )
    ended = e.RecurringEnded(item=item.id, on=command.on, reason=command.reason)
    until = item.billed_until
    if until is None or command.on >= until:
        return (ended, *_over(deal, item, command.on))
    days = Period(start=command.on, until=until)
    old = for_days(lines_of(order_lines(deal), item.every), item.every, days)
    _, less = apart({}, old)
    if not less:
        return (ended, *_over(deal, item, command.on))
    service = ServicePeriod(every=item.every, days=days)
    items = billed_in(deal, item, command.on)
    told = {"amounts": less, "items": items, "reason": command.reason, "service": service, "by": actor.id}
    return (ended, e.ReductionRequired.model_validate(told))


def check_settled(deal: Deal) -> None:
    """Refuse while an invoice or a credit note is on its way: what it bills must not change under it (E_STATE)."""
    if any(pending.effect.kind in ("issue_invoice", "credit_invoice") for pending in deal.pending):
        raise refuse(
            Code.STATE,
            "an invoice or a credit note is on its way, try again in a moment",
            "发票或红字发票正在开具，请稍后再试",
        )


def check_caught_up(deal: Deal, terms: DealTerms, now: datetime) -> None:
    """Refuse while days that are due are not billed: they are billed as they were agreed (E_STATE)."""
    for item in deal.recurring:
        days = next_days(item)
        if days is not None and due_at(item, days, terms) <= now:
            raise refuse(
                Code.STATE,
                f"{item.id} is still to be billed for {days}: try again when that is done",
                f"{item.id} 尚有 {days} 未开票：请在开票后再试",
                item=item.id,
            )


def _named(deal: Deal, name: str) -> Recurring:
    running = [item for item in deal.recurring if item.ends_on is None]
    found = [item for item in running if item.id == name] if name else running
    if len(found) == 1:
        return found[0]
    names = ", ".join(item.id for item in running)
    raise refuse(
        Code.NOTFOUND,
        f"name one of the recurring items that have not ended: {names or 'there is none'}",
        f"请指明一个未结束的周期性项目：{names or '没有'}",
        item=name,
    )


def _first_end(item: Recurring, today: date) -> date:
    if item.billed_until is None:
        return today
    return item.billed_until if item.arrears or item.priced_from is None else item.priced_from


def _over(deal: Deal, item: Recurring, on: date) -> Events:
    """Close the deal, where this end was all that kept it open."""
    ended = item.model_copy(update={"ends_on": on})
    others = tuple(ended if other.id == item.id else other for other in deal.recurring)
    return closing(deal.model_copy(update={"recurring": others}), deal.billing)
