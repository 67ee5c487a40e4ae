"""Between two dates at which a seat is to be resolved again nobody in it changes, whatever the people are."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.approval.seats import Seat
from domain.organisation import Absence, Delegation, OrgSnapshot, Person
from domain.policy.eligibility import question
from domain.policy.resolve_seats import seat, seats_until
from domain.policy.standing_in import Place
from tests.domain.policy.shipped import NOW, absence, changed, delegation, org, person, subject

HOUR = timedelta(hours=1)
ASKED = subject(minor=100_00)
WITH_FALLBACK, WITHOUT = (
    changed((("approvals", "fallback_role"), "ceo")),
    changed((("approvals", "fallback_role"), None)),
)
PLACE = Place(role="boss", open_to=frozenset({"boss", "ceo", "legal"}))
NAMES = ("ann", "bob", "cy", "dan", "eve", "liu.yang")

hours = st.integers(-4, 8).map(lambda n: NOW + n * HOUR)
names = st.sampled_from(NAMES)


def spells(build: Callable[..., Absence | Delegation], *who: st.SearchStrategy[str]) -> st.SearchStrategy[tuple]:  # type: ignore[type-arg]  # of either
    lasting = st.one_of(st.none(), st.integers(1, 5))
    one = st.builds(
        lambda people, since, hours: build(*people, since, None if hours is None else since + hours * HOUR),
        st.tuples(*who),
        hours,
        lasting,
    )
    return st.lists(one, max_size=4).map(tuple)


@st.composite
def organisations(draw: st.DrawFn) -> OrgSnapshot:
    def somebody(name: str) -> Person:
        roles = draw(st.sampled_from(((), ("legal",), ("boss",), ("ceo",))))
        manager = draw(st.sampled_from(("", *NAMES)))
        limit = draw(st.sampled_from(("", "", "99.99 CNY", "500.00 CNY")))
        return person(name, *roles, manager=manager, limit=limit, active=draw(st.integers(0, 5)) > 0)

    return org(
        *(somebody(name) for name in NAMES),
        delegations=draw(spells(delegation, names, names)),
        absences=draw(spells(absence, names)),
    )


def resolved(people: OrgSnapshot, at: datetime, *, fallback: bool) -> Seat:
    return seat(question(WITH_FALLBACK if fallback else WITHOUT, people, ASKED, at), "r.1", PLACE)


@settings(deadline=None)
@given(organisations(), st.booleans())
def test_nothing_about_a_seat_changes_before_it_is_resolved_again(people: OrgSnapshot, fallback: bool) -> None:
    now, found = NOW, resolved(people, NOW, fallback=fallback)
    while (until := seats_until(people, (found,), now)) is not None:
        assert until > now
        quiet = int((until - now) / HOUR)
        assert all(resolved(people, now + n * HOUR, fallback=fallback) == found for n in range(quiet))
        now, found = until, resolved(people, until, fallback=fallback)
    assert all(resolved(people, now + n * HOUR, fallback=fallback) == found for n in range(20))


def test_only_the_dates_of_people_who_matter_count() -> None:
    people = org(
        person("ann", "boss", manager="eve"), person("eve"), person("bob", "clerk"), person("cy", "legal"),
        absences=(absence("bob", NOW, NOW + HOUR), absence("eve", NOW + 3 * HOUR)),
        delegations=(
            delegation("bob", "cy", NOW + HOUR), delegation("eve", "cy", NOW + 2 * HOUR),
            delegation("ann", "cy", NOW - HOUR, NOW + 4 * HOUR),
        ),
    )  # fmt: skip
    found = resolved(people, NOW, fallback=False)
    assert [(one.person, one.on_behalf_of) for one in found.candidates] == [("ann", ""), ("cy", "ann")]
    assert seats_until(people, (found,), NOW) == NOW + 3 * HOUR, "eve would be put in when the clock runs out"
    assert seats_until(people, (), NOW) is None
