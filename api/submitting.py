"""A command goes to its deal or account, and the answer tells a repeat from the first.

Temporal gives a command that comes again under its id the very answer that the first one got, which says nothing of a
repeat: so the log is asked beforehand, by its primary key.
"""

from collections.abc import Awaitable

from api.deps import Edge
from storage.operations.answers import is_answered
from workflows.client import account_workflow_id, deal_workflow_id
from workflows.messages import AccountSubmission, Answered, DealSubmission


async def submit_to_deal(edge: Edge, deal_id: str, submission: DealSubmission) -> Answered:
    """Have a deal obey, or answer as it did before."""
    known = await edge.database.read(is_answered, deal_workflow_id(deal_id), submission.id)
    return await _marked(edge.workflows.submit_deal(deal_id, submission), known=known)


async def submit_to_account(edge: Edge, account: tuple[str, str, str], submission: AccountSubmission) -> Answered:
    """Have an account (entity, customer, currency) obey, or answer as it did before."""
    known = await was_answered(edge, account, submission.id)
    return await _marked(edge.workflows.submit_account(*account, submission), known=known)


async def was_answered(edge: Edge, account: tuple[str, str, str], submission_id: str) -> bool:
    """Tell whether an account was told this before: it answers as it did, whatever has become known since."""
    return await edge.database.read(is_answered, account_workflow_id(*account), submission_id)


async def _marked(answering: Awaitable[Answered], *, known: bool) -> Answered:
    answered = await answering
    return answered.model_copy(update={"repeated": True}) if known else answered
