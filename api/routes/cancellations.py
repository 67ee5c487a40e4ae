"""What cancelling a deal would do is shown before it is done; the cancellation may name what was shown."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.bodies import body_of
from api.cancellation import previewed_cancellation
from api.deps import CallerDep, EdgeDep, IdPath, caller_of
from api.routes.deals import seen_deal
from domain.cancellation import CancellationPreview, Delivered
from domain.deal.requests import Cancel
from domain.receivables.freed import PaidPart
from domain.value import Strict

router = APIRouter(tags=["deals"], dependencies=[Depends(caller_of)])


class Wanted(Strict):
    """What would be cancelled: with ``credited``, what was delivered is credited, too; ``refund`` pays back."""

    delivered: Delivered = "owed"
    paid_part: PaidPart = "unapplied"


WANTED = body_of(Wanted)


@router.post(
    "/api/deals/{deal_id}/cancellation-preview", openapi_extra=WANTED.documented,
    summary="What would cancelling do? Nothing is done. 取消预览",
)  # fmt: skip
async def preview(
    edge: EdgeDep, caller: CallerDep, deal_id: IdPath, wanted: Annotated[Wanted, Depends(WANTED)]
) -> CancellationPreview:
    """Read log and ledger; `content_hash` goes into `preview` of the command `cancel`."""
    row = await seen_deal(edge, caller, deal_id)
    return await previewed_cancellation(
        edge, row.deal_id, Cancel(reason="preview", delivered=wanted.delivered, paid_part=wanted.paid_part)
    )
