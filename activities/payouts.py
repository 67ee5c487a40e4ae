"""Refunds go out through the payment provider: an answer that is lost is no answer, and is asked for later.

Idempotency key: the refund's id. The provider is asked first what it has under it, since an attempt whose worker died
may have paid already.
"""

from temporalio import activity

from domain.account.effects import AskPayout, PayRefund
from domain.account.refunds import PayoutTold
from domain.machine import Job
from domain.payouts import PayoutAnswer, Payouts
from domain.ports import VendorUnavailable


class PayoutActivities:
    """Asks the provider; it never fails, since what nobody knows is an answer, too."""

    def __init__(self, payouts: Payouts) -> None:
        self._payouts = payouts

    @activity.defn(name="pay_refund")
    async def pay_refund(self, job: Job[PayRefund]) -> PayoutTold:
        """Have a refund paid, unless the provider has it already."""
        payout = job.effect.payout
        try:
            known = await self._payouts.outcome(payout.refund_id)
            answer = known if known.status != "none" else await self._payouts.pay(payout)
        except VendorUnavailable as away:
            return PayoutTold(status="unknown", reason=str(away)[:500])
        return _told(answer)

    @activity.defn(name="ask_payout")
    async def ask_payout(self, job: Job[AskPayout]) -> PayoutTold:
        """Ask what became of a refund."""
        try:
            answer = await self._payouts.outcome(job.effect.refund_id)
        except VendorUnavailable as away:
            return PayoutTold(status="unknown", reason=str(away)[:500])
        return _told(answer)


def _told(answer: PayoutAnswer) -> PayoutTold:
    return PayoutTold(status=answer.status, reference=answer.reference, reason=answer.reason)
