"""What cancelling an order will do, said before it is done, and bound to a hash that the cancellation may carry."""

import hashlib
import json
from typing import Literal

from domain.money import Money
from domain.receivables.freed import PaidPart
from domain.value import Value

Delivered = Literal["owed", "credited"]
"""What becomes of what was delivered: it stays owed, or it is credited with the rest."""


class CancelledCredit(Value):
    """What is credited of one invoice.

    Attributes:
        amount: the gross of the credit note; ``tax_minor`` is the tax in it.
        offset_minor: what was open of the invoice and is not any more.
        released_minor: cash that had paid it and becomes unapplied.
        restored_minor: what it had taken off for a deposit, which is free again.
        fiscal_number: 数电票号码 of the invoice, which takes a red letter (红字发票); empty where it has none.
    """

    number: str
    purpose: Literal["standard", "deposit"] = "standard"
    amount: Money
    tax_minor: int = 0
    offset_minor: int = 0
    released_minor: int = 0
    restored_minor: int = 0
    fiscal_number: str = ""


class Released(Value):
    """Cash of a receipt that pays nothing any more: it is the payer's, to be applied or paid back."""

    source: str
    external_id: str
    payer: str = ""
    minor: int


class LastInvoice(Value):
    """What was delivered and is not billed yet, with tax; ``deducted_minor`` is taken off for a deposit."""

    item: str
    gross: Money
    deducted_minor: int = 0


class UndeliveredLine(Value):
    """What of an order line is not delivered any more, as a decimal quantity."""

    position: int
    quantity: str


class Stopped(Value):
    """What does not happen any more: deliveries, billing items by id, and services that are billed again and again."""

    deliveries: tuple[UndeliveredLine, ...] = ()
    billing: tuple[str, ...] = ()
    recurring: tuple[str, ...] = ()


class Clawback(Value):
    """By how much a person's commission changes; what is taken back is below zero."""

    person: str
    change: Money


class SecondAsked(Value):
    """What a second person will be asked for.

    Attributes:
        kind: ``credit`` holds the whole cancellation; ``refund`` only the paying back, after it is done.
        amount: what waits, with what will never be billed.
        in_all: what is weighed: with what was given away before, and beside it.
        over: what one person may do alone.
        roles: who is asked, by the policy's tiers; whoever cancels is never among them.
    """

    kind: Literal["credit", "refund"]
    amount: Money
    in_all: Money
    over: Money
    roles: tuple[str, ...] = ()


class CancellationPreview(Value):
    """What a cancellation will do.

    Attributes:
        credits: the credit notes, in the order in which they are issued.
        released: cash that becomes unapplied, or is paid back to its payer (``paid_part``), by receipt.
        billed: the invoices over what was delivered and not billed.
        stopped: what does not happen any more.
        forgone: what was delivered and will not be billed, with tax; none where it was not looked at.
        credited: the gross of all credit notes; owed: what the customer still owes of the order afterwards.
        second: whether a second person must agree to any of it; asks: to what, and who.
        in_all: what is given away, by credit and by never being billed, with what was given away before of the same
            invoices.
        clawback: what it means for commission, by person; not part of the hash, as it follows from the credits.
        content_hash: what a cancellation and a decision name.
    """

    deal_id: str
    delivered: Delivered
    paid_part: PaidPart = "unapplied"
    credits: tuple[CancelledCredit, ...] = ()
    released: tuple[Released, ...] = ()
    billed: tuple[LastInvoice, ...] = ()
    stopped: Stopped = Stopped()
    forgone: Money | None = None
    credited: Money
    owed: Money
    second: bool = False
    asks: tuple[SecondAsked, ...] = ()
    in_all: Money
    clawback: tuple[Clawback, ...] = ()
    content_hash: str = ""

    @property
    def given_up(self) -> Money:
        """What is credited, with what will never be billed."""
        forgone = 0 if self.forgone is None else self.forgone.minor
        return Money(minor=self.credited.minor + forgone, currency=self.credited.currency)


_FOLLOWS = {"second", "asks", "in_all", "clawback", "content_hash"}


def hashed(preview: CancellationPreview) -> CancellationPreview:
    """Return the preview with the hash of all that it would do; not of who must agree to it, nor of what follows."""
    said = preview.model_dump(mode="json", exclude=_FOLLOWS)
    for credit in said["credits"]:
        # The tax office may answer at any time; that changes what paper is needed, not what is done.
        credit.pop("fiscal_number")
    if not said["forgone"] or not said["forgone"]["minor"]:
        # What was seen before this was looked at gives nothing up, and keeps its hash.
        said.pop("forgone")
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return preview.model_copy(update={"content_hash": hashlib.sha256(text.encode()).hexdigest()})
