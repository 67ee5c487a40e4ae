"""What depends on the policy's expressions or on the organisation is resolved here; reading, nothing is written."""

from temporalio import activity

from activities.refusals import deal_result
from domain.approval.questions import CheckSigner, ResolveApproval
from domain.deal.commands import Assignee, DealRefusal, LongerCalendar, Opened, Resolved, SignerChecked
from domain.deal.effects import AssignLead, ExtendCalendar, OpenDeal
from domain.machine import Job
from domain.ports import Resolver


class ApprovalActivities:
    """Asks the resolver; a repeat gives the answer of the moment, which is what is wanted."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    @activity.defn(name="open_deal")
    async def open_deal(self, job: Job[OpenDeal]) -> Opened | DealRefusal:
        """Classify, score and assign; compile the terms."""
        return await deal_result(self._resolver.open_deal(job.effect, job.at))

    @activity.defn(name="assign_lead")
    async def assign_lead(self, job: Job[AssignLead]) -> Assignee:
        """Find the next assignee."""
        return Assignee(owner=await self._resolver.assign(job.effect, job.at))

    @activity.defn(name="resolve_approval")
    async def resolve_approval(self, job: Job[ResolveApproval]) -> Resolved:
        """Check the list prices, then find the steps that fire and who may sit in their seats."""
        wrong = await self._resolver.price_objection(job.effect)
        if wrong is not None:
            return Resolved(approval_id=job.effect.approval_id, steps=(), mispriced=wrong)
        return await self._resolver.approval_steps(job.effect, job.at)

    @activity.defn(name="extend_calendar")
    async def extend_calendar(self, job: Job[ExtendCalendar]) -> LongerCalendar | DealRefusal:
        """Compile the deal's calendar for the years after its end."""
        return await deal_result(self._resolver.longer_calendar(job.effect, job.at))

    @activity.defn(name="check_signer")
    async def check_signer(self, job: Job[CheckSigner]) -> SignerChecked:
        """Tell whether a person may sit in a seat."""
        return await self._resolver.check_signer(job.effect, job.at)
