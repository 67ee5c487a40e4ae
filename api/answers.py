"""What a caller gets back for a command; 202 says that the event log will have it, but has it not yet."""

from fastapi import Response

from workflows.messages import Answered


def told(response: Response, answered: Answered) -> Answered:
    """Set the status for an accepted command and return its answer."""
    if not answered.recorded:
        response.status_code = 202
    response.headers["ETag"] = f'"{answered.version}"'
    return answered
