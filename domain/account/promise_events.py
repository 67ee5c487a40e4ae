"""What happens to promises beside being kept or broken."""

from typing import Literal

from domain.value import Value


class PromiseWithdrawn(Value):
    """A person took a promise back, or wrote off all that was left of it; it counts neither as kept nor as broken."""

    kind: Literal["promise_withdrawn"] = "promise_withdrawn"
    promise_id: str
    number: str
    reason: str
