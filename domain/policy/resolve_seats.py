"""Who may sit in a seat: the role's holders and who stands in for them, else their managers, else the fallback role.

Who may not is named with the reason. Nobody at all leaves the seat empty: it waits for a person, it approves nothing.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from domain.approval.seats import Candidate, Exclusion, Seat
from domain.money import Money
from domain.organisation import Delegation, OrgSnapshot, Person, next_change
from domain.policy.eligibility import Question, absent, barred, beyond, hindered, limit_of
from domain.policy.standing_in import Place
from domain.value import Text


def seat(asked: Question, seat_id: str, place: Place) -> Seat:
    """Return a seat with its candidates, best first, and with everybody who was left out."""
    holders = asked.org.holders(place.role)
    found = _Found()
    for holder in holders:
        found.add(_say_of(asked, place, holder))
    if not found.candidates:
        for holder in holders:
            found.add(_managers_say(asked, place, holder))
    if not found.candidates and (fallback := asked.policy.approvals.fallback_role) is not None:
        for holder in asked.org.holders(fallback):
            found.add(_say_of(asked, place, holder))
    seated = {one.person for one in found.candidates}
    manager = _escalates_to(asked, (*(one.person for one in found.candidates), *(one.id for one in holders)), seated)
    return Seat(
        id=seat_id,
        role=place.role,
        candidates=tuple(found.candidates),
        excluded=tuple(one for one in found.excluded.values() if one.person not in seated),
        manager="" if manager is None else manager.id,
        manager_limit=None if manager is None else limit_of(asked, manager),
    )


def seats_until(org: OrgSnapshot, seats: Iterable[Seat], at: datetime) -> datetime | None:
    """Return when seats resolved at an instant are to be resolved again by date, none if only a person can change them.

    That is when the next absence or delegation begins or ends of anybody who sits there, was left out or is passed
    over, and when the next absence does of a manager above them.
    """
    named = {name for one in seats for name in _named(one)}
    above = {manager.id for name in named for manager in org.managers(name)}
    absences = [one for one in org.absences if one.person in named | above]
    return next_change((*absences, *(one for one in org.delegations if one.delegator in named)), at)


def _named(one: Seat) -> Iterator[str]:
    yield from (name for candidate in one.candidates for name in (candidate.person, candidate.on_behalf_of) if name)
    yield from (exclusion.person for exclusion in one.excluded)


class _Found:
    """Candidates in order, each person once, and who was left out with the first reason."""

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        self.excluded: dict[str, Exclusion] = {}

    def add(self, said: Iterable[Candidate | Exclusion]) -> None:
        for one in said:
            if isinstance(one, Exclusion):
                self.excluded.setdefault(one.person, one)
            elif one.person not in {other.person for other in self.candidates}:
                self.candidates.append(one)


def _say_of(asked: Question, place: Place, holder: Person) -> Iterator[Candidate | Exclusion]:
    """Yield the holder, then the people who may decide in the holder's place."""
    no_say = barred(asked, holder)
    if no_say is not None:
        yield Exclusion(person=holder.id, why=no_say)
        return
    limit = limit_of(asked, holder)
    hindrance = hindered(asked, holder)
    if hindrance is None:
        yield Candidate(person=holder.id, limit=limit)
    else:
        yield Exclusion(person=holder.id, why=hindrance)
    if beyond(asked, limit) is None:
        yield from _delegates(asked, place, holder, limit)


def _delegates(asked: Question, place: Place, holder: Person, limit: Money | None) -> Iterator[Candidate | Exclusion]:
    """Follow the delegations as they hold now, without a circle, as far as the policy allows.

    A chain ends at whoever has no say: nobody decides through a person who asked for this.
    """
    reached = {holder.id}
    ends: list[tuple[str, Candidate]] = [(holder.id, Candidate(person=holder.id, limit=limit))]
    for _ in range(asked.policy.approvals.delegation.max_hops):
        further: list[tuple[str, Candidate]] = []
        for last, authority in ends:
            for delegation in asked.org.delegations_of(last, asked.at):
                if delegation.delegate in reached:
                    continue
                reached.add(delegation.delegate)
                said = _delegate(asked, place, holder, delegation, authority)
                yield said[0]
                if said[1] is not None:
                    further.append((delegation.delegate, said[1]))
        ends = further


def _delegate(
    asked: Question, place: Place, holder: Person, delegation: Delegation, authority: Candidate
) -> tuple[Candidate | Exclusion, Candidate | None]:
    """Return what is said of a delegate, and the authority that is passed on, none where the chain ends."""
    person = asked.org.find(delegation.delegate)
    if person is None:
        return Exclusion(person=delegation.delegate, why=Text(en="is not in the organisation", zh="不在组织中")), None
    if (no_say := barred(asked, person) or place.closed_to(person)) is not None:
        return Exclusion(person=person.id, why=no_say), None
    limit = authority.limit
    if asked.policy.approvals.delegation.same_authority:
        limit = _smaller(limit, limit_of(asked, person))
    passed = Candidate(
        person=person.id,
        on_behalf_of=holder.id,
        limit=limit,
        since=_latest(authority.since, delegation.since),
        until=_earliest(authority.until, delegation.until),
    )
    if (too_much := beyond(asked, limit)) is not None:
        return Exclusion(person=person.id, why=too_much), None
    if (away := absent(asked, person)) is not None:
        return Exclusion(person=person.id, why=away), passed
    return passed, passed


def _managers_say(asked: Question, place: Place, holder: Person) -> Iterator[Candidate | Exclusion]:
    """Yield the first manager above who has somebody to decide, with the managers passed over on the way."""
    for manager in asked.org.managers(holder.id):
        said = tuple(_say_of(asked, place, manager))
        yield from said
        if any(isinstance(one, Candidate) for one in said):
            return


def _escalates_to(asked: Question, people: Iterable[str], seated: set[str]) -> Person | None:
    """Return who is put in when the seat's clock runs out: the first manager who may decide and does not sit there."""
    for person in people:
        for manager in asked.org.managers(person):
            if manager.id not in seated and barred(asked, manager) is None and hindered(asked, manager) is None:
                return manager
    return None


def _smaller(one: Money | None, other: Money | None) -> Money | None:
    if one is None or other is None:
        return one or other
    return other if one.exceeds(other) else one


def _latest(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
