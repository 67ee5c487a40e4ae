"""A customer account as one immutable value: its case, its holds and the next due step; the money is in the ledger."""

from datetime import datetime

from domain.account.effects import AccountEffect
from domain.account.refunds import Refund
from domain.account.requests import Request
from domain.machine import Answer, Line, Pending
from domain.receivables.entries import CaseView, NextStep
from domain.terms import AccountTerms
from domain.value import Value


class Pause(Value):
    """A manual pause of dunning.

    Attributes:
        by: who owes its end.
        stop: a stop word of the customer began it, so that nothing but a person's word ends it.
    """

    reason: str
    by: str
    since: datetime
    until: datetime | None = None
    stop: bool = False


class PersonsHold(Value):
    """Orders and deliveries are kept back because a person says so."""

    reason: str
    by: str
    since: datetime


class InHand(Value):
    """A notice that a person is to post, or to tell by telephone.

    Attributes:
        notice_id: its id in the ledger.
        left: the channels after this one.
        said: what became of it, until the ledger has it.
    """

    notice_id: str
    step: NextStep
    channel: str
    left: tuple[str, ...] = ()
    said: str = ""


class Account(Value):
    """The receivables case of one customer in one currency.

    Attributes:
        version: the seq of the last fact, counted on over restarts (it starts from the event log's head).
        loaded: the case has been read from the ledger; before that no command is taken.
        counted: the newest invoices that the ledger had counted in then: word of one of them changes nothing.
        case: the account as the ledger summed it up last.
        credit_hold, delivery_stop: what its ladder keeps back from the customer's deals.
        hold: what a person keeps back from them beside that.
        notice: the stage of a notice being sent, empty when none is.
        in_hand: that notice, when a person carries it.
        undeliverable: the stage of a notice that could not be sent: no other follows before `resume_dunning`.
        answers: the last 256 command ids with their first answers.
        requests: what waits for a second person, and the last of what no longer does, oldest first.
        refunds: money on its way back to its payer.
        forgotten: the version up to which ids may have been answered that ``answers`` has not; the log has them.
    """

    entity: str
    customer_id: str
    currency: str
    customer_name: str = ""
    version: int = 0
    loaded: bool = False
    counted: tuple[str, ...] = ()
    terms: AccountTerms | None = None
    terms_hash: str = ""
    case: CaseView = CaseView()
    pause: Pause | None = None
    credit_hold: bool = False
    delivery_stop: bool = False
    hold: PersonsHold | None = None
    handed_over: bool = False
    notice: str = ""
    in_hand: InHand | None = None
    undeliverable: str = ""
    pending: tuple[Pending[AccountEffect], ...] = ()
    answers: tuple[Answer, ...] = ()
    forgotten: int = 0
    timeline: tuple[Line, ...] = ()
    requests: tuple[Request, ...] = ()
    refunds: tuple[Refund, ...] = ()
