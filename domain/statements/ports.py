"""What posting a statement needs of the world: the lines, the customers, and the accounts that the money goes to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from domain.machine import Submission
from domain.statements.payer import PayerFacts
from domain.statements.posting import Line, Outcome, Progress, Reversible
from domain.statements.told_before import ToldBefore
from domain.value import Value


class Payer(Value):
    """What is on record about the payer of a line.

    Attributes:
        booked_for: (legal entity, customer) whose receipt it is already, from an earlier try; none otherwise.
    """

    facts: PayerFacts = PayerFacts()
    booked_for: tuple[str, str] | None = None


class BankBook(Protocol):
    """The statements as stored."""

    async def ready(self, statement: int, limit: int) -> tuple[Line, ...]:
        """Return the next lines that are to be posted, in the order of the statement."""

    async def payers(self, lines: Sequence[Line], at: datetime) -> tuple[Payer, ...]:
        """Return what is on record about the payer of each line."""

    async def told_before(self, line: Line) -> tuple[ToldBefore, ...]:
        """Return the receipts about a line's day that no statement has shown, and what its booking was said to be.

        The former are of its legal entity, currency and amount.
        """

    async def reversible(self, line: Line) -> tuple[Reversible, ...]:
        """Return the receipts that a reversal may be about: the chosen one, those with its reference or its amount."""

    async def choose(self, line: Line, chosen: str) -> None:
        """Keep what is about to be done with a line, so that a second try does the same."""

    async def done(self, line: Line, outcome: Outcome, at: datetime) -> None:
        """Keep what became of a line."""

    async def progress(self, statement: int, at: datetime) -> Progress:
        """Sum up how far a statement is; one with no line left to post is posted."""


class Receivables(Protocol):
    """The accounts of customers."""

    async def submit(
        self, entity: str, customer_id: str, currency: str, submission: Submission[Any], clock_offset_s: float
    ) -> None:
        """Send a command to an account, starting it if it does not run, and wait for the ledger's answer.

        Raises:
            Refused: the rules or the ledger do not allow it.
        """
