"""A lead is captured once: its key, and what it says about who and where from, both lead to the first deal.

The deal's id is settled and kept before its workflow is started, so a start that is repeated starts the same deal.
"""

from sqlalchemy import Connection

from api.authorisation import may_classify
from api.bodies import require
from api.callers import Caller
from api.deps import Edge
from api.idempotency import Once
from api.identifiers import customer_id_of, new_deal_id
from api.lead_body import NewDeal
from api.lead_claims import claim_all, claims_of, known_deal, release_all
from api.parties import require_entity
from api.people import require_person
from domain.deal.state import Customer, Stage
from domain.nobody import check_somebody
from domain.ports import DealRow
from domain.refusal import Code, Refused, refuse
from domain.value import Value
from storage.entries import CustomerCard
from storage.operations.customers import keep_customer
from storage.queries.business_time import clock_offset_s
from storage.queries.masters import customer
from workflows.messages import DealInput, DealSubmission

MOST_MERGES = 20
"""How often a merged customer may have been merged again."""


class Captured(Value):
    """The deal of a lead; ``duplicate`` when it was captured before, by another request."""

    deal_id: str
    stage: str
    version: int
    customer_id: str
    duplicate: bool = False
    recorded: bool = True


class Settled(Value):
    """What was decided, once, before the workflow is started.

    Attributes:
        claims: the keys that lead to the deal.
        adopted: the deal was claimed by an earlier request.
    """

    deal_id: str
    entity: str
    customer: Customer
    claims: tuple[str, ...] = ()
    adopted: bool = False


async def capture(edge: Edge, caller: Caller, once: Once, lead: NewDeal) -> Captured:
    """Capture a lead, or answer with the deal it was captured as before.

    Raises:
        Refused: the deal id of another system is that of a deal that is closed (E_STATE), also when its history is
            deleted already and Temporal would begin another one.
    """
    require(lead.value is None or lead.value.currency == lead.currency, "value",
            "value must be in the deal's currency", "金额币种须与商机币种一致")  # fmt: skip
    for person in (lead.owner, "" if isinstance(lead.customer, str) else lead.customer.owner):
        require_person(edge, person)
    if not isinstance(lead.customer, str) and lead.customer.classifies:
        may_classify(caller.roles)
    kept = await once.first(200, lambda connection: _settle(connection, edge, caller, lead))
    settled = Settled.model_validate_json(kept.response)
    # Nobody else knows the id of a lead that is new: only a repeat or a duplicate can find its deal there.
    if settled.adopted or once.repeated:
        row = await edge.database.read(known_deal, settled.deal_id)
        if row is not None and (settled.adopted or _is_closed(row)):
            return _captured(settled, row)
    return await _start(edge, caller, settled, lead)


async def _start(edge: Edge, caller: Caller, settled: Settled, lead: NewDeal) -> Captured:
    start = DealInput(
        deal_id=settled.deal_id, entity=settled.entity, currency=lead.currency, customer=settled.customer,
        clock_offset_s=await edge.database.read(clock_offset_s),
    )  # fmt: skip
    submission = DealSubmission(id=f"capture/{settled.deal_id}", actor=caller.actor(), command=lead.command())
    try:
        answered = await edge.workflows.capture(start, submission)
    except Refused as refused:
        # An id of ours can be taken only by this lead: by an earlier try, or by another request that it led here.
        if lead.deal_id is None and refused.code in (Code.STATE, Code.IDEM):
            return _captured(settled, await edge.database.read(known_deal, settled.deal_id))
        if not settled.adopted:
            await edge.database.write(release_all, settled.claims, settled.deal_id)
        raise
    return Captured(
        deal_id=settled.deal_id, stage=answered.stage, version=answered.version,
        customer_id=settled.customer.customer_id, duplicate=settled.adopted, recorded=answered.recorded,
    )  # fmt: skip


def _captured(settled: Settled, row: DealRow | None) -> Captured:
    """Answer with a deal that is there, as the read model has it; who claimed it first has captured it, and no other.

    That holds whoever's message has started it: one that came to the claimed deal may have been faster.
    """
    return Captured(
        deal_id=settled.deal_id, stage=row.stage if row else Stage.LEAD_NEW, version=row.version if row else 1,
        customer_id=settled.customer.customer_id, duplicate=settled.adopted,
    )  # fmt: skip


def _settle(connection: Connection, edge: Edge, caller: Caller, lead: NewDeal) -> Settled:
    _check_not_closed(connection, lead.deal_id)
    card = _customer(connection, edge, lead)
    entity = caller.entity_of(lead.entity or card.entity) or edge.default_entity
    require_entity(edge, entity)
    deal_id = lead.deal_id or new_deal_id(edge.now())
    claims = claims_of(edge.policy, entity, card.customer_id, lead)
    owner = claim_all(connection, claims, deal_id, edge.now())
    known = Customer(customer_id=card.customer_id, name=card.name, language=card.language, zone=card.zone)
    return Settled(deal_id=owner, entity=entity, customer=known, claims=claims, adopted=owner != deal_id)


def _check_not_closed(connection: Connection, deal_id: str | None) -> None:
    row = None if deal_id is None else known_deal(connection, deal_id)
    if row is not None and _is_closed(row):
        raise refuse(
            Code.STATE,
            f"deal {row.deal_id} is closed ({row.stage}): capture the lead under another id",
            f"商机 {row.deal_id} 已关闭（{row.stage}）：请使用其他编号登记线索",
            stage=row.stage,
        )


def _is_closed(row: DealRow) -> bool:
    return row.stage.startswith("closed.")


def _customer(connection: Connection, edge: Edge, lead: NewDeal) -> CustomerCard:
    if isinstance(lead.customer, str):
        customer_id = lead.customer
        check_somebody(customer_id, "a deal")
    else:
        company = lead.customer
        customer_id = customer_id_of(company.name, company.tax_id, company.country)
        keep_customer(connection, company.card(customer_id, edge.zone_of(company.entity or "")), edge.now())
    card = customer(connection, customer_id)
    for _ in range(MOST_MERGES):
        if not card.merged_into:
            break
        card = customer(connection, card.merged_into)
    return card
