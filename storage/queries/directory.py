"""What the policy asks about customers and people is counted from the ledger and the log at the moment it is asked."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import CTE, Connection, case, func, select

from domain.deal.state import Stage
from domain.money import Money
from domain.organisation import Absence, Delegation
from domain.policy.ports import CustomerFacts, ListPrice, OpenLeads
from storage.database import Database
from storage.entries import CustomerCard
from storage.operations.statements import Upsert
from storage.queries.masters import customer
from storage.tables.edge import POLICY
from storage.tables.ledger import ALLOCATION, INSTALMENT
from storage.tables.masters import ABSENCE, CUSTOMER, DELEGATION, PRODUCT
from storage.tables.records import ACCOUNT, DEAL, EVENT, IS_OPEN

_KEEP = Upsert(POLICY, ["policy"], changes=())
_LEADS = [stage.value for stage in Stage if stage.value.startswith("lead.") or stage is Stage.OPPORTUNITY]
_YEAR = timedelta(days=365)
_TAKEN_BACK = ALLOCATION.alias("taken_back")
_LEFT = ALLOCATION.c.minor + (
    select(func.coalesce(func.sum(_TAKEN_BACK.c.minor), 0))
    .where(_TAKEN_BACK.c.reverses_id == ALLOCATION.c.id)
    .correlate(ALLOCATION)
    .scalar_subquery()
)


class StoredDirectory:
    """The database as `domain.policy.ports.Directory`; ``now`` is the business time, moved with the clock offset."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def customer(self, customer_id: str) -> CustomerFacts:
        """Return the facts of a customer (E_NOTFOUND)."""
        return await self._database.read(customer_facts, customer_id, self._now())

    async def delegations(self) -> tuple[Delegation, ...]:
        """Return the delegations that are not revoked, oldest first."""
        return await self._database.read(delegations)

    async def absences(self) -> tuple[Absence, ...]:
        """Return the absences that are not withdrawn, oldest first."""
        return await self._database.read(absences)

    async def open_leads_by_owner(self) -> tuple[OpenLeads, ...]:
        """Return the open leads and opportunities per owner."""
        return await self._database.read(open_leads_by_owner)

    async def list_prices(self, skus: tuple[str, ...], currency: str) -> tuple[ListPrice, ...]:
        """Return the list prices of these articles that were set at run time."""
        return await self._database.read(list_prices, skus, currency)

    async def keep_policy(self, policy: str, document: str) -> None:
        """Store a policy's document under its name and content hash."""
        await self._database.write(keep_policy, policy, document)

    async def policy_document(self, policy: str) -> str:
        """Return the document that `keep_policy` stored, or an empty text."""
        return await self._database.read(policy_document, policy)


def customer_facts(connection: Connection, customer_id: str, now: datetime) -> CustomerFacts:
    """Return a customer's master data with what the ledger and the log say about it."""
    card: CustomerCard = customer(connection, customer_id)
    ordered, still_open = _orders(connection, customer_id, now - _YEAR)
    return CustomerFacts(
        customer_id=card.customer_id,
        name=card.name,
        country=card.country,
        language=card.language,
        zone=card.zone,
        entity=card.entity,
        owner=card.owner,
        pinned_class=card.class_override,
        blacklisted=card.blacklisted,
        strategic=card.strategic,
        annual_revenue=card.revenue,
        bad_debt_24m=_bad_debt(connection, customer_id, now - 2 * _YEAR),
        orders_12m=ordered,
        orders_open=still_open,
        dbt_12m_days=_days_beyond_terms(connection, customer_id, now - _YEAR),
        tax_id=card.tax_id,
        email=card.email,
        phone=card.phone,
        sector=dict(card.attributes).get("sector", ""),
    )


def delegations(connection: Connection) -> tuple[Delegation, ...]:
    """Return the delegations that are not revoked, oldest first."""
    rows = connection.execute(
        select(DELEGATION.c.delegator, DELEGATION.c.delegate, DELEGATION.c.since, DELEGATION.c.until)
        .where(DELEGATION.c.revoked_at.is_(None))
        .order_by(DELEGATION.c.id)
    )
    return tuple(Delegation.model_validate(row._asdict()) for row in rows)


def absences(connection: Connection) -> tuple[Absence, ...]:
    """Return the absences that are not withdrawn, oldest first."""
    rows = connection.execute(
        select(ABSENCE.c.person, ABSENCE.c.since, ABSENCE.c.until)
        .where(ABSENCE.c.revoked_at.is_(None))
        .order_by(ABSENCE.c.id)
    )
    return tuple(Absence.model_validate(row._asdict()) for row in rows)


def open_leads_by_owner(connection: Connection) -> tuple[OpenLeads, ...]:
    """Count open leads and opportunities per owner, in the order of their ids."""
    rows = connection.execute(
        select(DEAL.c.owner, func.count().label("number"))
        .where(IS_OPEN, DEAL.c.stage.in_(_LEADS), DEAL.c.owner != "")
        .group_by(DEAL.c.owner)
        .order_by(DEAL.c.owner)
    )
    return tuple(OpenLeads(person=row.owner, count=row.number) for row in rows)


def list_prices(connection: Connection, skus: tuple[str, ...], currency: str) -> tuple[ListPrice, ...]:
    """Return the list prices of these articles in one currency, inactive ones too."""
    rows = connection.execute(
        select(PRODUCT.c.sku, PRODUCT.c.list_minor, PRODUCT.c.active)
        .where(PRODUCT.c.sku.in_(skus), PRODUCT.c.currency == currency)
        .order_by(PRODUCT.c.sku)
    )
    return tuple(
        ListPrice(sku=row.sku, price=Money(minor=row.list_minor, currency=currency), active=row.active) for row in rows
    )


def keep_policy(connection: Connection, policy: str, document: str) -> None:
    """Store a policy's document; the one that is there stays."""
    connection.execute(_KEEP.of(connection), {"policy": policy, "document": document})


def policy_document(connection: Connection, policy: str) -> str:
    """Return a policy's document, or an empty text."""
    document: str | None = connection.execute(select(POLICY.c.document).where(POLICY.c.policy == policy)).scalar()
    return document or ""


def _bad_debt(connection: Connection, customer_id: str, since: datetime) -> Money | None:
    """Return what was written off, in the currency in which most of it was; none when nothing was.

    What was written off of customers that were merged into this one counts as its own.
    """
    rows = connection.execute(
        select(ACCOUNT.c.currency, func.sum(ALLOCATION.c.minor).label("minor"))
        .join(ACCOUNT, ACCOUNT.c.id == ALLOCATION.c.account_id)
        .where(
            ACCOUNT.c.customer_id.in_(select(_one_and_merged(customer_id))),
            ALLOCATION.c.kind == "writeoff",
            ALLOCATION.c.at >= since,
        )
        .group_by(ACCOUNT.c.currency)
    ).all()
    most = max(((int(row.minor), row.currency) for row in rows), default=(0, ""))
    return Money(minor=most[0], currency=most[1]) if most[0] > 0 else None


def _one_and_merged(customer_id: str) -> CTE:
    """Select the ids of a customer and of all that were merged into it, directly or not."""
    one = select(CUSTOMER.c.customer_id).where(CUSTOMER.c.customer_id == customer_id).cte(recursive=True)
    return one.union(select(CUSTOMER.c.customer_id).join(one, CUSTOMER.c.merged_into == one.c.customer_id))


def _orders(connection: Connection, customer_id: str, since: datetime) -> tuple[int, int]:
    """Count orders, and those of them whose deals are still open."""
    row = connection.execute(
        select(func.count(), func.coalesce(func.sum(case((IS_OPEN, 1), else_=0)), 0))
        .select_from(EVENT)
        .join(DEAL, EVENT.c.workflow_id == "deal/" + DEAL.c.deal_id)
        .where(DEAL.c.customer_id == customer_id, EVENT.c.kind == "order_created", EVENT.c.at >= since)
    ).one()
    return int(row[0]), int(row[1])


def _days_beyond_terms(connection: Connection, customer_id: str, since: datetime) -> int:
    """Return the mean days late of cash by amount, rounded up; what was early counts as nothing."""
    rows = connection.execute(
        select(
            ALLOCATION.c.value_date,
            INSTALMENT.c.due_on,
            func.sum(_LEFT).label("minor"),
        )
        .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
        .join(ACCOUNT, ACCOUNT.c.id == ALLOCATION.c.account_id)
        .where(
            ACCOUNT.c.customer_id == customer_id,
            ALLOCATION.c.kind == "cash",
            ALLOCATION.c.reverses_id.is_(None),
            ALLOCATION.c.value_date >= since.date(),
        )
        .group_by(ALLOCATION.c.value_date, INSTALMENT.c.due_on)
    ).all()
    paid = sum(int(row.minor) for row in rows)
    late = sum(int(row.minor) * max(0, (row.value_date - row.due_on).days) for row in rows)
    return -(-late // paid) if paid else 0
