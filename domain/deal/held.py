"""What of a command is not done before somebody has agreed: a cancellation, and an amendment beyond what was approved.

A quote that is submitted is done: to be approved is what it was submitted for.
"""

from domain.approval.standing import OPEN
from domain.deal.state import Deal

_HELD = frozenset({"cancellation", "amendment"})


def held_by(before: Deal, after: Deal) -> str:
    """Return the approval that has begun between two states and holds what was asked for; empty when there is none."""
    now, then = after.approval, before.approval
    if now is None or (then is not None and then.id == now.id):
        return ""
    return now.id if now.subject.kind in _HELD and now.status in OPEN else ""
