"""The notices of the ledger in memory: what one is about, and what its sending changes."""

from datetime import datetime
from typing import Literal

from domain.account import effects as f
from domain.account.commands import NoticeResult
from domain.ports import NoticePlan
from domain.receivables.entries import OpenItem
from domain.receivables.ladder import claimable, day_of
from domain.receivables.late_claims import LateClaim
from domain.receivables.noticing import after_notice, counters_after, notice_plan, noticed_items
from domain.terms import AccountTerms
from simulation import late_claims
from simulation.book import Book
from simulation.contacts import Contacts
from simulation.desk import Desk

_MOST_NAMED = 10


class Notices:
    """The notices that are planned and not yet recorded, by the key of their sending."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self._noticed: dict[str, tuple[OpenItem, ...]] = {}
        self._claims: dict[str, tuple[LateClaim, ...]] = {}

    def plan(self, book: Book, key: str, at: datetime, effect: f.SendNotice, terms: AccountTerms) -> NoticePlan | None:
        """Build the notice from what is open now; none when nothing is owed any more or none may go out."""
        if self._contacts.holds(book, terms, effect.step, at):
            return None
        items = book.open_items()
        about = noticed_items(items, book.counters, effect.step, book.unapplied_minor, terms, at)
        self._noticed[key] = about
        plan = notice_plan(key, book.customer_id, items, book.counters, effect.step, book.unapplied_minor, terms, at)
        today = day_of(terms.dunning.zone, at)
        claims = self._claims[key] = late_claims.planned(book, about, effect.step, terms.dunning, today)
        return plan and plan.model_copy(update={"claims": claims})

    def record(self, desk: Desk, effect: f.SendNotice, channel: str, terms: AccountTerms) -> NoticeResult:
        """Record that the notice went out over a channel; empty: void when it had no plan, else undeliverable."""
        book, key, at = desk.book, desk.key, desk.at
        about, claims, note = self._noticed.pop(key, ()), self._claims.pop(key, ()), None
        if about and channel:
            _advance(book, about, effect, terms, at)
            self._contacts.note(book, at)
            note = late_claims.issue(book, key, claims, effect.step.level, at, desk.number)
        book.revision += 1
        left: Literal["held", "void"] = "held" if self._contacts.holds(book, terms, effect.step, at) else "void"
        level = terms.dunning.levels[effect.step.level - 1] if effect.step.action == "notice" else None
        return NoticeResult(
            outcome="sent" if about and channel else "undeliverable" if about else left,
            channel=channel,
            stage=effect.step.stage,
            level=effect.step.level,
            invoices=tuple(dict.fromkeys(item.number for item in about))[:_MOST_NAMED],
            open_minor=sum(claimable(item, terms.dunning) for item in about),
            actions=level.actions if level and about and channel else (),
            case=self._contacts.view(book, terms, at),
            debit_note=note,
        )


def _advance(book: Book, about: tuple[OpenItem, ...], effect: f.SendNotice, terms: AccountTerms, at: datetime) -> None:
    """Advance what was noticed; what was paid meanwhile keeps its balance and takes only the level."""
    for item in after_notice(about, effect.step, terms.dunning, at):
        booked = book.invoice(item.number)
        marks = {"level": item.level, "last_notice_at": item.last_notice_at, "pre_due_sent": item.pre_due_sent}
        now = [one.model_copy(update=marks) for one in booked.items if one.instalment == item.instalment]
        book.replace(booked, now)
        if effect.step.action == "notice":
            place = item.number, item.instalment
            book.attempts[place] = book.attempts.get(place, 0) + 1
    book.counters = counters_after(book.counters, effect.step, at)
