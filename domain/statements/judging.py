"""Whether a statement may be posted: it adds up, or its kind needs no balance, or a person is asked.

Nothing is repaired and nothing of a statement in doubt is posted.
"""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from domain.money import Money, exponent
from domain.statements.problem import Problem, ProblemKind
from domain.statements.statement import Balance, BalanceKind, Entry, Statement, StatementKind
from domain.value import Text, Value

OPENING = (BalanceKind.OPENING_BOOKED, BalanceKind.PREVIOUSLY_CLOSED, BalanceKind.OPENING_AVAILABLE)
CLOSING = (BalanceKind.CLOSING_BOOKED,)
NEEDS_NO_BALANCE = frozenset({StatementKind.CAMT_052, StatementKind.CAMT_054, StatementKind.MT942})
"""Reports of the day and advices: they have no balances, or only one."""


class Verdict(StrEnum):
    """What becomes of a statement."""

    POST = "post"
    ASK = "ask"
    QUARANTINE = "quarantine"


class Judgement(Value):
    """A verdict with its reasons, for the person who has to look; no reasons when it is posted."""

    verdict: Verdict
    reasons: tuple[Problem, ...] = ()


def decimal(money: Money) -> Decimal:
    """Return an amount in whole units of its currency, exactly."""
    return Decimal(money.minor).scaleb(-exponent(money.currency))


def opening(statement: Statement) -> Balance | None:
    """Return what the statement started from: booked, else the close before it, else what was available."""
    return statement.balance(*OPENING)


def closing(statement: Statement) -> Balance | None:
    """Return what the statement ended with, booked."""
    return statement.balance(*CLOSING)


def moved(entries: Iterable[Entry]) -> Decimal:
    """Add up what booked entries moved, in whole units; only for comparing, since currencies may differ."""
    return sum((decimal(entry.amount) for entry in entries if entry.is_booked), Decimal(0))


def adds_up(statement: Statement) -> bool | None:
    """Tell whether opening and booked entries make the closing balance; None where a balance is missing.

    An entry or a balance in another currency than the rest never adds up, whatever its number says.
    """
    first, last = opening(statement), closing(statement)
    if first is None or last is None:
        return None
    amounts = [first.amount, last.amount, *(entry.amount for entry in statement.entries if entry.is_booked)]
    if len({amount.currency for amount in amounts}) > 1:
        return False
    return decimal(first.amount) + moved(statement.entries) == decimal(last.amount)


def judge(statement: Statement) -> Judgement:
    """Decide whether the booked entries of a statement may be posted."""
    reasons = [*statement.problems, *_undated(statement)]
    fits = adds_up(statement)
    if fits is False:
        reasons.append(_does_not_add_up(statement))
    if reasons:
        return Judgement(verdict=Verdict.QUARANTINE, reasons=tuple(reasons))
    if fits is None and statement.kind not in NEEDS_NO_BALANCE:
        return Judgement(verdict=Verdict.ASK, reasons=(_no_balance(statement),))
    return Judgement(verdict=Verdict.POST)


def _undated(statement: Statement) -> tuple[Problem, ...]:
    """Find booked entries without any day, unless that is a problem already since the day does not exist."""
    if any(problem.kind is ProblemKind.DATE for problem in statement.problems):
        return ()
    return tuple(
        Problem(
            kind=ProblemKind.DATE,
            place=f"entry {entry.index}",
            text=Text(en="a booked entry has neither booking nor value day", zh="已记账明细缺少记账日和起息日"),
        )
        for entry in statement.entries
        if entry.is_booked and entry.booked_on is None and entry.valued_on is None
    )


def _does_not_add_up(statement: Statement) -> Problem:
    first, last = opening(statement), closing(statement)
    assert first is not None
    assert last is not None
    booked = [entry for entry in statement.entries if entry.is_booked]
    foreign = [entry for entry in booked if entry.amount.currency != first.amount.currency]
    if first.amount.currency != last.amount.currency or foreign:
        place = f"entry {foreign[0].index}" if foreign else ""
        other = foreign[0].amount.currency if foreign else last.amount.currency
        return Problem(
            kind=ProblemKind.CURRENCY,
            place=place,
            text=Text(
                en=f"{other} stands in a statement that opens in {first.amount.currency}",
                zh=f"以 {first.amount.currency} 开始的对账单中出现 {other}",
            ),
        )
    sums = f"{first.amount} + {moved(statement.entries):f} ≠ {last.amount}"
    return Problem(
        kind=ProblemKind.BALANCE,
        place="",
        text=Text(
            en=f"the statement does not add up: {sums}; ask the bank for it again",
            zh=f"对账单不平：{sums}；请向银行重新索取",
        ),
    )


def _no_balance(statement: Statement) -> Problem:
    missing = "opening" if opening(statement) is None else "closing"
    return Problem(
        kind=ProblemKind.BALANCE,
        place="",
        text=Text(
            en=f"a {statement.kind} without its {missing} balance may lack entries; compare it with the account",
            zh=f"{statement.kind} 缺少{'期初' if missing == 'opening' else '期末'}余额，可能缺少明细，请与账户核对",
        ),
    )
