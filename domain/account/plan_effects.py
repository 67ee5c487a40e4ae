"""What an account asks of the ledger about a payment plan that was agreed on."""

from typing import Literal

from domain.account.ledger_effect import LedgerEffect


class EndPlan(LedgerEffect):
    """End the open plan of an invoice before its last day; see `domain.account.plan_commands.WithdrawPlan`."""

    kind: Literal["end_plan"] = "end_plan"
    number: str
    reason: str
