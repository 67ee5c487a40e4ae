"""A bank statement is posted some lines at a time, whatever stops and starts meanwhile; the lines are in the ledger."""

from datetime import timedelta

from temporalio import workflow

from domain.statements.posting import PostLines, Progress
from workflows.messages import StatementInput
from workflows.search_attributes import stage_of
from workflows.statement_page import page_of, stage, summary_of
from workflows.timeouts import statement_options


@workflow.defn(name="Statement")
class StatementWorkflow:
    """Posts one bank statement; what it leaves open, people answer, and then it runs once more."""

    @workflow.init
    def __init__(self, start: StatementInput) -> None:
        """Build all state here: a query may come before the first line of `run`."""
        self.start = start
        self.posted = start.progress
        self.shown = ""
        self.woken = False

    @workflow.run
    async def run(self, start: StatementInput) -> Progress:
        """Post lines until none is left to be posted."""
        while True:
            self._show()
            self.woken = False
            at = workflow.now() + timedelta(seconds=start.clock_offset_s)
            job = PostLines(statement=start.statement, at=at, clock_offset_s=start.clock_offset_s)
            self.posted = await workflow.execute_activity(
                "post_lines", job, result_type=Progress, summary=summary_of(self.posted), **statement_options()
            )
            if not self.posted.ready and not self.woken:
                break
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(start.model_copy(update={"progress": self.posted}))
        self._show()
        return self.posted

    @workflow.query(description="How many lines are posted, asked about, set aside. 进度")
    def progress(self) -> Progress:
        """Return how far the statement is."""
        return self.posted

    @workflow.signal(description="Some lines are ready to be posted. 有待入账明细")
    def more(self) -> None:
        """Look for lines once more before it ends."""
        self.woken = True

    def note_broken(self, name: str, error: str) -> None:
        """A signal that cannot be read changes nothing: the lines are in the ledger."""

    def note_rewound(self) -> None:
        """Nothing is lost by a reset: which lines are posted stands in the ledger."""

    def _show(self) -> None:
        workflow.set_current_details(page_of(self.start.account, self.start.known_as, self.posted))
        if self.shown != (now := stage(self.posted)):
            self.shown = now
            workflow.upsert_search_attributes(stage_of(now))
