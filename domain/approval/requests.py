"""What people ask of an approval, whoever owns it; a seat in it, not a role, is what these commands need."""

from typing import Literal

from pydantic import Field

from domain.approval.seats import Verdict
from domain.value import Value
from domain.words import Name


class Decide(Value):
    """Decide on a seat of the open approval, bound to the content hash seen."""

    kind: Literal["decide"] = "decide"
    approval_id: str
    verdict: Verdict
    content_hash: str
    reason: str = Field(default="", max_length=2000)
    on_behalf_of: str = ""


class TransferSeat(Value):
    """Give one's own seat to another person (转交)."""

    kind: Literal["transfer_seat"] = "transfer_seat"
    approval_id: str
    to: Name
    reason: str = ""


class AddSigner(Value):
    """Add a signer before or after one's own seat (前加签/后加签)."""

    kind: Literal["add_signer"] = "add_signer"
    approval_id: str
    who: Name
    position: Literal["before", "after"]


class Recall(Value):
    """Take back what was asked for (撤回)."""

    kind: Literal["recall"] = "recall"
    approval_id: str
    reason: str = ""
