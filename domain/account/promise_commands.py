"""What people say of a promise that was made."""

from typing import Annotated, Literal

from pydantic import Field

from domain.account.plan_commands import Plan, WithdrawPlan
from domain.value import Value
from domain.words import Name, Reason


class WithdrawPromise(Value):
    """Take a promise back that will not be kept or was a mistake (撤回承诺): its invoice is dunned again at once.

    Attributes:
        number: of the invoice.
        promise_id: which promise about it; none means the only one.
    """

    kind: Literal["withdraw_promise"] = "withdraw_promise"
    number: Name
    promise_id: Annotated[str, Field(max_length=200)] = ""
    reason: Reason


Agreed = Plan | WithdrawPlan | WithdrawPromise
"""What is agreed on with the customer about when they pay, beside a promise itself."""
