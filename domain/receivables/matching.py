"""A receipt is allocated by itself only to what it names, or to the only set of items it can mean; else it is asked.

Never is more allocated than is open, and two possible answers are a question, whichever looks better (G11).
"""

from collections.abc import Collection, Container, Sequence
from datetime import date

from domain.receivables.allocating import checked_amount, oldest_first, said, with_discount
from domain.receivables.covering import covering_sets
from domain.receivables.discounting import discount_left, granted
from domain.receivables.entries import Allocation, Match, OpenItem, Receipt
from domain.receivables.late_claims import paid_in_turn
from domain.receivables.naming import named_in
from domain.receivables.taxation import WHOLE_BP
from domain.terms import Tolerance


def match_receipt(
    receipt: Receipt, items: Sequence[OpenItem], tolerance: Tolerance, beyond: Collection[str] = ()
) -> Match:
    """Decide what a receipt pays.

    Invoices that the reporter named come first, in that order, then those whose numbers stand in the reference, oldest
    due first; both may pay disputed items, and of one invoice costs are paid first, then interest, then what was sold,
    unless the receipt names the debit note itself. What is then left goes, unless the reporter named invoices, to the
    only set of at most six whole undisputed items that it covers, each with or without its discount for early payment;
    then to the only one it falls short of within tolerance. Money whose value date is early enough takes a discount
    where it covers the discounted sum, and not a cent less: a discount and a tolerance are never added up.
    What names an invoice that it cannot pay stays unapplied as far as it is not needed for the others named: that one
    is paid, and it may be a mistake, or owed in another currency, and the money is to be exchanged for it.

    Args:
        receipt: the money.
        items: what is open in its account.
        tolerance: the shortfall that is written off by itself.
        beyond: numbers that the receipt may name of the customer's invoices, paid already or owed in another currency.

    Raises:
        Refused: the receipt is of another currency than the items (E_CCY) or not above zero (E_AMOUNT).
    """
    currency = items[0].currency if items else receipt.amount.currency
    left = checked_amount(receipt.amount, currency)
    unpaid = oldest_first(item for item in items if item.open_minor > 0)
    if receipt.invoices:
        known = {item.number for item in items}.union(beyond)
        return _explicit(left, _in_order(unpaid, receipt.invoices), receipt, known, tolerance)
    named, evidence, all_open = _by_reference(receipt.reference, unpaid, beyond)
    if not named and evidence:
        return Match(allocations=(), rule="none", evidence=evidence)
    paid = _pay(left, named, "reference", evidence, tolerance, receipt.value_date)
    if sum(item.open_minor for item in named) >= left:
        return paid
    left -= sum(part.minor for part in paid.allocations if part.kind == "cash")
    if not all_open:
        return paid
    rest = _by_amount(left, [item for item in unpaid if item not in named], tolerance, receipt.value_date)
    return rest if not named else _joined(paid, rest)


def _explicit(
    left: int, named: list[OpenItem], receipt: Receipt, known: Collection[str], tolerance: Tolerance
) -> Match:
    numbers = receipt.invoices
    names = ", ".join(number for number in numbers if number in known)
    strange = ", ".join(number for number in numbers if number not in known)
    unknown = (
        f"{strange}: named by the reporter, no invoice of this account / 报告人指定的 {strange} 不是本账户的发票",
    )
    evidence = unknown if strange else ()
    if not named and names:
        paid = f"{names}: named by the reporter, nothing open / 报告人指定 {names}，已无未清金额"
        return Match(allocations=(), rule="none", evidence=(paid, *evidence))
    if not named:
        return Match(allocations=(), rule="none", evidence=evidence)
    evidence = (f"{names}: named by the reporter / 报告人指定 {names}", *evidence)
    return _pay(left, named, "named", evidence, tolerance, receipt.value_date)


def _in_order(items: Sequence[OpenItem], numbers: tuple[str, ...]) -> list[OpenItem]:
    rank = {number: place for place, number in reversed(tuple(enumerate(numbers)))}
    wanted = [item for item in items if _named_as(item, rank)]
    return sorted(wanted, key=lambda one: (rank[_named_as(one, rank)], paid_in_turn(one), one.due_on, one.instalment))


def _named_as(item: OpenItem, names: Container[str]) -> str:
    """Return the name under which an item is named: its own, or that of the invoice whose lateness it charges."""
    return item.number if item.number in names else item.claim_of if item.claim_of in names else ""


def _by_reference(
    text: str, items: Sequence[OpenItem], beyond: Collection[str]
) -> tuple[list[OpenItem], tuple[str, ...], bool]:
    """Return what stands in a reference, the evidence, and whether something is open of all of it."""
    if not text:
        return [], (), True
    names = named_in(text, dict.fromkeys([*(item.number for item in items), *beyond]))
    evidence = tuple(f"{name} stands in the reference / 附言中有 {name}" for name in names)
    named = oldest_first(item for item in items if _named_as(item, names))
    # An invoice and what its lateness costs are paid together, at the place of the oldest of them.
    order = {name: place for place, name in reversed(tuple(enumerate(_named_as(item, names) for item in named)))}
    found = sorted(named, key=lambda one: (order[_named_as(one, names)], paid_in_turn(one)))
    return found, evidence, len(order) == len(names)


def _pay(
    left: int, items: Sequence[OpenItem], rule: str, evidence: tuple[str, ...], tolerance: Tolerance, on: date
) -> Match:
    """Pay items in their order, the shortfall by discount, else by tolerance if it is small and none is disputed."""
    cuts = granted(items, left, on)
    if cuts:
        off = said(items, sum(cuts.values()))
        evidence = (*evidence, f"{off} taken off for early payment / 提前付款，享受现金折扣 {off}")
        return Match(allocations=with_discount(items, left, cuts), rule=rule, evidence=evidence)
    short = sum(item.open_minor for item in items) - left
    forgiven = _within(short, left + short, tolerance) and not any(item.disputed_minor for item in items)
    parts: list[Allocation] = []
    for item in items:
        cash = min(left, item.open_minor)
        left -= cash
        if cash:
            parts.append(Allocation(number=item.number, instalment=item.instalment, kind="cash", minor=cash))
        if forgiven and cash < item.open_minor:
            rest = item.open_minor - cash
            parts.append(Allocation(number=item.number, instalment=item.instalment, kind="tolerance", minor=rest))
    if forgiven:
        evidence = (*evidence, f"{short} short, within tolerance / 少付 {short}，在尾差容许范围内")
    return Match(allocations=tuple(parts), rule=rule, evidence=evidence)


def forgiven(items: Sequence[OpenItem], parts: Sequence[Allocation], tolerance: Tolerance) -> tuple[Allocation, ...]:
    """Return what is written off of items, beside what pays them, so that they are settled; nothing beyond tolerance.

    A discount and a tolerance are never added up, and nothing of what is disputed is forgiven.
    """
    paid: dict[tuple[str, int], int] = {}
    for part in parts:
        paid[part.number, part.instalment] = paid.get((part.number, part.instalment), 0) + part.minor
    rests = [(item, item.open_minor - paid.get((item.number, item.instalment), 0)) for item in items]
    short, whole = sum(rest for _, rest in rests), sum(item.open_minor for item in items)
    if any(part.kind == "discount" for part in parts) or any(item.disputed_minor for item in items):
        return ()
    if not _within(short, whole, tolerance):
        return ()
    return tuple(
        Allocation(number=item.number, instalment=item.instalment, kind="tolerance", minor=rest)
        for item, rest in rests
        if rest
    )


def _within(short: int, whole: int, tolerance: Tolerance) -> bool:
    return 0 < short <= tolerance.minor and short * WHOLE_BP <= tolerance.bp * whole


def _by_amount(left: int, items: Sequence[OpenItem], tolerance: Tolerance, on: date) -> Match:
    ordered = oldest_first(items)
    sets, complete = _sets(ordered, left, on)
    if len(sets) == 1 and complete and not any(item.disputed_minor for item in sets[0]):
        names = ", ".join(dict.fromkeys(item.number for item in sets[0]))
        proof = f"only {names} adds up to the amount / 只有 {names} 合计等于该金额"
        return _pay(left, sets[0], "covering_set", (proof,), tolerance, on)
    if sets:
        return _question(sets)
    near = [item for item in ordered if _within(item.open_minor - left, item.open_minor, tolerance)]
    near = [item for item in near if not item.disputed_minor]
    if len(near) > 1:
        return _question([[item] for item in near])
    if near and complete:
        proof = (
            f"only {near[0].number} is within tolerance of the amount / 只有 {near[0].number} 与该金额相差在尾差之内"
        )
        return _pay(left, near, "tolerance", (proof,), tolerance, on)
    proof = "nothing open adds up to the amount / 没有未清项与该金额相符"
    if not complete:
        proof = "too many open items to prove what the amount means / 未清项过多，无法证明该金额对应哪些发票"
    return Match(allocations=(), rule="none", evidence=(proof,))


def _sets(ordered: Sequence[OpenItem], left: int, on: date) -> tuple[list[list[OpenItem]], bool]:
    """Return the sets of items that an amount covers, and whether there is no other; an item with a discount counts
    with it or without.
    """
    offs = [(place, off) for place, item in enumerate(ordered) if (off := discount_left(item, on))]
    cheaper = [ordered[place].model_copy(update={"open_minor": ordered[place].open_minor - off}) for place, off in offs]
    cover = covering_sets([*ordered, *cheaper], left)
    places = [*range(len(ordered)), *(place for place, _ in offs)]
    chosen = [tuple(sorted(places[one] for one in found)) for found in cover.sets]
    once = dict.fromkeys(found for found in chosen if len(set(found)) == len(found))
    return [[ordered[place] for place in found] for found in once], cover.complete


def _question(sets: Sequence[Sequence[OpenItem]]) -> Match:
    candidates = tuple(tuple(dict.fromkeys(item.number for item in chosen)) for chosen in sets)
    evidence = ("more than one answer, or a disputed one: a person must allocate / 存在多种可能或涉及争议：需人工核销",)
    return Match(allocations=(), rule="none", evidence=evidence, candidates=candidates)


def _joined(paid: Match, rest: Match) -> Match:
    return Match(
        allocations=paid.allocations + rest.allocations,
        rule=paid.rule,
        evidence=paid.evidence + rest.evidence,
        candidates=rest.candidates,
    )
