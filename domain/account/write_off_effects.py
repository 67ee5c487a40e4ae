"""What an account asks of the ledger about items that were asked for long and often enough."""

from typing import Literal

from domain.account.ledger_effect import LedgerEffect


class ProposeWriteOff(LedgerEffect):
    """Note which items are proposed for write-off now, each once; nothing is written off by it."""

    kind: Literal["propose_write_off"] = "propose_write_off"
