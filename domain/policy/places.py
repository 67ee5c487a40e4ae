"""Where we are: legal entities with their zone, calendar, letterhead and tax, and the calendars they count in."""

from pydantic import Field

from domain.policy.countries import Country
from domain.policy.einvoicing import EInvoiceRules
from domain.policy.fiscal import FiscalRules
from domain.policy.forms import Name
from domain.policy.taxes import TaxRules
from domain.receivables.exchange import RATE_DAYS
from domain.value import Strict


class CalendarRules(Strict):
    """A calendar: where its days off come from, and its working hours.

    Attributes:
        source: ``always`` (every day, round the clock), or a country or subdivision: ``CN``, ``DE-BE``.
        zone: IANA zone its days are counted in.
        weekend: weekdays that must have no hours, as a check on the writer.
        hours: windows per weekday or run of weekdays, ``{mon-fri: ["09:00-12:00", "13:30-18:00"]}``; ``always`` has
            none.
    """

    source: Name
    zone: Name
    weekend: tuple[str, ...] = ()
    hours: dict[str, tuple[str, ...]] | None = None


class BankRules(Strict):
    """The account to pay into, as printed; the codes that are empty are not printed."""

    bank_name: Name
    account_name: Name
    iban: str = ""
    account_number: str = ""
    bic: str = ""
    cnaps: str = ""


class SellerRules(Strict):
    """The letterhead of a legal entity."""

    name: Name
    address: tuple[str, ...] = Field(min_length=1)
    country: str = ""
    tax_id: str = ""
    registration: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    bank: BankRules | None = None


class BookRules(Strict):
    """In which currency a legal entity keeps its books: gains and losses by rates of others are posted in it.

    Attributes:
        rate_days: for how many days after its own a kept rate holds, e.g. over holidays.
    """

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    rate_days: int = Field(default=RATE_DAYS, ge=0, le=31)


class EntityRules(Strict):
    """A legal entity: issue, due and value dates and month ends are in its zone, working time in its calendar.

    Attributes:
        books: none where rates are nobody's gain or loss.
        einvoice: by the customer's country; customers of any other get the PDF alone.
        fiscal: whose invoices the Chinese tax office issues; none is nobody's.
    """

    zone: Name
    calendar: Name
    seller: SellerRules
    tax: TaxRules = TaxRules()
    einvoice: dict[Country, EInvoiceRules] = Field(default_factory=dict)
    fiscal: FiscalRules | None = None
    books: BookRules | None = None
