"""An account is the fold of its facts since it was opened last: what it owed before is in its ledger."""

from collections.abc import Iterable

from domain.account.events import AccountEvent, AccountOpened
from domain.account.evolve import fold
from domain.account.state import Account
from domain.logged import Logged, answers_of, causes_of, turned_of
from domain.machine import Fact


def folded(facts: Iterable[Fact[AccountEvent]]) -> Account | None:
    """Return the state after all facts of an account, with the answers it gave; none when it was never opened."""
    since: list[Fact[AccountEvent]] = []
    for fact in facts:
        if isinstance(fact.event, AccountOpened):
            since = []
        since.append(fact)
    if not since or not isinstance(since[0].event, AccountOpened):
        return None
    opened = since[0].event
    blank = Account(entity=opened.entity, customer_id=opened.customer_id, currency=opened.currency)
    state = fold(blank, since)
    return state.model_copy(update={"answers": answers_of(since, state.pending)})


def logged(facts: Iterable[Fact[AccountEvent]], after: int) -> Logged[Account]:
    """Return what the log has of an account, and the messages it has dealt with after a place."""
    kept = tuple(facts)
    beyond = [fact for fact in kept if fact.seq > after]
    return Logged[Account](state=folded(kept), causes=causes_of(beyond), turned=turned_of(beyond))
