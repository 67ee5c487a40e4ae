"""Operations see where an aggregate is: as search attributes when something is settled, as a page at every change."""

from datetime import datetime
from typing import Generic

from temporalio import workflow

from domain.machine import Blocker, Explanation
from domain.value import Text
from workflows.cockpit import alarm
from workflows.machine import Machine, S
from workflows.recorder import ADOPT, Recorder
from workflows.search_attributes import ATTENTION, US, changes, known, stage_of

_NOT_US = ("customer", US)


class Publisher(Generic[S]):
    """What the Temporal UI was last told.

    Attributes:
        owed_by_us: one of our people owed the next action then.
    """

    def __init__(self, machine: Machine[S], recorder: Recorder) -> None:
        self.owed_by_us = False
        self._machine = machine
        self._recorder = recorder
        self._first = True
        self._told: tuple[int, Text | None] | None = None
        self._attributes = known(workflow.info().typed_search_attributes)

    def forget(self) -> None:
        """Have all told anew: the state is another one, whatever its version."""
        self._told = None

    def explain(self, state: S, now: datetime) -> Explanation:
        """Say why the aggregate is where it is; what keeps its facts from being recorded comes first."""
        explanation, trouble = self._machine.explain(state, now), self._recorder.trouble()
        if trouble is None:
            return explanation
        refused = self._recorder.refused
        blocker = Blocker(who="role:ops", what=trouble, command=ADOPT if refused else "")
        moves = (ADOPT,) if refused else explanation.moves
        return explanation.model_copy(update={"waiting": (blocker, *explanation.waiting), "moves": moves})

    def publish(self, state: S, now: datetime, *, under_way: bool) -> None:
        """Tell what is new; each upsert costs an action, so what an effect will change again soon waits for it."""
        trouble = self._recorder.trouble()
        if self._told == (self._machine.version(state), trouble):
            return
        first, self._first = self._first, False
        self._told = self._machine.version(state), trouble
        explanation = self.explain(state, now)
        self.owed_by_us = any(blocker.who not in _NOT_US for blocker in explanation.waiting)
        attributes = self._machine.attributes(state, explanation, now)
        if trouble is not None:
            attributes = attributes.model_copy(update={"status": ATTENTION})
        if first or attributes.tells(self._attributes) or not under_way:
            # The first task must have a command: after an empty one, an update could overtake `run`.
            updates = changes(self._attributes, attributes) or (stage_of(attributes.stage) if first else [])
            if updates:
                workflow.upsert_search_attributes(updates)
            self._attributes = attributes
        details = self._machine.cockpit(state, explanation, now)
        workflow.set_current_details(details if trouble is None else f"{alarm(trouble)}\n\n{details}")
