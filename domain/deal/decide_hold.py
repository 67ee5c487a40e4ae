"""While a deal is held nothing moves but money already owed, and its clocks stand still (T4)."""

from datetime import datetime, timedelta

from domain.approval import clock
from domain.deal import commands as c
from domain.deal import events as e
from domain.deal.amending import deciding
from domain.deal.decide_order import held_back
from domain.deal.reading import Events, terms_of
from domain.deal.state import Deal
from domain.machine import Actor
from domain.refusal import Code, refuse

_MOST_HOLDS = 40
"""Holds of one deal that the state keeps, for the clocks they stopped."""

_OVER_OTHERS = frozenset({"sales_manager", "finance", "credit", "ops", "admin"})
"""Who may release a hold that somebody else has set."""


def hold(deal: Deal, command: c.HoldDeal, actor: Actor, now: datetime) -> Events:
    """Hold the deal, until a date if one is given."""
    if command.until is not None and (command.until.tzinfo is None or command.until <= now):
        raise refuse(Code.GATE, "until must lie ahead, with its zone", "until 必须是未来的时间并带时区")
    if len(deal.held) >= _MOST_HOLDS:
        raise refuse(
            Code.LIMIT, f"the deal was held {_MOST_HOLDS} times already", f"该商机已冻结 {_MOST_HOLDS} 次，不能再冻结"
        )
    held = e.DealHeld(reason=command.reason, until=command.until)
    current = deciding(deal)
    if current is None:
        return (held,)
    return (held, *clock.pause(current, terms_of(deal).calendar, now))


def release(deal: Deal, command: c.Release, actor: Actor, now: datetime) -> Events:
    """End the hold; one that somebody else has set takes more than the role sales (E_AUTH)."""
    if deal.hold is not None and actor.id != deal.hold.by and _OVER_OTHERS.isdisjoint(actor.roles):
        names = ", ".join(sorted(_OVER_OTHERS))
        raise refuse(
            Code.AUTH,
            f"{deal.hold.by} holds the deal ({deal.hold.reason}): it is released by {deal.hold.by}, or by one of the "
            f"roles {names}",
            f"{deal.hold.by} 已冻结该商机（{deal.hold.reason}）：须由 {deal.hold.by} 或角色 {names} 之一解除",
            needed=names,
        )
    return released(deal, now, by_clock=False)


def released(deal: Deal, now: datetime, *, by_clock: bool) -> Events:
    """Return the end of the hold and all that it alone had kept back."""
    if deal.hold is None:
        raise refuse(Code.STATE, "the deal is not on hold", "商机未被冻结")
    seconds = max(0, (now - deal.hold.since) // timedelta(seconds=1))
    ended = e.DealReleased(held_for_s=seconds, by_clock=by_clock)
    resumed = () if deal.approval is None else clock.resume(deal.approval)
    return (ended, *resumed, *held_back(deal))
