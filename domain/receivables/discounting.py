"""A discount is taken only by cash that came early and covers the discounted sum, and goes when that cash goes (M12).

What may be taken off is in proportion to what is discounted: a credit note or a partial payment shrinks it.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from domain.due_dates import CashDiscount, DiscountStep, DiscountTax, OnPartial
from domain.money import Money
from domain.receivables.covering import covering_sets
from domain.receivables.entries import Allocation, AppliedCash, OpenItem, TaxSum
from domain.receivables.offers import DiscountOffer, OfferedStep
from domain.receivables.taxation import share_bp_of, tax_within

Place = tuple[str, int]
Cuts = Mapping[Place, int]
"""What is taken off each item, by (number, instalment)."""
NO_CUTS: Cuts = {}


def offers(
    discount: CashDiscount, taxes: Sequence[TaxSum], bases: Sequence[int], amounts: Sequence[Money]
) -> tuple[DiscountOffer, ...]:
    """Say what each instalment of an invoice offers; the parts of every step add up to what it takes off the whole.

    Args:
        discount: with its days (`CashDiscount.dated`).
        taxes: of the invoice.
        bases: the net of each tax category, in minor units, before any part is left untaxed.
        amounts: of the instalments, together above zero.
    """
    steps = [_over_parts(step, *_whole(discount.tax, step.rate_bp, taxes, bases), amounts) for step in discount.steps]
    return tuple(
        DiscountOffer(steps=parts, tax=discount.tax, on_partial=discount.on_partial)
        for parts in zip(*steps, strict=True)
    )


def _whole(mode: DiscountTax, rate_bp: int, taxes: Sequence[TaxSum], bases: Sequence[int]) -> tuple[int, int]:
    """Return (minor, tax in it) of a discount on a whole invoice; the tax is that of each category's part."""
    if mode is not DiscountTax.INCLUDED:
        return sum(share_bp_of(base, rate_bp) for base in bases), 0
    sums = [part.base.minor + part.tax.minor for part in taxes]
    minor = share_bp_of(sum(sums), rate_bp)
    parts = Money(minor=minor, currency=taxes[0].base.currency).allocate(sums)
    return minor, sum(tax_within(off.minor, part.rate_bp) for off, part in zip(parts, taxes, strict=True))


def _over_parts(step: DiscountStep, minor: int, tax_minor: int, amounts: Sequence[Money]) -> list[OfferedStep]:
    weights, currency = [amount.minor for amount in amounts], amounts[0].currency
    until = step.within.on or step.latest
    if until is None:
        raise ValueError(f"{step} has no day yet: date the discount first")
    offs = Money(minor=minor, currency=currency).allocate(weights)
    taxes = Money(minor=tax_minor, currency=currency).allocate(weights)
    return [
        OfferedStep(
            rate_bp=step.rate_bp, until=until, latest=step.latest or until, minor=off.minor, tax_minor=tax.minor
        )
        for off, tax in zip(offs, taxes, strict=True)
    ]


def discount_left(item: OpenItem, on: date) -> int:
    """Return what money of a value date may take off an open item; nothing while a part of it is disputed.

    After a partial payment it depends on the offer: the rest is discounted, or the whole if all of it came early, or
    nothing (G5).
    """
    offer = item.discount
    step = offer.step_on(on) if offer else None
    if offer is None or step is None or item.disputed_minor or not item.open_minor:
        return 0
    base = item.open_minor
    if item.cash and offer.on_partial is OnPartial.NONE:
        return 0
    if offer.on_partial is OnPartial.FULL:
        if any(day > step.latest for day, _ in item.cash):
            return 0
        base += sum(minor for _, minor in item.cash)
    off = (2 * step.minor * base + item.amount_minor) // (2 * item.amount_minor)
    return min(off, item.open_minor)


def granted(items: Sequence[OpenItem], cash_minor: int, on: date) -> Cuts:
    """Return what cash of a value date takes off items that it pays in their order; nothing if it pays them in full.

    Cash that falls short of them all by no more than their discounts takes those that make up the difference, if it
    can be but one choice of them, else as much as is missing, in order. Cash that falls short by more takes the one
    of the item where it ends, if it covers that one.
    """
    short = sum(item.open_minor for item in items) - cash_minor
    able = {_place(item): discount_left(item, on) for item in items} if short > 0 else {}
    whole = sum(able.values())
    if short <= 0 or not whole:
        return NO_CUTS
    if short > whole:
        return _where_it_ends(items, cash_minor, able)
    chosen = _chosen(items, short, able) if short < whole else able
    found = {}
    for place, off in chosen.items():
        found[place] = min(off, short)
        short -= found[place]
    return {place: off for place, off in found.items() if off}


def _where_it_ends(items: Sequence[OpenItem], left: int, able: Cuts) -> Cuts:
    for item in items:
        if left < item.open_minor:
            missing = item.open_minor - left
            return {_place(item): missing} if 0 < missing <= able[_place(item)] and left else NO_CUTS
        left -= item.open_minor
    return NO_CUTS


def _chosen(items: Sequence[OpenItem], short: int, able: Cuts) -> Cuts:
    """Return the only discounts that make up a difference, or all of them to take it from in order."""
    offs = [item.model_copy(update={"open_minor": able[_place(item)]}) for item in items]
    cover = covering_sets(offs, short)
    if len(cover.sets) != 1 or not cover.complete:
        return able
    return {_place(items[place]): able[_place(items[place])] for place in cover.sets[0]}


def _place(item: OpenItem) -> Place:
    return item.number, item.instalment


def paid_early(item: OpenItem, minor: int) -> Allocation:
    """Return the discount of an amount on an item, with its part of the tax that the whole discount corrects."""
    steps = item.discount.steps if item.discount else ()
    step = next((step for step in reversed(steps) if step.minor >= minor), None)
    if step is None:
        raise ValueError(f"{item.number} offers no discount of {minor}")
    tax = (2 * step.tax_minor * minor + step.minor) // (2 * step.minor)
    return Allocation(number=item.number, instalment=item.instalment, kind="discount", minor=minor, tax_minor=tax)


def most_taken(
    offer: DiscountOffer, amount_minor: int, taken: Sequence[tuple[date, int]], cash: Sequence[tuple[date, int]]
) -> int:
    """Return the most that may stand as discount of an instalment beside its cash, to the minor unit above (M12).

    Args:
        offer: of the instalment.
        amount_minor: of it.
        taken: what was taken off, by the value date of the money it came with.
        cash: what pays it, by value date.
    """
    most = 0
    for day, off in taken:
        step = offer.step_on(day)
        if step is not None:
            base = off + sum(minor for paid_on, minor in cash if paid_on <= step.latest)
            most += min(-(-step.minor * base // amount_minor) + 1, step.minor)
    return most


def no_longer_covered(
    items: Sequence[OpenItem], back: Sequence[Allocation], others: Sequence[AppliedCash]
) -> tuple[AppliedCash, ...]:
    """Return the discounts of other receipts that fall with cash taken back, where an offer looks at all of the cash.

    Args:
        items: the instalments, before.
        back: what is taken back.
        others: what other receipts pay of them.
    """
    losing = {(part.number, part.instalment) for part in back if part.kind == "cash"}
    whole = {_place(item) for item in items if item.discount is not None and item.discount.on_partial is OnPartial.FULL}
    return tuple(
        entry
        for entry in others
        if entry.allocation.kind == "discount"
        and (entry.allocation.number, entry.allocation.instalment) in losing & whole
    )
