"""What the books say as a whole, for whoever closes a month."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.deps import CallerDep, EdgeDep, Filter, caller_of
from domain.receivables.journal import TrialBalance
from storage.queries.journal import trial_balance

router = APIRouter(tags=["books"], dependencies=[Depends(caller_of)])
Day = Annotated[date | None, Query(description="At the end of this day; nothing for all that is posted. 截止日")]
Currency = Annotated[str, Query(pattern=r"^([A-Z]{3})?$", description="Only this currency. 币种")]


@router.get("/api/trial-balance", summary="What every account comes to; debits equal credits. 试算平衡表")
async def read_trial_balance(
    edge: EdgeDep, caller: CallerDep, entity: Filter = "", currency: Currency = "", on: Day = None
) -> TrialBalance:
    """Add up all postings by legal entity, currency and account."""
    lines = await edge.database.read(trial_balance, caller.entity_of(entity), currency, on)
    return TrialBalance(on=on, lines=lines)
