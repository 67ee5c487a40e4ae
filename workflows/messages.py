"""What goes into and comes out of the workflows; every later field has a default, unknown ones are ignored."""

from typing import Any, Literal

from domain.account.commands import PublicAccountCommand
from domain.account.state import Account
from domain.deal.commands import PublicDealCommand
from domain.deal.state import Customer, Deal
from domain.machine import Actor, Submission
from domain.statements.posting import Progress
from domain.value import Value

Until = Literal["recorded", "settled"]
"""How long a sender waits: until the event log has it, or until all it set going outside is done."""
DealSubmission = Submission[PublicDealCommand]
AccountSubmission = Submission[PublicAccountCommand]


class Limits(Value):
    """How long the shell tries and keeps; settings reach a workflow only by its input.

    Attributes:
        vendor_patience_s: how long an effect on an outside party is retried before it needs attention.
        vendor_attempts: at most so many attempts, 0 for no limit.
        drain_s: how long running effects may take before a continue-as-new goes on without waiting.
        history_events: continue as new at this length even if the server does not suggest it, 0 for never.
        record_patience_s: what cannot be recorded for so long is shown to operations, 0 for after an hour.
        console: whether an unsigned message may act for the person it names.
    """

    vendor_patience_s: int = 86_400
    vendor_attempts: int = 0
    drain_s: int = 30
    history_events: int = 0
    record_patience_s: int = 0
    console: bool = False


class DealInput(Value):
    """How a deal starts: new, or with a whole state (continued, migrated, imported, reopened).

    Attributes:
        clock_offset_s: added to the workflow's clock; zero in production.
        state: the state to go on from; none starts a new deal, whose first command is `capture`.
    """

    deal_id: str
    entity: str
    currency: str
    customer: Customer
    clock_offset_s: float = 0
    limits: Limits = Limits()
    state: Deal | None = None


class AccountInput(Value):
    """How a customer's account starts; its case is read from the ledger, its version from the event log."""

    entity: str
    customer_id: str
    currency: str
    clock_offset_s: float = 0
    limits: Limits = Limits()
    state: Account | None = None


class StatementInput(Value):
    """A statement that was taken in.

    Attributes:
        statement: its row.
        account: the bank account that it is of.
        known_as: the bank's id of it.
        clock_offset_s: added to the clock, and to that of accounts that it starts; zero in production.
        progress: where an earlier run of this workflow ended.
    """

    statement: int
    account: str
    known_as: str
    clock_offset_s: float = 0
    progress: Progress = Progress()


class Word(Value):
    """A message between workflows: accepted once per id, from an expected sender only.

    Attributes:
        id: the id of the sender's effect, ``{sender}/{seq}/{kind}``.
        sender: the workflow id of who says it.
        command: an internal command of the receiver, as JSON.
        signature: proves that one of our workers sent it.
    """

    id: str
    sender: str
    command: dict[str, Any]
    signature: str = ""


class Envelope(Value):
    """A submission as it travels, with the signature of the API or webhook that vouches for the actor.

    Without a signature it counts as sent by hand (``via: console``); then the id may be left out and the actor be
    a plain name.

    Attributes:
        until: answer once the command is recorded, or once all it set going outside is done (``settled``).
    """

    id: str = ""
    actor: Actor | str
    command: dict[str, Any]
    expected_version: int | None = None
    until: Until = "recorded"
    signature: str = ""


class Answered(Value):
    """What a person gets back for an accepted command.

    Attributes:
        version: the aggregate's version after the command.
        stage: where it is now.
        recorded: whether the event log has it; if not it will, the database is away.
        waiting: who owes what next, as ``who: kind of command``.
        repeated: the command had been applied before, and this is its first answer; or what it says stood already, and
            it has changed nothing.
        approval_id: the approval that what was asked for waits for; nothing of it is done before somebody has agreed.
    """

    version: int
    stage: str
    recorded: bool = True
    waiting: tuple[str, ...] = ()
    repeated: bool = False
    approval_id: str = ""
