"""The e-sign provider is asked once for the signatures of a contract."""

from temporalio import activity

from activities.vendors import answered
from domain.deal.commands import Done
from domain.deal.effects import RequestSignature
from domain.machine import Job
from domain.ports import Signing


class ContractActivities:
    """Asks for signatures; idempotency key: the effect's id."""

    def __init__(self, signing: Signing) -> None:
        self._signing = signing

    @activity.defn(name="request_signature")
    async def request_signature(self, job: Job[RequestSignature]) -> Done:
        """Ask for the signatures."""
        return Done(reference=await answered(self._signing.request(job.id, job.effect)))
