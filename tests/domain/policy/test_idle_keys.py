"""What a policy says about collections and no ladder could ever do is an error."""

from domain.policy.sanity_effects import idle_faults
from domain.policy.sanity_sums import sum_faults
from tests.domain.policy.shipped import Steps, changed, shipped

SHORT = {"levels": [{"id": "first", "day": 3}, {"id": "over", "day": 30, "actions": ["hand_over"]}]}
CATCH_UP: Steps = ("dunning", "catch_up")


def idle(*changes: tuple[Steps, object]) -> list[str]:
    """Return the keys of the shipped policy that have no effect when it is changed."""
    return [".".join(map(str, fault.path)) for fault in idle_faults(changed(*changes))]


def test_levels_are_left_out_only_where_there_are_two_letters() -> None:
    ladders: tuple[Steps, object] = (("dunning", "ladders"), dict.fromkeys(("gentle", "standard", "strict"), SHORT))
    assert idle((CATCH_UP, "skip")) == []
    assert "dunning.catch_up" in idle((CATCH_UP, "skip"), ladders)
    assert "dunning.catch_up" not in idle((CATCH_UP, "step"), ladders)


def test_a_write_off_is_proposed_after_letters_that_can_be_sent() -> None:
    writeoff: Steps = ("dunning", "writeoff")
    many: tuple[Steps, object] = (writeoff, {"after_days": 365, "min_attempts": 6})
    assert idle(many) == []
    assert idle(many, (("dunning", "unit"), "invoice")) == ["dunning.writeoff.min_attempts"]
    early = changed((writeoff, {"after_days": 75, "min_attempts": 3}))
    (fault,) = sum_faults(early, shipped().org)
    assert (".".join(map(str, fault.path)), fault.wrong) == (
        "dunning.writeoff.after_days", "75 is not after day 75, the last level of a ladder",
    )  # fmt: skip
    assert list(sum_faults(changed(many), shipped().org)) == []


def test_a_week_that_its_days_keep_already_has_no_effect() -> None:
    day: tuple[Steps, object] = (("dunning", "contact", "max_per_day"), 1)
    week: Steps = ("dunning", "contact", "max_per_week")
    assert idle(day, (week, 3)) == idle((week, 9)) == []
    assert idle(day, (week, 7)) == ["dunning.contact.max_per_week"]
