"""A level that a broken promise brought forward has been sent: it is not sent again on its own day."""

import pytest

from domain.account import commands as c
from domain.terms import LadderLevel
from tests.domain.account.run import Run, at, dunning, on, terms

LEVELS = (LadderLevel(id="first", day=3), LadderLevel(id="second", day=20), LadderLevel(id="third", day=30))


@pytest.mark.parametrize("unit", ["customer", "invoice"])
def test_no_level_is_sent_twice(unit: str) -> None:
    run = Run(terms(dunning(levels=LEVELS, unit=unit, on_broken="next_level")))
    number = run.issue("d1", 10_000, due_day=0)
    run.until(at(4))
    run.send(c.Promise(number=number, on=on(8)))
    run.until(at(60))
    assert run.kinds().count("promise_broken") == 1
    (first, brought, last) = run.stages()
    assert (first, last) == ((at(3), "first"), (at(30), "third"))
    assert brought[1] == "second"
    assert brought[0] < at(20)
