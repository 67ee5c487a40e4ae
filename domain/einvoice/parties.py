"""Who sells, who buys and where to pay, with what EN 16931 wants to know of them."""

from domain.einvoice.codes import PaymentMeans
from domain.value import Value


class Address(Value):
    """A postal address (BG-5, BG-8, BG-15).

    Attributes:
        lines: up to three lines (BT-35, BT-36, BT-162; BT-50, BT-51, BT-163; BT-75, BT-76, BT-165).
        city: BT-37, BT-52, BT-77.
        post_code: BT-38, BT-53, BT-78.
        country: the ISO 3166 code (BT-40, BT-55, BT-80).
    """

    lines: tuple[str, ...] = ()
    city: str = ""
    post_code: str = ""
    country: str


class ElectronicAddress(Value):
    """Where the document is delivered to (BT-34, BT-49); ``EM`` is an e-mail address in the EAS code list."""

    scheme: str
    id: str


class Contact(Value):
    """A person or desk to ask (BG-6, BG-9): BT-41/56 name, BT-42/57 telephone, BT-43/58 e-mail."""

    name: str = ""
    phone: str = ""
    email: str = ""


class TradeParty(Value):
    """The seller (BG-4) or the buyer (BG-7).

    Attributes:
        name: the legal name (BT-27, BT-44).
        address: BG-5, BG-8.
        registration: the legal registration (BT-30, BT-47), e.g. ``HRB 12345`` or a 统一社会信用代码.
        vat_id: with its country's prefix (BT-31, BT-48); empty on a document outside VAT (BR-O-02).
        tax_number: the local tax registration of a seller (BT-32).
        electronic: BT-34, BT-49.
        contact: BG-6, BG-9.
    """

    name: str
    address: Address
    registration: str = ""
    vat_id: str = ""
    tax_number: str = ""
    electronic: ElectronicAddress | None = None
    contact: Contact | None = None


class CreditTransfer(Value):
    """Where and how to pay (BG-16, BG-17).

    Attributes:
        means: BT-81.
        account: IBAN or account number (BT-84).
        account_name: BT-85.
        bank: BIC (BT-86).
        reference: what to write on the transfer (BT-83).
    """

    means: PaymentMeans
    account: str
    account_name: str = ""
    bank: str = ""
    reference: str = ""
