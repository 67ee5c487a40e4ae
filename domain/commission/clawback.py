"""What the credits of a cancellation take back of commission: the same fold, with the credits and without them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from domain.cancellation import CancellationPreview, Clawback
from domain.commission.facts import Change, Sale
from domain.commission.fold import commission, totals
from domain.money import Money
from domain.policy.commission import CommissionRule

_PREVIEW = "cancellation"


def with_clawback(
    preview: CancellationPreview,
    entity: str,
    sales: Sequence[Sale],
    changes: Sequence[Change],
    rules: Sequence[CommissionRule],
    at: datetime,
    on: date,
) -> CancellationPreview:
    """Return the preview with what it takes back of commission, by person; what its last invoices earn comes later.

    Args:
        preview: what would be done.
        entity: whose invoices they are.
        sales: all invoices of deals of that entity, with what became of them (``changes``).
        rules: those of the policy.
        at: the moment of the cancellation, and ``on`` its business day.
    """
    before = totals(commission(sales, changes, rules))
    after = totals(commission(sales, (*changes, *_changes(preview, entity, at, on)), rules))
    found = {key: after.get(key, 0) - before.get(key, 0) for key in sorted({*before, *after})}
    clawback = tuple(
        Clawback(person=person, change=Money(minor=minor, currency=currency))
        for (person, currency), minor in found.items()
        if minor
    )
    return preview.model_copy(update={"clawback": clawback})


def _changes(preview: CancellationPreview, entity: str, at: datetime, on: date) -> Iterable[Change]:
    for credit in preview.credits:
        told = {"entity": entity, "number": credit.number, "document": _PREVIEW, "at": at, "on": on}
        if credit.released_minor:
            yield Change.model_validate(told | {"what": "cash", "gross_minor": -credit.released_minor})
        told |= {"net_minor": credit.amount.minor - credit.tax_minor, "gross_minor": credit.amount.minor}
        yield Change.model_validate(told | {"what": "credit"})
