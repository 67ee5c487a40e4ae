"""Master data is found by any of its names."""

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select, tuple_

from domain.money import Money
from domain.refusal import Code, refuse
from storage.entries import Contact, CustomerCard, Product, Registered
from storage.json_text import pairs, words
from storage.queries.paging import limited
from storage.rows import AnyRow
from storage.tables.masters import ABSENCE, CUSTOMER, CUSTOMER_CONTACT, DELEGATION, PRODUCT


def customer(connection: Connection, customer_id: str) -> CustomerCard:
    """Return one customer; refused when there is none (E_NOTFOUND)."""
    rows = connection.execute(select(CUSTOMER).where(CUSTOMER.c.customer_id == customer_id)).all()
    if not rows:
        raise refuse(
            Code.NOTFOUND, f"there is no customer {customer_id}", f"没有客户 {customer_id}", customer=customer_id
        )
    return _cards(connection, rows)[0]


def customers(
    connection: Connection, q: str = "", after: str = "", limit: int = 50, *, entity: str = ""
) -> tuple[CustomerCard, ...]:
    """Return customers in the order of their ids, after one of them, whose id, name, tax id or e-mail has a text.

    With an entity, its own customers and those that have none.
    """
    columns = (CUSTOMER.c.customer_id, CUSTOMER.c.name, CUSTOMER.c.tax_id, CUSTOMER.c.email)
    query = select(CUSTOMER).where(CUSTOMER.c.customer_id > after).order_by(CUSTOMER.c.customer_id)
    if entity:
        query = query.where(CUSTOMER.c.entity.in_(("", entity)))
    if q:
        query = query.where(or_(*(column.icontains(q, autoescape=True) for column in columns)))
    return _cards(connection, connection.execute(query.limit(limited(limit))).all())


def product(connection: Connection, sku: str, currency: str) -> Product:
    """Return an article in one currency; refused when the price book has none (E_NOTFOUND)."""
    row = connection.execute(select(PRODUCT).where(PRODUCT.c.sku == sku, PRODUCT.c.currency == currency)).first()
    if row is None:
        raise refuse(
            Code.NOTFOUND, f"the price book has no {sku} in {currency}", f"价目表中没有 {currency} 的 {sku}", sku=sku
        )
    return _product(row)


def products(
    connection: Connection, q: str = "", after: str = "", limit: int = 50, *, currency: str = ""
) -> tuple[Product, ...]:
    """Return articles in the order of SKU and currency, after one of them, whose SKU or name has a text."""
    place = tuple_(PRODUCT.c.sku, PRODUCT.c.currency) > tuple_(after, currency)
    query = select(PRODUCT).where(place).order_by(PRODUCT.c.sku, PRODUCT.c.currency)
    if q:
        query = query.where(or_(*(c.icontains(q, autoescape=True) for c in (PRODUCT.c.sku, PRODUCT.c.name))))
    return tuple(_product(row) for row in connection.execute(query.limit(limited(limit))))


def delegations(connection: Connection) -> tuple[Registered, ...]:
    """Return all delegations made at run time, revoked ones too, oldest first."""
    rows = connection.execute(select(DELEGATION).order_by(DELEGATION.c.id))
    return tuple(Registered.model_validate(row._asdict() | {"subject": row.delegator}) for row in rows)


def absences(connection: Connection) -> tuple[Registered, ...]:
    """Return all absences reported at run time, withdrawn ones too, oldest first."""
    rows = connection.execute(select(ABSENCE).order_by(ABSENCE.c.id))
    return tuple(Registered.model_validate(row._asdict() | {"subject": row.person}) for row in rows)


def _cards(connection: Connection, rows: Sequence[AnyRow]) -> tuple[CustomerCard, ...]:
    contacts: dict[str, list[Contact]] = {}
    people = connection.execute(
        select(CUSTOMER_CONTACT)
        .where(CUSTOMER_CONTACT.c.customer_id.in_([row.customer_id for row in rows]))
        .order_by(CUSTOMER_CONTACT.c.customer_id, CUSTOMER_CONTACT.c.position)
    )
    for person in people:
        contacts.setdefault(person.customer_id, []).append(Contact.model_validate(person._asdict()))
    return tuple(_card(row, tuple(contacts.get(row.customer_id, ()))) for row in rows)


def _card(row: AnyRow, contacts: tuple[Contact, ...]) -> CustomerCard:
    revenue = None if row.revenue_minor is None else Money(minor=row.revenue_minor, currency=row.revenue_currency)
    return CustomerCard.model_validate(
        row._asdict()
        | {
            "address": words(row.address),
            "attributes": pairs(row.attributes),
            "revenue": revenue,
            "contacts": contacts,
            "merged_into": row.merged_into or "",
        }
    )


def _product(row: AnyRow) -> Product:
    price = Money(minor=row.list_minor, currency=row.currency)
    return Product.model_validate(row._asdict() | {"list_price": price})
