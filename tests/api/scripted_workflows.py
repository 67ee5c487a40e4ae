"""Workflows for tests of the edge: they answer once per id, refuse what they are told to, and remember what came."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.machine import Explanation
from domain.refusal import Code, Refused, refuse
from domain.value import Value
from workflows.client import WorkflowsAway, account_workflow_id, deal_workflow_id
from workflows.messages import AccountSubmission, Answered, DealInput, DealSubmission, StatementInput

Submitted = DealSubmission | AccountSubmission
EXPLANATION = Explanation(
    stage="quote.sent", waiting=(), timers=(), moves=("record_delivery", "decline_quote"), clause=""
)
EXPLANATION = Explanation(
    stage="quote.sent", waiting=(), timers=(), moves=("record_delivery", "decline_quote"), clause=""
)


@dataclass
class ScriptedWorkflows:
    """Implements `workflows.client.Workflows` in memory.

    Attributes:
        refusal: what every command is refused or left unanswered with, if set.
        away: whether Temporal is away.
        recorded: whether the event log has what is answered.
        idle: why no worker does anything, if none does.
        approval: which approval all that is asked for waits for, if it waits.
        applied: what was taken in, once each: (workflow id, submission).
        started: the inputs of captured deals.
        statements: the bank statements that were to be posted.
        told: how often owners of open seats were told that people changed.
    """

    refusal: Refused | WorkflowsAway | None = None
    away: bool = False
    recorded: bool = True
    approval: str = ""
    idle: str = ""
    applied: list[tuple[str, Submitted]] = field(default_factory=list)
    started: list[DealInput] = field(default_factory=list)
    told: int = 0
    statements: list[StatementInput] = field(default_factory=list)
    accounts_told: list[tuple[str, ...]] = field(default_factory=list)
    explanation: Explanation = EXPLANATION

    async def capture(self, start: DealInput, submission: DealSubmission) -> Answered:
        known = {each.deal_id for each in self.started}
        answered = self._take(deal_workflow_id(start.deal_id), submission, 1)
        if start.deal_id in known and not answered.repeated:
            self.applied.pop()
            raise refuse(Code.STATE, "captured already", "已登记")
        if start.deal_id not in known:
            self.started.append(start)
        return answered.model_copy(update={"stage": "lead.new"})

    async def submit_deal(self, deal_id: str, submission: DealSubmission) -> Answered:
        return self._take(deal_workflow_id(deal_id), submission, 7)

    async def submit_account(
        self, entity: str, customer_id: str, currency: str, submission: AccountSubmission
    ) -> Answered:
        return self._take(account_workflow_id(entity, customer_id, currency), submission, 3)

    async def signal_deal(self, deal_id: str, submission: DealSubmission) -> None:
        self._take(deal_workflow_id(deal_id), submission, 7)

    async def signal_account(self, entity: str, customer_id: str, currency: str, submission: AccountSubmission) -> None:
        self._take(account_workflow_id(entity, customer_id, currency), submission, 3)

    async def post_statement(self, start: StatementInput) -> None:
        self._reach()
        self.statements.append(start)

    async def explain_deal(self, deal_id: str) -> Explanation:
        self._reach()
        return self.explanation

    async def state_deal(self, deal_id: str) -> Value:
        self._reach()
        return self.explanation

    async def org_changed(self, accounts: Sequence[str] = ()) -> None:
        self._reach()
        self.told += 1
        self.accounts_told.append(tuple(accounts))

    async def ready(self) -> None:
        self._reach()

    async def worked(self) -> None:
        self._reach()
        if self.idle:
            raise WorkflowsAway(self.idle)

    def _reach(self) -> None:
        if self.away:
            raise WorkflowsAway("the Temporal server is not there")

    def _take(self, workflow_id: str, submission: Submitted, version: int) -> Answered:
        self._reach()
        answered = Answered(version=version, stage="quote.sent", recorded=self.recorded, approval_id=self.approval)
        for known_id, known in self.applied:
            if (known_id, known.id) == (workflow_id, submission.id):
                if known != submission:
                    raise refuse(Code.IDEM, "used with other content", "已用于其他内容")
                return answered.model_copy(update={"repeated": True})
        if self.refusal is not None:
            raise self.refusal
        self.applied.append((workflow_id, submission))
        return answered
