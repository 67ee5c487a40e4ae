"""A customer is written to as its master data says; a merged one is written to as the customer it was merged into."""

from sqlalchemy import Connection

from domain.documents import Party
from domain.receivables.entries import CreditNote, Invoice
from storage.database import Database
from storage.entries import CustomerCard
from storage.queries.credit_notes import credit_note_document
from storage.queries.invoices import invoice_document
from storage.queries.masters import customer


class CustomerAddresses:
    """`domain.paper_ports.Addresses` over the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def party(self, customer_id: str) -> Party:
        """Return a customer as printed (E_NOTFOUND)."""
        return await self._database.read(party, customer_id)

    async def invoice(self, number: str, entity: str) -> Invoice:
        """Return an issued invoice (E_NOTFOUND); where two entities have the number, name one (E_STATE)."""
        return await self._database.read(invoice_document, number, entity)

    async def credit_note(self, number: str, entity: str) -> tuple[CreditNote, Invoice]:
        """Return an issued credit note with the invoice that it corrects (E_NOTFOUND, E_STATE)."""
        return await self._database.read(credit_note_document, number, entity)


def party(connection: Connection, customer_id: str) -> Party:
    """Return a customer as printed, by the first contact with an e-mail where the company has none."""
    card = _survivor(connection, customer(connection, customer_id))
    reachable = [contact for contact in card.contacts if contact.email]
    people = [*reachable, *card.contacts]
    return Party(
        name=card.name,
        address=card.address,
        country=card.country,
        tax_id=card.tax_id,
        email=card.email or (reachable[0].email if reachable else ""),
        language=card.language,
        contact=people[0].name if people else "",
        buyer_reference=card.buyer_reference,
        electronic_address=card.electronic_address,
    )


def _survivor(connection: Connection, card: CustomerCard) -> CustomerCard:
    seen = {card.customer_id}
    while card.merged_into and card.merged_into not in seen:
        seen.add(card.merged_into)
        card = customer(connection, card.merged_into)
    return card
