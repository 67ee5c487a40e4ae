"""What each recorded event makes the replay send: commands with ids of their own, so that a repeat changes nothing."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from domain.account import commands as account
from domain.account.hold_commands import HandOverNow
from domain.account.note_commands import Note
from domain.deal import commands as deal
from domain.machine import Actor
from domain.money import Money, exponent
from domain.quotes import QuoteLine
from domain.receivables.entries import Instalment
from domain.refusal import Code, refuse
from simulation.recorded import Recorded

SOURCE = "replay"


def actor_of(event: Recorded, owner: str) -> Actor:
    """Return the person who acts in a recorded deal: its agent, with every role that recorded events need."""
    return Actor(id=event.attribute("agent") or owner or SOURCE, roles=("sales", "finance", "ops"), via="import")


def step_id(event: Recorded, step: str, nth: int = 1) -> str:
    """Return the idempotency key of one step of one event; the line is not in it, files may be cut otherwise."""
    return f"{SOURCE}/{event.deal_id}/{event.event}/{nth}/{step}"


def customer_name(event: Recorded) -> str:
    """Return the customer as the source names it; one it does not name is the deal's own unknown."""
    return event.attribute("account") or event.attribute("customer") or f"unknown-{event.deal_id}"


def capture(event: Recorded) -> deal.Capture:
    """Return the capture of a lead, with all its attributes; it is worth its list price where no amount is known."""
    return deal.Capture(
        source=SOURCE,
        contact=customer_name(event),
        owner=event.attribute("agent"),
        value=event.amount or event.list_price,
        attributes=event.attributes,
    )


def quote_line(event: Recorded, lead: Recorded) -> QuoteLine:
    """Return the one line of a recorded quote: net as agreed, list as the source or the discount says, to the cent."""
    if event.amount is None:
        raise ValueError(f"line {event.line}: a quote without an amount is set aside when it is read")
    sku = lead.attribute("product") or "recorded"
    price = lead.list_price or event.list_price or _list_price(event.amount, event.discount)
    return QuoteLine(position=1, sku=sku, description=sku, list_price=price, net_price=event.amount)


def _list_price(net: Money, discount: Decimal | None) -> Money:
    if discount is None:
        return net
    places = Decimal(1).scaleb(-exponent(net.currency))
    exact = Decimal(net.minor).scaleb(-exponent(net.currency)) / (1 - discount)
    return Money.of(exact.quantize(places, rounding=ROUND_HALF_UP), net.currency)


def receipt(event: Recorded, numbers: tuple[str, ...], nth: int) -> account.RecordReceipt:
    """Return the receipt of a recorded payment, which names its invoice, then what was charged on top."""
    if event.amount is None:
        raise ValueError(f"line {event.line}: a payment without an amount is set aside when it is read")
    return account.RecordReceipt(
        source=SOURCE,
        external_id=f"{event.deal_id}/{nth}",
        amount=event.amount,
        value_date=event.at.date(),
        invoices=numbers,
        reference=event.attribute("activity"),
    )


def repeated(event: Recorded) -> Note:
    """Return the note of a payment that was reported again and brought nothing new."""
    return Note(what=event.event, text=event.attribute("activity"))


def note(event: Recorded) -> Note:
    """Return the note of what changes nothing; E_GATE when the source does not say what it was."""
    what = event.attribute("what")
    if not what:
        raise refuse(Code.GATE, "a note says what happened: give the attribute what", "备注须以属性 what 写明何事")
    return Note(what=what, text=event.attribute("activity"))


def hand_over(event: Recorded) -> HandOverNow:
    """Return the hand-over of the account to whoever collects."""
    return HandOverNow(reason=event.attribute("activity") or "as recorded")


def dispute(event: Recorded, number: str) -> account.Dispute:
    """Return the dispute of all that is open, for a reason of the policy."""
    return account.Dispute(number=number, reason=event.attribute("reason") or "other")


def open_item(event: Recorded) -> account.ImportOpenItem:
    """Return the open item of a recorded invoice, under its own number and due date (E_GATE when it names none)."""
    due = event.attribute("due")
    try:
        return _imported(event, event.deal_id, date.fromisoformat(due))
    except ValueError as error:
        raise refuse(
            Code.GATE, f"an imported invoice names its due date, not {due!r}", f"导入的发票须写明到期日，而非 {due!r}"
        ) from error


def charge(event: Recorded, nth: int) -> account.ImportOpenItem:
    """Return the open item of what was charged on top of an invoice, due at once."""
    return _imported(event, f"{event.deal_id}-{event.attribute('charge') or nth}", event.at.date())


def _imported(event: Recorded, number: str, due_on: date) -> account.ImportOpenItem:
    if event.amount is None:
        raise AssertionError(f"line {event.line}: an invoice without an amount is set aside when it is read")
    return account.ImportOpenItem(
        number=number,
        issued_on=event.at.date(),
        instalments=(Instalment(index=1, due_on=due_on, amount=event.amount),),
        attributes=event.attributes,
    )
