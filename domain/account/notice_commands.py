"""What people say of a notice that they carry to the customer themselves."""

from typing import Literal

from pydantic import Field

from domain.value import Value


class SayNotice(Value):
    """Say what became of the notice in one's hands: posted or told by telephone, or not to be done that way.

    Attributes:
        note: what shows it, e.g. the number of the registered letter, or whom one spoke to.
    """

    kind: Literal["say_notice"] = "say_notice"
    outcome: Literal["done", "failed"]
    note: str = Field(default="", max_length=2000)
