"""The figures of one statement, over all its entries whatever their state."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from domain.statements.judging import adds_up, closing, decimal, opening
from domain.statements.statement import Direction, Entry, Statement, UnreadableEntry
from domain.value import Value


class BalancesOfKind(Value):
    """All balances of one kind, signed, in the order of the file."""

    code: str
    amounts: tuple[Decimal, ...]


class Tally(Value):
    """How many entries have one mark (a state, a currency)."""

    name: str
    count: int


class StatementFigures(Value):
    """What a statement holds, in numbers.

    Attributes:
        entries: movements, readable or not, booked or not.
        bad_entries: those without an amount that can be trusted; they are in no sum.
        credits: the sum of what came in, in whole units, over all states.
        debits: the sum of what left, above zero.
        balance_ok: opening + booked = closing; None where a balance is missing.
        payments: the payments inside entries.
        end_to_end_ids: payments with a payer's reference.
        structured_refs: creditor references.
        unstructured: pieces of remittance text.
        information_blocks: MT940 and MT942: ``:86:`` fields.
    """

    entries: int
    bad_entries: int
    credits_n: int
    debits_n: int
    credits: Decimal
    debits: Decimal
    currencies: tuple[Tally, ...]
    states: tuple[Tally, ...]
    reversals: int
    payments: int
    opening: Decimal | None
    closing: Decimal | None
    balances: tuple[BalancesOfKind, ...]
    balance_ok: bool | None
    end_to_end_ids: int
    structured_refs: int
    unstructured: int
    information_blocks: int


def figures(statement: Statement) -> StatementFigures:
    """Count and add up one statement."""
    everything: tuple[Entry | UnreadableEntry, ...] = (*statement.entries, *statement.unreadable)
    payments = [payment for entry in everything for payment in entry.payments]
    first, last = opening(statement), closing(statement)
    sides = {
        side: [abs(decimal(entry.amount)) for entry in statement.entries if entry.direction is side]
        for side in Direction
    }
    currencies = [entry.amount.currency for entry in statement.entries]
    currencies += [entry.currency for entry in statement.unreadable]
    return StatementFigures(
        entries=len(everything),
        bad_entries=len(statement.unreadable),
        credits_n=len(sides[Direction.CREDIT]),
        debits_n=len(sides[Direction.DEBIT]),
        credits=sum(sides[Direction.CREDIT], Decimal(0)),
        debits=sum(sides[Direction.DEBIT], Decimal(0)),
        currencies=_tallies(currencies),
        states=_tallies(entry.state for entry in everything),
        reversals=sum(entry.is_reversal for entry in everything),
        payments=len(payments),
        opening=None if first is None else decimal(first.amount),
        closing=None if last is None else decimal(last.amount),
        balances=_by_kind(statement),
        balance_ok=adds_up(statement),
        end_to_end_ids=sum(bool(payment.end_to_end_id) for payment in payments),
        structured_refs=sum(len(payment.structured) for payment in payments),
        unstructured=sum(len(payment.unstructured) for payment in payments),
        information_blocks=statement.information_blocks,
    )


def _tallies(names: Iterable[str]) -> tuple[Tally, ...]:
    return tuple(Tally(name=name, count=count) for name, count in Counter(names).items())


def _by_kind(statement: Statement) -> tuple[BalancesOfKind, ...]:
    codes = dict.fromkeys(balance.code for balance in statement.balances)
    return tuple(
        BalancesOfKind(code=code, amounts=tuple(decimal(b.amount) for b in statement.balances if b.code == code))
        for code in codes
    )
