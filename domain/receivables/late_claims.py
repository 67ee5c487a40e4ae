"""Lateness has a price of its own: a lump sum once per level, and simple interest on what was late and undisputed.

Both are claimed by a debit note whose items point to their invoices; interest bears none, and neither do fees (G6).
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Literal

from domain.einvoice.codes import TaxCategory
from domain.figures import percent
from domain.money import Money
from domain.receivables.entries import Component, Instalment, Invoice, InvoiceLine, NextStep, OpenItem, TaxSum
from domain.receivables.late_corrections import owed_again
from domain.receivables.lateness import DAY, Arrears, LateInvoice, half_up, spells, whole_of
from domain.receivables.taxation import WHOLE_BP
from domain.terms import DunningTerms, InterestTerms, LadderLevel
from domain.value import Text, Value

MOST_NAMED = 10
DEBIT_NOTE = "debit_note"
"""The billing item of a debit note; it bills no deal."""
OUTSIDE = TaxCategory.OUTSIDE
"""The tax category of compensation: it is not for a supply, so no tax is due on it (EN 16931, BT-151)."""
_COMPENSATION = Text(en="Compensation for late payment, outside the scope of VAT", zh="逾期付款的补偿，不计增值税")


class LateClaim(Value):
    """A fee or interest that a notice claims upon an instalment of an invoice.

    Attributes:
        base_minor: what bore interest on the last of its days, 0 for a fee.
        from_on, until_on: the first and the last day that bore interest; a fee has its own day alone.
        days: how many days bore it; none of interest that was credited and is claimed again.
        rate_bp, per: see `domain.terms.InterestTerms`.
    """

    component: Literal["interest", "fee"]
    number: str
    instalment: int
    minor: int
    from_on: date
    until_on: date
    days: int = 0
    base_minor: int = 0
    rate_bp: int = 0
    per: Literal["year", "day"] = "year"


class DebitNote(Value):
    """A debit note that was issued, and the first ten invoices whose lateness it charges; the ledger has the rest."""

    number: str
    gross: Money
    fee_minor: int = 0
    interest_minor: int = 0
    invoices: tuple[str, ...] = ()


def _costs(level: LadderLevel, terms: DunningTerms) -> bool:
    return bool(level.fee_minor) or (level.interest and terms.interest is not None)


def bearing(about: Sequence[OpenItem], step: NextStep, terms: DunningTerms) -> tuple[tuple[str, int], ...]:
    """Return what bears fees or interest of a step, as `principal` does; nothing where its notice costs nothing."""
    if step.action != "notice" or not _costs(terms.levels[step.level - 1], terms):
        return ()
    return principal(about)


def principal(about: Sequence[OpenItem]) -> tuple[tuple[str, int], ...]:
    """Return (number, instalment) of what may bear fees and interest among the items of a notice, oldest due first."""
    found = [item for item in about if item.component == "principal"]
    return tuple((item.number, item.instalment) for item in sorted(found, key=lambda one: (one.due_on, one.number)))


def late_claims(
    invoices: Sequence[LateInvoice], about: Sequence[tuple[str, int]], level: int, terms: DunningTerms, today: date
) -> tuple[LateClaim, ...]:
    """Return what the notice of a level claims beside what is open.

    Args:
        invoices: those that the notice is about, with their past.
        about: (number, instalment) of its items of principal, oldest due first.
        level: 1 is the first.
        terms: the ladder.
        today: the day of the notice, in the legal entity's zone.
    """
    reached = terms.levels[level - 1]
    known = {invoice.number: invoice for invoice in invoices}
    found: list[LateClaim] = []
    if about and reached.fee_minor and level not in known[about[0][0]].fee_levels:
        number, instalment = about[0]
        fee = {"number": number, "instalment": instalment, "minor": reached.fee_minor}
        found.append(LateClaim.model_validate(fee | {"component": "fee", "from_on": today, "until_on": today}))
    if reached.interest and terms.interest is not None:
        for number in dict.fromkeys(number for number, _ in about):
            wanted = {instalment for named, instalment in about if named == number}
            found += interest(known[number], wanted, terms.interest, today)
    return tuple(found)


def interest(
    invoice: LateInvoice, instalments: Collection[int], terms: InterestTerms, today: date
) -> Iterator[LateClaim]:
    """Yield the interest of instalments from the day after they were due, or claimed until, up to a day, if any.

    It is rounded half up once, for all the days together; where the rate changes, each rate has a claim of its own, and
    the claims add up to that. A payment ends it with its value date; a day of a dispute bears none on the disputed
    part, whatever became of it. Above its cap an instalment bears no more. What was credited because of a payment that
    was taken back since is claimed again first.
    """
    for part in invoice.parts:
        if part.instalment in instalments:
            yield from _of_part(invoice, part, terms, today)


def _of_part(invoice: LateInvoice, part: Arrears, terms: InterestTerms, today: date) -> Iterator[LateClaim]:
    whole = whole_of(terms.per)
    again = owed_again(part, invoice)
    if again:
        yield _again(invoice.number, part, again)
    most = None if terms.cap_bp is None else part.amount_minor * terms.cap_bp // WHOLE_BP - part.claimed_minor - again
    exact = charged = 0
    begun = max(part.due_on, part.claimed_until or part.due_on) + DAY
    gapless = spells(invoice, part, begun, today, terms.rates)
    for rate_bp, group in groupby(gapless, key=lambda spell: terms.on(spell[0])):
        of_rate = list(group)
        bearing = [spell for spell in of_rate if spell[2]]
        exact += sum(days * base for _, days, base in bearing) * rate_bp
        minor = half_up(exact, whole) - charged
        if most is not None:
            minor = min(minor, most - charged)
        if minor <= 0:
            continue
        charged += minor
        yield LateClaim(
            component="interest",
            number=invoice.number,
            instalment=part.instalment,
            minor=minor,
            from_on=bearing[0][0],
            until_on=of_rate[-1][0] + (of_rate[-1][1] - 1) * DAY,
            days=sum(days for _, days, _ in bearing),
            base_minor=bearing[-1][2],
            rate_bp=rate_bp,
            per=terms.per,
        )


def _again(number: str, part: Arrears, minor: int) -> LateClaim:
    corrected = [claim for claim in part.claims if claim.corrected_minor]
    return LateClaim(
        component="interest",
        number=number,
        instalment=part.instalment,
        minor=minor,
        from_on=min(claim.from_on for claim in corrected),
        until_on=max(claim.until_on for claim in corrected),
    )


def debit_note(number: str, account: tuple[str, str, str], claims: Sequence[LateClaim], issued_on: date) -> Invoice:
    """Build the document that claims fees and interest: payable at once, without tax, one open item for each claim.

    Args:
        number: from the series of debit notes.
        account: (entity, customer_id, currency).
        claims: what a notice claimed.
        issued_on: in the legal entity's zone.
    """
    entity, customer_id, currency = account
    amounts = [Money(minor=claim.minor, currency=currency) for claim in claims]
    gross = Money(minor=sum(amount.minor for amount in amounts), currency=currency)
    return Invoice(
        number=number,
        entity=entity,
        customer_id=customer_id,
        deal_id="",
        item=DEBIT_NOTE,
        issued_on=issued_on,
        supplied_on=issued_on,
        net=gross,
        gross=gross,
        lines=tuple(
            _line(place, claim, amount) for place, (claim, amount) in enumerate(zip(claims, amounts, strict=True), 1)
        ),
        taxes=(
            TaxSum(
                code=OUTSIDE, rate_bp=0, base=gross, tax=Money.zero(currency), category=OUTSIDE, reason=_COMPENSATION
            ),
        ),
        instalments=tuple(
            Instalment(index=place, due_on=issued_on, amount=amount, component=claim.component, claim_of=claim.number)
            for place, (claim, amount) in enumerate(zip(claims, amounts, strict=True), 1)
        ),
    )


def issued(invoice: Invoice) -> DebitNote:
    """Say in short what a debit note claims."""
    sums: dict[Component, int] = {}
    for part in invoice.instalments:
        sums[part.component] = sums.get(part.component, 0) + part.amount.minor
    return DebitNote(
        number=invoice.number,
        gross=invoice.gross,
        fee_minor=sums.get("fee", 0),
        interest_minor=sums.get("interest", 0),
        invoices=tuple(dict.fromkeys(part.claim_of for part in invoice.instalments))[:MOST_NAMED],
    )


def _line(place: int, claim: LateClaim, amount: Money) -> InvoiceLine:
    said = in_words(claim, amount.currency)
    return InvoiceLine(
        order_line=place,
        sku=claim.component.upper(),
        description=f"{said.en} / {said.zh}",
        quantity="1",
        unit_price=amount,
        discount_bp=0,
        net=amount,
        tax_code=OUTSIDE,
    )


def in_words(claim: LateClaim, currency: str) -> Text:
    """Say what a claim is for, and how interest was counted."""
    number = claim.number
    if claim.component == "fee":
        return Text(en=f"Lump sum for the late payment of {number}", zh=f"{number} 逾期催收费用（定额）")
    if not claim.days:
        return Text(
            en=f"Interest on {number} within {claim.from_on} to {claim.until_on}, credited before, since the payment "
            "that had ended it was taken back",
            zh=f"{number} 于 {claim.from_on} 至 {claim.until_on} 期间的逾期利息：前已冲回，因款项被退回而重新计收",
        )
    base, rate = Money(minor=claim.base_minor, currency=currency), percent(claim.rate_bp)
    each = Text(en="a year (act/365)", zh="年利率（act/365）") if claim.per == "year" else Text(en="a day", zh="日利率")
    return Text(
        en=f"Interest on {number}, {base}, {claim.from_on} to {claim.until_on}, {claim.days} days at {rate} {each.en}",
        zh=f"{number} 逾期利息，{base}，{claim.from_on} 至 {claim.until_on}，{claim.days} 天，{each.zh} {rate}",
    )


_PAID_FIRST: dict[Component, int] = {"fee": 0, "interest": 1, "principal": 2}


def paid_in_turn(item: OpenItem) -> int:
    """Return the place of an item among those of one invoice: costs, then interest, then principal (抵充顺序, G7)."""
    return _PAID_FIRST[item.component]
