"""The ERP holds the order: created once per deal and revision, cancelled once."""

from temporalio import activity

from activities.vendors import answered
from domain.deal.commands import Booked, Done
from domain.deal.effects import CancelOrder, CreateOrder
from domain.machine import Job
from domain.ports import Erp


class ErpActivities:
    """Asks the ERP; idempotency key: the effect's id."""

    def __init__(self, erp: Erp) -> None:
        self._erp = erp

    @activity.defn(name="create_order")
    async def create_order(self, job: Job[CreateOrder]) -> Booked:
        """Create the order."""
        return Booked(erp_reference=await answered(self._erp.create_order(job.id, job.effect)))

    @activity.defn(name="cancel_order")
    async def cancel_order(self, job: Job[CancelOrder]) -> Done:
        """Cancel the order."""
        return Done(reference=await answered(self._erp.cancel_order(job.id, job.effect)))
