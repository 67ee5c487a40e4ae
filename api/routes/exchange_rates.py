"""What currencies are worth, day by day, as finance keep it: gains and losses are reckoned by it, never by a guess."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.bodies import body_of
from api.deps import CallerDep, EdgeDep, caller_of
from api.rate_bodies import StatedRate
from domain.value import Value
from storage.operations.exchange_rates import keep_rate
from storage.queries.exchange_rates import KeptRate, rates_of

router = APIRouter(tags=["books"], dependencies=[Depends(caller_of)])
Code = Annotated[str, Query(pattern=r"^([A-Z]{3})?$", description="Only rates of this currency. 币种")]
Since = Annotated[date | None, Query(alias="from", description="The first day. 起始日")]
Until = Annotated[date | None, Query(alias="to", description="The last day. 截止日")]


class NewRate(StatedRate):
    """The rate of a day. 每日汇率。"""

    on: date


class Rates(Value):
    """Rates that are kept, the newest day first; of one day the one that counts first."""

    rates: tuple[KeptRate, ...]


RATE = body_of(NewRate)


@router.get("/api/exchange-rates", summary="Rates of exchange that are kept. 汇率")
async def list_rates(edge: EdgeDep, currency: Code = "", since: Since = None, until: Until = None) -> Rates:
    """Read the newest two hundred."""
    return Rates(rates=await edge.database.read(rates_of, currency, since, until))


@router.post(
    "/api/exchange-rates", status_code=201, openapi_extra=RATE.documented, summary="Keep the rate of a day. 登记汇率"
)
async def keep(edge: EdgeDep, caller: CallerDep, body: Annotated[NewRate, Depends(RATE)]) -> Rates:
    """Keep it; the same again changes nothing, another of the same day counts for what is posted from now on."""
    rate = body.as_rate()
    await edge.database.write(keep_rate, rate, body.on, caller.id, edge.now())
    return Rates(rates=await edge.database.read(rates_of, rate.unit, body.on, body.on))
