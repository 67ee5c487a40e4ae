"""A running case gives the very answer that `domain.receivables.case` sums up anew, and touches only what changed."""

from collections.abc import Sequence
from datetime import date, datetime
from heapq import heappop, heappush

from domain.business_calendar import CalendarEnded
from domain.receivables.case import earlier, next_judgement
from domain.receivables.claims import OpenPromise
from domain.receivables.dunning import Candidate, item_step, next_step, step_of
from domain.receivables.entries import CaseCounters, CaseView, NextStep, OpenItem
from domain.receivables.ladder import day_of
from domain.terms import AccountTerms

Key = tuple[str, int]


class RunningCase:
    """What is open of one account, with its sums and, for ladders per invoice, the steps of its items in order.

    Attributes:
        open: the open items by (number, instalment).
    """

    def __init__(self) -> None:
        self.open: dict[Key, OpenItem] = {}
        self._open_minor = self._disputed_minor = self._promised_minor = 0
        self._by_due: dict[date, tuple[int, int]] = {}
        self._by_level: dict[int, int] = {}
        self._terms: AccountTerms | None = None
        self._changed: dict[Key, None] = {}
        self._stamps: dict[Key, int] = {}
        self._steps: list[tuple[Candidate, int, Key]] = []
        self._stamp = 0

    def put(self, item: OpenItem) -> None:
        """Take over an item as it is now; one of which nothing is open is left out."""
        key = (item.number, item.instalment)
        before = self.open.pop(key, None)
        if before is not None:
            self._count(before, -1)
        if item.open_minor:
            self.open[key] = item
            self._count(item, 1)
        self._changed[key] = None

    def _count(self, item: OpenItem, sign: int) -> None:
        self._open_minor += sign * item.open_minor
        self._disputed_minor += sign * item.disputed_minor
        self._promised_minor += sign * item.promised_minor
        minor, count = self._by_due.get(item.due_on, (0, 0))
        if count + sign:
            self._by_due[item.due_on] = (minor + sign * item.open_minor, count + sign)
        else:
            del self._by_due[item.due_on]
        left = self._by_level.get(item.level, 0) + sign
        if left:
            self._by_level[item.level] = left
        else:
            del self._by_level[item.level]

    def view(
        self,
        counters: CaseCounters,
        unapplied_minor: int,
        promises: Sequence[OpenPromise],
        terms: AccountTerms,
        now: datetime,
        revision: int,
    ) -> CaseView:
        """Return the case as of an instant; see `domain.receivables.case.case_view`."""
        free = self._open_minor - self._disputed_minor - self._promised_minor
        by_item = terms.dunning.unit == "invoice" and (not unapplied_minor or unapplied_minor < free)
        items = list(self.open.values()) if promises or not by_item else []
        judge = next_judgement(items, promises, now)
        step, blocked = None, ""
        try:
            if by_item:
                step = self._next_of_items(terms, now)
            else:
                step = next_step(items, counters, unapplied_minor, terms.dunning, terms.calendar, now)
        except CalendarEnded as ended:
            blocked = ended.text.en
        today, level = day_of(terms.dunning.zone, now), max(self._by_level, default=0)
        return CaseView(
            open_minor=self._open_minor,
            overdue_minor=sum(minor for due_on, (minor, _) in self._by_due.items() if due_on < today),
            disputed_minor=self._disputed_minor,
            promised_minor=self._promised_minor,
            unapplied_minor=unapplied_minor,
            items=len(self.open),
            oldest_due_on=min(self._by_due, default=None),
            level=level,
            stage=terms.dunning.levels[level - 1].id if 0 < level <= len(terms.dunning.levels) else "",
            next=earlier(judge, step),
            judge=judge,
            promises=len(promises),
            promises_broken=counters.promises_broken,
            blocked=blocked,
            revision=revision,
        )

    def _next_of_items(self, terms: AccountTerms, now: datetime) -> NextStep | None:
        if terms is not self._terms:
            self._changed = dict.fromkeys(self.open)
            self._steps, self._terms = [], terms
        while self._changed:
            key = next(iter(self._changed))
            self._look_at(key, terms, now)
            del self._changed[key]
        while self._steps:
            step, stamp, key = self._steps[0]
            if self._stamps.get(key) != stamp:
                heappop(self._steps)
            elif step.at < now and item_step(self.open[key], terms.dunning, terms.calendar, now) != step:
                heappop(self._steps)
                self._look_at(key, terms, now)
            else:
                return step_of(step, [step], terms.dunning, now)
        return None

    def _look_at(self, key: Key, terms: AccountTerms, now: datetime) -> None:
        """Put an item's next step into the order; the stamp makes its former one void."""
        self._stamp += 1
        item = self.open.get(key)
        step = None if item is None else item_step(item, terms.dunning, terms.calendar, now)
        if step is None:
            self._stamps.pop(key, None)
        else:
            self._stamps[key] = self._stamp
            heappush(self._steps, (step, self._stamp, key))
