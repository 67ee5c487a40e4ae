"""What happens to promises beside being kept or broken."""

from typing import Literal

from domain.value import Value


class PromiseWithdrawn(Value):
    """A person took a promise back, or all of it was credited or written off: neither kept nor broken."""

    kind: Literal["promise_withdrawn"] = "promise_withdrawn"
    promise_id: str
    number: str
    reason: str
