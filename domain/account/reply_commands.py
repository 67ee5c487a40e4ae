"""What a customer answers to a notice."""

from typing import Annotated, Literal

from pydantic import Field

from domain.value import Value


class CustomerReplied(Value):
    """The customer has written or said something; a stop word of the policy in it pauses their dunning (停催).

    Attributes:
        channel: how it came, e.g. ``email`` or ``phone``.
    """

    kind: Literal["customer_replied"] = "customer_replied"
    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    channel: str = Field(default="", max_length=60)
