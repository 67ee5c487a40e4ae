"""The CRM learns the outcome of a deal, once per deal and outcome."""

from temporalio import activity

from activities.vendors import answered
from domain.deal.commands import Done
from domain.deal.effects import SyncCrm
from domain.machine import Job
from domain.ports import Crm


class CrmActivities:
    """Reports to the CRM; idempotency key: the effect's id."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    @activity.defn(name="sync_crm")
    async def sync_crm(self, job: Job[SyncCrm]) -> Done:
        """Report the outcome."""
        return Done(reference=await answered(self._crm.outcome(job.id, job.effect)))
