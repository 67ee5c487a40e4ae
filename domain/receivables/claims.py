"""A dispute or a promise covers a part of what is open, never more, and ends by itself when nothing is open.

What is disputed or promised of an item is derived from what is open now: a payment shrinks it, a bounce brings it back.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from domain.business_calendar import CompiledCalendar, add_business_days
from domain.local_time import at_local
from domain.receivables.allocating import oldest_first, said
from domain.receivables.entries import CaseCounters, OpenItem
from domain.refusal import Code, refuse
from domain.span import Span, Unit
from domain.terms import PromiseTerms
from domain.value import Value
from domain.working_hours import DAY_MINUTES

_YEAR = timedelta(days=365)


class Relief(Value):
    """What nobody will pay of an invoice: all that was credited of it, and all that is bad debt now."""

    credited_minor: int = 0
    written_off_minor: int = 0

    def since(self, before: "Relief") -> int:
        """Return how much more it is than before; what was recovered of bad debt takes nothing from a credit."""
        credited = max(0, self.credited_minor - before.credited_minor)
        return credited + max(0, self.written_off_minor - before.written_off_minor)


NO_RELIEF = Relief()


class OpenPromise(Value):
    """A promise to pay that is neither kept nor broken yet.

    Attributes:
        until: the end of its day plus the grace, when it is judged.
        open_at_most: what may be open of the invoice for the promise to count as kept.
        plan: the id of the payment plan that it is an instalment of, empty for a promise of its own.
        before: what nobody was to pay of the invoice when ``minor`` and ``open_at_most`` were agreed on.
    """

    promise_id: str
    number: str
    minor: int
    on: date
    until: datetime
    open_at_most: int
    plan: str = ""
    before: Relief = NO_RELIEF


def relieved(promise: OpenPromise, now: Relief) -> OpenPromise:
    """Return a promise as it stands after what was credited or written off of its invoice since it was made."""
    less = now.since(promise.before)
    if not less:
        return promise
    minor, at_most = lessened(promise.minor, promise.open_at_most, less)
    return promise.model_copy(update={"minor": minor, "open_at_most": at_most, "before": now})


def lessened(minor: int, open_at_most: int, less: int) -> tuple[int, int]:
    """Return what a promise covers, and what may be open for it to count as kept, when this much need not be paid.

    That was not paid, so it keeps no promise. It lessens first what was not promised, as a part that was in dispute
    when a plan was agreed on, and then the end of what was promised: the last instalments of a plan become less, and
    those that come first stay owed on their days as agreed.
    """
    return max(0, minor - max(0, less - open_at_most)), max(0, open_at_most - less)


def disputed_minor(items: Sequence[OpenItem], minor: int | None) -> int:
    """Return how much of an invoice a new dispute covers; no amount means all that is open.

    Raises:
        Refused: a dispute is open already (E_STATE); the amount is not above zero or above what is open (E_AMOUNT).
    """
    number = items[0].number
    if any(ended is None for item in items for _, ended in item.disputes):
        raise refuse(
            Code.STATE,
            f"a dispute of {number} is open already: resolve it first",
            f"发票 {number} 已有未结争议：请先处理",
            number=number,
        )
    open_minor = sum(item.open_minor for item in items)
    return _part(items, minor, open_minor, "disputed")


def spread_claims(items: Sequence[OpenItem], disputed: int, promised: int) -> tuple[tuple[int, int, int], ...]:
    """Return (instalment, disputed, promised) of an invoice: the oldest amounts are disputed, the next promised."""
    found = []
    for item in oldest_first(items):
        held = min(disputed, item.open_minor)
        disputed -= held
        pledged = min(promised, item.open_minor - held)
        promised -= pledged
        found.append((item.instalment, held, pledged))
    return tuple(found)


def still_promised(open_minor: int, promises: Iterable[tuple[int, int]]) -> int:
    """Return what is still under promise of an invoice of which this much is open: payments fulfil a promise first.

    Args:
        open_minor: what is open of the invoice.
        promises: (minor, open_at_most) of those that are open, as they stand (`relieved`).
    """
    return sum(max(0, min(minor, open_minor - at_most)) for minor, at_most in promises)


def promise_of(
    items: Sequence[OpenItem],
    open_promises: Sequence[OpenPromise],
    counters: CaseCounters,
    offer: OpenPromise,
    rules: PromiseTerms,
    today: date,
) -> OpenPromise:
    """Accept a promise, or refuse it by the rules of the customer's class.

    Args:
        items: the instalments of the invoice.
        open_promises: of the whole account.
        counters: when promises were made.
        offer: the promise with its deadline (`promise_deadline`); ``minor`` 0 means all that can be promised.
        rules: of the class.
        today: in the legal entity's zone.

    Raises:
        Refused: more than is open and neither disputed nor promised (E_AMOUNT); too many promises open or made in a
            year, or a day that is past or too far off (E_LIMIT).
    """
    free = sum(item.open_minor - item.disputed_minor - item.promised_minor for item in items)
    minor = _part(items, offer.minor or None, free, "promised")
    already = sum(1 for one in open_promises if not one.plan)
    _check_limits(offer, already, counters, rules, today)
    open_minor = sum(item.open_minor for item in items)
    return offer.model_copy(update={"minor": minor, "open_at_most": open_minor - minor})


def _check_limits(offer: OpenPromise, already: int, counters: CaseCounters, rules: PromiseTerms, today: date) -> None:
    if not today <= offer.on <= today + timedelta(days=rules.max_days):
        last = today + timedelta(days=rules.max_days)
        raise refuse(
            Code.LIMIT,
            f"{offer.on}: a promise is for a day from {today} to {last}",
            f"{offer.on}：承诺付款日须在 {today} 至 {last} 之间",
            last=last,
        )
    lately = sum(1 for day in counters.promise_days if today - day < _YEAR)
    if already >= rules.max_open or lately >= rules.max_per_year:
        raise refuse(
            Code.LIMIT,
            f"{already} promises are open and {lately} were made in a year; "
            f"allowed are {rules.max_open} and {rules.max_per_year}",
            f"未到期承诺 {already} 个、一年内 {lately} 个；上限分别为 {rules.max_open} 和 {rules.max_per_year}",
        )


def _part(items: Sequence[OpenItem], minor: int | None, free: int, what: str) -> int:
    wanted = free if minor is None else minor
    number = items[0].number if items else ""
    if not 0 < wanted <= free:
        raise refuse(
            Code.AMOUNT,
            f"{number}: {said(items, wanted)} cannot be {what}: name an amount above zero, at most {said(items, free)}",
            f"发票 {number}：金额 {said(items, wanted)} 须大于零且不超过 {said(items, free)}",
            number=number,
            free=free,
        )
    return wanted


def check_dispute(number: str, agreed: int | None, open_: int) -> None:
    """Refuse to accept another dispute of an invoice than the one that was agreed to (E_STALE), if just one was."""
    if agreed in (None, open_):
        return
    raise refuse(
        Code.STALE,
        f"the dispute of {number} that was agreed to has ended, and another is open: ask anew for that one",
        f"发票 {number} 上已同意的争议已了结，现为另一项争议：请就新的争议重新申请",
        number=number,
    )


def to_withdraw(number: str, open_promises: Sequence[OpenPromise], promise_id: str) -> OpenPromise:
    """Return the promise about an invoice that is taken back.

    Args:
        number: of the invoice.
        open_promises: of the whole account.
        promise_id: which; none means the only one.

    Raises:
        Refused: none of that name is open about the invoice (E_NOTFOUND); there are several, or it is an instalment
            of a payment plan, which is kept or broken (E_STATE).
    """
    about = [one for one in open_promises if one.number == number]
    own = [one for one in about if not one.plan]
    plans = ", ".join(dict.fromkeys(one.plan for one in about if one.plan))
    found = [one for one in own if not promise_id or one.promise_id == promise_id]
    names = ", ".join(one.promise_id for one in own)
    if len(found) > 1:
        raise refuse(
            Code.STATE,
            f"{names} are open about {number}: name the one that is withdrawn",
            f"{number} 有多个未结承诺 {names}：请指明要撤回的一个",
        )
    if found:
        return found[0]
    if plans and not own:
        raise refuse(
            Code.STATE,
            f"{number} is in payment plan {plans}, whose instalments are paid or missed: there is no promise "
            "beside it; end the plan with withdraw_plan",
            f"{number} 已列入分期计划 {plans}，各期按约付款或违约，并无单独的付款承诺；撤销计划请用 withdraw_plan",
        )
    raise refuse(
        Code.NOTFOUND,
        f"no promise {promise_id or 'to pay'} is open about {number}; open are: {names or '–'}",
        f"{number} 没有未结的付款承诺 {promise_id}；未结的有：{names or '–'}",
        open=names,
    )


def promise_deadline(on: date, rules: PromiseTerms, calendar: CompiledCalendar, zone: str) -> datetime:
    """Return when a promise is judged: the end of its day plus the grace, in the legal entity's zone.

    Raises:
        CalendarEnded: the grace counts business days that the calendar does not know.
    """
    grace = rules.grace or Span(amount=0, unit=Unit.DAYS)
    if grace.unit is Unit.BUSINESS_DAYS:
        return at_local(zone, add_business_days(calendar, on, grace.amount), DAY_MINUTES)
    if grace.unit is Unit.DAYS:
        return at_local(zone, on + timedelta(days=grace.amount), DAY_MINUTES)
    return at_local(zone, on, DAY_MINUTES) + grace.duration


def is_kept(promise: OpenPromise, open_minor: int, now: Relief = NO_RELIEF) -> bool:
    """Tell whether a promise is kept when this much is open of its invoice; to be let off is not to keep it.

    Args:
        open_minor: of the invoice.
        now: what nobody will pay of it; where that is all that was promised, nothing was paid as promised.
    """
    return open_minor <= relieved(promise, now).open_at_most and not is_let_off(promise, now)


def is_let_off(promise: OpenPromise, now: Relief) -> bool:
    """Tell whether all of a promise was credited or written off: nobody is to pay it, it is neither kept nor broken."""
    return not relieved(promise, now).minor and now.since(promise.before) > 0
