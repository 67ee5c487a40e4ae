"""Every posting account has its place in a balance sheet or an income statement; one without a place is our mistake."""

from enum import StrEnum

from domain.receivables import postings


class Side(StrEnum):
    """Where an account stands; the names are those of double-entry bookkeeping."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"


_CHART = {
    postings.RECEIVABLE: Side.ASSET,
    postings.CASH: Side.ASSET,
    postings.UNAPPLIED: Side.LIABILITY,
    postings.REFUNDS: Side.LIABILITY,
    postings.DEPOSITS: Side.LIABILITY,
    postings.DEFERRED: Side.LIABILITY,
    postings.TAX: Side.LIABILITY,
    postings.OPENING: Side.EQUITY,
    postings.EXCHANGE: Side.EQUITY,
    postings.REVENUE: Side.INCOME,
    postings.FEES: Side.INCOME,
    postings.INTEREST: Side.INCOME,
    postings.RECOVERY: Side.INCOME,
    postings.EXCHANGE_GAIN: Side.INCOME,
    postings.BAD_DEBT: Side.EXPENSE,
    postings.TOLERANCE: Side.EXPENSE,
    postings.DISCOUNTS: Side.EXPENSE,
    postings.EXCHANGE_LOSS: Side.EXPENSE,
}


def side_of(account: str) -> Side:
    """Return where a posting account stands.

    Raises:
        LookupError: the account is not in the chart, which is a mistake in this file.
    """
    try:
        return _CHART[account]
    except KeyError as error:
        raise LookupError(f"the posting account {account!r} is not in domain/receivables/chart.py") from error
