"""Credit is checked before there is an order, and an account that is not paid keeps orders and deliveries back (P4).

What is delivered already is invoiced, collected and accepted whatever the credit; nothing here touches that.
"""

from datetime import datetime
from decimal import Decimal

from domain.deal import commands as c
from domain.deal import events as e
from domain.deal.decide_order import ordered
from domain.deal.effects import CheckCredit
from domain.deal.events_credit import AccountHoldBegan, AccountHoldEnded, CreditCheckRequired, DeliveredOnHold
from domain.deal.reading import Events, kept_back, quote_of
from domain.deal.state import Deal, Stage
from domain.machine import Actor
from domain.receivables.holds import AccountHold
from domain.refusal import Code, refuse

_REPORTED = frozenset({"webhook", "import"})
"""Ways by which somebody outside says what has happened: it cannot be refused, it has."""


def credit_decided(deal: Deal, result: c.CreditDecision) -> Events:
    """Go on with the order, or hold it for the credit role; nothing, when the deal has left this point."""
    if deal.stage not in (Stage.CONTRACT, Stage.CREDIT_HOLD) or deal.credit_cleared:
        return ()
    known = {hold.account for hold in deal.account_holds}
    began = tuple(AccountHoldBegan(hold=hold) for hold in result.holds if hold.account not in known)
    if result.blocked:
        return (*began, e.CreditHeld(why=result.blocked, exposure_minor=result.exposure_minor))
    cleared = (*began, e.CreditCleared(exposure_minor=result.exposure_minor))
    return cleared if deal.hold is not None else (*cleared, *ordered(deal))


def release_credit(deal: Deal, command: c.ReleaseCredit, actor: Actor, now: datetime) -> Events:
    """Let the order, or the deliveries of one, go on in spite of the customer's credit."""
    released = e.CreditReleased(reason=command.reason)
    return (released, *ordered(deal)) if deal.stage is Stage.CREDIT_HOLD else (released,)


def account_hold_changed(deal: Deal, command: c.AccountHoldChanged, actor: Actor, now: datetime) -> Events:
    """Take what an account of the customer keeps back; what waited only for its end goes on. Nothing, if it is known.

    An order that waits is checked again: there may be other reasons. So is one whose check is under way, since it may
    have seen what is over now.
    """
    if deal.stage.closed or deal.stage is Stage.CANCELLING:
        return ()
    known = next((hold for hold in deal.account_holds if hold.account == actor.id), None)
    if command.deliveries:
        hold = AccountHold(account=actor.id, orders=command.orders)
        return () if hold == known else (AccountHoldBegan(hold=hold),)
    ended: Events = () if known is None else (AccountHoldEnded(account=actor.id),)
    return (*ended, *((CreditCheckRequired(order=quote_of(deal).totals.gross),) if _waits(deal) else ()))


def on_hold(deal: Deal, command: c.RecordDelivery, actor: Actor) -> Events:
    """Return what a delivery on hold adds (E_CREDIT where a person asks): what is reported from outside is a fact."""
    if not kept_back(deal):
        return ()
    if actor.via in _REPORTED:
        return (DeliveredOnHold(reference=command.reference),)
    raise _kept(deal)


def check_not_more(deal: Deal, quantities: dict[int, Decimal]) -> None:
    """Refuse a correction that delivers more while deliveries are kept back (E_CREDIT)."""
    order = deal.order
    if order is None or not kept_back(deal):
        return
    before = {one.line.position: Decimal(one.delivered) for one in order.lines}
    if any(quantity > before.get(position, Decimal(0)) for position, quantity in quantities.items()):
        raise _kept(deal)


def _waits(deal: Deal) -> bool:
    checking = deal.order is None and any(isinstance(one.effect, CheckCredit) for one in deal.pending)
    return deal.stage is Stage.CREDIT_HOLD or (deal.stage is Stage.CONTRACT and checking)


def _kept(deal: Deal) -> Exception:
    names = ", ".join(hold.account for hold in deal.account_holds)
    return refuse(
        Code.CREDIT,
        f"deliveries are kept back until {names} is paid: collect what is overdue, or let credit release the deal "
        "(release_credit)",
        f"{names} 逾期未付，交付已冻结：请先收款，或由信用人员放行（release_credit）",
        accounts=names,
    )
