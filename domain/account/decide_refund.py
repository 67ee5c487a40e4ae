"""A refund is entered as paid or failed only when somebody knows; what is unknown is asked again, then of a person."""

from datetime import datetime

from domain.account import effects as f
from domain.account import refunds as r
from domain.account.decide_request import by_ledger, second
from domain.account.reading import Events
from domain.account.state import Account
from domain.machine import Actor
from domain.payouts import POLLS
from domain.receivables.allocating import checked_amount
from domain.receivables.freed import FreedCash
from domain.refusal import Code, refuse


def refund(account: Account, command: r.RefundNow, actor: Actor, now: datetime) -> Events:
    """Ask the ledger to set the cash aside."""
    told = {
        "source": command.source,
        "external_id": command.external_id,
        "minor": checked_amount(command.amount, account.currency),
        "reason": command.reason,
        "by": actor.id,
    }
    return by_ledger(account, command.kind, f.TakeRefund, "refund", actor, told)


def paid_back(
    account: Account, freed: tuple[FreedCash, ...], credit_note: str, reason: str, by: str, in_all_minor: int = 0
) -> Events:
    """Have the cash that a credit note freed paid back, each receipt's to its payer; above an amount by two people.

    Args:
        account: of the receipts.
        freed: by the credit note.
        credit_note: its number.
        reason: of the credit.
        by: who asked for both.
        in_all_minor: what the same command pays back with all its credit notes, 0 where there is only this one: what is
            cut into many receipts is weighed as one amount.
    """
    asker, in_all = Actor(id=by), max(in_all_minor, sum(one.minor for one in freed))
    limit = second(account, "refund", asker)
    more: dict[str, object] = {"reason": f"{credit_note}: {reason}"[:2000], "by": by, "credit_note": credit_note}
    # Nobody would ask again for what finds too many requests waiting: what is freed has its place in any case.
    more |= {"second": None if limit is None else limit.among_them()}
    asked = (
        by_ledger(account, "refund", f.TakeRefund, "refund", asker, told | more)
        for told in (one.model_dump() | {"along_minor": in_all - one.minor} for one in freed)
    )
    return tuple(event for events in asked for event in events)


def say(account: Account, command: r.SayRefund, actor: Actor, now: datetime) -> Events:
    """Take a person's word for what became of a refund.

    Raises:
        Refused: E_NOTFOUND (none such is under way), E_STATE (the provider is being asked, or it is known), E_SOD.
    """
    known = refund_of(account, command.refund_id)
    if known is None:
        names = ", ".join(one.refund_id for one in account.refunds) or "–"
        raise refuse(
            Code.NOTFOUND,
            f"no refund {command.refund_id} is under way; under way are: {names}",
            f"没有进行中的退款 {command.refund_id}；进行中的有：{names}",
        )
    if not known.unknown or known.settling:
        raise refuse(
            Code.STATE,
            f"{known.refund_id}: the provider is being asked or has answered, wait for its word",
            f"{known.refund_id}：正在询问支付渠道或已有结果，请等待",
        )
    if actor.id == known.by:
        raise refuse(
            Code.SOD,
            f"{actor.id} asked for {known.refund_id} and may not say what became of it; somebody else must",
            f"{actor.id} 是 {known.refund_id} 的申请人，不能确认其结果；须由他人确认",
            person=actor.id,
        )
    said = f"{command.evidence} ({actor.id})"[:500]
    return (r.RefundKnown(refund_id=known.refund_id, outcome=command.outcome, reason=said),)


def poll_due(account: Account, command: r.PollDue, actor: Actor, now: datetime) -> Events:
    """Ask the provider again; nothing when it has answered meanwhile."""
    known = refund_of(account, command.refund_id)
    due = known is not None and known.next_at is not None and not known.settling
    return (r.RefundPolled(refund_id=command.refund_id),) if due else ()


def told(account: Account, refund_id: str, result: r.PayoutTold, now: datetime) -> Events:
    """Take the provider's word; nothing when it is known already."""
    known = refund_of(account, refund_id)
    if known is None or known.settling:
        return ()
    if result.status in ("done", "failed"):
        outcome: r.Settled = "done" if result.status == "done" else "failed"
        reason = result.reason[:500]
        return (r.RefundKnown(refund_id=refund_id, outcome=outcome, reference=result.reference, reason=reason),)
    wait = POLLS[known.polls] if known.polls < len(POLLS) else None
    return (r.RefundUnknown(refund_id=refund_id, next_at=None if wait is None else now + wait),)


def refund_of(account: Account, refund_id: str) -> r.Refund | None:
    """Return a refund that is under way, none when it is not."""
    return next((one for one in account.refunds if one.refund_id == refund_id), None)
