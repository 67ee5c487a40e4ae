"""What a cancellation would do is asked of log and ledger, with no server running; nothing is changed."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from domain.cancellation import CancellationPreview
from domain.commission.clawback import with_clawback
from domain.deal.decide_cancel import previewable
from domain.deal.folding import folded
from domain.deal.requests import Cancel
from domain.deal.state import Deal
from domain.local_time import local_day
from domain.organisation import Person
from domain.policy.document import Policy
from domain.policy.resolve_tiers import tier_roles
from domain.refusal import Code, refuse
from storage.database import Database
from storage.operations.cancelling import preview_cancellation
from storage.queries.business_time import business_time
from storage.queries.commission import commission_facts
from storage.queries.facts import deal_facts


class Company(NamedTuple):
    """By whose rules commission is reckoned, and who may have earned it."""

    policy: Policy
    people: tuple[Person, ...]


async def previewed(
    database: Database, deal_id: str, command: Cancel, now: datetime, company: Company | None
) -> CancellationPreview:
    """Say what cancelling a deal would do at a real time, and do nothing.

    Raises:
        Refused: there is no such deal (E_NOTFOUND), or it cannot be cancelled now (`domain.deal.decide_cancel`).
    """
    deal, at = await database.read(_deal, deal_id, now)
    asked = previewable(deal, command, at)
    if isinstance(asked, CancellationPreview):
        return asked
    preview = await database.write(preview_cancellation, at, asked)
    if company is not None:
        preview = _addressed(preview, company.policy, at)
    if company is None or not company.policy.commission.rules or not preview.credits:
        return preview
    return await database.read(_clawed_back, preview, deal, at, company)


def _deal(connection: Connection, deal_id: str, now: datetime) -> tuple[Deal, datetime]:
    deal = folded(deal_facts(connection, deal_id))
    if deal is None:
        raise refuse(Code.NOTFOUND, f"there is no deal {deal_id}", f"没有商机 {deal_id}")
    return deal, business_time(connection, now)


def _addressed(preview: CancellationPreview, policy: Policy, at: datetime) -> CancellationPreview:
    """Say who is asked, by the policy in force."""
    asks = tuple(one.model_copy(update={"roles": tier_roles(policy, one.kind, one.in_all, at)}) for one in preview.asks)
    return preview.model_copy(update={"asks": asks})


def _clawed_back(
    connection: Connection, preview: CancellationPreview, deal: Deal, at: datetime, company: Company
) -> CancellationPreview:
    facts = commission_facts(connection, company.policy, company.people, deal.entity)
    zone = deal.terms.zone if deal.terms else "UTC"
    rules = company.policy.commission.rules
    latest = max([at, *(change.at for change in facts.changes), *(sale.at for sale in facts.sales)])
    return with_clawback(preview, deal.entity, facts.sales, facts.changes, rules, latest, local_day(zone, at))
