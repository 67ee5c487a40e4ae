"""What happens to payment plans; the original due dates of their invoices never change."""

from datetime import date
from typing import Literal

from domain.value import Value


class PlanMade(Value):
    """An invoice is paid in instalments; letters about it stop meanwhile.

    Attributes:
        replaces: the promises about it that the plan stands for now.
    """

    kind: Literal["plan_made"] = "plan_made"
    plan_id: str
    number: str
    minor: int
    first_on: date
    last_on: date
    replaces: tuple[str, ...] = ()


class PlanInstalmentPaid(Value):
    """An instalment was there in time; ``left`` are still to come, none ends the plan."""

    kind: Literal["plan_instalment_paid"] = "plan_instalment_paid"
    plan_id: str
    instalment: str
    number: str
    left: int


class PlanBroken(Value):
    """An instalment was missed: the plan is void, and the invoice is due again as it was."""

    kind: Literal["plan_broken"] = "plan_broken"
    plan_id: str
    instalment: str
    number: str


class PlanWithdrawn(Value):
    """A person ended a plan, or what was left of it was credited or written off.

    It counts neither as kept nor as broken, and the invoice is due again as it was.

    Attributes:
        minor: what its instalments still to come covered.
    """

    kind: Literal["plan_withdrawn"] = "plan_withdrawn"
    plan_id: str
    number: str
    minor: int
    reason: str
