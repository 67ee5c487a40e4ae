"""The state has the refunds that are under way; the ledger has them all."""

from domain.account import refunds as r
from domain.account.state import Account
from domain.value import Value


def refund_changed(account: Account, event: Value) -> Account:
    """Fold an event of a refund in; any other changes nothing."""
    match event:
        case r.RefundTaken():
            fields = event.model_dump(exclude={"kind", "reason", "amount"})
            return account.model_copy(update={"refunds": (*account.refunds, r.Refund(amount=event.amount, **fields))})
        case r.RefundUnknown():
            return _with(account, event.refund_id, unknown=True, next_at=event.next_at)
        case r.RefundPolled():
            return _polled(account, event.refund_id)
        case r.RefundKnown():
            return _with(account, event.refund_id, settling=True, next_at=None)
        case r.RefundPaid() | r.RefundFailed():
            left = tuple(one for one in account.refunds if one.refund_id != event.refund_id)
            return account.model_copy(update={"refunds": left})
        case _:
            return account


def unasked(account: Account, refund_id: str) -> Account:
    """Let a person say what became of a refund: somebody skipped asking the provider."""
    return _with(account, refund_id, unknown=True, next_at=None)


def _polled(account: Account, refund_id: str) -> Account:
    polls = next((one.polls for one in account.refunds if one.refund_id == refund_id), 0)
    return _with(account, refund_id, polls=polls + 1, next_at=None)


def _with(account: Account, refund_id: str, **changes: object) -> Account:
    changed = tuple(one.model_copy(update=changes) if one.refund_id == refund_id else one for one in account.refunds)
    return account.model_copy(update={"refunds": changed})
