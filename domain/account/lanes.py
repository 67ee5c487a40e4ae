"""What of an account's effects waits for what: a parked one holds nothing but what cannot do without it."""

from domain.account import effects as f
from domain.account.effects import AccountEffect
from domain.account.state import Account
from domain.machine import Pending, heads_of

AccountPending = Pending[AccountEffect]


def heads(account: Account) -> dict[str, AccountPending]:
    """Return what each lane does next, by lane."""
    return heads_of(account.pending, holds)


def holds(parked: AccountPending, later: AccountPending) -> bool:
    """Tell whether an effect that waits for a person holds a later one of its lane back.

    Nothing is done before the case is loaded (later it is read again for its terms alone), and of one invoice a deal
    hears the older balance first. For the rest the ledger sums up what is there now, in whatever order it is asked.
    """
    match parked.effect, later.effect:
        case f.LoadCase(policy=""), _:
            return True
        case f.TellDeal() as first, f.TellDeal() as second:
            return first.number == second.number
        case _:
            return False
