"""On the real server, too, a retry knows what went out before it: a customer is not reminded twice of one level."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from domain.account.commands import NoticeResult
from domain.account.effects import SendNotice
from domain.machine import Job
from embedded.temporal_server import TemporalServer
from tests.activities.outside import Outside
from tests.activities.test_dunning import Books, dunning, job, plan


@workflow.defn
class OneNotice:
    """Sends one notice, and again if the attempt failed."""

    @workflow.run
    async def run(self, work: Job[SendNotice]) -> NoticeResult:
        result: NoticeResult = await workflow.execute_activity(
            "send_notice",
            work,
            result_type=NoticeResult,
            start_to_close_timeout=timedelta(seconds=10),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=10), maximum_attempts=3),
        )
        return result


class ShortOutage(Books):
    """A ledger that is away when the first notice is to be recorded."""

    async def record_notice(self, key: str, at: datetime, effect: SendNotice, channel: str) -> NoticeResult:
        if not self.away:
            self.away = True
            raise ConnectionError("the database is away")
        self.away = False
        return await super().record_notice(key, at, effect, channel)


async def test_a_retry_on_the_server_sends_nothing_twice(temporal_server: TemporalServer) -> None:
    outside, books = Outside(), ShortOutage(plan(1))
    connected = await temporal_server.connect()
    client = Client(**(connected.config() | {"data_converter": pydantic_data_converter}))
    async with Worker(
        client,
        task_queue="notices",
        workflows=[OneNotice],
        activities=[dunning(outside, books).send_notice],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        result = await client.execute_workflow(OneNotice.run, job(1), id="one-notice", task_queue="notices")
    assert (result.outcome, result.channel) == ("sent", "email")
    assert len(outside.postman.mails) == 1
    assert len(books.planned_at) == 1
