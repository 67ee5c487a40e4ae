"""Queries that come with a task wait for its local activities; those that come alone wait for nothing."""

from typing import Any

import pytest
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance, WorkflowRunner

from workflows.queries_last import DIRECT, QueriesLast


class Told(WorkflowInstance):
    """A workflow that asks by as many local activities as a test says.

    Attributes:
        activations: all that reached it.
        asks: the numbers of the local activities that the next activation begins.
    """

    def __init__(self) -> None:
        self.activations: list[WorkflowActivation] = []
        self.asks: tuple[int, ...] = ()

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        self.activations.append(act)
        completion = WorkflowActivationCompletion(run_id=act.run_id)
        completion.successful.SetInParent()
        for number in self.asks:
            completion.successful.commands.add().schedule_local_activity.seq = number
        for job in act.jobs:
            if job.HasField("query_workflow"):
                answer = completion.successful.commands.add().respond_to_query
                answer.query_id = job.query_workflow.query_id
        self.asks = ()
        return completion

    def get_serialization_context(self, command_info: Any) -> Any:
        return ("context", command_info)

    def get_external_store_context(self, command_info: Any) -> Any:
        return ("store", command_info)

    def get_info(self) -> Any:
        return "info"

    def get_thread_id(self) -> int:
        return 7


class TellsOne(WorkflowRunner):
    """Runs the one workflow of a test."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.prepared: list[Any] = []
        self.failures: Any = None

    def prepare_workflow(self, defn: Any) -> None:
        self.prepared.append(defn)

    def create_instance(self, det: Any) -> WorkflowInstance:
        return self.told

    def set_worker_level_failure_exception_types(self, types: Any) -> None:
        self.failures = types


@pytest.fixture
def told() -> Told:
    """The workflow."""
    return Told()


@pytest.fixture
def unhurried(told: Told) -> WorkflowInstance:
    """The same workflow, asked as a worker of ours asks it."""
    nothing: Any = None
    return QueriesLast(TellsOne(told)).create_instance(nothing)


def asked(*query_ids: str) -> WorkflowActivation:
    act = WorkflowActivation(run_id="R")
    for query_id in query_ids:
        act.jobs.add().query_workflow.query_id = query_id
    return act


def signalled() -> WorkflowActivation:
    act = WorkflowActivation(run_id="R")
    act.jobs.add().signal_workflow.signal_name = "command"
    return act


def resolved(*numbers: int) -> WorkflowActivation:
    act = WorkflowActivation(run_id="R")
    for number in numbers:
        act.jobs.add().resolve_activity.seq = number
    return act


def answers(completion: WorkflowActivationCompletion) -> list[str]:
    commands = completion.successful.commands
    return [command.respond_to_query.query_id for command in commands if command.HasField("respond_to_query")]


def test_a_query_is_answered_where_nothing_local_is_under_way(told: Told, unhurried: WorkflowInstance) -> None:
    assert answers(unhurried.activate(asked("1", "2"))) == ["1", "2"]
    unhurried.activate(signalled())
    assert answers(unhurried.activate(asked("3"))) == ["3"]
    assert len(told.activations) == 3


def test_a_query_waits_until_all_local_activities_are_done(told: Told, unhurried: WorkflowInstance) -> None:
    told.asks = (1, 2)
    unhurried.activate(signalled())

    unanswered = unhurried.activate(asked("1"))
    assert (unanswered.run_id, unanswered.HasField("successful"), unanswered.HasField("failed")) == ("R", True, False)
    assert list(unanswered.successful.commands) == []
    told.asks = (3,)
    unhurried.activate(resolved(2))
    assert answers(unhurried.activate(asked("1"))) == []
    unhurried.activate(resolved(1, 3))

    assert answers(unhurried.activate(asked("1"))) == ["1"]
    assert [[job.WhichOneof("variant") for job in act.jobs] for act in told.activations] == [
        ["signal_workflow"],
        ["resolve_activity"],
        ["resolve_activity", "resolve_activity"],
        ["query_workflow"],
    ]


def test_what_is_no_query_of_a_task_reaches_the_workflow_at_once(told: Told, unhurried: WorkflowInstance) -> None:
    told.asks = (1,)
    unhurried.activate(signalled())

    assert answers(unhurried.activate(asked(DIRECT))) == [DIRECT]
    unhurried.activate(signalled())
    forgotten = WorkflowActivation(run_id="R")
    forgotten.jobs.add().remove_from_cache.SetInParent()
    unhurried.activate(forgotten)

    assert len(told.activations) == 4


def test_all_else_is_as_the_other_runner_has_it(told: Told, unhurried: WorkflowInstance) -> None:
    runner = TellsOne(told)
    last, defined, failures = QueriesLast(runner), object(), (ValueError,)
    last.prepare_workflow(defined)
    last.set_worker_level_failure_exception_types(failures)

    assert (runner.prepared, runner.failures) == ([defined], failures)
    info: Any = unhurried.get_info()
    assert (info, unhurried.get_thread_id()) == ("info", 7)
    assert unhurried.get_serialization_context(None) == ("context", None)  # type: ignore[comparison-overlap]  # told
    assert unhurried.get_external_store_context(None) == ("store", None)  # type: ignore[comparison-overlap]  # told
