"""A signal's signature is checked by a local activity, since its handler is replayed and the key may rotate."""

from temporalio import activity

from workflows import signing
from workflows.messages import Envelope, Word


@activity.defn(name="authenticate")
async def authenticate(workflow_id: str, message: Envelope | Word) -> bool:
    """Tell whether the message was signed by one of our processes."""
    return signing.genuine(workflow_id, message)
