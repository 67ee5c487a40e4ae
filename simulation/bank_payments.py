"""Recorded payments reach the accounts by way of the bank: as statements that are read, taken in and posted."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from connectors.bank_statements.reading import read
from domain.money import Money
from domain.refusal import Code, Refused, refuse
from domain.statements.judging import judge
from simulation.bank_file import Transfer, camt053
from simulation.sender import Sender
from storage.database import Database
from storage.operations.bank_statements import Handing, TakenIn, take_in
from storage.queries.bank_statements import PaymentLine, payments
from storage.queries.paging import MOST_ROWS
from workflows.messages import StatementInput

BY = "replay"


class Paid(NamedTuple):
    """A recorded payment.

    Attributes:
        line: of the recording.
        number: of the invoice that it pays.
        payer: who pays, as the master data has them.
    """

    line: int
    reference: str
    amount: Money
    number: str
    payer: str


class Told(NamedTuple):
    """What became of a payment whose reference was left out.

    Attributes:
        external_id: of its receipt.
        number: of the invoice that it was for.
    """

    external_id: str
    number: str
    status: str


class BankPayments(Protocol):
    """The bank's side of a replay."""

    async def pay(self, at: datetime, paid: Sequence[Paid]) -> dict[int, Refused]:
        """Have payments of one moment posted; returns what was refused, by line of the recording."""


class BankStatements:
    """Writes a statement of every moment at which somebody paid, and has it posted.

    Attributes:
        without_reference: what became of the payments whose reference was left out.
    """

    def __init__(self, database: Database, sender: Sender, every: int = 0) -> None:
        """Leave the reference of one payment in ``every`` out, of none for 0."""
        self._database = database
        self._sender = sender
        self._every = every
        self._count = 0
        self._standing: dict[str, int] = defaultdict(int)
        self.without_reference: list[Told] = []

    async def pay(self, at: datetime, paid: Sequence[Paid]) -> dict[int, Refused]:
        """Have payments of one moment posted, a statement for every currency."""
        refused: dict[int, Refused] = {}
        for currency in dict.fromkeys(one.amount.currency for one in paid):
            refused |= await self._statement(currency, at, [one for one in paid if one.amount.currency == currency])
        return refused

    async def _statement(self, currency: str, at: datetime, paid: Sequence[Paid]) -> dict[int, Refused]:
        account = f"{self._sender.entity} {currency}"
        opening = Money(minor=self._standing[currency], currency=currency)
        self._standing[currency] += sum(one.amount.minor for one in paid)
        bare = [self._is_bare() for _ in paid]
        transfers = [_transfer(one, bare=is_bare) for one, is_bare in zip(paid, bare, strict=True)]
        (statement,) = read(camt053(account, at, opening, transfers)).statements
        handing = Handing(entity=self._sender.entity, by=BY)
        taken = await self._database.write(take_in, statement, judge(statement), handing, at)
        if taken.status == "posting":
            await self._sender.statement(_start(taken), at)
        lines = await self._lines(taken.row)
        if len(lines) != len(paid):
            raise LookupError(f"{len(paid)} payments became {len(lines)} lines of {taken.workflow_id}")
        self._told(paid, lines, bare)
        return {one.line: _refusal(line) for one, line in zip(paid, lines, strict=True) if line.status != "posted"}

    def _is_bare(self) -> bool:
        self._count += 1
        return self._every > 0 and self._count % self._every == 0

    def _told(self, paid: Sequence[Paid], lines: Sequence[PaymentLine], bare: Sequence[bool]) -> None:
        for one, line, is_bare in zip(paid, lines, bare, strict=True):
            if is_bare:
                self.without_reference.append(Told(line.external_id, one.number, line.status))

    async def _lines(self, row: int) -> tuple[PaymentLine, ...]:
        found: list[PaymentLine] = []
        cursor = ""
        while True:
            page = await self._database.read(payments, row, cursor, MOST_ROWS)
            found += page.payments
            if not page.next:
                return tuple(found)
            cursor = page.next


def _transfer(one: Paid, *, bare: bool) -> Transfer:
    return Transfer(one.amount, one.reference, one.payer, "" if bare else f"Invoice {one.number}")


def _start(taken: TakenIn) -> StatementInput:
    return StatementInput(statement=taken.row, account=taken.account, known_as=taken.known_as)


def _refusal(line: PaymentLine) -> Refused:
    return refuse(Code.STATE, line.reason.en or line.status, line.reason.zh or line.status)
