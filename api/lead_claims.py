"""A lead is a duplicate when it shares a key with one before it: its source's id, its contact, or what the policy says.

The id of a source is claimed for ever, every other key for as long as the first deal is open.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from api.customer_bodies import CompanyBody
from api.identifiers import folded
from api.lead_body import NewDeal
from domain.policy.document import Policy
from domain.policy.duplicates import duplicate_keys
from domain.ports import DealRow
from domain.refusal import Refused
from storage.operations.customers import claim_lead, release_lead
from storage.queries.deals import deal

_FOR_EVER = "external "


def claims_of(policy: Policy | None, entity: str, customer_id: str, lead: NewDeal) -> tuple[str, ...]:
    """Return the keys of a lead; a deal id of another system is key enough.

    What the policy compares (tax id, e-mail, telephone, name) counts for a company that the source describes, not for
    a customer that is named by our id: a customer may buy again.
    """
    if lead.deal_id is not None:
        return ()
    if lead.external_id:
        return (f"{_FOR_EVER}{entity} {folded(lead.source)} {lead.external_id}",)
    contact = lead.contact.strip().casefold()
    own = (f"contact {entity} {customer_id} {contact}",) if contact else ()
    if policy is None or not isinstance(lead.customer, CompanyBody):
        return own
    company = lead.customer
    email = contact if "@" in contact else company.email
    keys = duplicate_keys(policy, name=company.name, tax_id=company.tax_id, email=email, phone=company.phone)
    return own + tuple(f"{key.by} {entity} {key.value}" for key in keys)


def claim_all(connection: Connection, claims: Sequence[str], deal_id: str, at: datetime) -> str:
    """Return the deal that owns any of the keys, else this one; all keys lead to it from now on."""
    owners = [_claimed(connection, claim, deal_id, at) for claim in claims]
    first = next((owner for owner in owners if owner != deal_id), deal_id)
    if first != deal_id:
        for claim in claims:
            release_lead(connection, claim, deal_id)
            claim_lead(connection, claim, first, at)
    return first


def release_all(connection: Connection, claims: Sequence[str], deal_id: str) -> None:
    """Give the keys back when their deal could not be started."""
    for claim in claims:
        release_lead(connection, claim, deal_id)


def known_deal(connection: Connection, deal_id: str) -> DealRow | None:
    """Return a deal of the read model, none when it is not recorded yet."""
    try:
        return deal(connection, deal_id)
    except Refused:
        return None


def _claimed(connection: Connection, claim: str, deal_id: str, at: datetime) -> str:
    owner = claim_lead(connection, claim, deal_id, at)
    if owner == deal_id or claim.startswith(_FOR_EVER):
        return owner
    first = known_deal(connection, owner)
    if first is None or not first.stage.startswith("closed."):
        return owner
    release_lead(connection, claim, owner)
    return claim_lead(connection, claim, deal_id, at)
