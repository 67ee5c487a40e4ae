"""After some words of a customer no machine may write to them, until a person says that it may."""

from datetime import datetime

from domain.account import commands as c
from domain.account import events as e
from domain.account.events_collecting import ReplyReceived
from domain.account.reading import Events, terms_of
from domain.account.reply_commands import CustomerReplied
from domain.account.state import Account
from domain.machine import Actor
from domain.receivables.stop_words import found_in
from domain.refusal import Code, refuse

_LONGEST = 500
_LOOKED = frozenset({"finance", "credit", "admin"})


def replied(account: Account, command: CustomerReplied, actor: Actor, now: datetime) -> Events:
    """Take a reply; a stop word in it pauses dunning without an end, also where a pause would have ended by itself."""
    words = found_in(command.text, terms_of(account).dunning.stop_words)
    heard = ReplyReceived(text=command.text[:_LONGEST], channel=command.channel, stop_words=words)
    if not words:
        return (heard,)
    return (heard, e.DunningPaused(reason=f"stop word 停催词: {', '.join(words)}", stop=True))


def resume(account: Account, command: c.ResumeDunning, actor: Actor, now: datetime) -> Events:
    """End a pause; one that a stop word began takes finance or credit (E_AUTH), and what they found out (E_GATE)."""
    pause = account.pause
    if pause is not None and pause.stop:
        if _LOOKED.isdisjoint(actor.roles):
            names = ", ".join(sorted(_LOOKED))
            raise refuse(
                Code.AUTH,
                f"{pause.reason}: only one of the roles {names} may resume dunning",
                f"{pause.reason}：仅角色 {names} 可恢复催收",
                needed=names,
            )
        if not command.reason.strip():
            raise refuse(
                Code.GATE,
                f"{pause.reason}: say in reason why the customer may be written to again",
                f"{pause.reason}：请在 reason 中说明为何可以恢复催收",
                missing="reason",
            )
    return (e.DunningResumed(reason=command.reason),)
