"""What a caller gets back for a command.

202 says that it is accepted and not done: a second person must agree (``approval_id``, and its address as Location), or
the event log will have it, but has it not yet (``recorded: false``).
"""

from fastapi import Response

from workflows.messages import Answered


def told(response: Response, answered: Answered) -> Answered:
    """Set the status for an accepted command and return its answer."""
    if answered.approval_id:
        response.headers["Location"] = f"/api/approvals/{answered.approval_id}"
    if answered.approval_id or not answered.recorded:
        response.status_code = 202
    response.headers["ETag"] = f'"{answered.version}"'
    return answered
