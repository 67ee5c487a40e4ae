"""Whatever part of a policy is left empty, it is refused with named faults or runs: judging it never fails itself."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from domain.policy.sanity import faults
from tests.domain.policy.shipped import CEL, Steps, changed, shipped


def parts(tree: Any, path: Steps = ()) -> Iterator[tuple[Steps, object]]:
    """Yield the path of every mapping and list down to the second key that holds something, and it emptied."""
    if len(path) > 2:
        return
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    if path and inner and tree:
        yield path, type(tree)()
    for key, value in inner:
        yield from parts(value, (*path, key))


def test_an_emptied_part_is_refused_by_name_or_runs() -> None:
    loaded = shipped()
    told = {"refused": 0, "faulty": 0, "runs": 0}
    for change in parts(json.loads(loaded.document)["policy"]):
        try:
            policy = changed(change)
        except ValidationError:
            told["refused"] += 1
        else:
            found = faults(policy, loaded.org, loaded.products, CEL)
            told["faulty" if found else "runs"] += 1
    assert min(told.values()) > 3


def test_a_policy_without_ladders_is_told_which_are_missing() -> None:
    loaded = shipped()
    found = faults(changed((("dunning", "ladders"), {})), loaded.org, loaded.products, CEL)
    assert {fault.path for fault in found if "ladder" in fault.path} == {
        ("classes", place, "ladder") for place in range(len(loaded.policy.classes))
    }
