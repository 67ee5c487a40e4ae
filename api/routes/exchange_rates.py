"""What currencies are worth, day by day, as finance keep it: gains and losses are reckoned by it, never by a guess."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.bodies import body_of, require
from api.customer_bodies import Short
from api.deps import CallerDep, EdgeDep, caller_of
from api.rate_bodies import StatedRate
from domain.policy.compile import keeping_checks
from storage.operations.exchange_rates import DayRate, offer_rate
from storage.queries.exchange_rates import Rates, rates_of

router = APIRouter(tags=["books"], dependencies=[Depends(caller_of)])
Code = Annotated[str, Query(pattern=r"^([A-Z]{3})?$", description="Only rates of this currency. 币种")]
Since = Annotated[date | None, Query(alias="from", description="The first day. 起始日")]
Until = Annotated[date | None, Query(alias="to", description="The last day. 截止日")]


class NewRate(StatedRate):
    """The rate of a day, for one legal entity or for all; a key limited to one keeps it for that. 每日汇率。"""

    on: date
    entity: Short = ""


RATE = body_of(NewRate)


@router.get("/api/exchange-rates", summary="Rates of exchange that are kept. 汇率")
async def list_rates(
    edge: EdgeDep, caller: CallerDep, currency: Code = "", since: Since = None, until: Until = None
) -> Rates:
    """Read the newest two hundred that hold for the caller's entity, and those that wait for a second person."""
    return await edge.database.read(rates_of, caller.entity, currency, since, until)


@router.post(
    "/api/exchange-rates", status_code=201, openapi_extra=RATE.documented, summary="Keep the rate of a day. 登记汇率"
)
async def keep(edge: EdgeDep, caller: CallerDep, response: Response, body: Annotated[NewRate, Depends(RATE)]) -> Rates:
    """Keep it; the same again changes nothing, another of the same day counts for what is posted from now on.

    202: it is far off what is known, and counts when another person keeps the same.
    """
    rate, policy, now = body.as_rate(), edge.policy_in_force, edge.now()
    entity = caller.entity_of(body.entity)
    require(entity in ("", *policy.entities), "entity", "must be one of the policy", "须为流程策略中的主体")
    checks = keeping_checks(policy, rate.unit, rate.quote, now)
    offered = DayRate(rate, body.on, entity)
    if not await edge.database.write(offer_rate, offered, checks, caller.id, now):
        response.status_code = 202
    return await edge.database.read(rates_of, caller.entity, rate.unit, body.on, body.on)
