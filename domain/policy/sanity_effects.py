"""A key that would change nothing is an error, since its writer believes that it does."""

import re
from collections.abc import Iterator

from domain.policy.document import Policy
from domain.policy.fault import Fault, Path
from domain.receivables.contacts import WEEK_DAYS

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def idle_faults(policy: Policy) -> Iterator[Fault]:
    """Yield the keys that are written but switched off by another key."""
    for idle, path, why in (
        *_selling(policy),
        *_leads(policy),
        *_others(policy),
        *_late(policy),
        *_holds(policy),
        *_agencies(policy),
        *_catching_up(policy),
    ):
        if idle:
            key = str(next(one for one in reversed(path) if isinstance(one, str)))
            yield Fault(
                part="policy", path=path, wrong=f"{key} has no effect: {why}", allowed="leave it out, or change that"
            )


def _selling(policy: Policy) -> Iterator[tuple[bool, Path, str]]:
    approvals, acceptance = policy.approvals, policy.fulfilment.acceptance
    yield approvals.sla is None and bool(approvals.warn_at_bp), ("approvals", "warn_at_bp"), "approvals have no sla"
    contract = policy.contract
    yield (
        contract.required_over is None and contract.sign_due is not None,
        ("contract", "sign_due"),
        ("no contract is required"),
    )
    path: Path = ("fulfilment", "acceptance")
    yield (
        not acceptance.required and acceptance.deemed_after is not None,
        (*path, "deemed_after"),
        ("acceptance is not required"),
    )
    yield (
        acceptance.deemed_after is None and acceptance.notice_before is not None,
        (*path, "notice_before"),
        ("nothing is deemed accepted"),
    )
    opportunity = policy.opportunity
    yield opportunity.skip_stages and not opportunity.stages, ("opportunity", "skip_stages"), "there are no stages"


def _leads(policy: Policy) -> Iterator[tuple[bool, Path, str]]:
    assign = policy.lead.assign
    if assign.mode == "open":
        for key in sorted(assign.model_fields_set - {"mode"}):
            yield True, ("lead", "assign", key), "under mode: open every named owner stands"
    read = {word for rule in policy.lead.score for word in _WORD.findall(rule.when)}
    for name in policy.lead.attributes:
        yield name not in read, ("lead", "attributes", name), "no score rule reads it"
    used = {one.sla for one in policy.classes}
    for name in policy.lead.slas:
        yield name not in used, ("lead", "slas", name), "no class has this sla"


def _others(policy: Policy) -> Iterator[tuple[bool, Path, str]]:
    if not policy.order.credit_check:
        for key in sorted(policy.order.model_fields_set & {"overdue_block_days"}):
            yield True, ("order", key), "order.credit_check is off"
        for position, one in enumerate(policy.classes):
            yield one.credit_limit is not None, ("classes", position, "credit_limit"), "order.credit_check is off"
    yield (
        bool(policy.account_approvals.plan) and policy.dunning.plan is None,
        ("account_approvals", "plan"),
        "dunning.plan is not there, so there are no payment plans",
    )
    sections = (
        (("terms",), policy.terms, {one.terms for one in policy.classes}),
        (("tolerances",), policy.tolerances, {one.tolerance for one in policy.classes}),
        (("billing", "schedules"), policy.billing.schedules, {one.schedule for one in policy.classes}),
        (("dunning", "ladders"), policy.dunning.ladders, {one.ladder for one in policy.classes}),
    )
    for path, defined, used in sections:
        for name in defined:
            yield name not in used, (*path, name), "no class uses it"
    contact = policy.dunning.contact
    calendars = {one.calendar for one in policy.entities.values()} | {*contact.countries.values(), contact.otherwise}
    for name in policy.calendars:
        yield name not in calendars, ("calendars", name), "no entity and no contact rule uses it"
    for position, rate in enumerate(policy.rates):
        yield rate.currency == policy.currency, ("rates", position, "currency"), "it is the policy's own currency"


def _holds(policy: Policy) -> Iterator[tuple[bool, Path, str]]:
    for name, ladder in policy.dunning.ladders.items():
        for place, level in enumerate(ladder.levels):
            idle = "credit_hold" in level.actions and not policy.order.credit_check
            path: Path = ("dunning", "ladders", name, "levels", place, "actions")
            yield idle, path, "order.credit_check is off, so no order asks whether there is a hold"
            for nth, channel in enumerate(level.channels):
                again: Path = ("dunning", "ladders", name, "levels", place, "channels", nth)
                yield channel in level.channels[:nth], again, f"{channel} has failed before"


def _agencies(policy: Policy) -> Iterator[tuple[bool, Path, str]]:
    levels = (level for ladder in policy.dunning.ladders.values() for level in ladder.levels)
    over = any("hand_over" in level.actions for level in levels)
    for name in policy.dunning.agencies:
        yield not over, ("dunning", "agencies", name), "no level hands over"


def _catching_up(policy: Policy) -> Iterator[tuple[bool, Path, str]]:
    """Nothing is left out where no ladder has two levels: one that hands over is never jumped to.

    Nothing is proposed for write-off that is never asked for often enough, and no week has more than its days allow.
    """
    letters = (
        [one for one in each.levels if "hand_over" not in one.actions] for each in policy.dunning.ladders.values()
    )
    dunning = policy.dunning
    most = max((len(ladder.levels) for ladder in dunning.ladders.values()), default=0)
    day, week = dunning.contact.max_per_day, dunning.contact.max_per_week
    loose = week is not None and day is not None and week >= WEEK_DAYS * day
    yield loose, ("dunning", "contact", "max_per_week"), f"{day} a day are {WEEK_DAYS * (day or 0)} a week at most"
    never = dunning.unit == "invoice" and dunning.writeoff is not None and dunning.writeoff.min_attempts > most
    yield never, ("dunning", "writeoff", "min_attempts"), f"an invoice gets {most} letters at most"
    idle = policy.dunning.catch_up == "skip" and all(len(levels) < 2 for levels in letters)
    yield idle, ("dunning", "catch_up"), "no ladder has two levels of which the first could be left out"


def _late(policy: Policy) -> Iterator[tuple[bool, Path, str]]:
    rules = policy.dunning
    for name, ladder in rules.ladders.items():
        path: Path = ("dunning", "ladders", name)
        claims = [position for position, level in enumerate(ladder.levels) if level.interest]
        yield ladder.interest is not None and not claims, (*path, "interest"), "no level of the ladder claims interest"
        if ladder.interest is None and not rules.interest:
            for position in claims:
                yield (
                    True,
                    (*path, "levels", position, "interest"),
                    "neither the ladder nor dunning.interest has a rate",
                )
    used = any(level.interest for ladder in rules.ladders.values() for level in ladder.levels)
    yield bool(rules.interest) and not used, ("dunning", "interest"), "no level claims interest"
