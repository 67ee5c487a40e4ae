"""What storage keeps beside deals and money, as values; the domain has no rules about them."""

from datetime import datetime

from domain.money import Money
from domain.value import Text, Value


class Contact(Value):
    """A person at a customer."""

    name: str
    role: str = ""
    email: str = ""
    phone: str = ""


class CustomerCard(Value):
    """The master data of a customer; ``customer_id`` is ours, the rest is data.

    Attributes:
        name: the legal name.
        address: lines as printed.
        buyer_reference: what it wants to find on every invoice, e.g. a Leitweg-ID.
        electronic_address: where it takes electronic invoices, ``scheme:id``; empty is its e-mail address.
        entity: the legal entity that sells to it; empty means the policy's default.
        owner: the person who looks after it.
        class_override: the class a person has set.
        attributes: whatever else a source said.
        revenue: the customer's own annual revenue, none when unknown.
        merged_into: the customer it was found to be the same as; empty if none.
    """

    customer_id: str
    name: str
    language: str = "en"
    zone: str = "UTC"
    country: str = ""
    tax_id: str = ""
    address: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    buyer_reference: str = ""
    electronic_address: str = ""
    entity: str = ""
    owner: str = ""
    class_override: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    blacklisted: bool = False
    strategic: bool = False
    revenue: Money | None = None
    contacts: tuple[Contact, ...] = ()
    merged_into: str = ""


class Product(Value):
    """An article of the price book in one currency."""

    sku: str
    name: str
    list_price: Money
    unit: str = ""
    tax_code: str = ""
    active: bool = True


class StoredFile(Value):
    """A file by its content.

    Attributes:
        sha256: of the content; the same content is stored once.
    """

    sha256: str
    media_type: str
    name: str
    content: bytes
    uploaded_by: str = ""


class ApiKey(Value):
    """Who holds an API key; the key itself is not stored.

    Attributes:
        key_id: the part that may be shown.
        entity: the legal entity it is limited to; empty means all.
    """

    key_id: str
    person: str
    roles: tuple[str, ...]
    entity: str = ""
    label: str = ""
    created_at: datetime
    revoked_at: datetime | None = None


class FileHand(Value):
    """Somebody who handed a file in, in their roles."""

    person: str
    roles: tuple[str, ...] = ()


class KeptAnswer(Value):
    """The first answer to an idempotency key: HTTP status and JSON body."""

    status: int
    response: str


class Question(Value):
    """A receipt that fits more than one set of invoices: a person must choose."""

    question_id: int
    entity: str
    customer_id: str
    currency: str
    source: str
    external_id: str
    amount: Money
    text: Text
    candidates: tuple[tuple[str, ...], ...]
    status: str
    answer: tuple[str, ...] = ()
    answered_by: str = ""
    asked_at: datetime
    answered_at: datetime | None = None


class Registered(Value):
    """A delegation or absence with its id; ``subject`` stays away or is stood in for by ``delegate``."""

    id: int
    subject: str
    delegate: str = ""
    since: datetime
    until: datetime | None = None
    created_by: str = ""
    revoked_at: datetime | None = None
