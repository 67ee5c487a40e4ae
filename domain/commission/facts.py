"""What commission is reckoned from: invoices with their seller, and what was credited and paid of each."""

from datetime import date, datetime
from typing import Literal

from domain.value import Value


class SoldLine(Value):
    """One line of an invoice, net."""

    sku: str
    net_minor: int


class Sale(Value):
    """An invoice of a deal.

    Attributes:
        agent: who owned the deal when it was issued.
        roles: of the agent.
        at: when the books had it; ``on`` is its date, whose year its tiers are counted in.
        deposit: it asks for money before supply; what is sold is billed, in full, by the invoices that deduct it.
    """

    entity: str
    number: str
    deal_id: str
    agent: str
    roles: tuple[str, ...] = ()
    currency: str
    at: datetime
    on: date
    net_minor: int
    gross_minor: int
    lines: tuple[SoldLine, ...]
    deposit: bool = False


class Change(Value):
    """What happened to an invoice later.

    Attributes:
        what: a credit note, or cash that was put against it (negative: taken back).
        document: the credit note's number, or the receipt as ``source/external id``.
        on: the business day on which the books had it.
        net_minor: of a credit note; 0 for cash.
    """

    entity: str
    number: str
    what: Literal["credit", "cash"]
    document: str
    at: datetime
    on: date
    net_minor: int = 0
    gross_minor: int


class CommissionLine(Value):
    """One line of a commission statement; a clawback is below zero.

    Attributes:
        rule: the id of the rule.
        year: whose tiers it was counted in.
        document: what brought it about: an invoice, a receipt or a credit note.
        base_minor: by how much the base has changed.
        minor: by how much the commission has.
    """

    on: date
    agent: str
    rule: str
    entity: str
    currency: str
    year: int
    deal_id: str
    number: str
    document: str
    base_minor: int
    minor: int
