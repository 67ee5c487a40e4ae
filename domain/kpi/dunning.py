"""A dunning count is what was really sent; only what a ladder would have sent without its dispute hold is computed.

``dunning_dispute_hold`` and ``dunning_no_disputed`` are the notices that went out, whatever the rules were, so that a
missing or superfluous one always shows. ``all`` is the same ladder without a hold: the notices that went out under a
ladder that ignores disputes, otherwise those that it would have sent.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from domain.kpi import tree
from domain.kpi.facts import Facts
from domain.kpi.receivable import Receivable


def dunning(facts: Facts, items: Sequence[Receivable], run_on: date) -> tree.Section:
    """Return count and amount by stage under each rule, up to and including the run date."""
    sent = _sent(facts, items, run_on)
    holding = facts.ladder.dispute_hold != "none"
    return tree.Section(
        {
            "all": _without_hold(facts, items, run_on) if holding else sent,
            "dunning_no_disputed": sent,
            "dunning_dispute_hold": sent,
        }
    )


def _sent(facts: Facts, items: Sequence[Receivable], run_on: date) -> tree.Section:
    """Sum the notices sent for invoices that stand, each with what was open on its invoice at that moment."""
    known = {item.invoice.number: item for item in items}
    minors: dict[str, list[int]] = {stage.name: [] for stage in facts.ladder.stages}
    for notice in facts.notices:
        item = known.get(notice.number)
        if item and facts.day(notice.sent_at) <= run_on:
            paid = sum(allocation.minor for allocation in item.allocations if allocation.at <= notice.sent_at)
            minors.setdefault(notice.stage, []).append(item.invoice.minor - paid)
    return _stages(minors)


def _without_hold(facts: Facts, items: Sequence[Receivable], run_on: date) -> tree.Section:
    """Sum what the ladder sends for every invoice still open at the end of a stage's day: payment comes first."""
    minors: dict[str, list[int]] = {}
    for stage in facts.ladder.stages:
        days = [(item, item.invoice.due_on + timedelta(days=stage.day)) for item in items]
        minors[stage.name] = [minor for item, day in days if day <= run_on and (minor := item.open_minor(day)) > 0]
    return _stages(minors)


def _stages(minors: Mapping[str, Sequence[int]]) -> tree.Section:
    return tree.Section(
        {
            stage: tree.Section({"n": tree.count(len(amounts)), "amount": tree.money(sum(amounts))})
            for stage, amounts in minors.items()
        }
    )
