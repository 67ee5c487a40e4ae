"""What the books tell others: every change with its document, and what the accounts of an entity come to."""

from collections.abc import Iterable
from datetime import date

from domain.receivables.postings import Posting
from domain.value import Value


class JournalEntry(Value):
    """One change of the ledger on one day; its legs add up to zero.

    Attributes:
        name: the entry's name, unique within a day.
        what: what changed: ``invoice``, ``receipt``, ``allocation`` …
        document: the number of the document, or the receipt as ``source/external id``; empty where nothing says it.
        deals: the deals it is about, none for money that pays nothing yet.
    """

    name: str
    what: str
    on: date
    entity: str
    customer_id: str
    customer_name: str
    document: str
    deals: tuple[str, ...]
    legs: tuple[Posting, ...]


class AccountBalance(Value):
    """One line of a trial balance, in minor units of its currency.

    Attributes:
        debit_minor: the sum of all debits.
        credit_minor: the sum of all credits, not negative.
    """

    entity: str
    currency: str
    account: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Debits less credits."""
        return self.debit_minor - self.credit_minor


class TrialBalance(Value):
    """What all accounts come to at the end of a day; no day means all that is posted."""

    on: date | None
    lines: tuple[AccountBalance, ...]


def balances_of(entries: Iterable[JournalEntry]) -> tuple[AccountBalance, ...]:
    """Add the entries up by entity, currency and account; the lines of one entity and currency add up to zero."""
    sums: dict[tuple[str, str, str], tuple[int, int]] = {}
    for entry in entries:
        for leg in entry.legs:
            key = (entry.entity, leg.currency, leg.account)
            debit, credit = sums.get(key, (0, 0))
            sums[key] = (debit + max(leg.minor, 0), credit + max(-leg.minor, 0))
    return tuple(
        AccountBalance(entity=key[0], currency=key[1], account=key[2], debit_minor=debit, credit_minor=credit)
        for key, (debit, credit) in sorted(sums.items())
    )
