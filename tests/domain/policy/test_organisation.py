"""A snapshot is read as of an instant, and its version names its content."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from domain.organisation import closes_a_circle, next_change
from tests.domain.policy.shipped import NOW, absence, delegation, org, person

HOUR = timedelta(hours=1)


def test_equal_content_has_an_equal_version_and_another_content_another_one() -> None:
    ann = person("ann", "boss")
    assert org(ann).version == org(ann).version
    assert org(ann).version != org(ann, absences=(absence("ann"),)).version
    assert org(ann).version != org(ann.model_copy(update={"active": False})).version


def test_the_next_change_is_the_next_edge_of_a_delegation_or_absence() -> None:
    spells = (
        delegation("ann", "b", NOW + 2 * HOUR),
        absence("b", NOW - HOUR, NOW + HOUR),
        absence("ann", NOW),
    )
    assert next_change(spells, NOW) == NOW + HOUR
    assert next_change(spells, NOW + HOUR) == NOW + 2 * HOUR
    assert next_change(spells, NOW + 2 * HOUR) is None


def test_an_end_before_the_start_is_no_delegation() -> None:
    with pytest.raises(ValidationError, match="is not after since"):
        delegation("ann", "bob", NOW, NOW)


def test_a_circle_counts_only_while_its_delegations_hold_together() -> None:
    before = (delegation("a", "b", NOW, NOW + HOUR), delegation("b", "c", NOW, NOW + HOUR))
    assert closes_a_circle(before, delegation("c", "a", NOW, NOW + HOUR)) is True
    assert closes_a_circle(before, delegation("c", "a", NOW + HOUR)) is False
    assert closes_a_circle((), delegation("a", "a")) is True
