"""The one door of a deal: a command becomes the facts it makes true, or is refused and changes nothing (P5)."""

from collections.abc import Callable
from datetime import datetime

from domain.deal import commands as c
from domain.deal import events as e
from domain.deal.decide_amend import amend
from domain.deal.decide_approval import add_signer, decide_seat, questioned, recall, transfer_seat
from domain.deal.decide_billing import receivable_changed
from domain.deal.decide_cancel import abort, cancel
from domain.deal.decide_credit import account_hold_changed, release_credit
from domain.deal.decide_delivery import accept_delivery, correct_delivery, record_delivery, reject_delivery
from domain.deal.decide_hold import hold, release
from domain.deal.decide_lead import assign, capture, disqualify, follow_up, nurture, qualify, respond
from domain.deal.decide_opportunity import advance, decline_quote, lose, step_back
from domain.deal.decide_order import accept_quote, sign_contract
from domain.deal.decide_quote import create_quote, edit_quote, send_quote, submit_quote
from domain.deal.decide_recurring import end_recurring
from domain.deal.decide_result import effect_done, effect_failed, retry_effect, skip_effect
from domain.deal.decide_time import elapsed
from domain.deal.moves import check_role, check_state
from domain.deal.reading import Events
from domain.deal.state import Deal
from domain.logged import AdoptLog, LogAdopted, LogTaken, nothing_to_adopt
from domain.machine import Actor
from domain.refusal import Code, refuse
from domain.value import Value

Handler = Callable[..., Events]


def decide(deal: Deal, command: Value, actor: Actor, now: datetime) -> Events:
    """Return the events that a command makes true.

    An empty answer means that nothing is to be done: the same decision on a seat was taken before, and stands, or an
    account says what is known.

    Raises:
        Refused: the rules do not allow it now; the code says why, the sentence what would make it pass.
    """
    internal = _INTERNAL.get(type(command))
    if internal is not None:
        return internal(deal, command, actor, now)
    found = _PUBLIC.get(type(command))
    if found is None:
        raise refuse(
            Code.STATE, f"{type(command).__name__} is no command of a deal", f"{type(command).__name__} 不是商机命令"
        )
    kind, handler = found
    check_role(command, kind, actor)
    check_state(deal, kind)
    return handler(deal, command, actor, now)


def _unreadable(deal: Deal, command: c.Unreadable, actor: Actor, now: datetime) -> Events:
    return (
        e.CommandRefused(
            code=command.code, text=command.text, command=command.command[:200], excerpt=command.excerpt[:500]
        ),
    )


def _log_taken(deal: Deal, command: LogTaken, actor: Actor, now: datetime) -> Events:
    return (LogAdopted(reason=command.reason),)


_HANDLERS: tuple[tuple[type[Value], Handler], ...] = (
    (c.Capture, capture),
    (c.Assign, assign),
    (c.Respond, respond),
    (c.FollowUp, follow_up),
    (c.Qualify, qualify),
    (c.Disqualify, disqualify),
    (c.Nurture, nurture),
    (c.Advance, advance),
    (c.StepBack, step_back),
    (c.Lose, lose),
    (c.CreateQuote, create_quote),
    (c.EditQuote, edit_quote),
    (c.SubmitQuote, submit_quote),
    (c.SendQuoteNow, send_quote),
    (c.AcceptQuote, accept_quote),
    (c.DeclineQuote, decline_quote),
    (c.Decide, decide_seat),
    (c.TransferSeat, transfer_seat),
    (c.AddSigner, add_signer),
    (c.Recall, recall),
    (c.SignContract, sign_contract),
    (c.RecordDelivery, record_delivery),
    (c.CorrectDelivery, correct_delivery),
    (c.AcceptDelivery, accept_delivery),
    (c.RejectDelivery, reject_delivery),
    (c.Amend, amend),
    (c.EndRecurring, end_recurring),
    (c.Cancel, cancel),
    (c.HoldDeal, hold),
    (c.Release, release),
    (c.ReleaseCredit, release_credit),
    (c.RetryEffect, retry_effect),
    (c.SkipEffect, skip_effect),
    (c.AbortEffect, abort),
)
_PUBLIC: dict[type[Value], tuple[str, Handler]] = {
    command: (command.model_fields["kind"].default, handler) for command, handler in _HANDLERS
}
_INTERNAL: dict[type[Value], Handler] = {
    c.EffectDone: effect_done,
    c.EffectFailed: effect_failed,
    c.Elapsed: elapsed,
    c.ReceivableChanged: receivable_changed,
    c.AccountHoldChanged: account_hold_changed,
    c.OrgChanged: questioned,
    c.Unreadable: _unreadable,
    LogTaken: _log_taken,
    # Only a shell knows that its log refuses something; it asks for `LogTaken` then.
    AdoptLog: nothing_to_adopt,
}
