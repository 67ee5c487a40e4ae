"""What people ask of payment plans (分期还款计划)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain.machine import Minor
from domain.value import Value
from domain.words import Name, Reason


class PlanPart(Value):
    """An instalment of a plan."""

    due_on: date
    minor: Minor


class Plan(Value):
    """Let the customer pay an invoice in instalments that add up to what is open and undisputed of it.

    Attributes:
        reason: what a second person judges by, who decides on a plan beyond the bounds of the policy.
    """

    kind: Literal["plan"] = "plan"
    number: Name
    instalments: tuple[PlanPart, ...] = Field(min_length=1, max_length=60)
    reason: Annotated[str, Field(max_length=2000)] = ""


class WithdrawPlan(Value):
    """End the payment plan of an invoice that was a mistake or is agreed on anew (撤销分期计划).

    What is still open of it is claimed by its own due dates again, and another plan can be agreed on.
    """

    kind: Literal["withdraw_plan"] = "withdraw_plan"
    number: Name
    reason: Reason
