"""What becomes of each line of a statement: a receipt, the reversal of one, a question, or nothing of ours."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from domain.account.commands import RecordReceipt, ReverseReceiptNow
from domain.money import Money
from domain.receivables.exchange import Rate
from domain.statements.bookings import Doubt
from domain.statements.incoming import Incoming, Movement
from domain.statements.statement import Party
from domain.value import Text, Value

SOURCE = "bank"
"""The source of every receipt that comes from a bank statement."""
LineStatus = Literal["ready", "posted", "asked", "set_aside", "same"]
"""``set_aside`` is nothing of receivables, ``same`` was counted already by another message."""
_DOUBTS = {
    Doubt.DAY: Text(
        en="account, day and amount are those of a posted booking: is it the same (same) or another (new)?",
        zh="账户、日期、金额与已入账的一笔相同：同一笔还是另一笔？",
    ),
    Doubt.REFERENCE: Text(
        en="a posted booking of another day has the bank's reference and the amount: "
        "is it the same (same) or another (new)?",
        zh="另一日已入账的一笔有相同的银行流水号和金额：同一笔还是另一笔？",
    ),
    Doubt.STATEMENT: Text(
        en="another statement of this account, with other balances, has an equal booking of that day: "
        "is it the same (same) or another (new)?",
        zh="该账户另一份余额不同的对账单在同日有相同的一笔：同一笔还是另一笔？",
    ),
}
_LONGEST_PAYER, _LONGEST_REFERENCE = 200, 2000
_NAMED = 5


class Line(Value):
    """One payment of a booked entry, as stored.

    Attributes:
        line_id: ours.
        entity: the legal entity whose bank account it is on.
        own_account: what it was paid into, where the bank says that it was not the account itself.
        by: who handed the statement in.
        chosen: what was settled on before: the customer (``customer:C-1``) or the receipt to reverse (``receipt:…``).
        answers: how often a person has answered about it.
        rate: at which the bank exchanged what the payer instructed.
        asked_about: the receipts (``source/external_id``) that a person has said it is not.
    """

    line_id: int
    entity: str
    external_id: str
    movement: Movement
    amount: Money
    value_date: date
    payer: Party = Party()
    own_account: str = ""
    reference: str = ""
    end_to_end_id: str = ""
    servicer_reference: str = ""
    return_code: str = ""
    by: str = ""
    chosen: str = ""
    answers: int = 0
    rate: Rate | None = None
    asked_about: tuple[str, ...] = ()

    @property
    def customer_id(self) -> str:
        """For whom a person said that it is, empty where nobody did."""
        return self.chosen.removeprefix("customer:") if self.chosen.startswith("customer:") else ""

    @property
    def key(self) -> str:
        """Name the command that posts it: another one after each answer of a person."""
        return f"bank:{self.external_id}:{self.answers}" if self.answers else f"bank:{self.external_id}"


class Outcome(Value):
    """What became of a line.

    Attributes:
        customer_id: in whose account the money is.
        rule: what decided whose money it is.
        evidence: sentences that prove it.
        reason: why a person is asked, or why it is nothing of ours.
        told: receipts, as ``source/external_id``, that the question whether it is the same is about.
    """

    status: LineStatus
    entity: str = ""
    customer_id: str = ""
    rule: str = ""
    evidence: tuple[str, ...] = ()
    flagged: bool = False
    reason: Text | None = None
    told: tuple[str, ...] = ()


class Reversible(Value):
    """A receipt that a reversal may be about.

    Attributes:
        left: what of it has not gone back.
        because: which reference of the bank both share; empty where only the amount agrees.
    """

    entity: str
    customer_id: str
    external_id: str
    left: Money
    because: str = ""


class PostLines(Value):
    """The next lines of a statement are to be posted.

    Attributes:
        statement: its row.
        at: the business time.
        clock_offset_s: added to the clock of accounts that are started by it; zero in production.
    """

    statement: int
    at: datetime
    clock_offset_s: float = 0


class Progress(Value):
    """How far a statement is.

    Attributes:
        ready: lines still to be posted.
        received: what was posted, per currency.
        last: sentences about the last lines.
    """

    lines: int = 0
    ready: int = 0
    posted: int = 0
    asked: int = 0
    set_aside: int = 0
    same: int = 0
    received: tuple[Money, ...] = ()
    last: tuple[str, ...] = ()


def first_outcome(incoming: Incoming, doubt: Doubt | None = None) -> Outcome:
    """Decide what can be decided of a line before anything is looked up."""
    if incoming.amount.minor == 0:
        return Outcome(status="set_aside", reason=Text(en="an amount of zero", zh="金额为零"))
    if incoming.movement is Movement.OUTGOING:
        return Outcome(status="set_aside", reason=Text(en="money of ours that went out", zh="付出款项"))
    if doubt is not None:
        return Outcome(status="asked", reason=_DOUBTS[doubt])
    if incoming.movement is Movement.CAME_BACK:
        en = "money of ours came back: whose is it (receipt, customer), or nothing of receivables (dismiss)?"
        return Outcome(status="asked", reason=Text(en=en, zh="付出的款项被退回：属于哪个客户，或与应收无关？"))
    if incoming.rate_doubt is not None and incoming.movement is Movement.RECEIPT:
        return Outcome(status="asked", reason=incoming.rate_doubt)
    return Outcome(status="ready")


def receipt_of(line: Line) -> RecordReceipt:
    """Return the command that records a line as a receipt."""
    return RecordReceipt(
        source=SOURCE,
        external_id=line.external_id,
        amount=line.amount,
        value_date=line.value_date,
        payer=line.payer.name[:_LONGEST_PAYER],
        reference=clipped(line.reference, _LONGEST_REFERENCE),
        rate=line.rate,
    )


def clipped(text: str, longest: int) -> str:
    """Cut a text between words: half an invoice number could be another one."""
    if len(text) <= longest:
        return text
    head, space, _ = text[: longest + 1].rpartition(" ")
    return head if space else ""


def reversal_of(line: Line, receipt: Reversible) -> ReverseReceiptNow:
    """Return the command that takes a receipt back by the amount of a line."""
    said = " ".join(part for part in (line.return_code, line.reference) if part)
    reason = clipped(said, _LONGEST_REFERENCE) or "reversed by the bank"
    return ReverseReceiptNow(
        source=SOURCE, external_id=receipt.external_id, amount=line.amount.negated(), reason=reason
    )


def taken_back(line: Line, candidates: Sequence[Reversible]) -> Reversible | None:
    """Return the receipt that a reversal is about: the chosen one, or the only one with its reference and the money."""
    if line.chosen:
        return next((one for one in candidates if line.chosen == f"receipt:{one.external_id}"), None)
    enough = [one for one in candidates if one.because and one.left.minor >= -line.amount.minor]
    return enough[0] if len(enough) == 1 else None


def which_receipt(candidates: Sequence[Reversible]) -> Outcome:
    """Ask which receipt a reversal is about."""
    named = ", ".join(f"{one.external_id} ({one.customer_id}, {one.left})" for one in candidates[:_NAMED])
    more = len(candidates) - _NAMED
    en_more, zh_more = (f", and {more} more", f"，另有 {more} 笔") if more > 0 else ("", "")
    en = f"a payment was taken back: which receipt (reverse)? {named or 'none has its reference or amount'}{en_more}"
    zh = f"款项被收回：对应哪笔收款？{named or '没有相同附言或金额的收款'}{zh_more}"
    return Outcome(status="asked", reason=Text(en=en, zh=zh))
