"""What people may say about a hold of an account."""

from typing import Annotated, Literal

from pydantic import Field

from domain.value import Value


class ReleaseHold(Value):
    """Let orders and deliveries of the customer go on although the account is not paid (解除冻结); credit may."""

    kind: Literal["release_hold"] = "release_hold"
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
