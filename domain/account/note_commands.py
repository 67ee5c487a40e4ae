"""What people and imports may say about an account that changes nothing in it."""

from typing import Literal

from pydantic import Field

from domain.value import Value
from domain.words import Name


class Note(Value):
    """Keep in the log that something happened (备注): a letter arrived, an appeal was passed on.

    Attributes:
        what: the kind of thing, by which notes are counted.
        text: more about it, or what another system calls it.
    """

    kind: Literal["note"] = "note"
    what: Name
    text: str = Field(default="", max_length=2000)
