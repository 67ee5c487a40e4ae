"""Money that names a debt written off recovers it: so much of the receivable comes back, and is paid (坏账收回)."""

from collections.abc import Sequence

from domain.receivables.entries import Allocation, Match


def recovery(named: Sequence[str], written_off: Sequence[Allocation], left_minor: int) -> tuple[Allocation, ...]:
    """Return which write-offs an amount takes back: of the invoices in the order named, of each the newest first.

    Args:
        named: numbers of invoices that the money names.
        written_off: what of them is bad debt, oldest first.
        left_minor: what of the money pays nothing else.
    """
    found: list[Allocation] = []
    for number in dict.fromkeys(named):
        for part in reversed([one for one in written_off if one.number == number]):
            taken = min(left_minor, part.minor)
            left_minor -= taken
            if taken:
                found.append(part.model_copy(update={"minor": taken}))
    return tuple(found)


def as_cash(recovered: Sequence[Allocation]) -> tuple[Allocation, ...]:
    """Return what the money then pays: the very amounts that came back."""
    return tuple(part.model_copy(update={"kind": "cash"}) for part in recovered)


def with_recovery(match: Match, recovered: Sequence[Allocation]) -> Match:
    """Return a match that pays what was written off, too, and says so."""
    if not recovered:
        return match
    names = ", ".join(dict.fromkeys(part.number for part in recovered))
    said = f"{names}: was written off, now recovered / {names} 曾核销为坏账，现已收回"
    rule = "named" if match.rule == "none" else match.rule
    evidence = (*match.evidence, said)
    return match.model_copy(
        update={"allocations": (*match.allocations, *as_cash(recovered)), "rule": rule, "evidence": evidence}
    )
