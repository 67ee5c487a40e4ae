"""Payments without a reference are matched by themselves only to what they were for; all others are left to people."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from domain.statements.posting import SOURCE
from simulation.bank_payments import Told
from storage.tables.ledger import ALLOCATION, INSTALMENT, INVOICE, QUESTION, RECEIPT


class Matches(NamedTuple):
    """What became of payments without a reference.

    Attributes:
        unique: allocated to the one invoice that they were for.
        questions: a person is asked.
        unapplied: they pay nothing yet.
        wrong: allocated to another invoice, by the number of the right one.
    """

    unique: int
    questions: int
    unapplied: int
    wrong: tuple[str, ...]


def matched(connection: Connection, told: Sequence[Told]) -> Matches:
    """Compare what each of them pays with what it was for."""
    unique = questions = unapplied = 0
    wrong: list[str] = []
    for one in told:
        paid = _paid(connection, one.external_id)
        if paid == {one.number}:
            unique += 1
        elif paid:
            wrong.append(one.number)
        elif one.status == "asked" or _asked(connection, one.external_id):
            questions += 1
        else:
            unapplied += 1
    return Matches(unique, questions, unapplied, tuple(wrong))


def lines_of(found: Matches) -> tuple[str, ...]:
    """Write them for people."""
    count = found.unique + found.questions + found.unapplied + len(found.wrong)
    told = (
        f"{count} payments without a reference: {found.unique} unique matches, {found.questions} questions, "
        f"{found.unapplied} unapplied, {len(found.wrong)} wrong"
    )
    return (told, *(f"wrong: the payment of {number}" for number in found.wrong))


def _paid(connection: Connection, external_id: str) -> set[str]:
    rows = connection.execute(
        select(INVOICE.c.number)
        .join(INSTALMENT, INSTALMENT.c.invoice_id == INVOICE.c.id)
        .join(ALLOCATION, ALLOCATION.c.instalment_id == INSTALMENT.c.id)
        .join(RECEIPT, RECEIPT.c.id == ALLOCATION.c.receipt_id)
        .where(RECEIPT.c.source == SOURCE, RECEIPT.c.external_id == external_id)
    )
    return set(rows.scalars())


def _asked(connection: Connection, external_id: str) -> bool:
    row = connection.execute(
        select(QUESTION.c.id)
        .join(RECEIPT, RECEIPT.c.id == QUESTION.c.receipt_id)
        .where(RECEIPT.c.source == SOURCE, RECEIPT.c.external_id == external_id)
    ).first()
    return row is not None
