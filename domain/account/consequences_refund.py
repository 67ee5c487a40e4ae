"""What a refund asks of the outside: the provider, the ledger, and at last a person."""

from collections.abc import Callable

from domain.account import effects as f
from domain.account import refunds as r
from domain.account.decide_refund import refund_of
from domain.account.reading import LEDGER, STAFF
from domain.account.state import Account
from domain.payouts import Payout
from domain.value import Value

Asked = tuple[tuple[str, f.AccountEffect], ...]


def _taken(account: Account, event: r.RefundTaken) -> Asked:
    payout = Payout.model_validate(event.model_dump(include={"refund_id", "amount", "payer", "source", "external_id"}))
    return ((_lane(event.refund_id), f.PayRefund(payout=payout)),)


def _polled(account: Account, event: r.RefundPolled) -> Asked:
    return ((_lane(event.refund_id), f.AskPayout(refund_id=event.refund_id)),)


def _unknown(account: Account, event: r.RefundUnknown) -> Asked:
    known = refund_of(account, event.refund_id)
    if known is None or event.next_at is not None:
        return ()
    return _tell(account, "refund_unknown", known)


def _known(account: Account, event: r.RefundKnown) -> Asked:
    settle = f.SettleRefund(
        entity=account.entity,
        customer_id=account.customer_id,
        currency=account.currency,
        terms_hash=account.terms_hash,
        refund_id=event.refund_id,
        outcome=event.outcome,
        reference=event.reference,
        reason=event.reason,
    )
    return ((LEDGER, settle),)


def _failed(account: Account, event: r.RefundFailed) -> Asked:
    facts = (("reference", event.refund_id), ("amount", str(event.amount)), ("why", event.reason))
    told = f.NotifyStaff(role="finance", template="refund_failed", customer_id=account.customer_id, facts=facts)
    return ((STAFF, told),)


def _tell(account: Account, template: str, known: r.Refund) -> Asked:
    facts = (("reference", known.refund_id), ("amount", str(known.amount)), ("payer", known.payer))
    told = f.NotifyStaff(role="finance", template=template, customer_id=account.customer_id, facts=facts)
    return ((STAFF, told),)


def _lane(refund_id: str) -> str:
    """Refunds are paid side by side, each asked for before it is asked about."""
    return f"payout/{refund_id}"


OF_REFUNDS: dict[type[Value], Callable[..., Asked]] = {
    r.RefundTaken: _taken,
    r.RefundPolled: _polled,
    r.RefundUnknown: _unknown,
    r.RefundKnown: _known,
    r.RefundFailed: _failed,
}
