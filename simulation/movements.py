"""Every account operation is checked whole before it changes anything, with the rules that the real ledger uses."""

from collections.abc import Callable

from domain.account import effects as f
from domain.account.plan_effects import EndPlan
from domain.account.promise_effects import EndPromise
from domain.account.write_off_effects import ProposeWriteOff
from domain.money import Money
from domain.receivables import postings
from domain.receivables.allocating import by_shares, checked_amount, spread, to_unallocate
from domain.receivables.claims import (
    OpenPromise,
    check_dispute,
    disputed_minor,
    promise_deadline,
    promise_of,
    to_withdraw,
)
from domain.receivables.discounting import no_longer_covered
from domain.receivables.entries import Allocation, Match, Receipt
from domain.receivables.hand_over import checked_hand_over
from domain.receivables.ladder import day_of
from domain.receivables.matching import forgiven, match_receipt
from domain.receivables.naming import stands_in
from domain.receivables.noticing import after_skip
from domain.receivables.plans import Planned, plan_of, replaced, to_end
from domain.receivables.refunding import refund_waits
from domain.receivables.second_person import Weighed, checked_agreed, weighed
from domain.receivables.writing_off import to_propose
from domain.refusal import Code, refuse
from domain.terms import Tolerance
from simulation.book import Book
from simulation.booked import BookedReceipt
from simulation.credits import credit, credit_note, given_before
from simulation.deposits import given_up, post_given_up
from simulation.desk import Desk, Outcome
from simulation.recoveries import matched_with_recovery, recover_shares


def refresh(desk: Desk, effect: f.RefreshCase) -> Outcome:
    """Change nothing; what a deal has credited is looked at again."""
    if effect.credited in desk.book.invoices:
        desk.book.touch(effect.credited)
    return Outcome("")


def import_invoice(desk: Desk, effect: f.ImportInvoice) -> Outcome:
    """Enter an open item of another system once (E_IDEM for other content under its number)."""
    invoice = effect.invoice
    known = desk.book.invoices.get(invoice.number)
    if known is None:
        desk.book.enter(invoice)
        desk.book.post(desk.key, postings.of_invoice(invoice))
    elif known.invoice != invoice:
        raise refuse(
            Code.IDEM,
            f"{invoice.number} is entered with other content: correct the one that is wrong",
            f"发票 {invoice.number} 已以不同内容登记：请更正错误的一份",
            number=invoice.number,
        )
    return Outcome(invoice.number, repeated=known is not None)


def apply_receipt(desk: Desk, effect: f.ApplyReceipt) -> Outcome:
    """Record a receipt, match it and allocate what is certain."""
    book, receipt = desk.book, effect.receipt
    minor = checked_amount(receipt.amount, book.currency)
    name = f"{receipt.source}/{receipt.external_id}"
    checked_agreed(effect.minor, minor, book.currency)
    waits = weighed(effect.second, minor, book.currency, evidence=name)
    if waits is not None:
        return Outcome(name, waits=waits)
    match = match_receipt(receipt, book.open_items(), effect.tolerance, _settled(book, receipt))
    match = matched_with_recovery(book, desk.key, receipt, match)
    key = (receipt.source, receipt.external_id)
    booked = book.receipts[key] = BookedReceipt(receipt, match)
    book.unapplied_minor += receipt.amount.minor
    book.post(desk.key, postings.of_receipt(receipt.amount))
    book.apply(match.allocations, key)
    book.post(desk.key, postings.of_allocations(match.allocations, book.currency))
    return Outcome("/".join(key), match.allocations, match, booked.unapplied_minor)


def allocate(desk: Desk, effect: f.AllocateReceipt) -> Outcome:
    """Put unapplied cash of a receipt against the invoices a person named."""
    book, key = desk.book, (effect.source, effect.external_id)
    booked = book.receipt(key)
    recover_shares(book, desk.key, effect.shares, booked.unapplied_minor)
    items = [item for number, _ in effect.shares for item in book.invoice(number).items]
    parts = by_shares(items, effect.shares, booked.unapplied_minor, booked.receipt.value_date)
    parts += forgiven(items, parts, effect.tolerance)
    book.apply(parts, key)
    book.post(desk.key, postings.of_allocations(parts, book.currency))
    return Outcome("/".join(key), parts, None, booked.unapplied_minor)


def unallocate(desk: Desk, effect: f.UnallocateReceipt) -> Outcome:
    """Take back what a receipt pays, of all invoices or of those named."""
    key = (effect.source, effect.external_id)
    booked = desk.book.receipt(key)
    parts = take_back(desk, key, to_unallocate(booked.applied, effect.numbers))
    return Outcome("/".join(key), parts, None, booked.unapplied_minor)


def move_receipt(desk: Desk, other: Book, effect: f.MoveReceipt) -> Outcome:
    """Move a receipt that pays nothing to the account of the customer whose money it is."""
    key = (effect.source, effect.external_id)
    name, booked = "/".join(key), desk.book.receipt(key)
    if other is desk.book:
        return Outcome(name, repeated=True)
    if booked.applied:
        raise refuse(
            Code.STATE,
            f"{name} pays invoices here: unallocate it first, then claim it",
            f"收款 {name} 已在本账户核销：请先反核销，再认领",
        )
    if not booked.unapplied_minor:
        raise refuse(Code.STATE, f"all of {name} went back: nothing is left to claim", f"收款 {name} 已全部退回")
    said = f"claimed: {effect.evidence} / 认领：{effect.evidence}"
    if booked.under_way:
        raise refund_waits(name, next(iter(booked.under_way)))
    checked_agreed(effect.minor, booked.unapplied_minor, desk.book.currency)
    waits = weighed(effect.second, booked.unapplied_minor, desk.book.currency, evidence=effect.evidence)
    if waits is not None:
        return Outcome(name, waits=waits)
    left = desk.book.give(key, other, Match(allocations=(), rule="none", evidence=(said,)))
    money = Money(minor=left, currency=desk.book.currency)
    desk.book.post(desk.key, postings.of_bounce(money))
    other.post(desk.key, postings.of_receipt(money))
    return Outcome(name, minor=left)


def take_over(desk: Desk, effect: f.TakeOverReceipt) -> Outcome:
    """Match what is left of a receipt that came from another account, as if it had just come in."""
    book, key = desk.book, (effect.source, effect.external_id)
    booked, name = book.receipt(key), "/".join(key)
    left, before = booked.unapplied_minor, booked.match
    if not left:
        return Outcome(name, match=before)
    receipt = booked.receipt.model_copy(update={"amount": Money(minor=left, currency=book.currency)})
    tolerance = desk.terms.tolerance if desk.terms else Tolerance()
    found = match_receipt(receipt, book.open_items(), tolerance, _settled(book, receipt))
    found = matched_with_recovery(book, desk.key, receipt, found)
    match = booked.match = found.model_copy(update={"evidence": (*before.evidence, *found.evidence)})
    book.apply(match.allocations, key)
    book.post(desk.key, postings.of_allocations(match.allocations, book.currency))
    return Outcome(name, match.allocations, match, booked.unapplied_minor, minor=left)


def _settled(book: Book, receipt: Receipt) -> list[str]:
    """Return the numbers of paid invoices that a receipt names."""
    words = receipt.reference
    if receipt.invoices:
        return [number for number in receipt.invoices if number in book.invoices]
    return [] if not words else [
        number
        for number, booked in book.invoices.items()
        if number in words and not booked.open_minor and stands_in(number, words)
    ]  # fmt: skip


def take_back(desk: Desk, key: tuple[str, str], parts: tuple[Allocation, ...]) -> tuple[Allocation, ...]:
    """Take back what a receipt pays, and the discounts that other receipts had only beside its cash."""
    book = desk.book
    booked = [book.invoice(number) for number in dict.fromkeys(part.number for part in parts)]
    others = [entry for one in booked for entry in one.applied if (entry.source, entry.external_id) != key]
    fallen = no_longer_covered([item for one in booked for item in one.items], parts, others)
    book.take_back(key, parts)
    for entry in fallen:
        book.take_back((entry.source, entry.external_id), (entry.allocation,))
    whole = (*parts, *(entry.allocation for entry in fallen))
    book.post(desk.key, postings.of_unallocations(whole, book.currency))
    return whole


def open_dispute(desk: Desk, effect: f.OpenDispute) -> Outcome:
    """Dispute a part of an invoice, or all that is open of it."""
    booked = desk.book.invoice(effect.number)
    minor = disputed_minor(booked.items, effect.minor)
    desk.book.touch(effect.number)
    booked.disputes = (*booked.disputes, (desk.at, None))
    booked.dispute_minors = (*booked.dispute_minors, minor)
    booked.disputed_minor = minor
    return Outcome(effect.number, minor=minor)


def resolve_dispute(desk: Desk, effect: f.ResolveDispute) -> Outcome:
    """End the open dispute of an invoice (E_STATE if none); accepted, what is still open of it is credited."""
    booked = desk.book.invoice(effect.number)
    if not booked.disputed:
        raise refuse(
            Code.STATE,
            f"{effect.number} has no open dispute to resolve",
            f"发票 {effect.number} 没有未结争议",
            number=effect.number,
        )
    minor = min(booked.disputed_minor, booked.open_minor)
    if effect.outcome == "accept":
        which = len(booked.disputes)
        check_dispute(effect.number, effect.dispute, which)
        checked_agreed(effect.minor, minor, desk.book.currency)
        done = credit(desk, effect, minor, effect.reason or "dispute accepted")
        if done.waits is not None:
            return done._replace(waits=done.waits.model_copy(update={"dispute": which}))
        booked.end_dispute(desk.at)
        return done
    desk.book.touch(effect.number)
    booked.end_dispute(desk.at)
    return Outcome(effect.number)


def make_promise(desk: Desk, effect: f.MakePromise) -> Outcome:
    """Record a promise to pay within the rules of the customer's class."""
    book, terms = desk.book, desk.terms
    if terms is None:
        raise AssertionError("an account operation always comes with the account's terms")
    today = day_of(terms.dunning.zone, desk.at)
    items = book.invoice(effect.number).items
    until = promise_deadline(effect.on, effect.rules, terms.calendar, terms.dunning.zone)
    offer = OpenPromise(
        promise_id=f"{effect.number}-P{book.promises_made + 1}",
        number=effect.number,
        minor=effect.minor or 0,
        on=effect.on,
        until=until,
        open_at_most=0,
        before=book.invoice(effect.number).relief,
    )
    promise = promise_of(items, list(book.promises.values()), book.counters, offer, effect.rules, today)
    book.touch(effect.number)
    book.promises_made += 1
    book.promises[promise.promise_id] = promise
    days = (*book.counters.promise_days, today)
    book.counters = book.counters.model_copy(update={"promise_days": days})
    return Outcome(promise.promise_id, minor=promise.minor)


def make_plan(desk: Desk, effect: f.MakePlan) -> Outcome:
    """Record a payment plan: its instalments are promises that follow one another."""
    book, terms = desk.book, desk.terms
    if terms is None:
        raise AssertionError("an account operation always comes with the account's terms")
    plan_id = f"{effect.number}-PL{book.promises_made + 1}"
    items, today = book.invoice(effect.number).items, day_of(terms.dunning.zone, desk.at)
    told = effect.model_dump(include={"schedule", "second", "agreed", "reason"})
    asked = Planned(plan_id=plan_id, before=book.invoice(effect.number).relief, **told)
    parts = plan_of(items, list(book.promises.values()), asked, terms, today)
    if isinstance(parts, Weighed):
        return Outcome(effect.number, waits=parts)
    book.touch(effect.number)
    book.promises_made += len(parts)
    gone = replaced(effect.number, list(book.promises.values()))
    book.end(gone)
    book.promises |= {part.promise_id: part for part in parts}
    return Outcome(plan_id, minor=sum(part.minor for part in parts), replaced=gone)


def end_promise(desk: Desk, effect: EndPromise) -> Outcome:
    """Take a promise back: what it covered is claimed again, and nobody broke it."""
    book = desk.book
    book.invoice(effect.number)
    promise = to_withdraw(effect.number, book.standing(), effect.promise_id)
    book.touch(effect.number)
    book.end((promise.promise_id,))
    return Outcome(promise.promise_id, minor=promise.minor)


def propose_write_off(desk: Desk, effect: ProposeWriteOff) -> Outcome:
    """Note what is proposed for write-off now."""
    if desk.terms is None:
        raise AssertionError("an account operation always comes with the account's terms")
    found = to_propose(desk.book.exhausted(), desk.terms.dunning, desk.at)
    desk.book.proposed |= {(item.number, item.instalment): item.open_minor for item in found}
    return Outcome("", minor=sum(item.open_minor for item in found), proposed=tuple(item.number for item in found))


def end_plan(desk: Desk, effect: EndPlan) -> Outcome:
    """End a plan: what it still covered is claimed again, and nobody broke it."""
    book = desk.book
    book.invoice(effect.number)
    parts = to_end(effect.number, book.standing())
    book.touch(effect.number)
    book.end(part.promise_id for part in parts)
    return Outcome(parts[0].plan, minor=sum(part.minor for part in parts))


def write_off(desk: Desk, effect: f.WriteOff) -> Outcome:
    """Write an amount of an invoice off, or all that is open of it."""
    booked = desk.book.invoice(effect.number)
    minor = booked.open_minor if effect.minor is None else effect.minor
    parts = spread(booked.items, minor, "writeoff")
    before, currency = given_before(booked), desk.book.currency
    waits = weighed(effect.second, minor, currency, earlier_minor=before, evidence=effect.evidence)
    if waits is not None:
        return Outcome(effect.number, waits=waits)
    up = given_up(desk.book, effect.number)
    desk.book.apply(parts)
    desk.book.post(desk.key, postings.of_allocations(parts, desk.book.currency))
    post_given_up(desk.book, desk.key, effect.number, up, postings.BAD_DEBT)
    return Outcome(effect.number, parts, minor=minor)


def hand_over(desk: Desk, effect: f.HandOver) -> Outcome:
    """Weigh what is open of the account."""
    minor = sum(item.open_minor for item in desk.book.open.values())
    waits = checked_hand_over(effect.second, effect.minor, minor, desk.book.currency, effect.reason)
    return Outcome(effect.stage, minor=minor, waits=waits)


def skip_level(desk: Desk, effect: f.SkipLevel) -> Outcome:
    """Record that a level fell into a dispute and is never sent."""
    step, book = effect.step, desk.book
    for number in step.invoices:
        booked = book.invoice(number)
        book.replace(booked, [after_skip(item, step) for item in booked.items if item.instalment == step.instalment])
    return Outcome(step.stage)


OPERATIONS: dict[type[f.LedgerEffect], Callable[..., Outcome]] = {
    f.RefreshCase: refresh,
    f.ImportInvoice: import_invoice,
    f.ApplyReceipt: apply_receipt,
    f.AllocateReceipt: allocate,
    f.UnallocateReceipt: unallocate,
    f.TakeOverReceipt: take_over,
    f.OpenDispute: open_dispute,
    f.ResolveDispute: resolve_dispute,
    f.MakePromise: make_promise,
    EndPromise: end_promise,
    EndPlan: end_plan,
    f.MakePlan: make_plan,
    f.WriteOff: write_off,
    ProposeWriteOff: propose_write_off,
    f.CreditNote: credit_note,
    f.HandOver: hand_over,
    f.SkipLevel: skip_level,
}
