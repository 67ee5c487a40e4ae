"""A bank statement as the bank wrote it: every entry is sound money or stands apart as unreadable.

Amounts carry the sign of what they did to the account: credits above zero, debits below. A reversal has the sign of
its own movement already and is only marked.
"""

from datetime import date
from enum import StrEnum

from pydantic import Field

from domain.money import Money
from domain.statements.problem import Problem
from domain.statements.told_exchange import ToldExchange
from domain.value import Value


class StatementKind(StrEnum):
    """What kind of message a statement came in."""

    CAMT_052 = "camt.052"
    CAMT_053 = "camt.053"
    CAMT_054 = "camt.054"
    MT940 = "MT940"
    MT942 = "MT942"
    CSV = "CSV"


class Direction(StrEnum):
    """Whether money came into the account or left it; known even where the amount is zero."""

    CREDIT = "credit"
    DEBIT = "debit"


class BalanceKind(StrEnum):
    """What a balance means; ISO 20022 codes, into which the other formats are translated."""

    OPENING_BOOKED = "OPBD"
    PREVIOUSLY_CLOSED = "PRCD"
    OPENING_AVAILABLE = "OPAV"
    INTERIM_BOOKED = "ITBD"
    CLOSING_BOOKED = "CLBD"
    CLOSING_AVAILABLE = "CLAV"
    FORWARD_AVAILABLE = "FWAV"


BOOKED = "BOOK"
"""The state of an entry that is part of the balance; every other state is a hint."""


class Balance(Value):
    """What stood on the account at an end of the statement.

    Attributes:
        code: one of `BalanceKind`, or what else the bank wrote.
        amount: negative for a debit balance.
        on: its day; None where the file gives none that exists.
    """

    code: str
    amount: Money
    on: date | None = None


class Party(Value):
    """Who stands on one side of a payment, as far as the bank says.

    Attributes:
        account: IBAN or any other number, without spaces.
    """

    name: str = ""
    account: str = ""


class Payment(Value):
    """One payment inside an entry; a batch entry has several, an entry without details none.

    Attributes:
        amount: in the entry's currency, signed; None where the bank states no such amount for this payment.
        original: what the payer instructed, where that was in another currency.
        end_to_end_id: the payer's own reference; empty where the bank wrote NOTPROVIDED.
        servicer_reference: the bank's reference of this payment.
        structured: creditor references (RF, QR, ESR), the best evidence of what is paid.
        unstructured: remittance text as it was cut into pieces, perhaps in the middle of a word.
        return_code: why it came back (``AC04``); empty for a payment that did not.
        exchanges: how the bank says that it became ``amount`` of ``original``; not written where it says nothing, so
            that what is kept of such statements is known again.
    """

    amount: Money | None = None
    original: Money | None = None
    end_to_end_id: str = ""
    mandate_id: str = ""
    servicer_reference: str = ""
    debtor: Party = Party()
    creditor: Party = Party()
    structured: tuple[str, ...] = ()
    unstructured: tuple[str, ...] = ()
    return_code: str = ""
    exchanges: tuple[ToldExchange, ...] = Field(default=(), exclude_if=lambda told: not told)


class Entry(Value):
    """One movement on the account.

    Attributes:
        index: its place in the statement, from 1.
        amount: signed, in the account's currency.
        state: `BOOKED`, or another code of the bank (``PDNG``, ``INFO``).
        booked_on: the booking day; None where the bank gives none.
        valued_on: the day the money counts from; None where the bank gives none.
        is_reversal: this movement takes back an earlier one.
        servicer_reference: the bank's reference, the same in every message about this booking.
        entry_reference: the entry's number within the statement, worth less than the former.
        batch_count: how many payments the bank says it holds; 0 where it does not say.
        text: what the bank calls it.
    """

    index: int
    direction: Direction
    amount: Money
    state: str = BOOKED
    booked_on: date | None = None
    valued_on: date | None = None
    is_reversal: bool = False
    servicer_reference: str = ""
    entry_reference: str = ""
    batch_count: int = 0
    text: str = ""
    payments: tuple[Payment, ...] = ()

    @property
    def is_booked(self) -> bool:
        """Tell whether the entry is part of the balance."""
        return self.state == BOOKED


class UnreadableEntry(Value):
    """An entry without an amount that can be trusted; what else is known of it is kept for the person who looks.

    Attributes:
        index: its place in the statement, from 1.
        written: the amount as it stands in the file.
        currency: as it stands in the file, perhaps empty.
    """

    index: int
    written: str
    currency: str = ""
    state: str = BOOKED
    is_reversal: bool = False
    payments: tuple[Payment, ...] = ()


class Statement(Value):
    """One statement of one account.

    Attributes:
        kind: the message it came in.
        version: of the message (``001.08``); empty where the file names none.
        statement_id: the bank's id of it.
        account: IBAN or other number, as written, without spaces at its ends.
        number: statement and page number (``27/1``); empty where there is none.
        currency: of the account, as the file states it beside the entries; None where it does not.
        information_blocks: MT940 and MT942: how many ``:86:`` fields there are, those of the statement among them.
        problems: what was wrong when it was read; any keeps it from being posted.
        notes: what was wrong with fields that no posting needs.
    """

    kind: StatementKind
    version: str = ""
    statement_id: str = ""
    account: str = ""
    number: str = ""
    currency: str | None = None
    balances: tuple[Balance, ...] = ()
    entries: tuple[Entry, ...] = ()
    unreadable: tuple[UnreadableEntry, ...] = ()
    information_blocks: int = 0
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()

    def balance(self, *codes: str) -> Balance | None:
        """Return the first balance of the first of these codes that is there."""
        for code in codes:
            for balance in self.balances:
                if balance.code == code:
                    return balance
        return None


class StatementFile(Value):
    """What a file holds, statement by statement.

    Attributes:
        namespace: of an XML file; None without one.
        encoding: how the text was decoded.
        profile: the bank profile that read a CSV file; empty for other formats.
    """

    kind: StatementKind
    version: str = ""
    namespace: str | None = None
    encoding: str = ""
    profile: str = ""
    statements: tuple[Statement, ...] = ()
