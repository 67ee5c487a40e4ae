"""A notice claims what is open at the moment it is built, and only a notice that went out advances a level (N5)."""

from collections.abc import Sequence
from datetime import date, datetime

from domain.money import Money
from domain.ports import NoticeItem, NoticePlan
from domain.receivables.allocating import oldest_first
from domain.receivables.dunning import Candidate, case_following, claimed, in_case, is_owed, item_step, owed, pre_due
from domain.receivables.entries import CaseCounters, NextStep, OpenItem
from domain.receivables.ladder import brought_forward, claimable, day_of, warranted
from domain.terms import AccountTerms, DunningTerms


def noticed_items(
    items: Sequence[OpenItem],
    counters: CaseCounters,
    step: NextStep,
    unapplied_minor: int,
    terms: AccountTerms,
    at: datetime,
) -> tuple[OpenItem, ...]:
    """Return what a step is about, as of now; none when it is about nothing any more, and no notice may go out."""
    ladder = terms.dunning
    if not _nets(step, ladder) and not is_owed(items, unapplied_minor, ladder, at):
        return ()
    if step.action == "pre_due":
        found = [item for item in items if _is(pre_due(item, ladder, terms.calendar, at), step, at)]
        return tuple(oldest_first(item for item in found if not step.instalment or _is_the_one(item, step)))
    if ladder.unit == "invoice":
        alone = [item for item in items if _is_the_one(item, step)]
        return tuple(item for item in alone if _is(item_step(item, ladder, terms.calendar, at), step, at))
    eligible = in_case(items, ladder, at)
    if case_following(eligible, counters.last_notice_at, ladder, terms.calendar, at) != step.level:
        return ()
    about = claimed(eligible, ladder, at)
    net = sum(claimable(item, ladder) for item in about) - unapplied_minor
    return tuple(about) if net > 0 and net >= ladder.min_open.minor else ()


def _nets(step: NextStep, terms: DunningTerms) -> bool:
    """Tell whether a notice takes all unapplied cash off: a level of a customer, which claims all that is late."""
    return terms.unit == "customer" and step.action == "notice"


def _paid_of(
    about: Sequence[OpenItem], items: Sequence[OpenItem], step: NextStep, unapplied_minor: int, terms: DunningTerms
) -> int:
    """Return what unapplied cash takes off a notice; about a part of the items, what it does not pay of the others.

    So a letter never claims more than the customer owes in all, and never nothing or less.
    """
    if _nets(step, terms):
        return unapplied_minor
    return max(0, unapplied_minor - (owed(items, terms) - owed(about, terms)))


def _is_the_one(item: OpenItem, step: NextStep) -> bool:
    return item.number in step.invoices and item.instalment == step.instalment


def _is(candidate: Candidate | None, step: NextStep, at: datetime) -> bool:
    return (
        candidate is not None
        and (candidate.action, candidate.level, candidate.stage) == (step.action, step.level, step.stage)
        and candidate.at <= at
    )


def notice_plan(
    key: str,
    customer_id: str,
    items: Sequence[OpenItem],
    counters: CaseCounters,
    step: NextStep,
    unapplied_minor: int,
    terms: AccountTerms,
    at: datetime,
) -> NoticePlan | None:
    """Build the notice of a step from what is open now, none when nothing is owed any more."""
    about = noticed_items(items, counters, step, unapplied_minor, terms, at)
    if not about:
        return None
    ladder, today = terms.dunning, day_of(terms.dunning.zone, at)
    level = ladder.levels[step.level - 1] if step.action == "notice" else None
    return NoticePlan(
        key=key,
        customer_id=customer_id,
        stage=step.stage,
        level=step.level,
        as_of=at,
        items=tuple(_item(item, step, ladder, today) for item in about),
        open=Money(minor=sum(claimable(item, ladder) for item in about), currency=terms.currency),
        unapplied=Money(minor=_paid_of(about, items, step, unapplied_minor, ladder), currency=terms.currency),
        actions=level.actions if level else (),
        last_level=len(ladder.levels),
    )


def _item(item: OpenItem, step: NextStep, terms: DunningTerms, today: date) -> NoticeItem:
    return NoticeItem(
        number=item.number,
        issued_on=item.issued_on,
        due_on=item.due_on,
        total=Money(minor=item.amount_minor, currency=item.currency),
        open=Money(minor=claimable(item, terms), currency=item.currency),
        days_late=max(0, (today - item.due_on).days),
        level=_level_of(item, step, terms, today) if step.action == "notice" else 0,
        noticed=item.last_notice_at is not None,
    )


def after_notice(about: Sequence[OpenItem], step: NextStep, terms: DunningTerms, at: datetime) -> tuple[OpenItem, ...]:
    """Return the items of a notice that went out, as they are after it.

    In a case of a customer a younger item counts as having had only the levels it is old enough for, so that the
    ladder goes through all of them when it re-anchors on it.
    """
    if step.action == "pre_due":
        return tuple(item.model_copy(update={"pre_due_sent": (*item.pre_due_sent, step.stage)}) for item in about)
    today = day_of(terms.zone, at)
    return tuple(
        item.model_copy(update={"level": _level_of(item, step, terms, today), "last_notice_at": at}) for item in about
    )


def _level_of(item: OpenItem, step: NextStep, terms: DunningTerms, today: date) -> int:
    if terms.unit == "invoice":
        return step.level
    old_enough = warranted(item, terms, today)
    if brought_forward(item, terms):
        old_enough = max(old_enough, item.level + 1)
    return max(item.level, min(step.level, old_enough))


def after_skip(item: OpenItem, step: NextStep) -> OpenItem:
    """Return an item of which a level fell into a dispute: it is never sent later; a repeat changes nothing."""
    if step.level in item.skipped or item.level >= step.level:
        return item
    return item.model_copy(update={"skipped": (*item.skipped, step.level)})


def counters_after(counters: CaseCounters, step: NextStep, at: datetime) -> CaseCounters:
    """Return what the case remembers after a notice went out; a level that is no higher begins another cycle."""
    if step.action == "pre_due":
        return counters
    again = counters.last_notice_at is not None and step.level <= counters.level
    cycle = counters.cycle + 1 if again else counters.cycle
    return counters.model_copy(update={"level": step.level, "last_notice_at": at, "cycle": cycle})
