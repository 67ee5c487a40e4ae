"""A scenario is data: who does what, when, and what must come of it; every shell that plays it must agree.

Numbers of documents are written out: each scenario has books of its own, so its first invoice is ``…-000001``. What
nobody can know beforehand is written as `HASH`, `ASKED` or `PARKED` and filled in when the step is taken.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import SerializeAsAny

from connectors.simulated.vendor_book import Vendor, Way
from domain.account import commands as a
from domain.approval.requests import Decide
from domain.approval.seats import Verdict
from domain.deal import commands as c
from domain.money import Money
from domain.policy.ports import CustomerFacts
from domain.quotes import QuoteLine
from domain.refusal import Code
from domain.value import Value

HASH = "{hash}"
"""The content hash of the deal's current quote, or of what an account was asked for last."""
ASKED = "{asked}"
"""The approval of what an account was asked for last."""
PARKED = "{parked}"
"""The id of the effect that waits for a person."""
CUSTOMER = "customer"
"""The customer's own people; everybody else is named as in the organisation file."""
AGENT = "agent"
"""Somebody of a recorded process, whom no organisation file knows: sales, finance and operations in one."""


class Opening(Value):
    """A deal that the scenario captures."""

    deal_id: str
    customer_id: str


class Step(Value):
    """Something that is done at an instant.

    Attributes:
        at: when; the steps of a scenario go forward only.
    """

    at: datetime


class Do(Step):
    """A person sends a command.

    Attributes:
        to: the workflow's id.
        refused: the code it must be refused with; none when it must be accepted.
    """

    to: str
    who: str
    command: SerializeAsAny[Value]
    refused: Code | None = None


class Away(Step):
    """A person is absent, from now on or as announced from a later time; one who leaves has no end."""

    person: str
    since: datetime | None = None
    until: datetime | None = None


class StandIn(Step):
    """A person lets another decide too, from now on or as announced from a later time."""

    delegator: str
    delegate: str
    since: datetime | None = None
    until: datetime | None = None


class VendorRejects(Step):
    """A vendor will reject what it is asked next; a payment provider fails in another way, too."""

    vendor: Vendor
    times: int = 1
    way: Way = Way.REJECTED


class Withhold(Step):
    """The outside takes its time with effects of a kind."""

    effect: str


class Answer(Step):
    """The outside does what it was withheld from."""

    effect: str


AnyStep = Do | Away | StandIn | VendorRejects | Withhold | Answer


class Happened(Value):
    """A fact that must be there: of a kind, at a minute, so many times."""

    workflow_id: str
    at: datetime
    kind: str
    times: int = 1


class Notice(Value):
    """A dunning notice that must go out, in its order."""

    at: datetime
    stage: str
    invoices: tuple[str, ...]
    open_minor: int


class Promised(Value):
    """What a scenario promises.

    Attributes:
        stages: where each deal ends.
        open: what is open of each account in the end, less nothing.
        unapplied: what cash pays nothing.
        notices: all that went out, per account; an account that is not named sent none.
        happened: facts that must be there.
        never: (workflow id, kind) of facts that must not be there.
    """

    stages: tuple[tuple[str, str], ...] = ()
    open: tuple[tuple[str, int], ...] = ()
    unapplied: tuple[tuple[str, int], ...] = ()
    notices: tuple[tuple[str, tuple[Notice, ...]], ...] = ()
    happened: tuple[Happened, ...] = ()
    never: tuple[tuple[str, str], ...] = ()


class Scenario(Value):
    """One small story.

    Attributes:
        name: its promise, as an identifier.
        policy: the file in ``policies/``.
        until: until when time passes after the last step.
    """

    name: str
    policy: str = "standard.yaml"
    entity: str = "CN01"
    currency: str = "CNY"
    customers: tuple[CustomerFacts, ...]
    deals: tuple[Opening, ...] = ()
    start: datetime
    steps: tuple[AnyStep, ...]
    until: datetime
    promised: Promised

    @property
    def workflow_ids(self) -> tuple[str, ...]:
        """The deals, then every account that the scenario may need."""
        deals = (deal(opening.deal_id) for opening in self.deals)
        accounts = (f"account/{self.entity}/{customer.customer_id}/{self.currency}" for customer in self.customers)
        return (*deals, *accounts)


# --- words to tell it in --------------------------------------------------------------------------------------------

MINUTE = timedelta(minutes=1)
CHINA, UTC = ZoneInfo("Asia/Shanghai"), ZoneInfo("UTC")
ZHOU, HUANG, CHEN = "zhou.qiang", "huang.min", "chen.wei"
"""Head of finance, head of finance and CFO, CFO."""
LIU, XU, WANG, ZHAO = "liu.yang", "xu.jing", "wang.fang", "zhao.lei"
WU, TANG, LIN = "wu.ting", "tang.bo", "lin.hao"
"""Finance, credit and operations of ``policies/org.yaml``."""


def on(text: str, zone: ZoneInfo = CHINA) -> datetime:
    """Return an instant of 2026, e.g. ``09-07 10:00``."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=zone)


def day(text: str) -> date:
    """Return a day of 2026, e.g. ``09-07``."""
    return date.fromisoformat(f"2026-{text}")


def cny(amount: str) -> Money:
    """Return an amount in yuan."""
    return Money.of(amount, "CNY")


def deal(deal_id: str) -> str:
    """Return a deal's workflow id."""
    return f"deal/{deal_id}"


def account(customer_id: str, entity: str = "CN01", currency: str = "CNY") -> str:
    """Return an account's workflow id."""
    return f"account/{entity}/{customer_id}/{currency}"


def invoice(n: int) -> str:
    """Return the number of the scenario's nth invoice."""
    return f"INV-2026-{n:06d}"


def customer(customer_id: str = "C-1", class_id: str = "C", country: str = "CN") -> CustomerFacts:
    """Return a customer whom somebody has put into a class."""
    return CustomerFacts(
        customer_id=customer_id,
        name=f"客户 {customer_id}",
        country=country,
        language="zh-CN",
        zone="Asia/Shanghai",
        pinned_class=class_id,
        email=f"{customer_id.lower()}@customer.example",
    )


def line(net: str, quantity: str = "1", listed: str = "", position: int = 1) -> QuoteLine:
    """Return a line of a quote; without a list price there is no discount."""
    return QuoteLine(
        position=position, sku=f"SKU-{position}", quantity=quantity, list_price=cny(listed or net), net_price=cny(net)
    )


def quoted(
    at: datetime, deal_id: str, lines: tuple[QuoteLine, ...], *, nonstandard_terms: bool = False
) -> tuple[Do, ...]:
    """Capture and qualify a lead, and submit its quote."""
    to = deal(deal_id)
    commands = (
        c.Capture(source="referral", contact="张三", owner=LIU),
        c.Qualify(),
        c.CreateQuote(lines=lines, nonstandard_terms=nonstandard_terms),
        c.SubmitQuote(),
    )
    return tuple(Do(at=at, to=to, who=LIU, command=command) for command in commands)


def approve(at: datetime, deal_id: str, who: str, version: int = 1, refused: Code | None = None) -> Do:
    """Approve a version of a quote."""
    command = c.Decide(approval_id=f"{deal_id}-q{version}", verdict="approve", content_hash=HASH)
    return Do(at=at, to=deal(deal_id), who=who, command=command, refused=refused)


def ordered(at: datetime, deal_id: str, po_reference: str = "") -> tuple[Do, ...]:
    """Send the quote, and let the customer accept it."""
    accept = c.AcceptQuote(content_hash=HASH, accepted_by="采购部", po_reference=po_reference)
    return (
        Do(at=at, to=deal(deal_id), who=LIU, command=c.SendQuoteNow()),
        Do(at=at, to=deal(deal_id), who=CUSTOMER, command=accept),
    )


def delivered(at: datetime, deal_id: str) -> tuple[Do, ...]:
    """Deliver all of it, and let the customer accept it."""
    return (
        Do(at=at, to=deal(deal_id), who=LIU, command=c.RecordDelivery()),
        Do(at=at, to=deal(deal_id), who=CUSTOMER, command=c.AcceptDelivery(accepted_by="仓库")),
    )


def invoiced(at: datetime, deal_id: str, net: str) -> tuple[Do, ...]:
    """Bring a deal of one line, too small to need an approval, from the lead to its invoice within two minutes."""
    quotes = quoted(at, deal_id, (line(net),))
    return (*quotes, *ordered(at + MINUTE, deal_id), *delivered(at + 2 * MINUTE, deal_id))


def by_finance(at: datetime, command: Value, customer_id: str = "C-1", refused: Code | None = None) -> Do:
    """Let finance send a command to a customer's account."""
    return Do(at=at, to=account(customer_id), who=WU, command=command, refused=refused)


def paid(
    at: datetime, external_id: str, amount: str, *invoices: str, customer_id: str = "C-1", reference: str = ""
) -> Do:
    """Report money that came in today."""
    receipt = a.RecordReceipt(
        source="bank",
        external_id=external_id,
        amount=cny(amount),
        value_date=at.date(),
        invoices=invoices,
        reference=reference,
    )
    return by_finance(at, receipt, customer_id)


def claimed(at: datetime, external_id: str, customer_id: str, refused: Code | None = None) -> Do:
    """Claim a receipt that was booked for C-1 for another customer."""
    claim = a.ClaimReceipt(
        source="bank", external_id=external_id, entity="CN01", customer_id=customer_id, evidence="their remittance"
    )
    return by_finance(at, claim, refused=refused)


def agreed(
    at: datetime, who: str, customer_id: str = "C-1", verdict: Verdict = "approve", refused: Code | None = None
) -> Do:
    """Decide on what a customer's account was asked for last."""
    command = Decide(approval_id=ASKED, verdict=verdict, content_hash=HASH, reason="as the file shows")
    return Do(at=at, to=account(customer_id), who=who, command=command, refused=refused)


def imported(at: datetime, number: str, amount: str, due: str | date, customer_id: str = "C-1") -> Do:
    """Enter an open item of another system, issued today."""
    item = a.ImportOpenItem.model_validate(
        {
            "number": number,
            "issued_on": at.date(),
            "instalments": ({"index": 1, "due_on": day(due) if isinstance(due, str) else due, "amount": cny(amount)},),
        }
    )
    return by_finance(at, item, customer_id)


def notice(at: str, stage: str, open_minor: int, *invoices: str, zone: ZoneInfo = CHINA) -> Notice:
    """Return a notice that must go out."""
    return Notice(at=on(at, zone), stage=stage, invoices=invoices or (invoice(1),), open_minor=open_minor)


def happened(workflow_id: str, at: str, kind: str, times: int = 1, zone: ZoneInfo = CHINA) -> Happened:
    """Return a fact that must be there."""
    return Happened(workflow_id=workflow_id, at=on(at, zone), kind=kind, times=times)
