"""A cancelled order is billed for what stays delivered: the rest is credited, the newest invoices first (P4, P6)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from domain.cancellation import CancellationPreview, CancelledCredit, LastInvoice, Released, hashed
from domain.deal.commands import CreditedPart, Issued
from domain.deal.effects import CancelBilling, CreditInvoice, IssueInvoice, LineAmount
from domain.money import Money
from domain.receivables.crediting import CreditPlan
from domain.receivables.entries import CreditNote, Invoice
from domain.receivables.invoicing import gross_minor
from domain.receivables.reducing import lined, taken
from domain.receivables.second_person import Second, Weighed, checked_agreed, weighed
from domain.refusal import Code, refuse
from domain.terms import AccountTerms


class Billed(NamedTuple):
    """An invoice of the order that bills what is sold once.

    Attributes:
        notes: its credit notes.
        most: what of it can be credited: open, or paid.
        deducted_minor: what it takes off for a deposit.
    """

    invoice: Invoice
    notes: tuple[CreditNote, ...]
    most: int
    deducted_minor: int


class CreditStep(NamedTuple):
    """A credit of an invoice: of these amounts by order line, or of all that is left where there are none."""

    number: str
    amounts: Mapping[int, int]


class CancelPlan(NamedTuple):
    """What is credited, in order, and what of the order lines is billed at last."""

    credits: tuple[CreditStep, ...]
    final: tuple[LineAmount, ...]


class MadeCredit(NamedTuple):
    """A credit note that was made of an invoice.

    Attributes:
        plan: what it did to open items and cash; none where it only made a deposit free again.
        left_minor: what is open of the invoice after it.
        before_minor: what of the invoice was given away before, by credit or as bad debt.
    """

    note: CreditNote
    plan: CreditPlan | None
    left_minor: int
    before_minor: int

    @property
    def given_minor(self) -> int:
        """What it gives away: what the customer need not pay, or has paid for nothing."""
        return 0 if self.plan is None else self.plan.minor


def part_of_credit(made: MadeCredit) -> CreditedPart:
    """Say what a credit note did to its invoice, as a deal is told."""
    note = made.note
    return CreditedPart(number=note.credits, credit_note=note.number, amount=note.gross, left_minor=made.left_minor)


def told_of(effect: CancelBilling, made: Iterable[MadeCredit]) -> tuple[CreditedPart, ...]:
    """Say what the credit notes did, each with the cash that is to be paid back, if that was asked."""
    parts = ((part_of_credit(one), () if one.plan is None else one.plan.freed) for one in made)
    if effect.paid_part == "unapplied":
        return tuple(part for part, _ in parts)
    return tuple(part.model_copy(update={"freed": freed}) for part, freed in parts)


def credit_of(effect: CancelBilling) -> CreditInvoice:
    """Return what its credits have in common; each names its invoice."""
    return CreditInvoice(
        deal_id=effect.deal_id,
        customer_id=effect.customer_id,
        entity=effect.entity,
        currency=effect.currency,
        number="",
        reason=effect.reason,
        issue_on=effect.issue_on,
        price_includes_tax=effect.price_includes_tax,
    )


def needs_second(effect: CancelBilling, made: Sequence[MadeCredit], terms: AccountTerms | None, forgone: int) -> bool:
    """Tell whether a second person must agree: all that it gives away counts, with what was given away before.

    What was delivered and will never be billed (``forgone``, minor units) is given away as a credit is. Where the
    customer has no account yet, nobody gives any of it away alone.

    Raises:
        Refused: nobody can say yet, as the account of its invoices is being opened (E_STATE).
    """
    if effect.agreed:
        return False
    if terms is None and forgone and not any(one.given_minor for one in made):
        return True
    return _weighed(made, terms, effect.by, effect.reason, effect.currency, forgone) is not None


def weighed_reduction(effect: CreditInvoice, made: Sequence[MadeCredit], terms: AccountTerms | None) -> Weighed | None:
    """Return what a second person must agree to of a credit that an order became smaller by; none where one is enough.

    Raises:
        Refused: more would be given away by now than was agreed to (E_STALE), or nobody can say yet (E_STATE).
    """
    if effect.agreed:
        in_all = sum(one.given_minor + one.before_minor for one in made)
        checked_agreed(effect.agreed_minor, in_all, effect.currency)
        return None
    return _weighed(made, terms, effect.by, effect.reason, effect.currency)


def _weighed(
    made: Sequence[MadeCredit], terms: AccountTerms | None, by: str, reason: str, currency: str, forgone: int = 0
) -> Weighed | None:
    given, before = forgone + sum(one.given_minor for one in made), sum(one.before_minor for one in made)
    if not given:
        return None
    if terms is None:
        raise refuse(
            Code.STATE,
            "the customer's account is being opened, try again in a moment",
            "客户账户正在建立，请稍后再试",
        )
    limit = next((alone.minor for alone in terms.alone if alone.kind == "credit"), None)
    second = None if limit is None else Second(over_minor=limit, by=by)
    return weighed(second, given, currency, earlier_minor=before, evidence=reason)


def invoices_of(effect: CancelBilling, plan: CancelPlan) -> tuple[IssueInvoice, ...]:
    """Return the invoices that a cancellation issues, in order, each with what it bills."""
    if effect.delivered == "credited":
        return ()
    return (*effect.arrears, *_over(effect.final, plan.final))


def forgone_minor(effect: CancelBilling, billed: Iterable[Billed]) -> int:
    """Return what was delivered and will never be billed, with tax: what the invoices over it would come to.

    What was billed and credited before was given away then, and is not given away again.
    """
    if effect.delivered == "owed":
        return 0
    done: dict[int, int] = {}
    for one in billed:
        _add(done, {line.order_line: line.amount_minor for line in one.invoice.lines}, 1)
    never = ((amount.position, amount.minor - done.get(amount.position, 0)) for amount in effect.forgone)
    amounts = tuple(LineAmount(position=place, minor=minor) for place, minor in never if minor > 0)
    return sum(gross_minor(one) for one in (*effect.arrears, *_over(effect.final, amounts)))


def _over(final: IssueInvoice | None, amounts: tuple[LineAmount, ...]) -> Iterator[IssueInvoice]:
    """Yield the invoice over these amounts of the order lines; none where there are none."""
    if final is not None and amounts:
        named = {amount.position for amount in amounts}
        lines = tuple(line for line in final.lines if line.position in named)
        yield final.model_copy(update={"amounts": amounts, "lines": lines})


def preview_of(
    effect: CancelBilling, made: Sequence[MadeCredit], issued: Iterable[Issued], owed_minor: int, forgone: int, *,
    payer: Callable[[str, str], str], fiscal_number: Callable[[str], str],
) -> CancellationPreview:  # fmt: skip
    """Say what was done for a cancellation, as it is shown before it is done.

    Args:
        effect: what was asked.
        made: the credit notes, in order.
        issued: the invoices.
        owed_minor: what is open of all invoices of the order afterwards.
        forgone: what was delivered and will never be billed, in minor units.
        payer: who paid a receipt, by its source and external id.
        fiscal_number: of an invoice, empty where it has none.
    """
    minor = sum(one.note.gross.minor for one in made)
    in_all = forgone + sum(one.given_minor + one.before_minor for one in made)
    return hashed(
        CancellationPreview(
            deal_id=effect.deal_id,
            delivered=effect.delivered,
            paid_part=effect.paid_part,
            credits=tuple(_credit(one, fiscal_number(one.note.credits)) for one in made),
            released=_released(made, payer),
            billed=tuple(
                LastInvoice(item=one.item, gross=one.gross, deducted_minor=one.gross.minor - one.payable.minor)
                for one in issued
            ),
            stopped=effect.stopped,
            forgone=Money(minor=forgone, currency=effect.currency),
            credited=Money(minor=minor, currency=effect.currency),
            owed=Money(minor=owed_minor, currency=effect.currency),
            in_all=Money(minor=in_all, currency=effect.currency),
        )
    )


def _credit(made: MadeCredit, fiscal_number: str) -> CancelledCredit:
    note = made.note
    return CancelledCredit(
        number=note.credits,
        purpose="deposit" if note.purpose == "deposit" else "standard",
        amount=note.gross,
        tax_minor=note.gross.minor - note.net.minor,
        offset_minor=note.offset_minor,
        released_minor=note.released_minor,
        restored_minor=note.restored_minor,
        fiscal_number=fiscal_number,
    )


def _released(made: Iterable[MadeCredit], payer: Callable[[str, str], str]) -> tuple[Released, ...]:
    """Return the cash that pays nothing any more, by receipt."""
    found: dict[tuple[str, str], int] = {}
    for one in made:
        for cash in () if one.plan is None else one.plan.freed:
            key = (cash.source, cash.external_id)
            found[key] = found.get(key, 0) + cash.minor
    return tuple(
        Released(source=source, external_id=name, payer=payer(source, name), minor=minor)
        for (source, name), minor in sorted(found.items())
    )


def cancel_plan(billed: Sequence[Billed], kept: Iterable[LineAmount], effect: CreditInvoice) -> CancelPlan:
    """Bring what is billed of every order line to what stays delivered of it.

    An invoice of which nothing is kept is credited whole. So is one that a deposit has paid in part, where the credit
    reaches into that part: what is kept of it is billed again at last.

    Args:
        billed: the invoices, the newest first.
        kept: what stays owed of each order line, at the order's prices.
        effect: says how the order's prices are meant.
    """
    stays = {amount.position: amount.minor for amount in kept}
    standing: dict[int, int] = {}
    for one in billed:
        _add(standing, _left(one), 1)
    wanted = {place: max(0, minor - stays.get(place, 0)) for place, minor in standing.items()}
    credits = []
    for one in billed:
        amounts, left = taken(one.invoice, one.notes, wanted), _left(one)
        if not amounts:
            continue
        whole = amounts == left or _reaches_deposit(one, amounts, effect)
        gone = left if whole else amounts
        credits.append(CreditStep(one.invoice.number, {} if whole else amounts))
        _add(standing, gone, -1)
        wanted = {place: max(0, minor - gone.get(place, 0)) for place, minor in wanted.items()}
    final = {place: minor - standing.get(place, 0) for place, minor in stays.items()}
    return CancelPlan(
        tuple(credits),
        tuple(LineAmount(position=place, minor=minor) for place, minor in sorted(final.items()) if minor > 0),
    )


def _left(one: Billed) -> dict[int, int]:
    """Return what an invoice bills of each order line, less what was credited of its lines."""
    everything = {line.order_line: line.amount_minor for line in one.invoice.lines}
    return taken(one.invoice, one.notes, everything)


def _reaches_deposit(one: Billed, amounts: dict[int, int], effect: CreditInvoice) -> bool:
    return bool(one.deducted_minor) and lined(one.invoice, amounts, effect).gross_minor > one.most


def _add(sums: dict[int, int], amounts: Mapping[int, int], sign: int) -> None:
    for place, minor in amounts.items():
        sums[place] = sums.get(place, 0) + sign * minor
