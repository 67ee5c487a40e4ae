"""The one door of an account: a command becomes the facts it makes true, or is refused and changes nothing (P5)."""

from collections.abc import Callable
from datetime import datetime

from domain.account import commands as c
from domain.account import decide_refund as refunds
from domain.account import decide_request as requests
from domain.account import events as e
from domain.account.decide_ask import ASKS
from domain.account.decide_result import effect_done, effect_failed
from domain.account.decide_time import calendar_due, pause_ended, step_due
from domain.account.decide_word import invoice_credited, invoice_opened, receipt_arrived
from domain.account.moves import check_role, check_state
from domain.account.reading import Events, finished
from domain.account.refunds import PollDue
from domain.account.state import Account
from domain.approval.questions import OrgChanged
from domain.logged import AdoptLog, LogAdopted, LogTaken, nothing_to_adopt
from domain.machine import Actor
from domain.refusal import Code, refuse
from domain.value import Value

__all__ = ["decide", "finished", "open_account"]


def open_account(entity: str, customer_id: str, currency: str) -> tuple[Account, Events]:
    """Return an account to which nothing has happened yet, and its first event, which asks for its case."""
    blank = Account(entity=entity, customer_id=customer_id, currency=currency)
    return blank, (e.AccountOpened(entity=entity, customer_id=customer_id, currency=currency),)


def decide(account: Account, command: Value, actor: Actor, now: datetime) -> Events:
    """Return the events that a command makes true.

    An empty answer means one of two things: a timer was armed for what is not next any more, or the same decision
    on a seat was taken before, and stands.

    Raises:
        Refused: the rules do not allow it now; the code says why, the sentence what would make it pass.
    """
    internal = _INTERNAL.get(type(command))
    if internal is not None:
        return internal(account, command, actor, now)
    asked = ASKS.get(type(command))
    if asked is None:
        raise refuse(
            Code.STATE,
            f"{type(command).__name__} is no command of an account",
            f"{type(command).__name__} 不是账户命令",
        )
    kind = type(command).model_fields["kind"].default
    check_role(kind, actor)
    check_state(account, kind)
    return asked(account, command, actor, now)


def _unreadable(account: Account, command: c.Unreadable, actor: Actor, now: datetime) -> Events:
    return (
        e.CommandRefused(
            code=command.code, text=command.text, command=command.command[:200], excerpt=command.excerpt[:500]
        ),
    )


def _log_taken(account: Account, command: LogTaken, actor: Actor, now: datetime) -> Events:
    return (LogAdopted(reason=command.reason),)


_INTERNAL: dict[type[Value], Callable[..., Events]] = {
    c.EffectDone: effect_done,
    c.EffectFailed: effect_failed,
    c.StepDue: step_due,
    c.PauseEnded: pause_ended,
    c.CalendarDue: calendar_due,
    PollDue: refunds.poll_due,
    c.RequestAlarm: requests.rang,
    c.PeopleDue: requests.people_due,
    OrgChanged: requests.questioned,
    c.InvoiceOpened: invoice_opened,
    c.InvoiceCreditedByDeal: invoice_credited,
    c.ReceiptArrived: receipt_arrived,
    c.Unreadable: _unreadable,
    LogTaken: _log_taken,
    # Only a shell knows that its log refuses something; it asks for `LogTaken` then.
    AdoptLog: nothing_to_adopt,
}
