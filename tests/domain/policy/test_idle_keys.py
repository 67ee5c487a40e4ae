"""What a policy says about collections and no ladder could ever do is an error."""

from domain.policy.sanity_effects import idle_faults
from tests.domain.policy.shipped import Steps, changed

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
