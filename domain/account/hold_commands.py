"""What people may say about the hold and the end of an account's dunning."""

from typing import Literal

from domain.value import Value
from domain.words import Reason


class HandOverNow(Value):
    """Give the overdue account to the agency now (移交催收); above the policy's amount it takes a second person."""

    kind: Literal["hand_over"] = "hand_over"
    reason: Reason


class ReleaseHold(Value):
    """Let orders and deliveries of the customer go on although the account is not paid (解除冻结); credit may."""

    kind: Literal["release_hold"] = "release_hold"
    reason: Reason
