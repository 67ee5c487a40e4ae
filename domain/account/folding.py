"""An account is the fold of its facts since it was opened last: what it owed before is in its ledger."""

from collections.abc import Iterable

from domain.account.events import AccountEvent, AccountOpened
from domain.account.evolve import fold
from domain.account.state import Account
from domain.logged import Logged, asking, beyond
from domain.machine import Fact


def folded(facts: Iterable[Fact[AccountEvent]]) -> Account | None:
    """Return the state after all facts of an account, none when it was never opened."""
    since: list[Fact[AccountEvent]] = []
    for fact in facts:
        if isinstance(fact.event, AccountOpened):
            since = []
        since.append(fact)
    if not since or not isinstance(since[0].event, AccountOpened):
        return None
    opened = since[0].event
    blank = Account(entity=opened.entity, customer_id=opened.customer_id, currency=opened.currency)
    return fold(blank, since)


def logged(facts: Iterable[Fact[AccountEvent]], after: int) -> Logged[Account]:
    """Return what the log has of an account, and the messages it has dealt with after a place."""
    kept = tuple(facts)
    state = folded(kept)
    waiting = () if state is None else asking(kept, state.pending)
    return Logged[Account](state=state, asking=waiting, **beyond(kept, after))
