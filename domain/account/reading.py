"""What the rules read of an account beyond its plain fields; nothing here decides anything."""

from domain.account import effects as f
from domain.account.events import AccountEvent
from domain.account.requests import open_requests
from domain.account.state import Account
from domain.account.write_off_effects import ProposeWriteOff
from domain.business_calendar import CompiledCalendar
from domain.machine import Pending
from domain.refusal import Code, refuse
from domain.terms import AccountTerms, LadderLevel

Events = tuple[AccountEvent, ...]

LEDGER = "ledger"
NOTICE = "notice"
STAFF = "staff"
PAPERS = "papers"
DEALS = "deals"
"""The lane in which all deals of the customer hear of holds, one after the other."""


def workflow_id(account: Account) -> str:
    """Return the id of the account's workflow."""
    return f"account/{account.entity}/{account.customer_id}/{account.currency}"


def terms_of(account: Account) -> AccountTerms:
    """Return the account's terms (E_STATE before the case is loaded)."""
    if account.terms is None:
        raise refuse(
            Code.STATE,
            "the account is still being loaded, try again in a moment",
            "账户正在加载，请稍后再试",
        )
    return account.terms


def pending_of(account: Account, effect_id: str) -> Pending[f.AccountEffect] | None:
    """Return the pending effect of this id, if its result is not in."""
    for pending in account.pending:
        if pending.id == effect_id:
            return pending
    return None


def is_parked(account: Account) -> bool:
    """Tell whether an effect waits for a person."""
    return any(pending.parked is not None for pending in account.pending)


def has_open_request(account: Account) -> bool:
    """Tell whether something waits for a second person."""
    return bool(open_requests(account.requests))


def keeps_orders(account: Account) -> bool:
    """Tell whether the account keeps orders of its customer back, by its ladder or by a person's word."""
    return account.credit_hold or account.hold is not None


def holds_back(account: Account) -> bool:
    """Tell whether the account keeps orders or deliveries of its customer back."""
    return keeps_orders(account) or account.delivery_stop


def is_judging(account: Account) -> bool:
    """Tell whether a promise is being judged."""
    return any(isinstance(pending.effect, f.JudgePromise) for pending in account.pending)


def is_proposing(account: Account) -> bool:
    """Tell whether the ledger is noting what is proposed for write-off."""
    return any(isinstance(pending.effect, ProposeWriteOff) for pending in account.pending)


def is_loading(account: Account) -> bool:
    """Tell whether the case is being read from the ledger, with its terms compiled."""
    return any(isinstance(pending.effect, f.LoadCase) for pending in account.pending)


def first_ending(terms: AccountTerms) -> CompiledCalendar:
    """Return the calendar of the terms that ends first."""
    calendars = (terms.calendar, terms.dunning.contact or terms.calendar)
    return min(calendars, key=lambda calendar: calendar.valid_until)


def level_of(account: Account, level: int) -> LadderLevel | None:
    """Return a level of the account's ladder, 1 is the first; none for a reminder before the due date."""
    levels = account.terms.dunning.levels if account.terms else ()
    return levels[level - 1] if 0 < level <= len(levels) else None


def stage_of_ladder(account: Account) -> str:
    """Return the name of the highest level that was sent of what is open, empty before the first."""
    reached = level_of(account, account.case.level)
    return reached.id if reached else ""


def finished(account: Account) -> bool:
    """Tell whether the account may end: loaded, nothing under way, nothing open, unapplied, promised or asked.

    One that a stop word has paused goes on: the next invoice must not be dunned as if nothing had been said. So does
    one whose customer a person keeps from ordering.
    """
    case = account.case
    idle = account.loaded and not account.pending and not account.notice
    owed = case.open_minor or case.unapplied_minor or case.promises or case.items
    stopped = (account.pause is not None and account.pause.stop) or account.hold is not None
    return idle and not (owed or has_open_request(account) or account.refunds or stopped)
