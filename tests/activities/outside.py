"""The outside world of the notifications, small enough to see through: it keeps what reaches it and fails as told."""

import dataclasses
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from temporalio.testing import ActivityEnvironment

from activities.fiscal import Fiscal
from activities.papers import Papers
from activities.tax_papers import TaxPapers
from connectors.mail.wording import Wording
from domain.account_statement import AccountStatement
from domain.deal.events import DealEvent
from domain.documents import BankDetails, Party, Seller
from domain.einvoice.checks import check
from domain.einvoice.findings import CheckedFile, Finding, Syntax
from domain.einvoice.model import EInvoice
from domain.fiscal.from_documents import FiscalRecord
from domain.fiscal.invoices import FiscalInvoice, FiscalIssued, RedConfirmation, RedRequest, RedState
from domain.local_time import zone_of
from domain.machine import Fact
from domain.mail import Mail, MailReceipt, MailRefused, MailUnavailable, Rejection
from domain.money import Money
from domain.organisation import Person
from domain.paper_ports import EntityLetterhead, KeptFile
from domain.ports import VendorRejected
from domain.receivables.entries import CreditNote, Instalment, Invoice, InvoiceLine, TaxSum
from domain.refusal import Code, refuse
from domain.rendering import NotArchivable, Printed
from domain.value import Value

R = TypeVar("R")
AT = datetime(2026, 3, 5, 17, 30, tzinfo=UTC)  # the 6th in Shanghai
NOW = datetime(2026, 3, 5, 17, 31, tzinfo=UTC)
WORDING = Wording()
SELLER = Seller(
    name="云帆科技（上海）有限公司",
    address=("上海市浦东新区世纪大道100号",),
    tax_id="91310115MA1K4B3C2X",
    email="billing@yunfan.example",
    bank=BankDetails(bank_name="招商银行", account_name="云帆科技（上海）有限公司", account_number="1219"),
)
CONTOSO = Party(name="Contoso Ltd", email="jane@contoso.example", contact="Jane O’Neill")
HANHAI = Party(name="北京瀚海", email="lilei@hanhai.example", language="zh-CN", contact="李雷")
SILENT = Party(name="Silent plc")
WANG = Person(id="wang", name="王芳", email="wang@yunfan.example", language="zh-CN", zone="Asia/Shanghai")
ANNA = Person(id="anna", name="Anna Lee", email="anna@yunfan.example")
BARE = Person(id="bare", name="Bo Bare", email="")


def cny(amount: str) -> Money:
    return Money.of(amount, "CNY")


INVOICE = Invoice(
    number="INV-2026-000007",
    entity="CN",
    customer_id="contoso",
    deal_id="D-7",
    item="rest",
    issued_on=date(2026, 3, 6),
    supplied_on=date(2026, 3, 5),
    net=cny("2000.00"),
    gross=cny("2260.00"),
    lines=(
        InvoiceLine(
            order_line=1, sku="WL-200", description="Gateway", quantity="4", unit_price=cny("500.00"), discount_bp=0,
            net=cny("2000.00"), tax_code="S",
        ),
    ),
    taxes=(TaxSum(code="S", rate_bp=1300, base=cny("2000.00"), tax=cny("260.00")),),
    instalments=(Instalment(index=1, due_on=date(2026, 4, 5), amount=cny("2260.00")),),
    po_reference="PO-77",
    payment_terms="net30",
)  # fmt: skip


def nothing_open(entity: str, customer_id: str, currency: str, as_of: datetime) -> AccountStatement:
    nothing = Money.zero(currency)
    return AccountStatement(
        entity=entity, customer_id=customer_id, currency=currency, as_of=as_of, since=as_of.date(), items=(),
        left_out=0, left_out_open=nothing, ageing=(), receipts=(), total_open=nothing, unapplied=nothing,
        balance=nothing,
    )  # fmt: skip


class Directory:
    """Parties, people, invoices and letterheads."""

    def __init__(self) -> None:
        self.parties = {"contoso": CONTOSO, "hanhai": HANHAI, "silent": SILENT}
        self.staff = {one.id: one for one in (WANG, ANNA, BARE)}
        self.roles: dict[str, tuple[Person, ...]] = {"finance": (WANG, ANNA), "ops": (BARE,)}
        self.invoices = {INVOICE.number: INVOICE}
        self.credit_notes: dict[str, CreditNote] = {}
        self.originals = dict(self.invoices)
        self.letterheads = {"CN": EntityLetterhead(seller=SELLER, zone="Asia/Shanghai")}

    async def party(self, customer_id: str) -> Party:
        return _found(self.parties, customer_id)

    async def invoice(self, number: str, entity: str) -> Invoice:
        return _found(self.invoices, number)

    async def credit_note(self, number: str, entity: str) -> tuple[CreditNote, Invoice]:
        note = _found(self.credit_notes, number)
        return note, _found(self.originals, note.credits)

    async def statement(
        self, entity: str, customer_id: str, currency: str, as_of: datetime, zone: str
    ) -> AccountStatement:
        return nothing_open(entity, customer_id, currency, as_of.astimezone(zone_of(zone)))

    async def people(self, names: Iterable[str]) -> tuple[Person, ...]:
        found: dict[str, Person] = {}
        for name in names:
            group = self.roles.get(name.removeprefix("role:"), ()) if ":" in name else (self.staff.get(name),)
            found |= {one.id: one for one in group if one is not None}
        return tuple(found.values())

    async def letterhead(self, entity: str) -> EntityLetterhead:
        return self.letterheads[entity]


def _found(known: dict[str, R], name: str) -> R:
    if name not in known:
        raise refuse(Code.NOTFOUND, f"there is no {name}", f"没有 {name}")
    return known[name]


class Postman:
    """Keeps what it delivers; refuses addresses for good, or is away for some mails to come."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.bad: set[str] = set()
        self.away_after: int | None = None
        self.remembers: set[str] = set()

    async def send(self, mail: Mail) -> MailReceipt:
        (to,) = mail.to
        if to.address in self.bad:
            raise MailRefused(mail.message_key, (Rejection(address=to.address, status=550, reply="no such user"),))
        if self.away_after is not None and len(self.mails) >= self.away_after:
            raise MailUnavailable("the mail server is away")
        if mail.message_key in self.remembers:
            raise refuse(Code.IDEM, "sent before with other content", "已以其他内容发送")
        self.mails.append(mail)
        return MailReceipt(message_id=f"<{mail.message_key}>")


class Cabinet:
    """Files, once per key."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    async def keep(self, key: str, name: str, media_type: str, content: bytes) -> str:
        assert media_type == "application/pdf"
        self.files.setdefault(key, content)
        return name

    async def keep_together(self, files: Sequence[KeptFile]) -> None:
        if files[0].key not in self.files:
            self.files |= {one.key: one.content for one in files}

    async def kept(self, key: str) -> bytes | None:
        return self.files.get(key)


class Press:
    """Renders a document as its own JSON and keeps the documents."""

    def __init__(self) -> None:
        self.documents: list[Printed] = []
        self.unprintable = ""
        """Why nothing can be archived, if nothing can."""

    def render(self, document: Printed) -> bytes:
        self.documents.append(document)
        return document.model_dump_json().encode()

    def render_archival(self, document: Printed) -> bytes:
        if self.unprintable:
            raise NotArchivable(self.unprintable)
        return b"archival " + self.render(document)


class Writer:
    """Writes an electronic invoice as its own JSON, with our own findings and those that a test has the rules find."""

    def __init__(self) -> None:
        self.findings: tuple[Finding, ...] = ()

    def xml(self, invoice: EInvoice, syntax: Syntax) -> CheckedFile:
        content = f"<{syntax}>{invoice.model_dump_json()}".encode()
        found = (*check(invoice), *self.findings)
        return CheckedFile(name="x.xml", media_type="application/xml", content=content, findings=found)

    def hybrid(self, invoice: EInvoice, xml: bytes, pdf: bytes) -> bytes:
        return b"hybrid of " + xml + b" in " + pdf


class TaxOffice:
    """Issues what it is asked for, in order, and keeps what was given; red letters stand where a test has them."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Value]] = []
        self.given: dict[tuple[str, str], FiscalRecord] = {}
        self.state = RedState.CONFIRMED
        self.rejects = False

    async def issue(self, key: str, invoice: FiscalInvoice) -> FiscalIssued:
        if self.rejects:
            raise VendorRejected("the tax office says no: 422")
        return self._issued(key, invoice)

    async def request_red(self, key: str, request: RedRequest) -> RedConfirmation:
        self.asked.append((key, request))
        return RedConfirmation(number="31" * 10, state=self.state)

    async def red_confirmation(self, number: str) -> RedConfirmation:
        return RedConfirmation(number=number, state=self.state)

    async def issue_red(self, key: str, confirmation: RedConfirmation) -> FiscalIssued:
        return self._issued(key, confirmation)

    def _issued(self, key: str, value: Value) -> FiscalIssued:
        self.asked.append((key, value))
        return FiscalIssued(fiscal_number=f"{len(self.asked):020}", issued_at=AT)

    async def fiscal(self, entity: str, number: str) -> FiscalRecord | None:
        return self.given.get((entity, number))

    async def keep_fiscal(self, record: FiscalRecord) -> FiscalRecord:
        return self.given.setdefault((record.entity, record.number), record)


class Log:
    """The facts of deals."""

    def __init__(self) -> None:
        self.facts: dict[str, tuple[Fact[DealEvent], ...]] = {}

    async def deal_facts(self, deal_id: str) -> tuple[Fact[DealEvent], ...]:
        return self.facts.get(deal_id, ())


class Outside:
    """All of it together."""

    def __init__(self) -> None:
        self.log = Log()
        self.directory = Directory()
        self.postman = Postman()
        self.cabinet = Cabinet()
        self.press = Press()
        self.writer = Writer()
        self.papers = Papers(self.press, self.cabinet, self.writer)
        self.office = TaxOffice()
        self.tax_papers = TaxPapers(self.directory, self.directory, self.papers, Fiscal(self.office, self.office))
        self.heartbeat: Sequence[Any] = ()

    async def run(self, work: Callable[[Any], Awaitable[R]], job: object) -> R:
        """Run one attempt of an activity; the next attempt gets what this one told by heartbeat."""
        environment = ActivityEnvironment()
        environment.info = dataclasses.replace(environment.info, heartbeat_details=self.heartbeat)
        environment.on_heartbeat = self._beat
        return await environment.run(work, job)

    def _beat(self, *details: object) -> None:
        self.heartbeat = details

    def subjects(self) -> list[tuple[str, str]]:
        """Every mail that went out: to whom, with which subject."""
        return [(mail.to[0].address, mail.subject) for mail in self.postman.mails]
