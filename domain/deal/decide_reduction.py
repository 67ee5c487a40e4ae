"""A credit that an order became smaller by takes a second person, where it gives away more than one may (A7).

The order is smaller at once; its invoices stand until somebody has agreed to the credit, and stay when nobody does.
"""

import hashlib
import json

from domain.approval import machine as approvals
from domain.approval.seats import IN_ALL, Subject
from domain.deal import amending
from domain.deal import effects as f
from domain.deal import events as e
from domain.deal.decide_billing import closing
from domain.deal.events_reduction import ReductionAgreed, ReductionDropped, ReductionWeighed
from domain.deal.reading import Events, terms_of
from domain.deal.state import Deal
from domain.machine import Pending
from domain.money import Money
from domain.receivables.second_person import Weighed


def weighed(deal: Deal, pending: Pending[f.DealEffect], waits: Weighed) -> Events:
    """Ask the second person for what the ledger has weighed."""
    if deal.reduction is not None:
        # Tried again while somebody is deciding: they still are.
        return (e.AttentionNeeded(effect_id=pending.id, error="a second person must agree / 须由第二人审批"),)
    nth, effect = deal.reductions + 1, pending.effect
    amount, in_all = (Money(minor=minor, currency=deal.currency) for minor in (waits.minor, waits.in_all_minor))
    said = effect.model_dump(mode="json", include={"amounts", "items", "service", "reason"})
    said |= {"minor": waits.minor, "in_all": waits.in_all_minor}
    subject = Subject(
        kind="credit_note",
        reference=f"reduction {nth}",
        content_hash=hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest(),
        amount=amount,
        measures=((IN_ALL, waits.in_all_minor),),
        requester=effect.by if isinstance(effect, f.CreditInvoice) else "",
        owner=deal.owner,
    )
    # An approval of the order as it was goes over to the one that its money needs.
    given_up = amending.given_up(deal, "overtaken", "part of the order is credited")
    fact = ReductionWeighed(nth=nth, effect_id=pending.id, amount=amount, in_all=in_all)
    return (*given_up, fact, *approvals.request(f"{deal.deal_id}-r{nth}", subject, terms_of(deal).approval))


def agreed(deal: Deal) -> Events:
    """Return what the approval of a credit makes true."""
    if deal.reduction is None or deal.approval is None:
        return ()
    return (ReductionAgreed(nth=deal.reduction.nth, approval_id=deal.approval.id),)


def dropped(deal: Deal, outcome: str, reason: str, by: str) -> Events:
    """Return the end of a credit that nobody agreed to."""
    waiting = deal.reduction
    if waiting is None:
        return ()
    stands = deal.model_copy(update={"reduction": None})
    told = {"nth": waiting.nth, "outcome": outcome, "reason": reason, "by": by}
    skipped = e.EffectSkipped(effect_id=waiting.effect_id, reason=f"{outcome}: {reason}")
    return (skipped, ReductionDropped.model_validate(told), *closing(stands, deal.billing))
