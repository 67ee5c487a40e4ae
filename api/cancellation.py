"""A cancellation that would do other things than were seen is refused together with what it would do now."""

from collections.abc import Awaitable

from api.deps import Edge
from domain.cancellation import CancellationPreview
from domain.deal.requests import Cancel
from domain.refusal import Code, Detail, Refused
from domain.value import Value
from storage.queries.cancellations import Company, previewed
from workflows.messages import Answered


async def previewed_cancellation(edge: Edge, deal_id: str, command: Cancel) -> CancellationPreview:
    """Say what cancelling a deal would do now."""
    company = None if edge.policy is None else Company(edge.policy, edge.people)
    return await previewed(edge.database, deal_id, command, edge.now(), company)


async def with_preview(edge: Edge, deal_id: str, command: Value, answer: Awaitable[Answered]) -> Answered:
    """Await the answer to a command; the refusal of a cancellation that is out of date shows what it would do now."""
    try:
        return await answer
    except Refused as refused:
        if not (isinstance(command, Cancel) and command.preview and refused.code is Code.STALE):
            raise
        now = await previewed_cancellation(edge, deal_id, command)
        told = (
            Detail(name="content_hash", value=now.content_hash),
            Detail(name="preview", value=now.model_dump_json()),
        )
        kept = tuple(one for one in refused.details if one.name != "content_hash")
        raise Refused(refused.code, refused.text, (*kept, *told)) from refused
