"""What an account asks of the ledger about a promise that was made."""

from typing import Literal

from domain.account.ledger_effect import LedgerEffect


class EndPromise(LedgerEffect):
    """End an open promise about an invoice before its day; see `domain.account.promise_commands.WithdrawPromise`."""

    kind: Literal["end_promise"] = "end_promise"
    number: str
    promise_id: str
    reason: str
