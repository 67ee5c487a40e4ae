"""Who works here, who answers to whom, who stands in for whom, and up to what amount: plain data, read as of a time."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from domain.money import Money
from domain.value import Value


class Person(Value):
    """One person of the company.

    Attributes:
        id: as authenticated; the key of everything a person does.
        roles: what the person may be asked for, e.g. ``sales_manager``.
        manager: the id of the person answered to; empty at the top.
        team: the territory or group that leads go to.
        active: whether the person still works here.
        authority: the largest amounts the person may approve, one per currency; none at all is unlimited.
        language: of what the person reads.
        zone: IANA zone in which times are shown to the person.
    """

    id: str
    name: str
    email: str
    roles: tuple[str, ...] = ()
    manager: str = ""
    team: str = ""
    active: bool = True
    authority: tuple[Money, ...] = ()
    language: str = "en"
    zone: str = "UTC"


class _Spell(Value):
    """Something that holds from an instant until another; no end means until it is taken back."""

    since: AwareDatetime
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.until is not None and self.until <= self.since:
            raise ValueError(f"until {self.until.isoformat()} is not after since {self.since.isoformat()}")
        return self

    def holds(self, at: datetime) -> bool:
        """Tell whether it holds at an instant; the end is not part of it."""
        return self.since <= at and (self.until is None or at < self.until)


class Delegation(_Spell):
    """A person lets another decide in their place (委托); both may decide while it holds."""

    delegator: str = Field(min_length=1)
    delegate: str = Field(min_length=1)


class Absence(_Spell):
    """A person cannot decide."""

    person: str = Field(min_length=1)


class OrgSnapshot(Value):
    """The organisation at one moment: the file and what was changed at run time.

    Attributes:
        version: a digest of the content; equal versions have equal content.
    """

    version: str
    people: tuple[Person, ...]
    delegations: tuple[Delegation, ...] = ()
    absences: tuple[Absence, ...] = ()

    def find(self, person: str) -> Person | None:
        """Return the person of this id, or none."""
        return next((one for one in self.people if one.id == person), None)

    def holders(self, role: str) -> tuple[Person, ...]:
        """Return everybody with a role, inactive people too, in the order of the file."""
        return tuple(one for one in self.people if role in one.roles)

    def absence(self, person: str, at: datetime) -> Absence | None:
        """Return the absence that holds for a person at an instant, or none."""
        return next((one for one in self.absences if one.person == person and one.holds(at)), None)

    def delegations_of(self, person: str, at: datetime) -> tuple[Delegation, ...]:
        """Return the delegations by a person that hold at an instant."""
        return tuple(one for one in self.delegations if one.delegator == person and one.holds(at))

    def managers(self, person: str) -> Iterator[Person]:
        """Yield the manager, the manager's manager and so on; a ring of managers ends where it closes."""
        seen = {person}
        one = self.find(person)
        while one is not None and one.manager and one.manager not in seen:
            seen.add(one.manager)
            one = self.find(one.manager)
            if one is not None:
                yield one


def snapshot(
    people: tuple[Person, ...], delegations: tuple[Delegation, ...] = (), absences: tuple[Absence, ...] = ()
) -> OrgSnapshot:
    """Put the organisation of a moment together and name it by its content."""
    draft = OrgSnapshot(version="", people=people, delegations=delegations, absences=absences)
    return draft.model_copy(update={"version": sha256(draft.model_dump_json().encode()).hexdigest()[:16]})


def next_change(spells: Iterable[Delegation | Absence], at: datetime) -> datetime | None:
    """Return the next instant at which one of these starts or ends by itself, or none."""
    edges = (edge for one in spells for edge in (one.since, one.until) if edge is not None and edge > at)
    return min(edges, default=None)


def closes_a_circle(before: Iterable[Delegation], added: Delegation) -> bool:
    """Tell whether a delegation leads back to its delegator through others that hold at some time together with it."""
    others = tuple(before)
    reached, ends = {added.delegate}, [added.delegate]
    while ends:
        last = ends.pop()
        for one in others:
            if one.delegator == last and _overlap(one, added) and one.delegate not in reached:
                reached.add(one.delegate)
                ends.append(one.delegate)
    return added.delegator in reached


def _overlap(one: Delegation, other: Delegation) -> bool:
    return (one.until is None or other.since < one.until) and (other.until is None or one.since < other.until)
