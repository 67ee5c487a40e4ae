"""What a customer answers to a notice."""

from typing import Annotated, Literal

from pydantic import Field

from domain.value import Value

LONGEST_REPLY = 200_000
"""Characters of a reply that are searched for stop words; far less of it is kept."""


class CustomerReplied(Value):
    """The customer has written or said something; a stop word of the policy in it pauses their dunning (停催).

    Attributes:
        channel: how it came, e.g. ``email`` or ``phone``.
    """

    kind: Literal["customer_replied"] = "customer_replied"
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_REPLY)]
    channel: str = Field(default="", max_length=60)
