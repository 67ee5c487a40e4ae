"""Operations see where an aggregate is: as search attributes when something is settled, as a page at every change."""

from datetime import datetime
from typing import Generic

from temporalio import workflow

from workflows.machine import Machine, S
from workflows.search_attributes import changes, known, stage_of

_NOT_US = ("customer", "ltc")


class Publisher(Generic[S]):
    """What the Temporal UI was last told.

    Attributes:
        owed_by_us: one of our people owed the next action then.
    """

    def __init__(self, machine: Machine[S]) -> None:
        self.owed_by_us = False
        self._machine = machine
        self._version = -1
        self._attributes = known(workflow.info().typed_search_attributes)

    def is_current(self, state: S) -> bool:
        """Tell whether there is nothing new to tell."""
        return self._version == self._machine.version(state)

    def publish(self, state: S, now: datetime, *, under_way: bool) -> None:
        """Tell what is new; each upsert costs an action, so what an effect will change again soon waits for it."""
        first, self._version = self._version < 0, self._machine.version(state)
        explanation = self._machine.explain(state, now)
        self.owed_by_us = any(blocker.who not in _NOT_US for blocker in explanation.waiting)
        attributes = self._machine.attributes(state, explanation, now)
        if first or attributes.tells(self._attributes) or not under_way:
            # The first task must have a command: after an empty one, an update could overtake `run`.
            updates = changes(self._attributes, attributes) or (stage_of(attributes) if first else [])
            if updates:
                workflow.upsert_search_attributes(updates)
            self._attributes = attributes
        workflow.set_current_details(self._machine.cockpit(state, explanation, now))
