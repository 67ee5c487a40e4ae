"""A query is answered when no local activity is under way: until then the worker leaves it to the server.

The SDK answers the queries that come with a workflow task at once, and so ends the task while a local activity is
under way. If that one is done in the same moment, its marker belongs to the task that ended, but the workflow hears of
it in the next task, after the messages of that one; from its history it hears of it before them. What it does in the
other order are other commands: it can never be read back again. See ADR 0021.
"""

from collections.abc import Sequence
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.workflow import Info

DIRECT = "legacy_query"
"""The id of a query that comes alone, without a task that it could end."""


class QueriesLast(WorkflowRunner):
    """Runs workflows by another runner, and leaves queries that would end a task too early unanswered.

    The server asks them again as soon as the task has ended.
    """

    def __init__(self, runner: WorkflowRunner) -> None:
        """Take the runner that does the work."""
        self._runner = runner

    def prepare_workflow(self, defn: Any) -> None:
        """Prepare a workflow as the other runner does."""
        self._runner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """Return an instance of the other runner that is asked no query too early."""
        return _Unhurried(self._runner.create_instance(det))

    def set_worker_level_failure_exception_types(self, types: Sequence[type[BaseException]]) -> None:
        """Pass on what fails a workflow."""
        self._runner.set_worker_level_failure_exception_types(types)


class _Unhurried(WorkflowInstance):
    """One workflow in memory, with the numbers of its local activities that are under way."""

    def __init__(self, instance: WorkflowInstance) -> None:
        self._instance = instance
        self._under_way: set[int] = set()

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        if self._under_way and _asks_only(act):
            unanswered = WorkflowActivationCompletion(run_id=act.run_id)
            unanswered.successful.SetInParent()
            return unanswered
        for job in act.jobs:
            if job.HasField("resolve_activity"):
                self._under_way.discard(job.resolve_activity.seq)
        completion = self._instance.activate(act)
        for command in completion.successful.commands:
            if command.HasField("schedule_local_activity"):
                self._under_way.add(command.schedule_local_activity.seq)
        return completion

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:
        return self._instance.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        return self._instance.get_external_store_context(command_info)

    def get_info(self) -> Info:
        return self._instance.get_info()

    def get_thread_id(self) -> int | None:
        return self._instance.get_thread_id()


def _asks_only(act: WorkflowActivation) -> bool:
    """Tell whether an activation brings nothing but queries that came with a task."""
    return all(job.HasField("query_workflow") and job.query_workflow.query_id != DIRECT for job in act.jobs)
