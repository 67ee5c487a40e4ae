"""The one place that knows the workflows' ids, queue, converter and how their answers become refusals."""

from collections.abc import Sequence
from typing import Protocol

from domain.machine import Explanation
from domain.value import Value
from workflows.messages import AccountSubmission, Answered, DealInput, DealSubmission, StatementInput

RUNNING = "ExecutionStatus = 'Running' AND (WorkflowType = 'Deal' OR WorkflowType = 'Account')"
"""The server's query for every deal and account under way."""


def deal_workflow_id(deal_id: str) -> str:
    """Return the workflow id of a deal."""
    return f"deal/{deal_id}"


def account_workflow_id(entity: str, customer_id: str, currency: str) -> str:
    """Return the workflow id of a customer's account."""
    return f"account/{entity}/{customer_id}/{currency}"


def statement_workflow_id(account: str, known_as: str) -> str:
    """Return the workflow id of a bank statement."""
    return f"statement/{account}/{known_as}"


class WorkflowsAway(Exception):
    """Temporal cannot be reached or did not answer in time; nothing is known to have been accepted."""


class NotAnswered(WorkflowsAway):
    """Temporal took a command and no worker has answered: it may be lost, or be applied when one runs again."""


class Workflows(Protocol):
    """What the API may ask of the workflows.

    Every method raises `domain.refusal.Refused` for a refusal (E_NOTFOUND for an unknown deal, E_STATE for a closed
    one) and `WorkflowsAway` when Temporal does not answer.
    """

    async def capture(self, start: DealInput, submission: DealSubmission) -> Answered:
        """Start a deal with its capture; the same deal started again gets the first answer."""

    async def submit_deal(self, deal_id: str, submission: DealSubmission) -> Answered:
        """Send a command to a deal and wait for its answer."""

    async def submit_account(
        self, entity: str, customer_id: str, currency: str, submission: AccountSubmission
    ) -> Answered:
        """Send a command to an account, starting it if it does not run, and wait for its answer."""

    async def signal_deal(self, deal_id: str, submission: DealSubmission) -> None:
        """Hand a command over durably, even while no worker runs; a refusal is recorded in the timeline."""

    async def signal_account(self, entity: str, customer_id: str, currency: str, submission: AccountSubmission) -> None:
        """Hand a command over durably, starting the account if it does not run."""

    async def post_statement(self, start: StatementInput) -> None:
        """Have the lines of a bank statement posted that are ready; what is under way already goes on."""

    async def explain_deal(self, deal_id: str) -> Explanation:
        """Ask a running deal why it is where it is."""

    async def state_deal(self, deal_id: str) -> Value:
        """Ask a running deal for its whole state."""

    async def org_changed(self, accounts: Sequence[str] = ()) -> None:
        """Tell every deal with an open seat, and these accounts, that people, delegations or absences changed."""

    async def ready(self) -> None:
        """Raise `WorkflowsAway` unless Temporal answers."""

    async def worked(self) -> None:
        """Raise `WorkflowsAway` unless a worker asks for work, and Temporal answers."""
