"""All figures of one set of facts, computed in one place, so that a page and a check can never disagree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.kpi import ar, chain, sales, tree
from domain.kpi.ageing import ageing
from domain.kpi.dunning import dunning
from domain.kpi.facts import Facts
from domain.kpi.inputs import Inputs
from domain.kpi.monthly import monthly, span
from domain.kpi.receivable import Receivable, receivables


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures by name, amounts in minor units of the currency."""

    root: tree.Section
    currency: str


def figures(facts: Facts, inputs: Inputs) -> Figures:
    """Compute the chain from lead to cash at the root, sales under ``sales``, receivables under ``ar``."""
    items = receivables(facts)
    root = chain.events(facts, inputs.kinds).merged(chain.durations(facts, items))
    parts = tree.Section({"sales": _sales(facts, inputs), "ar": _receivables(facts, items, inputs)})
    return Figures(root.merged(parts), facts.currency)


def _sales(facts: Facts, inputs: Inputs) -> tree.Section:
    deals = sales.opportunities(facts)
    held = {name for deal in facts.deals for name, _ in deal.attributes}
    groups = {f"by_{name}": sales.by_attribute(deals, name) for name in inputs.groups if name in held}
    approvals = sales.approvals_by_discount(deals, inputs.discount_percents)
    more: dict[str, tree.Node] = {"approvals_by_discount": approvals, "as_of": sales.as_of(deals, inputs.as_of)}
    return sales.statistics(deals).merged(sales.by_calendar(deals)).merged(tree.Section({**more, **groups}))


def _receivables(facts: Facts, items: Sequence[Receivable], inputs: Inputs) -> tree.Section:
    run_on = inputs.run_on or _last_day(facts)
    groups = [name for name in inputs.groups if any(item.group(name) is not None for item in items)]
    days = [day for item in items for day in (item.invoice.issued_on, item.settled_on, run_on) if day]
    months = span(days, inputs.months)
    more: dict[str, tree.Node] = {
        "run_date": tree.day(run_on),
        "late_histogram": ar.late_histogram(items, inputs.late_bands),
        "disputed_vs_late": ar.disputed_or_not(items),
        "disputes": ar.disputes(facts, items),
        "monthly": monthly(items, facts.receipts, months),
        "aging": ageing(items, inputs.cutoffs, inputs.ageing_bands, groups),
        "dunning": dunning(facts, items, run_on or date.min),
    }
    for percent in inputs.interest_percents:
        more[f"late_interest_{percent}pct"] = ar.late_interest(items, percent)
    for name in groups:
        members = ar.grouped(items, name)
        more[f"by_{name}"] = tree.Section({group: ar.overview(part) for group, part in members.items()})
    return ar.statistics(items).merged(tree.Section(more))


def _last_day(facts: Facts) -> date | None:
    """Return the day of the last fact, if there is any."""
    days = [facts.day(event.at) for event in facts.events]
    days += [receipt.value_date for receipt in facts.receipts]
    days += [invoice.issued_on for invoice in facts.invoices]
    return max(days, default=None)
