"""A jump stops at the end of every day on which something falls due, and moves who is concerned, together."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commands.jump import span_of
from mendable import WrongCall
from simulation.jumping import Jump, Open
from simulation.wedged import Wedged

START = datetime(2026, 9, 7, 10, 0, tzinfo=UTC)
END = START + timedelta(days=10)


class Hands:
    """Notes who is moved to when, in order."""

    def __init__(self) -> None:
        self.moved: list[tuple[str, datetime]] = []

    async def to_the_end(self, workflow_id: str, at: datetime) -> None:
        self.moved.append((workflow_id, at))

    async def settled(self, workflow_id: str) -> None:
        """Nothing is ever under way."""


class Pages:
    """A read model whose due dates are over once they have been reached."""

    def __init__(self, *everything: Open) -> None:
        self.everything = everything
        self.now = START
        self.stops: list[datetime] = []

    async def open_now(self) -> Sequence[Open]:
        return [one._replace(due_at=None) if one.due_at and one.due_at <= self.now else one for one in self.everything]

    async def reached(self, at: datetime) -> None:
        self.now = at
        self.stops.append(at)


async def jumped(pages: Pages) -> Hands:
    hands = Hands()
    sender: Any = hands
    await Jump(sender, pages).run(START, END, lambda at: None)
    return hands


async def test_it_stops_after_days_with_something_due_and_moves_a_deal_with_its_account() -> None:
    due = START + timedelta(days=2)
    pages = Pages(
        Open("account/1", "account/1", due), Open("deal/1", "account/1", None), Open("deal/2", "account/2", None)
    )
    hands = await jumped(pages)
    midnight = datetime(2026, 9, 10, tzinfo=UTC)
    assert pages.stops == [midnight, END]
    assert hands.moved == [
        ("deal/1", midnight),
        ("account/1", midnight),
        ("deal/1", END),
        ("deal/2", END),
        ("account/1", END),
    ]


@pytest.mark.parametrize("where", ["to_the_end", "settled"])
async def test_what_cannot_come_to_rest_is_left_and_named_and_all_others_reach_the_end(where: str) -> None:
    class Stuck(Hands):
        async def to_the_end(self, workflow_id: str, at: datetime) -> None:
            self._fail(workflow_id, "to_the_end")
            await super().to_the_end(workflow_id, at)

        async def settled(self, workflow_id: str) -> None:
            self._fail(workflow_id, "settled")

        def _fail(self, workflow_id: str, here: str) -> None:
            if (workflow_id, here) == ("account/1", where):
                raise Wedged("account/1", "exchange_receipt", 5, "the key is taken")

    due = START + timedelta(days=2)
    pages = Pages(Open("account/1", "account/1", due), Open("account/2", "account/2", due + timedelta(days=1)))
    sender: Any = Stuck()
    jump = Jump(sender, pages)
    await jump.run(START, END, lambda at: None)
    assert list(jump.wedged) == ["account/1"]
    assert pages.stops[-1] == END
    assert [one for one in sender.moved if one[0] == "account/2"][-1] == ("account/2", END)
    assert [at for name, at in sender.moved if name == "account/1"] == (
        [] if where == "to_the_end" else [datetime(2026, 9, 10, tzinfo=UTC)]
    )


async def test_with_nothing_due_it_is_one_step() -> None:
    pages = Pages(Open("deal/1", "account/1", END + timedelta(seconds=1)))
    assert (await jumped(pages)).moved == [("deal/1", END)]
    assert pages.stops == [END]


async def test_what_stays_due_holds_nothing_up() -> None:
    class Stale(Pages):
        async def open_now(self) -> Sequence[Open]:
            return self.everything

    pages = Stale(Open("deal/1", "account/1", START - timedelta(days=3)))
    await jumped(pages)
    assert pages.stops[-1] == END
    assert len(pages.stops) == 11


def test_spans() -> None:
    assert (span_of("12h"), span_of("30d"), span_of("6w")) == (
        timedelta(hours=12),
        timedelta(days=30),
        timedelta(weeks=6),
    )
    for wrong in ("", "30", "-3d", "0d", "9999d", "3 days"):
        with pytest.raises(WrongCall, match="is no jump"):
            span_of(wrong)
