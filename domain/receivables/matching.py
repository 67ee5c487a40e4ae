"""A receipt is allocated by itself only to what it names, or to the only set of items it can mean; else it is asked.

Never is more allocated than is open, and two possible answers are a question, whichever looks better (G11).
"""

from collections.abc import Collection, Sequence

from domain.receivables.allocating import checked_amount, oldest_first
from domain.receivables.covering import covering_sets
from domain.receivables.entries import Allocation, Match, OpenItem, Receipt
from domain.receivables.naming import named_in
from domain.receivables.taxation import WHOLE_BP
from domain.terms import Tolerance


def match_receipt(
    receipt: Receipt, items: Sequence[OpenItem], tolerance: Tolerance, settled: Collection[str] = ()
) -> Match:
    """Decide what a receipt pays.

    Invoices that the reporter named come first, in that order, then those whose numbers stand in the reference, oldest
    due first; both may pay disputed items. What is then left goes, unless the reporter named invoices, to the only
    set of at most six whole undisputed items that it covers; then to the only one it falls short of within tolerance.
    What names a paid invoice stays unapplied as far as it is not needed for the others named: it may be a mistake.

    Args:
        receipt: the money.
        items: what is open in its account.
        tolerance: the shortfall that is written off by itself.
        settled: numbers of the account's invoices that are paid already, as far as the receipt may name them.

    Raises:
        Refused: the receipt is of another currency than the items (E_CCY) or not above zero (E_AMOUNT).
    """
    currency = items[0].currency if items else receipt.amount.currency
    left = checked_amount(receipt.amount, currency)
    unpaid = oldest_first(item for item in items if item.open_minor > 0)
    if receipt.invoices:
        known = {item.number for item in items}.union(settled)
        return _explicit(left, _in_order(unpaid, receipt.invoices), receipt.invoices, known, tolerance)
    named, evidence = _by_reference(receipt.reference, unpaid, settled)
    if not named and evidence:
        return Match(allocations=(), rule="none", evidence=evidence)
    if sum(item.open_minor for item in named) >= left:
        return _pay(left, named, "reference", evidence, tolerance)
    paid = _pay(left, named, "reference", evidence, tolerance)
    left -= sum(part.minor for part in paid.allocations if part.kind == "cash")
    if len({item.number for item in named}) < len(evidence):
        return paid
    rest = _by_amount(left, [item for item in unpaid if item not in named], tolerance)
    return rest if not named else _joined(paid, rest)


def _explicit(
    left: int, named: list[OpenItem], numbers: tuple[str, ...], known: Collection[str], tolerance: Tolerance
) -> Match:
    names = ", ".join(number for number in numbers if number in known)
    strange = ", ".join(number for number in numbers if number not in known)
    said = (f"{strange}: named by the reporter, no invoice of this account / 报告人指定的 {strange} 不是本账户的发票",)
    evidence = said if strange else ()
    if not named and names:
        paid = f"{names}: named by the reporter, nothing open / 报告人指定 {names}，已无未清金额"
        return Match(allocations=(), rule="none", evidence=(paid, *evidence))
    if not named:
        return Match(allocations=(), rule="none", evidence=evidence)
    return _pay(left, named, "named", (f"{names}: named by the reporter / 报告人指定 {names}", *evidence), tolerance)


def _in_order(items: Sequence[OpenItem], numbers: tuple[str, ...]) -> list[OpenItem]:
    rank = {number: place for place, number in reversed(tuple(enumerate(numbers)))}
    wanted = [item for item in items if item.number in rank]
    return sorted(wanted, key=lambda item: (rank[item.number], item.due_on, item.instalment))


def _by_reference(
    text: str, items: Sequence[OpenItem], settled: Collection[str]
) -> tuple[list[OpenItem], tuple[str, ...]]:
    if not text:
        return [], ()
    names = named_in(text, dict.fromkeys([*(item.number for item in items), *settled]))
    evidence = tuple(f"{name} stands in the reference / 附言中有 {name}" for name in names)
    return oldest_first(item for item in items if item.number in names), evidence


def _pay(left: int, items: Sequence[OpenItem], rule: str, evidence: tuple[str, ...], tolerance: Tolerance) -> Match:
    """Pay items in their order, the shortfall of them all by tolerance if it is small enough and none is disputed."""
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


def _within(short: int, whole: int, tolerance: Tolerance) -> bool:
    return 0 < short <= tolerance.minor and short * WHOLE_BP <= tolerance.bp * whole


def _by_amount(left: int, items: Sequence[OpenItem], tolerance: Tolerance) -> Match:
    ordered = oldest_first(items)
    cover = covering_sets(ordered, left)
    sets = [[ordered[place] for place in chosen] for chosen in cover.sets]
    if len(sets) == 1 and cover.complete and not any(item.disputed_minor for item in sets[0]):
        names = ", ".join(item.number for item in sets[0])
        said = f"only {names} adds up to the amount / 只有 {names} 合计等于该金额"
        return _pay(left, sets[0], "covering_set", (said,), tolerance)
    if sets:
        return _question(sets)
    near = [item for item in ordered if _within(item.open_minor - left, item.open_minor, tolerance)]
    near = [item for item in near if not item.disputed_minor]
    if len(near) > 1:
        return _question([[item] for item in near])
    if near and cover.complete:
        said = f"only {near[0].number} is within tolerance of the amount / 只有 {near[0].number} 与该金额相差在尾差之内"
        return _pay(left, near, "tolerance", (said,), tolerance)
    said = "nothing open adds up to the amount / 没有未清项与该金额相符"
    if not cover.complete:
        said = "too many open items to prove what the amount means / 未清项过多，无法证明该金额对应哪些发票"
    return Match(allocations=(), rule="none", evidence=(said,))


def _question(sets: Sequence[Sequence[OpenItem]]) -> Match:
    candidates = tuple(tuple(dict.fromkeys(item.number for item in chosen)) for chosen in sets)
    said = "more than one answer, or a disputed one: a person must allocate / 存在多种可能或涉及争议：需人工核销"
    return Match(allocations=(), rule="none", evidence=(said,), candidates=candidates)


def _joined(paid: Match, rest: Match) -> Match:
    return Match(
        allocations=paid.allocations + rest.allocations,
        rule=paid.rule,
        evidence=paid.evidence + rest.evidence,
        candidates=rest.candidates,
    )
