"""The organisation as a company writes it: people, standing delegations, known absences; unknown keys are errors."""

from pydantic import ConfigDict, Field

from domain.organisation import Absence, Delegation, Person
from domain.policy.forms import Limits
from domain.value import SpokenLanguage, Strict

_STRICT = ConfigDict(extra="forbid")


class PersonEntry(Person):
    """A person; ``authority`` is written ``"500000.00 CNY"``, or a list with one amount for each currency."""

    model_config = _STRICT

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,79}$")
    name: str = Field(min_length=1)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    authority: Limits = ()
    language: SpokenLanguage = "en"


class DelegationEntry(Delegation):
    """A standing delegation; ``since`` and ``until`` carry their zone, ``"2026-10-01T00:00:00+08:00"``."""

    model_config = _STRICT


class AbsenceEntry(Absence):
    """A known absence; ``since`` and ``until`` carry their zone."""

    model_config = _STRICT


class Organisation(Strict):
    """The organisation file."""

    people: tuple[PersonEntry, ...] = Field(min_length=1)
    delegations: tuple[DelegationEntry, ...] = ()
    absences: tuple[AbsenceEntry, ...] = ()
